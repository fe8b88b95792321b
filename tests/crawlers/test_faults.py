"""Kills, stops and two starts at once: nothing landed is lost, nothing is landed twice."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest

from crawlers import run
from crawlers.job import Job, Message
from pipeline.captures import end_of_members
from pipeline.city import City
from pipeline.landing import iter_landed, read_capture
from pipeline.records import Landed
from tests.crawlers.servers import HTML, Answer, Web, make_city, serve

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web()) as server:
        yield server


def start(city: City, home: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawlers.fake_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    job = Job(
        city=str(city.folder),
        home=str(home),
        sites=[site.slug for site in city.sites],
        first_day="2017-10-01",
        last_day="2017-10-31",
        start="2017-10-09T08:00:00",
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(job) + b"\n")
    process.stdin.close()
    return process


def finish(process: subprocess.Popen[bytes]) -> Message:
    assert process.stdout
    lines = process.stdout.read().splitlines()
    process.wait(timeout=30)
    return msgspec.json.decode(lines[-1], type=Message)


def records(home: Path) -> list[Landed]:
    return [record for _, _, record in iter_landed(home / "var" / "city")]


def content(home: Path) -> Counter[str]:
    """What was landed, without when and where: one entry for each record."""
    found: Counter[str] = Counter()
    for record in records(home):
        if record.article:
            found[f"{record.url} {record.article.title} {record.article.body}"] += 1
        if record.thread:
            found[f"{record.url} {[post.text for post in record.thread.posts]}"] += 1
    return found


def fill(web: Web, size: list[int]) -> None:
    """A growing site: articles (each also under a second address), threads of three pages, redirects."""

    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        time.sleep(0.004)
        path = handler.path
        if path == "/list":
            items = [
                f"<a class=article href=/a{i}>x</a><a class=article href=/a{i}?div=-1>x</a>"
                for i in range(size[0])
            ]
            items += [f"<a class=article href=/moved{i}>x</a>" for i in range(0, size[0], 5)]
            items += [f"<a class=thread href=/t{i}-1 data-signature=1>x</a>" for i in range(0, size[0], 4)]
            return 200, HTML | {"ETag": f'"{size[0]}"'}, "".join(items).encode()
        if path.startswith("/moved"):
            return 302, {"Location": f"/target{path[6:]}"}, b""
        if path.startswith("/t") and "-" in path:
            tid, page = path[2:].split("-")
            pager = "".join(f"<a class=thread href=/t{tid}-{n}>n</a>" for n in (1, 2, 3))
            text = (
                f"<thread tid={tid} page={page} pages=3><post pid=1 author=甲>第{page}页{'字' * 500}</post>"
            )
            return 200, HTML, (text + "</thread>" + pager).encode()
        return 200, HTML, f"<h1>{path}</h1><time>2017-10-09</time><p>{'正文' * 400}".encode()

    web.answer_all = answer


def test_ten_kills_and_a_last_run_give_what_an_unbroken_run_gives(tmp_path: Path, web: Web) -> None:
    size = [0]
    fill(web, size)
    site = {"slug": "s", "start": [web.base + "/list"], "options": {"concurrency": 3}}
    (tmp_path / "killed").mkdir()
    (tmp_path / "whole").mkdir()
    city = make_city(tmp_path / "city", [site], backoff_seconds=0.01)
    rng = random.Random(os.environ.get("GANGQING_SEED", str(time.time())))
    landing = tmp_path / "killed" / "var" / "city" / "landing" / "s"
    kills = 0
    torn = 0
    for _ in range(KILLS):
        size[0] += 30
        before = len(list(landing.glob("*.jsonl")))
        process = start(city, tmp_path / "killed")
        while len(list(landing.glob("*.jsonl"))) == before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.uniform(0.0, 0.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        acknowledged = content(tmp_path / "killed")
        assert max(acknowledged.values(), default=1) == 1
    assert kills >= KILLS // 2
    process = start(city, tmp_path / "killed")
    message = finish(process)
    assert message.report is not None
    torn += len(message.report.sites[0].torn)
    whole = finish(start(city, tmp_path / "whole"))
    assert whole.report is not None and whole.report.sites[0].error is None
    assert content(tmp_path / "killed") == content(tmp_path / "whole")
    assert len(content(tmp_path / "whole")) == 30 * KILLS + 6 * KILLS + 3 * -(-30 * KILLS // 4)
    folder = tmp_path / "killed" / "var" / "city"
    for record in records(tmp_path / "killed"):
        if record.warc is not None and record.warc_offset is not None:
            read_capture(folder, record.warc, record.warc_offset)
    for path in (folder / "captures" / "s").glob("*.warc.gz"):
        assert end_of_members(path) == path.stat().st_size, path
    again = finish(start(city, tmp_path / "killed"))
    assert again.report is not None and again.report.sites[0].outcomes == {"listed": 1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_crawl_with_everything_landed(tmp_path: Path, web: Web, number: int) -> None:
    fill(web, [400])
    city = make_city(tmp_path / "city", [{"slug": "s", "start": [web.base + "/list"]}])
    process = start(city, tmp_path)
    while web.asked.total() < 50:
        assert process.poll() is None, "the crawl ended early"
        time.sleep(0.01)
    began = time.monotonic()
    process.send_signal(number)
    message = finish(process)
    assert time.monotonic() - began < 8
    assert message.report is not None and message.report.interrupted
    site = message.report.sites[0]
    assert site.requested == site.fetched + site.unfinished and site.unfinished > 0
    assert len(records(tmp_path)) == site.fetched >= 40
    finish(start(city, tmp_path))
    assert len(content(tmp_path)) == 400 + 80 + 300


def test_a_page_that_hangs_does_not_hold_up_the_end(tmp_path: Path, web: Web) -> None:
    web.pages["/list"] = lambda h: time.sleep(30) or (200, HTML, b"")
    city = make_city(tmp_path / "city", [{"slug": "s", "start": [web.base + "/list"]}])
    process = start(city, tmp_path)
    while web.asked["/list"] < 1:
        assert process.poll() is None, "the crawl ended early"
        time.sleep(0.01)
    began = time.monotonic()
    process.terminate()
    message = finish(process)
    assert time.monotonic() - began < 12
    assert message.report is not None and message.report.sites[0].unfinished == 1


def test_the_crawl_ends_when_its_starter_is_gone(tmp_path: Path, web: Web) -> None:
    fill(web, [2000])
    city = make_city(tmp_path / "city", [{"slug": "s", "start": [web.base + "/list"]}])
    process = start(city, tmp_path)
    while web.asked.total() < 20:
        assert process.poll() is None, "the crawl ended early"
        time.sleep(0.01)
    assert process.stdout
    process.stdout.close()
    process.wait(timeout=15)
    assert records(tmp_path)


def test_two_starts_at_once_crawl_the_site_once(tmp_path: Path, web: Web) -> None:
    fill(web, [40])
    city = make_city(tmp_path / "city", [{"slug": "s", "start": [web.base + "/list"]}])
    messages = [finish(process) for process in [start(city, tmp_path) for _ in range(3)]]
    errors = [message.report.sites[0].error for message in messages if message.report]
    assert None in errors
    assert max(content(tmp_path).values()) == 1
    assert len(content(tmp_path)) == 40 + 8 + 30


def test_a_process_that_breaks_down_is_reported_with_its_last_words(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = make_city(tmp_path / "city", [{"slug": "s", "start": [web.base + "/list"]}])
    monkeypatch.setattr(run, "PROCESS_MODULE", "crawlers.no_such_module")
    with pytest.raises(run.CrawlError, match="no_such_module"):
        run.crawl(
            city,
            home=tmp_path,
            first_day=dt.date(2017, 10, 1),
            last_day=dt.date(2017, 10, 2),
            clock=lambda: dt.datetime(2017, 10, 9),
            progress=False,
        )
