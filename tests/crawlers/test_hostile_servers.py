"""Servers that want too much kept of them: cookies without end, links without end, links without an end."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawlers.frontier import MAX_URL_LENGTH
from crawlers.politeness import MAX_COOKIES
from crawlers.spider import MAX_LINKS
from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site
from tests.crawlers.servers import Answer, Web

pytestmark = pytest.mark.usefixtures("fake_platform")


def cookies_of(web: Web) -> list[int]:
    """How many cookies came with each request for a page."""
    asked = [headers.get("cookie", "") for path, headers in web.requests if path != "/robots.txt"]
    return [len(sent.split("; ")) if sent else 0 for sent in asked]


def test_a_site_that_sets_a_cookie_with_every_page_is_sent_back_a_bounded_number(
    tmp_path: Path, web: Web
) -> None:
    def page(handler: BaseHTTPRequestHandler) -> Answer:
        name = handler.path.strip("/")
        return 200, HTML | {"Set-Cookie": f"c{name}=1; path=/"}, article(name).encode()

    count = MAX_COOKIES + 16
    web.pages["/list"] = links(*(f"/{n}" for n in range(count)))
    web.pages |= {f"/{n}": page for n in range(count)}
    report = crawl(one_site(tmp_path, web, options={"concurrency": 2}), tmp_path)
    assert report.sites[0].outcomes == {"listed": 1, "stored": count}
    assert MAX_COOKIES - 8 < max(cookies_of(web)) <= MAX_COOKIES


def test_a_page_that_sets_more_cookies_than_a_site_may_have_sets_none(tmp_path: Path, web: Web) -> None:
    def page(handler: BaseHTTPRequestHandler) -> Answer | None:
        body = links("/a").encode()
        handler.send_response(200)
        for n in range(MAX_COOKIES + 1):
            handler.send_header("Set-Cookie", f"c{n}=1; path=/")
        for name, value in (HTML | {"Content-Length": str(len(body))}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
        return None

    web.pages |= {"/list": page, "/a": article("甲")}
    assert crawl(one_site(tmp_path, web), tmp_path).sites[0].outcomes == {"listed": 1, "stored": 1}
    assert cookies_of(web) == [0, 0]


def test_of_a_page_with_links_without_end_a_bounded_number_is_weighed(tmp_path: Path, web: Web) -> None:
    web.pages["/list"] = links(*(f"/{n}" for n in range(MAX_LINKS + 500)))
    web.answer_all = lambda handler: (200, HTML, article(handler.path).encode())
    site = crawl(one_site(tmp_path, web, options={"max_pages": 20}), tmp_path).sites[0]
    assert site.outcomes == {"listed": 1, "stored": 19}
    assert site.requested - 1 + site.over_limit == MAX_LINKS
    assert len(landed(tmp_path)) == 20


def test_a_link_longer_than_any_address_is_not_asked_for(tmp_path: Path, web: Web) -> None:
    room = MAX_URL_LENGTH - len(web.base) - 1
    web.pages["/list"] = links("/" + "a" * room, "/" + "b" * (room + 1))
    web.answer_all = lambda handler: (200, HTML, article(handler.path[:9]).encode())
    site = crawl(one_site(tmp_path, web), tmp_path).sites[0]
    assert site.outcomes == {"listed": 1, "stored": 1} and site.off_site == 1
    assert {path[1] for path in web.asked if path not in ("/list", "/robots.txt")} == {"a"}
