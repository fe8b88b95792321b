"""The crawl engine against loopback servers: one outcome a page, private, no site stops another."""

from __future__ import annotations

import gzip
import os
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawlers import run
from crawlers.report import SiteReport
from pipeline.landing import read_capture
from pipeline.privacy import load_salt, pseudonym
from tests.crawlers.crawled import HTML, article, crawl, landed, links, one_site, path_of
from tests.crawlers.servers import Answer, Web, make_city, serve

pytestmark = pytest.mark.usefixtures("fake_platform")


# ---------------------------------------------------------------- one outcome each


def slow(handler: BaseHTTPRequestHandler) -> Answer | None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)
    return None


def short(handler: BaseHTTPRequestHandler) -> Answer | None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True
    return None


def endless(handler: BaseHTTPRequestHandler) -> Answer | None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def test_every_page_ends_in_exactly_one_outcome(tmp_path: Path, web: Web) -> None:
    expected = {
        "list": "listed",
        "good": "stored",
        "undated": "no_date",
        "twin": "duplicate",
        "missing": "not_found",
        "gone": "not_found",
        "forbidden": "login_wall",
        "login": "login_wall",
        "teapot": "error_page",
        "broken": "server_error",
        "flaky": "stored",
        "short": "server_error",
        "slow": "timeout",
        "large": "too_large",
        "endless": "too_large",
        "bomb": "too_large",
        "badgzip": "server_error",
        "picture": "not_html",
        "sniffed": "stored",
        "raise": "parse_failed",
        "moved": "redirected",
        "target": "stored",
        "offsite": "redirected",
        "loop1": "redirected",
        "loop2": "redirect_loop",
        "chain0": "redirected",
        "cookie": "stored",
        "empty-list": "empty_list",
        "secret/x": "blocked_by_robots",
        "badlength": "server_error",
    }
    reached = ("target", "loop2")
    web.pages |= {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /secret/\n"),
        "/list": links(*(f"/{name}" for name in expected if name != "list" and name not in reached))
        + links("http://elsewhere.example/", "ftp://127.0.0.1/x", "/good#part", "javascript:;"),
        "/good": article("好稿"),
        "/twin": article("好稿"),
        "/undated": "<h1>无日期</h1><p>正文",
        "/gone": (410, HTML, b""),
        "/forbidden": (403, HTML, b""),
        "/login": "<login>",
        "/teapot": (418, HTML, b""),
        "/broken": (500, HTML, b"oops"),
        "/flaky": lambda h: (
            (200, HTML, article("不稳").encode()) if web.asked[h.path] > 1 else (502, {}, b"")
        ),
        "/short": short,
        "/slow": slow,
        "/large": b"<h1>x</h1>" + b"y" * 300_000,
        "/endless": endless,
        "/bomb": (200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 50_000_000)),
        "/badgzip": (200, HTML | {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08no gzip at all"),
        "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n\x00"),
        "/sniffed": (200, {"Content-Type": "application/octet-stream"}, article("没写类型").encode()),
        "/raise": article("x"),
        "/moved": (301, {"Location": "/target"}, b""),
        "/target": article("搬家"),
        "/offsite": (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        "/loop1": (302, {"Location": "/loop2"}, b""),
        "/loop2": (302, {"Location": "/loop1"}, b""),
        "/cookie": lambda h: (
            (200, HTML, article("来客").encode())
            if "seen=1" in h.headers.get("Cookie", "")
            else (302, {"Location": "/cookie", "Set-Cookie": "seen=1; path=/"}, b"")
        ),
        "/empty-list": "<p>nothing",
        "/badlength": (200, HTML | {"Content-Length": "abc"}, b""),
        "/secret/x": article("秘密"),
    }
    web.pages |= {f"/chain{i}": (302, {"Location": f"/chain{i + 1}"}, b"") for i in range(30)}
    city = one_site(
        tmp_path,
        web,
        options={"timeout": 0.7, "max_bytes": 200_000, "concurrency": 4},
        settings={"retry_times": 1},
    )
    began = time.monotonic()
    report = crawl(city, tmp_path)
    assert time.monotonic() - began < 30
    records = landed(tmp_path)
    assert max(Counter(r.url for r in records).values()) == 1
    got = {path_of(r): r.outcome for r in records}
    twins = {got.pop("good"), got.pop("twin")}
    assert twins == {"stored", "duplicate"}
    chain = {got.pop(f"chain{i}") for i in range(1, 8)}
    assert chain == {"redirected"} and got.pop("chain8") == "redirect_loop"
    assert got == {name: outcome for name, outcome in expected.items() if name not in ("good", "twin")}
    site = report.sites[0]
    assert site.outcomes == Counter(r.outcome for r in records)
    assert site.unfinished == 0 and site.error is None and site.off_site >= 2
    assert web.asked["/secret/x"] == 0
    assert web.asked["/broken"] == 2  # tried again once
    for record in records:
        if record.outcome in ("blocked_by_robots", "timeout", "too_large", "blocked_address"):
            assert record.warc is None
        if record.outcome in ("stored", "parse_failed", "not_html", "listed", "not_found", "no_date"):
            assert record.warc is not None and record.warc_offset is not None
            body = read_capture(tmp_path / "var" / "city", record.warc, record.warc_offset)[1]
            page = web.pages.get("/" + path_of(record))
            assert not isinstance(page, str) or body == page.encode()
    failed = landed(tmp_path, outcome="parse_failed")[0]
    assert failed.detail and "13877012345" not in failed.detail
    agents = {headers["user-agent"] for _, headers in web.requests}
    assert agents == {"gangqing/0.1 (+test@example.org)"}
    assert not any("content-length" in headers for _, headers in web.requests)


def test_private_addresses_are_refused_unless_the_city_lists_them(tmp_path: Path, web: Web) -> None:
    web.pages["/list"] = links("/a")
    port = web.base.rpartition(":")[2]
    sites = [
        {"slug": f"s{i}", "start": [f"http://{host}:{port}/list"]}
        for i, host in enumerate(
            ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "[::ffff:127.0.0.1]", "0.0.0.0"]
        )
    ]
    city = make_city(tmp_path / "city", sites, allow_private=[], retry_times=0)
    report = crawl(city, tmp_path)
    assert [site.outcomes for site in report.sites] == [{"blocked_address": 1}] * len(sites)
    assert not web.requests
    # By name and by name with port; another port of the same host is not meant.
    city = make_city(tmp_path / "city", sites[:2], allow_private=[f"127.0.0.1:{port}", "localhost:1"])
    report = crawl(city, tmp_path)
    assert [set(site.outcomes) for site in report.sites] == [{"listed", "not_found"}, {"blocked_address"}]


