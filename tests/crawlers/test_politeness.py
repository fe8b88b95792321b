"""A crawl as its hosts see it: robots.txt, delays, and how long they ask to wait."""

from __future__ import annotations

import asyncio
import time
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.robots import Robots, RobotsForbidden
from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site
from tests.crawlers.servers import Answer, Web, serve

pytestmark = pytest.mark.usefixtures("fake_platform")


@pytest.mark.parametrize(("status", "outcome"), [(404, "listed"), (403, "listed"), (503, "server_error")])
def test_robots_txt_that_fails(tmp_path: Path, web: Web, status: int, outcome: str) -> None:
    web.pages["/robots.txt"] = (status, HTML, b"User-agent: *\nDisallow: /")
    web.pages["/list"] = links("/list")
    report = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    assert report.sites[0].outcomes == {outcome: 1}


FORBIDDEN = (200, {}, b"User-agent: *\nDisallow: /")


def redirects(web: Web, count: int, last: Answer) -> None:
    """robots.txt leads over `count` redirects to its last answer."""
    paths = ["/robots.txt", *(f"/robots-{n}.txt" for n in range(count))]
    web.pages |= {
        a: (301 if n % 2 else 302, {"Location": b}, b"") for n, (a, b) in enumerate(pairwise(paths))
    }
    web.pages[paths[-1]] = last


@pytest.mark.parametrize(
    ("count", "last", "outcome"),
    [
        (1, FORBIDDEN, "blocked_by_robots"),
        (5, FORBIDDEN, "blocked_by_robots"),
        (6, FORBIDDEN, "listed"),  # so many redirects are as good as no robots.txt
        (1, (404, HTML, b""), "listed"),
        (1, (200, HTML, b"<title>home</title>"), "listed"),
        (1, (503, HTML, b""), "server_error"),
    ],
)
def test_robots_txt_that_moved(tmp_path: Path, web: Web, count: int, last: Answer, outcome: str) -> None:
    redirects(web, count, last)
    web.pages["/list"] = links("/list")
    report = crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    assert report.sites[0].outcomes == {outcome: 1}
    assert web.asked["/list"] == (outcome == "listed")


def test_robots_txt_that_moved_to_another_host(tmp_path: Path, web: Web) -> None:
    """It counts; but a city's private hosts, and ports that are none of the web's, are not asked for it."""
    with serve(Web()) as other:
        other.pages["/robots.txt"] = FORBIDDEN
        web.pages["/robots.txt"] = (301, {"Location": f"{other.base}/robots.txt"}, b"")
        web.pages["/list"] = links("/list")
        city = one_site(tmp_path, web, settings={"retry_times": 0})
        assert crawl(city, tmp_path).sites[0].outcomes == {"blocked_by_robots": 1}
        other.asked.clear()
        moved = other.base.replace("127.0.0.1", "localhost")
        for wrong in (f"{moved}/robots.txt", "http://127.0.0.1:25/", "file:///etc/passwd", "http://[::1/"):
            web.pages["/robots.txt"] = (301, {"Location": wrong}, b"")
            city = one_site(
                tmp_path, web, settings={"retry_times": 0, "allow_private": ["127.0.0.1", "localhost"]}
            )
            assert crawl(city, tmp_path).sites[0].outcomes == {"server_error": 1}, wrong
        web.pages["/robots.txt"] = (301, {"Location": "http://10.1.2.3/robots.txt"}, b"")
        assert crawl(city, tmp_path).sites[0].outcomes == {"server_error": 1}
        assert not other.asked and not web.asked["/list"]


def test_robots_txt_that_does_not_answer_forbids_all(tmp_path: Path, web: Web) -> None:
    def breaks_off(handler: BaseHTTPRequestHandler) -> Answer | None:
        handler.close_connection = True
        return None

    web.pages["/robots.txt"] = breaks_off
    web.pages["/list"] = links("/list")
    city = one_site(tmp_path, web, settings={"retry_times": 0})
    assert crawl(city, tmp_path).sites[0].outcomes == {"server_error": 1}
    assert not web.asked["/list"] and "robots.txt" in str(landed(tmp_path)[-1].detail)


def test_each_scheme_has_its_own_robots_txt() -> None:
    """http://a and https://a may be two servers."""
    said = {"http://a.cn/robots.txt": b"User-agent: *\nDisallow: /x", "https://a.cn/robots.txt": b""}

    class Engine:
        async def download_async(self, request: Request) -> Response:
            return Response(request.url, body=said[request.url])

    crawler = Crawler(Spider, {"USER_AGENT": "gangqing", "BACKOFF_MAX_SECONDS": 1.0})
    crawler.engine = Engine()  # type: ignore[assignment]

    async def ask() -> None:
        robots = Robots(crawler)
        with pytest.raises(RobotsForbidden):
            await robots.process_request(Request("http://a.cn/x"))
        await robots.process_request(Request("https://a.cn/x"))
        await robots.process_request(Request("http://a.cn/y"))

    asyncio.run(ask())


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
