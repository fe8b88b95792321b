"""A crawl as its hosts see it: robots.txt, delays, and how long they ask to wait."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawlers.crawled import HTML, article, crawl, links, one_site
from tests.crawlers.servers import Answer, Web

pytestmark = pytest.mark.usefixtures("fake_platform")


@pytest.mark.parametrize(("status", "outcome"), [(404, "listed"), (403, "listed"), (503, "server_error")])
def test_robots_txt_that_fails(tmp_path: Path, web: Web, status: int, outcome: str) -> None:
    web.pages["/robots.txt"] = (status, HTML, b"User-agent: *\nDisallow: /")
    web.pages["/list"] = links("/list")
    report = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    assert report.sites[0].outcomes == {outcome: 1}


def test_the_delay_and_robots_crawl_delay_are_kept_with_one_request_at_a_time(
    tmp_path: Path, web: Web
) -> None:
    times: list[float] = []
    under_way: list[int] = [0]

    def page(handler: BaseHTTPRequestHandler) -> Answer:
        times.append(time.monotonic())
        under_way[0] += 1
        assert under_way[0] == 1
        time.sleep(0.02)
        under_way[0] -= 1
        return 200, HTML, article(handler.path).encode()

    web.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 0.3\n")
    web.pages["/list"] = links(*(f"/{i}" for i in range(5)))
    web.pages |= {f"/{i}": page for i in range(5)}
    report = crawl(one_site(tmp_path, web, delay=0.1), tmp_path)
    assert report.sites[0].outcomes == {"listed": 1, "stored": 5}
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) > 0.22  # 0.3 less the jitter of a fifth


def test_retry_after_is_honoured(tmp_path: Path, web: Web) -> None:
    asked: list[float] = []

    def page(handler: BaseHTTPRequestHandler) -> Answer:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return 429, {"Retry-After": "1"}, b""
        return 200, HTML, article("等到了").encode()

    web.pages |= {"/list": links("/a"), "/a": page}
    web.pages["/list2"] = links("/never")
    web.pages["/never"] = (503, {"Retry-After": "86400"}, b"")
    city = one_site(tmp_path, web, start=[web.base + "/list", web.base + "/list2"])
    report = crawl(city, tmp_path)
    assert report.sites[0].outcomes == {"listed": 2, "stored": 1, "server_error": 1}
    assert 0.9 < asked[1] - asked[0] < 5
    assert web.asked["/never"] == 1  # not within this crawl
    web.pages["/never"] = article("第二天")
    assert crawl(city, tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 2, "stored": 1}
