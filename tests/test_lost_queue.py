"""A Redis that fails before, at the start of or in a crawl is told of: what is the matter, and what to do."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.report import SiteReport
from crawlers.run import CrawlError, crawl
from crawlers.sharing import NOTHING_LEFT
from pipeline.city import City
from sample.serve import running
from tests.services import redis_server
from tests.test_past_one_machine import with_settings

pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")

SITE = "fcgrb"
FIRST, DAY = dt.date(2017, 9, 18), dt.date(2017, 10, 20)


@pytest.fixture(scope="module")
def sample() -> Iterator[City]:
    with running(DAY) as (_, city):
        yield city


class Queue:
    """A Redis of this test's own, and a city that crawls by it."""

    def __init__(self, sample: City, folder: Path, address: str) -> None:
        from redis import Redis

        self.server, self.address, self.folder = Redis.from_url(address), address, folder
        self.city = with_settings(sample, folder / "city", crawl_queue={"redis": address, "workers": 1})

    def collect(self, first: dt.date = FIRST, last: dt.date = DAY) -> SiteReport:
        at = dt.datetime.combine(DAY, dt.time(18))
        report = crawl(
            self.city,
            [SITE],
            home=self.folder / "home",
            first_day=first,
            last_day=last,
            clock=lambda: at,
            progress=False,
        )
        return report.by_site[SITE]

    def key(self, name: str) -> str:
        return f"gangqing:sample:{SITE}:{FIRST}..{DAY}:{name}"

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            self.server.config_set(name, value)


@pytest.fixture
def queue(sample: City, tmp_path: Path) -> Iterator[Queue]:
    with redis_server(tmp_path) as address:
        made = Queue(sample, tmp_path, address)
        with contextlib.closing(made.server):
            yield made


def test_a_queue_that_fails_where_a_site_starts_is_told(queue: Queue) -> None:
    queue.server.set(queue.key("requests"), "of another program")
    error = queue.collect().error or ""
    assert "Redis 里有别的程序写的同名内容" in error and "gangqing collect" in error
    assert "slot" not in error


def test_a_full_queue_is_told_before_anything_is_asked(queue: Queue) -> None:
    queue.set(**{"maxmemory-policy": "noeviction", "maxmemory": "1"})
    with pytest.raises(CrawlError, match="内存已满"):
        queue.collect()


def test_a_queue_that_fills_up_ends_the_crawl_with_its_reason(queue: Queue) -> None:
    landed = queue.folder / "home" / "var" / "sample" / "landing" / SITE
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        crawling = pool.submit(queue.collect)
        for _ in range(1200):
            if crawling.done() or sum(path.read_bytes().count(b"\n") for path in landed.glob("*")) > 5:
                break
            time.sleep(0.02)
        queue.set(**{"maxmemory-policy": "noeviction", "maxmemory": "1"})
        report = crawling.result(timeout=120)
    assert "内存已满" in (report.error or "")
    assert "parse_failed" not in report.outcomes


def test_a_password_that_is_missing_or_wrong_is_told(sample: City, queue: Queue) -> None:
    queue.set(requirepass="geheim")
    for password, said in (("", "要密码"), (":falsch@", "不认这个密码")):
        address = queue.address.replace("://", f"://{password}")
        queue.city = with_settings(
            sample, queue.folder / f"city{len(password)}", crawl_queue={"redis": address, "workers": 1}
        )
        with pytest.raises(CrawlError, match=said) as told:
            queue.collect()
        assert "geheim" not in str(told.value) and "falsch" not in str(told.value)


def test_what_is_left_of_a_crawl_hides_no_page_of_other_days_and_is_told_of_the_same(queue: Queue) -> None:
    first = queue.collect(last=FIRST + dt.timedelta(days=3))
    assert first.fetched and not first.notes
    assert queue.collect().fetched, "other days"
    again = queue.collect()
    assert not again.fetched and again.notes == [NOTHING_LEFT] and again.error is None
    assert all(0 < queue.server.ttl(key) <= 600 for key in queue.server.keys("*"))