def test_an_unknown_host_and_a_closed_port_are_server_errors(tmp_path: Path) -> None:
    city = make_city(
        tmp_path / "city",
        [
            {"slug": "a", "start": ["http://nowhere.invalid/list"]},
            {"slug": "b", "start": ["http://127.0.0.1:9/list"]},
        ],
        retry_times=1,
    )
    report = crawl(city, tmp_path)
    assert [site.outcomes for site in report.sites] == [{"server_error": 1}] * 2
    assert landed(tmp_path, site="a")[0].detail == "域名无法解析"


# ---------------------------------------------------------------- incremental


def test_list_context_and_dates_reach_the_record(tmp_path: Path, web: Web) -> None:
    web.pages |= {
        "/list": links("/a", lead="1", day="2017-10-08") + links("/old", day="2016-01-01"),
        "/a": "<h1>头条</h1><p>正文",
        "/old": article("旧"),
    }
    crawl(one_site(tmp_path, web), tmp_path)
    (record,) = landed(tmp_path, outcome="stored")
    assert record.article and (record.article.page, record.article.lead) == ("01版", True)
    assert record.article.published == "2017-10-08" and record.detail == "日期取自列表"
    assert not web.asked["/old"]  # outside the days wanted


def test_landing_holds_pseudonyms_and_masks_and_the_capture_the_truth(tmp_path: Path, web: Web) -> None:
    web.pages |= {
        "/list": links("/thread-1-1", kind="thread") + links("/a"),
        "/thread-1-1": "<thread tid=1 page=1 pages=1><post pid=1 author='北部湾渔夫'>打13877012345找我</post>"
        "<post pid=2 author='某市水利局'>已收到</post><post pid=3>匿名</post></thread>",
        "/a": article("寻人", "联系人韦某，13877012345"),
    }
    city = make_city(
        tmp_path / "city",
        [{"slug": "bbs", "outlet": "某论坛", "start": [web.base + "/list"]}],
        "某市水利局,某论坛,市水利局\n别家账号,别的论坛,市水利局\n",
    )
    crawl(city, tmp_path)
    folder = tmp_path / "var" / "city"
    lines = b"".join(path.read_bytes() for path in (folder / "landing").rglob("*.jsonl")).decode()
    assert "北部湾渔夫" not in lines and "13877012345" not in lines
    (record,) = landed(tmp_path, kind="thread")
    assert record.thread and record.warc and record.warc_offset is not None
    posts = record.thread.posts
    assert posts[0].author == pseudonym("北部湾渔夫", load_salt(folder / "salt"))
    assert posts[0].text == "打〔电话〕找我"
    assert [(p.author, p.is_registered_official) for p in posts[1:]] == [("某市水利局", True), (None, False)]
    assert "13877012345" in read_capture(folder, record.warc, record.warc_offset)[1].decode()


# ---------------------------------------------------------------- several sites, faults


def test_sites_are_crawled_in_parallel_and_a_broken_one_stops_no_other(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/a"), "/a": article("甲")}
    with serve(Web()) as other:
        other.pages |= {"/list": links("/a", web.base + "/a"), "/a": article("乙")}
        city = make_city(
            tmp_path / "city",
            [
                {"slug": "a", "start": [web.base + "/list"]},
                {"slug": "b", "start": [other.base + "/list"]},
                {"slug": "c", "start": [web.base + "/list"], "platform": "no-such"},
            ],
        )
        report = crawl(city, tmp_path)
    assert report.by_site["a"].outcomes == report.by_site["b"].outcomes == {"listed": 1, "stored": 1}
    assert report.by_site["b"].off_site == 1  # another site's host
    assert report.by_site["c"].error and "no-such" in report.by_site["c"].error
    with pytest.raises(run.CrawlError, match="没有这个站点"):
        crawl(city, tmp_path, sites=["zzz"])


def test_a_crawl_of_a_site_under_crawl_is_refused(tmp_path: Path, web: Web) -> None:
    from filelock import FileLock

    web.pages["/list"] = links("/a")
    city = one_site(tmp_path, web)
    crawl(city, tmp_path)
    with FileLock(tmp_path / "var" / "city" / "state" / "paper.lock"):
        report: SiteReport = crawl(city, tmp_path).sites[0]
    assert report.error and "正在被另一个抓取任务抓取" in report.error and report.requested == 0
    assert crawl(city, tmp_path).sites[0].error is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_landing_that_cannot_be_written_ends_the_site_with_a_message(tmp_path: Path, web: Web) -> None:
    web.pages["/list"] = links("/a")
    city = one_site(tmp_path, web)
    crawl(city, tmp_path)
    folder = tmp_path / "var" / "city" / "landing" / "paper"
    folder.chmod(0o500)
    try:
        assert crawl(city, tmp_path).sites[0].error
    finally:
        folder.chmod(0o700)
