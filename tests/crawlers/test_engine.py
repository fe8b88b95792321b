"""The crawl engine against loopback servers: one outcome a page, incremental, polite, private."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawlers import run
from crawlers.report import CrawlReport, SiteReport
from pipeline.city import City
from pipeline.landing import iter_landed, read_capture
from pipeline.privacy import load_salt, pseudonym
from pipeline.records import Landed
from tests.crawlers.servers import Answer, Web, make_city, serve

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(autouse=True)
def fake_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PROCESS_MODULE", "tests.crawlers.fake_process")


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web()) as server:
        yield server


def crawl(city: City, home: Path, day: str = "2017-10-09", **options: Any) -> CrawlReport:
    report = run.crawl(
        city,
        home=home,
        first_day=dt.date(2017, 10, 1),
        last_day=dt.date(2017, 10, 31),
        clock=lambda: dt.datetime.fromisoformat(f"{day}T08:00:00"),
        progress=False,
        **options,
    )
    for site in report.sites:
        assert site.requested == site.fetched + site.unfinished, site
    return report


def landed(home: Path, **where: Any) -> list[Landed]:
    records = [record for _, _, record in iter_landed(home / "var" / "city")]
    return [r for r in records if all(getattr(r, name) == value for name, value in where.items())]


def one_site(tmp_path: Path, web: Web, settings: dict[str, Any] | None = None, **site: Any) -> City:
    entry = {"slug": "paper", "start": [web.base + "/list"]} | site
    return make_city(tmp_path / "city", [entry], **(settings or {}))


def article(title: str, body: str = "市水利局检查堤防。") -> str:
    return f"<h1>{title}</h1><time>2017-10-09</time><p>{body}"


def links(*hrefs: str, kind: str = "article", **data: str) -> str:
    extra = "".join(f" data-{name}='{value}'" for name, value in data.items())
    return "".join(f"<a class={kind} href='{href}'{extra}>x</a>" for href in hrefs)


def path_of(record: Landed) -> str:
    return record.url.partition("//")[2].partition("/")[2]


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


def named_in_gbk(handler: BaseHTTPRequestHandler) -> None:
    """A header of which the name is in GBK, in pieces that end within it and within the end of the head."""
    body = article("名").encode()
    rest = f": 1\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r".encode()
    for piece in (b"HTTP/1.1 200 OK\r\nX-\xb8", b"\xdb" + rest, b"\n" + body):
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(0.05)


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


def test_headers_in_any_encoding_lose_no_page(tmp_path: Path, web: Web) -> None:
    """A file's name in GBK, bytes that are no text, an address in GBK to which one is sent on; a header whose
    own name is in GBK, which HTTP does not allow."""
    gbk = "港口.html".encode("gb18030")
    headers = {"name": gbk, "odd": b"\xff\xfe \xe6\xb8\xaf; \xb8\xdb", "utf8": "港".encode()}
    web.pages["/list"] = links(*(f"/{name}" for name in headers), "/moved", "/named")
    for name, value in headers.items():
        own = HTML | {"Content-Disposition": "inline; filename=" + value.decode("latin-1")}
        web.pages[f"/{name}"] = (200, own, article(name, f"市水利局检查堤防{name}。").encode())
    web.pages["/moved"] = (302, {"Location": "/" + gbk.decode("latin-1")}, b"")
    web.pages["/%B8%DB%BF%DA.html"] = article("港口")
    web.pages["/named"] = named_in_gbk
    crawl(one_site(tmp_path, web, settings={"retry_times": 0}), tmp_path)
    records = landed(tmp_path)
    assert {path_of(r): r.outcome for r in records} == {
        "list": "listed", "moved": "redirected", "%B8%DB%BF%DA.html": "stored",
        **dict.fromkeys(headers, "stored"), "named": "stored",
    }  # fmt: skip
    for record in records:
        assert record.warc is not None and record.warc_offset is not None
        kept = read_capture(tmp_path / "var" / "city", record.warc, record.warc_offset)[0]
        name, value = path_of(record), kept.get("content-disposition", "").removeprefix("inline; filename=")
        if name in headers:
            assert headers[name] in (value.encode("latin-1", "ignore"), value.encode()), name
        elif name == "named":
            assert kept["x-¸û"] == "1"


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


# ---------------------------------------------------------------- incremental


def test_a_second_crawl_fetches_lists_and_what_failed_or_changed(tmp_path: Path, web: Web) -> None:
    web.pages |= {
        "/list": links("/a", "/b", "/down") + links("/s", signature="1"),
        "/a": article("甲"),
        "/b": article("乙"),
        "/s": article("签"),
        "/down": (500, {}, b""),
    }
    city = one_site(tmp_path, web, settings={"retry_times": 0})
    first = crawl(city, tmp_path)
    assert first.sites[0].outcomes == {"listed": 1, "stored": 3, "server_error": 1}
    assert first.new_records == 3
    web.asked.clear()
    web.pages |= {
        "/list": links("/a", "/c") + links("/s", signature="2"),
        "/c": article("丙"),
        "/s": article("签", "改了。"),
        "/down": article("好了"),
    }
    second = crawl(city, tmp_path, "2017-10-10")
    asked = {path for path in web.asked if path != "/robots.txt"}
    assert asked == {"/list", "/c", "/s", "/down"}  # /down is on no list any more
    assert second.new_records == 3 and second.sites[0].known == 1
    web.asked.clear()
    third = crawl(city, tmp_path, "2017-10-11")
    assert third.sites[0].outcomes == {"listed": 1}
    assert third.new_records == 0
    assert [r.fetched_at[:10] for r in landed(tmp_path, outcome="listed")] == [
        "2017-10-09",
        "2017-10-10",
        "2017-10-11",
    ]


def test_conditional_requests_and_links_behind_an_unchanged_list(tmp_path: Path, web: Web) -> None:
    body = links("/a", "/b").encode()
    web.pages["/list"] = lambda h: (
        (304, {}, b"")
        if h.headers.get("If-None-Match") == '"v1"' and h.headers.get("If-Modified-Since")
        else (200, HTML | {"ETag": '"v1"', "Last-Modified": "Mon, 09 Oct 2017 00:00:00 GMT"}, body)
    )
    web.pages |= {"/a": article("甲"), "/b": article("乙")}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path, limit=2)  # the crawl ended before /b
    assert len(landed(tmp_path, outcome="stored")) == 1
    second = crawl(city, tmp_path)
    assert second.sites[0].outcomes == {"unchanged": 1, "stored": 1}
    assert {r.article.title for r in landed(tmp_path, outcome="stored") if r.article} == {"甲", "乙"}
    # The capture of the list is lost: it is asked for in full.
    for path in (tmp_path / "var" / "city" / "captures").rglob("*.gz"):
        path.unlink()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_an_article_within_the_revisit_window_is_looked_at_again(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/a", "/b"), "/a": article("甲"), "/b": article("乙")}
    city = one_site(tmp_path, web, options={"revisit_days": 3})
    crawl(city, tmp_path)
    web.pages["/a"] = article("甲", "更正：市水务局。")
    report = crawl(city, tmp_path, "2017-10-10")
    assert report.sites[0].outcomes == {"listed": 1, "stored": 1, "unchanged": 1}
    assert crawl(city, tmp_path, "2017-10-20").sites[0].outcomes == {"listed": 1}


def thread(tid: int, page: int, pages: int, posts: list[str], base: str = "/thread") -> str:
    body = "".join(f"<post pid={page}{i} author='网友甲'>{text}</post>" for i, text in enumerate(posts))
    pager = links(*(f"{base}-{tid}-{n}" for n in range(1, pages + 1)), kind="thread")
    return f"<thread tid={tid} page={page} pages={pages}>{body}</thread>{pager}"


def test_new_replies_of_an_old_thread_are_found_without_reading_it_all_again(
    tmp_path: Path, web: Web
) -> None:
    def board(signature: str) -> str:
        return links("/thread-1-1", kind="thread", signature=signature) + links(
            "/thread-2-1", kind="thread", signature="old"
        )

    web.pages |= {
        "/list": board("3"),
        "/thread-1-1": thread(1, 1, 2, ["楼主"]),
        "/thread-1-2": thread(1, 2, 2, ["回复"]),
        "/thread-2-1": thread(2, 1, 1, ["别的"]),
    }
    city = one_site(tmp_path, web)
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 3}
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    web.pages |= {
        "/list": board("5"),
        "/thread-1-2": thread(1, 2, 3, ["回复", "再回"]),
        "/thread-1-3": thread(1, 3, 3, ["官方回复"]),
    }
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 2}
    assert not web.asked["/thread-1-1"] and not web.asked["/thread-2-1"]
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_a_thread_whose_crawl_broke_off_is_completed(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/thread-1-1", kind="thread", signature="9")}
    web.pages |= {f"/thread-1-{n}": thread(1, n, 4, [f"第{n}页"]) for n in range(1, 5)}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path, limit=3)
    crawl(city, tmp_path)
    pages = {r.thread.page for r in landed(tmp_path) if r.thread}
    assert pages == {1, 2, 3, 4}
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


def test_a_redirect_whose_target_was_not_read_is_followed_again(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/old"), "/old": (301, {"Location": "/new"}, b""), "/new": (500, {}, b"")}
    city = one_site(tmp_path, web, settings={"retry_times": 0})
    crawl(city, tmp_path)
    web.pages["/new"] = article("新址")
    assert crawl(city, tmp_path).new_records == 1
    web.asked.clear()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}


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


def test_a_damaged_or_missing_state_is_folded_anew(tmp_path: Path, web: Web) -> None:
    web.pages |= {"/list": links("/a"), "/a": article("甲")}
    city = one_site(tmp_path, web)
    crawl(city, tmp_path)
    state = tmp_path / "var" / "city" / "state" / "paper.sqlite"
    for damage in (b"", b"no database at all" * 500):
        state.write_bytes(damage)
        assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    state.unlink()
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1}
    # A landing file restored from an older backup: the state must not know more than the landing.
    for path in (tmp_path / "var" / "city" / "landing" / "paper").iterdir():
        path.write_bytes(b"")
    assert crawl(city, tmp_path).sites[0].outcomes == {"listed": 1, "stored": 1}


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
