"""Which requests several workers of one queue count as the same page, and what they take from it."""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from scrapy import Request

from crawlers.frontier import Visit
from crawlers.spider import SiteSpider
from crawlers.state import Known
from pipeline.records import Link
from tests.services import redis_server

pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")

HOME, LOGIN = "https://city.example/a", "https://city.example/login"


def fingerprint(address: str, *chain: str, is_conditional: bool = True) -> str:
    from crawlers.shared_queue import SeenPages

    visit = Visit(
        address, address, Link(url=address, kind="article"), chain=chain, conditional=is_conditional
    )
    return SeenPages(server=None, key="seen").request_fingerprint(Request(address, meta={"visit": visit}))


def test_a_page_linked_to_and_redirected_to_is_one_page() -> None:
    assert fingerprint(HOME) == fingerprint(HOME, "https://city.example/old")


def test_a_page_is_asked_for_again_when_its_redirects_come_back_to_it() -> None:
    once = fingerprint(HOME, HOME)
    assert len({fingerprint(HOME), once, fingerprint(HOME, HOME, HOME)}) == 3
    assert fingerprint(HOME, HOME, LOGIN) != fingerprint(HOME)


def test_a_page_is_asked_for_again_without_conditions() -> None:
    assert fingerprint(HOME) != fingerprint(HOME, is_conditional=False)


@contextlib.contextmanager
def queue(folder: Path) -> Iterator[Any]:
    """A queue in a real Redis, of a spider that may ask city.example."""
    from redis import Redis

    from crawlers.shared_queue import PageQueue

    frontier = SimpleNamespace(hosts=frozenset({"city.example"}))
    spider = SiteSpider("bbs")
    spider.crawl = SimpleNamespace(frontier=frontier, is_shared=True)  # type: ignore[assignment]
    with redis_server(folder) as address, contextlib.closing(Redis.from_url(address)) as server:
        yield PageQueue(server, spider, "%(spider)s:requests")


def test_a_request_comes_out_as_it_went_in(tmp_path: Path) -> None:
    known = Known(url=HOME, kind="list", outcome="listed", fetched_at="2018-01-01T00:00:00", etag='"1"')
    link = Link(url=HOME, kind="list", context={"board": "民生"})
    visit = Visit(HOME, HOME + "?p=1", link, known, (LOGIN,), True)
    with queue(tmp_path) as pages:
        sent = pages.spider.request_for(visit)
        again = sent.replace(dont_filter=True, priority=sent.priority - 1)
        again.meta.update(retry_times=2, not_before=12.5)
        pages.push(sent)
        pages.push(again)
        found = [pages.pop(), pages.pop()]
        assert pages.pop() is None
    for one, other in zip([sent, again], found, strict=True):
        for name in ("url", "headers", "meta", "priority", "dont_filter", "callback", "errback"):
            assert getattr(one, name) == getattr(other, name), name
    assert found[0].headers["If-None-Match"] == b'"1"'


class Hostile:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return Path.touch, (self.path,)


def test_what_others_put_into_the_queue_runs_no_code_and_asks_no_other_host(tmp_path: Path) -> None:
    mark = tmp_path / "was here"
    visit = Visit(HOME, HOME, Link(url=HOME, kind="article"))
    inner = dataclasses.replace(visit, address="http://169.254.169.254/latest")
    bad = [
        pickle.dumps(Hostile(mark)),
        pickle.dumps({"url": HOME, "callback": "page", "_class": "subprocess.Popen"}),
        msgspec.json.encode({"visit": visit, "_class": "subprocess.Popen"}),
        msgspec.json.encode({"visit": inner}),
        msgspec.json.encode({"visit": dataclasses.replace(visit, address="file:///etc/passwd")}),
        msgspec.json.encode({"visit": dataclasses.replace(visit, url="http://other.example/1.html")}),
        msgspec.json.encode({"visit": visit, "priority": 10**30}),
        b"[" * 100_000,
        b"\xff",
    ]
    with queue(tmp_path) as pages:
        for number, entry in enumerate(bad):
            pages.server.zadd(pages.key, {entry: -1000 - number})
        pages.push(pages.spider.request_for(visit))
        found = pages.pop()
        assert found is not None and found.url == HOME, "what is ours comes after what is not"
        assert len(pages) == 0 and pages.pop() is None
    assert not mark.exists()


@pytest.mark.parametrize(
    "address",
    ["redis://:geheim7@10.0.0.5:6379/0", "redis://u:geheim7@h/0", "redis://h/0?password=geheim7&db=1"],
)
def test_no_password_of_the_queue_is_shown(address: str) -> None:
    from crawlers.shared_queue import without_password
    from pipeline.log import without_secrets

    said = f"连不上 {address}（Error 111）；去掉"
    assert "geheim7" not in without_password(said) and "Error 111" in without_password(said)
    assert "geheim7" not in without_secrets(said)


@pytest.mark.parametrize("sign", "/?#[")
def test_an_address_whose_password_is_not_escaped_is_told_without_it(sign: str) -> None:
    from crawlers.shared_queue import QueueError, ping

    with pytest.raises(QueueError, match="%2F") as told:
        ping(f"redis://:geheim{sign}sieben@127.0.0.1:1/0")
    assert "geheim" not in str(told.value) and "sieben" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_kill_between_two_commands_leaves_nothing_for_ever(tmp_path: Path) -> None:
    from crawlers.shared_queue import SeenPages

    visit = Visit(HOME, HOME, Link(url=HOME, kind="article"))
    with queue(tmp_path) as pages:
        seen = SeenPages(pages.server, "seen")
        request = pages.spider.request_for(visit)
        assert not seen.request_seen(request) and seen.request_seen(request)
        pages.push(request)
        assert pages.server.ttl("seen") > 0 and pages.server.ttl(pages.key) > 0


def test_a_page_that_the_queue_did_not_take_is_not_taken_for_asked(tmp_path: Path) -> None:
    from crawlers.shared_queue import SeenPages, SharedScheduler

    lost: list[OSError] = []
    with queue(tmp_path) as pages:
        pages.spider.give_up = lost.append
        pages.server.set(pages.key, "no queue")
        scheduler = SharedScheduler(pages.server, persist=True, dupefilter=SeenPages(pages.server, "seen"))
        scheduler.spider, scheduler.queue = pages.spider, pages
        request = pages.spider.request_for(Visit(HOME, HOME, Link(url=HOME, kind="article")))
        assert not scheduler.enqueue_request(request)
        assert "同名内容" in str(lost[0]) and not pages.server.exists("seen")
