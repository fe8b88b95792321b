"""Captures read again with another profile: what is mended, what stands, what is gone. Nothing is fetched."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from commands.collect import sites_app
from commands.common import UserError
from crawlers.reread import Reread, _is_less, newest_captures, newest_records, reread
from crawlers.run import CrawlError
from pipeline.city import City
from pipeline.records import Article, Landed, Post, ThreadPage
from pipeline.store import crawl_locks
from tests.crawlers.crawled import crawl, landed, one_site
from tests.crawlers.servers import Web, make_city

LIST = "/zxzx/"
TEXT = "市水利局昨日检查北仑河堤防，要求汛前完成加固，确保群众安全。" * 4


def story(n: int, box: str, info: str) -> str:
    return (
        f"<html><head><title>第{n}篇稿件的标题</title></head><body><h1>第{n}篇稿件的标题</h1>{info}"
        f'<div class="{box}"><p>{TEXT}{n}</p></div></body></html>'
    )


STORED = Landed(
    run="r",
    site="gov",
    url="http://x.example/1",
    fetched_at="2017-10-09T08:00:00",
    kind="article",
    outcome="stored",
)


def piece(size: int) -> Article:
    return Article(outlet="某报", url="http://x.example/1", title="标题", body="字" * size)


def thread(count: int, text: str) -> ThreadPage:
    posts = [Post(floor=floor, author="甲", text=text) for floor in range(1, count + 1)]
    return ThreadPage(
        forum="论坛",
        board=None,
        tid="1",
        url="http://x.example/1",
        title="帖子",
        page=1,
        pages=1,
        posts=posts,
    )


def profile(tmp_path: Path, web: Web, **options: str) -> City:
    start = [web.base + LIST]
    return one_site(
        tmp_path, web, {"retry_times": 0}, slug="gov", platform="trs", start=start, options=options
    )


@pytest.fixture
def crawled(tmp_path: Path, web: Web) -> Path:
    """One piece in the old layout and one in the new, crawled with a profile for the old."""
    items = "".join(f'<li><a href="t100000{n}.shtml">第{n}篇稿件的标题</a>2017-10-0{n}</li>' for n in (1, 2))
    web.pages[LIST] = f"<title>某市人民政府</title><ul>{items}</ul>"
    web.pages[f"{LIST}t1000001.shtml"] = story(1, "old", "<p>2017-10-01 09:00 来源：某报</p>")
    web.pages[f"{LIST}t1000002.shtml"] = story(
        2, "new", '<p><time>2017-10-02 09:00</time> <b class="from">某台</b></p>'
    )
    report = crawl(profile(tmp_path, web, body=".old"), tmp_path).sites[0]
    assert report.outcomes == {"listed": 1, "stored": 1, "parse_failed": 1}
    web.asked.clear()
    return tmp_path


def again(city: City, home: Path, since: str = "2017-10-01") -> Reread:
    now = dt.datetime(2017, 10, 12, 9)
    return reread(city, "gov", home=home, clock=lambda: now, first_day=dt.date.fromisoformat(since))


def test_what_failed_is_mended_and_what_the_new_profile_reads_worse_stands(crawled: Path, web: Web) -> None:
    found = again(profile(crawled, web, body=".new", source=".from"), crawled)
    assert (found.read_count, found.mended) == (3, {"parse_failed": {"stored": 1}})
    assert (found.same_count, found.kept_count, found.new_records) == (1, 1, 1)
    assert not web.asked
    *_, line = landed(crawled)
    assert line.article is not None and line.article.source == "某台"
    assert line.fetched_at.startswith("2017-10-09") and line.run > "20171012"  # seen then, landed now
    failed = landed(crawled, outcome="parse_failed")[0]
    assert (line.url, line.warc, line.warc_offset) == (failed.url, failed.warc, failed.warc_offset)


def test_a_relative_date_read_again_later_is_still_of_the_capture(tmp_path: Path, web: Web) -> None:
    web.pages[LIST] = '<ul><li><a href="t1000001.shtml">第1篇稿件的标题</a></li></ul>'
    web.pages[f"{LIST}t1000001.shtml"] = story(1, "old", "<p>昨天 22:05 来源：某报</p>")
    crawl(profile(tmp_path, web, list="li"), tmp_path)
    first = landed(tmp_path, kind="article")[0]
    assert first.article is not None and first.article.published == "2017-10-08T22:05"
    year_later = dt.datetime(2018, 10, 12, 9)
    city = profile(tmp_path, web, list="li", body=".old", source="h1")
    found = reread(city, "gov", home=tmp_path, clock=lambda: year_later, first_day=dt.date(2017, 10, 1))
    assert found.richer_count == 1
    last = landed(tmp_path, kind="article")[-1]
    assert last.article is not None and last.article.published == "2017-10-08T22:05"


def test_a_second_reading_and_one_with_the_same_profile_land_nothing(crawled: Path, web: Web) -> None:
    lines = len(landed(crawled))
    assert again(profile(crawled, web, body=".old"), crawled).same_count == 3
    assert len(landed(crawled)) == lines
    city = profile(crawled, web, body=".new")
    again(city, crawled)
    found = again(city, crawled)
    assert (found.mended, found.richer_count, len(landed(crawled))) == ({}, 0, lines + 1)


def test_the_next_crawl_asks_for_nothing_that_was_mended(crawled: Path, web: Web) -> None:
    city = profile(crawled, web, body=".new")
    again(city, crawled)
    assert crawl(city, crawled, "2017-10-13").sites[0].outcomes == {"listed": 1}


def test_days_before_the_first_are_left_and_lost_captures_are_counted(crawled: Path, web: Web) -> None:
    city = profile(crawled, web, body=".new")
    assert again(city, crawled, since="2017-10-10").read_count == 0
    for path in (crawled / "var" / "city" / "captures" / "gov").iterdir():
        path.unlink()
    assert again(city, crawled).gone_count == 3


def test_a_site_that_is_being_crawled_or_unknown_is_refused(crawled: Path, web: Web) -> None:
    city = profile(crawled, web, body=".new")
    lock = crawl_locks(crawled / "var" / "city" / "state", "gov")[0]
    with FileLock(lock), pytest.raises(CrawlError, match="正在被抓取"):
        again(city, crawled)
    with pytest.raises(CrawlError, match="没有这个站点"):
        reread(city, "none", home=crawled, clock=dt.datetime.now, first_day=dt.date(2017, 1, 1))


def test_a_capture_that_was_cut_short_is_not_read_again(crawled: Path, web: Web) -> None:
    page, packed = f"{LIST}t1000002.shtml", gzip.compress(story(2, "new", "2017-10-02 09:00").encode() * 9)
    web.pages[page] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, packed[:-9])
    city = profile(crawled, web, body=".new")
    assert crawl(city, crawled, day="2017-10-11").sites[0].outcomes["server_error"] == 1
    found = again(city, crawled)
    assert "server_error" not in found.mended
    assert [line.outcome for line in landed(crawled) if line.url.endswith(page)] == [
        "parse_failed", "server_error", "stored",
    ]  # fmt: skip


def test_a_detail_is_landed_without_personal_data(crawled: Path, web: Web) -> None:
    wall = "<title>提示</title><p>您的访问被拦截，如有误报请联系管理员 13877011240</p>"
    city = profile(crawled, web, body=".new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crawlers.reread.read_capture", lambda *_: ({}, wall.encode()))
        again(city, crawled)
    details = [line.detail or "" for line in landed(crawled, outcome="captcha")]
    assert details and all("联系管理员" in detail for detail in details)
    assert not any("13877011240" in detail for detail in details)


def test_a_selector_that_reads_another_box_changes_nothing(tmp_path: Path, web: Web) -> None:
    page = story(1, "old", "<p>2017-10-01 09:00 来源：某报</p>")
    web.pages[LIST] = (
        '<title>某市</title><ul><li><a href="t1000001.shtml">第1篇稿件的标题</a>2017-10-01</li></ul>'
    )
    web.pages[f"{LIST}t1000001.shtml"] = page + f'<div class="also"><p>相关推荐：{TEXT[:40]}</p></div>'
    crawl(profile(tmp_path, web, body=".old"), tmp_path)
    found = again(profile(tmp_path, web, body=".also"), tmp_path)
    assert (found.kept_count, found.richer_count, found.new_records) == (1, 0, 0)


@pytest.mark.parametrize(
    ("count", "text", "is_less"),
    [(20, TEXT, False), (21, TEXT, False), (1, TEXT * 40, True), (20, "相关推荐", True)],
)
def test_a_thread_with_fewer_posts_or_far_less_text_is_less(count: int, text: str, is_less: bool) -> None:
    assert _is_less(STORED, "stored", thread(20, TEXT), thread(count, text)) is is_less


@pytest.mark.parametrize(("size", "is_less"), [(810, False), (780, False), (600, True), (4, True)])
def test_a_body_that_loses_more_than_a_line_or_two_is_less(size: int, is_less: bool) -> None:
    assert _is_less(STORED, "stored", piece(800), piece(size)) is is_less


def test_a_page_that_failed_since_its_capture_is_asked_for_again(crawled: Path, web: Web) -> None:
    page = f"{LIST}t1000002.shtml"
    good = web.pages[page]
    web.pages[page] = (503, {}, b"")
    old = profile(crawled, web, body=".old")
    assert crawl(old, crawled, "2017-10-10").sites[0].outcomes["server_error"] == 1
    city = profile(crawled, web, body=".new")
    assert again(city, crawled).mended == {"parse_failed": {"stored": 1}}
    web.pages[page] = good
    web.asked.clear()
    assert crawl(city, crawled, "2017-10-13").sites[0].outcomes == {"listed": 1, "unchanged": 1}
    assert web.asked[page] == 1


def test_records_are_read_only_of_the_addresses_asked_for(crawled: Path, web: Web) -> None:
    folder = crawled / "var" / "city"
    captures = newest_captures(folder, "gov", "2017-10-01")
    assert len(captures) == 3 and not any(line.article or line.thread for line in captures.values())
    (url,) = newest_records(folder, "gov", captures)
    assert url.endswith("t1000001.shtml")
    assert newest_records(folder, "gov", newest_captures(folder, "gov", "2017-10-10")) == {}


def test_a_site_that_is_being_crawled_is_told_and_the_others_are_read(crawled: Path, web: Web) -> None:
    site = {"platform": "trs", "start": [web.base + LIST], "options": {"body": ".new"}}
    make_city(crawled / "city", [site | {"slug": "busy"}, site | {"slug": "gov"}])
    where = ["--city", str(crawled / "city"), "--home", str(crawled), "--from", "2017-10-01"]
    state = crawled / "var" / "city" / "state"
    with FileLock(crawl_locks(state, "busy")[0]):
        result = CliRunner().invoke(sites_app, ["reread", *where])
    assert result.exit_code == 1 and "站点 busy 正在被抓取" in result.output
    assert [line.outcome for line in landed(crawled)].count("stored") == 2
    lines = len(landed(crawled))
    result = CliRunner().invoke(sites_app, ["reread", "gov", "none", *where])
    assert isinstance(result.exception, UserError) and "没有这个站点：none" in str(result.exception)
    assert len(landed(crawled)) == lines
