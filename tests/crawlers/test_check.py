"""The check of a site and the first look at one, on pages of a known platform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from crawlers.check import check_report, check_site
from crawlers.profile import profile_site
from crawlers.report import FieldCount, SiteReport
from crawlers.run import CrawlError
from pipeline.city import City, Site
from tests.crawlers.servers import Web, make_city, serve

TEXT = "市水利局昨日检查北仑河堤防，要求汛前完成加固，确保群众安全。" * 4


def now() -> dt.datetime:
    return dt.datetime(2017, 10, 9, 12)


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web()) as server:
        items = "".join(
            f'<li><span><a href="/zxzx/t{i}.shtml">第{i}篇稿件的标题</a>2017-10-0{i}</span></li>'
            for i in (7, 8)
        )
        server.pages["/zxzx/"] = (
            f'<title>某市人民政府门户网站</title><div class="rightDiv"><ul>{items}</ul></div>'
        )
        for i in (7, 8):
            server.pages[f"/zxzx/t{i}.shtml"] = (
                f'<html><head><meta name="ArticleTitle" content="第{i}篇稿件的标题">'
                f'<meta name="PubDate" content="2017-10-0{i} 09:00">'
                '<meta name="ContentSource" content="某报">'
                f'</head><body><div class="TRS_Editor"><p>{TEXT}</p></div></body></html>'
            )
        yield server


def city_of(tmp_path: Path, web: Web, **site: object) -> tuple[City, Site]:
    entry = {"slug": "gov", "platform": "trs", "start": [web.base + "/zxzx/"]} | site
    city = make_city(tmp_path / "city", [entry], retry_times=0)
    return city, city.sites[0]


def test_a_sound_site_has_no_problems_and_nothing_is_landed(tmp_path: Path, web: Web) -> None:
    city, site = city_of(tmp_path, web)
    check = check_site(site, city, clock=now)
    assert check.problems == [] and check.is_ok
    assert {page.kind: page.outcome for page in check.pages} == {"list": "listed", "article": "stored"}
    article = next(page for page in check.pages if page.kind == "article")
    assert article.fields["title"] and article.fields["body"] and article.fields["published"]
    assert next(page for page in check.pages if page.kind == "list").links["article"] == 2
    assert not (tmp_path / "var").exists() and not (tmp_path / "city" / "var").exists()


@pytest.mark.parametrize(
    ("path", "page", "said"),
    [
        ("/zxzx/", "<title>某市</title><p>维护中", "没有条目"),
        ("/zxzx/", None, "不存在"),
        ("/robots.txt", "User-agent: *\nDisallow: /\n", "robots.txt"),
        (
            "/zxzx/t8.shtml",
            f'<meta name="ArticleTitle" content="题"><div class="TRS_Editor"><p>{TEXT}</div>',
            "时间",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    tmp_path: Path, web: Web, path: str, page: str | None, said: str
) -> None:
    if page is None:
        del web.pages[path]
    else:
        web.pages[path] = page
    start = path if path.endswith("t8.shtml") else "/zxzx/"  # the piece alone: no list knows its date
    city, site = city_of(tmp_path, web, start=[web.base + start])
    problems = check_site(site, city, clock=now).problems
    assert any(said in problem for problem in problems), problems


def test_a_crawl_in_which_a_field_is_missing_is_a_problem() -> None:
    report = SiteReport(site="gov", outcomes={"listed": 1, "stored": 8}, requested=9)
    report.fields["article"] = FieldCount(records=8, found={"title": 8, "body": 8, "published": 7})
    assert check_report(report) == []
    report.fields["article"].found["published"] = 1
    (problem,) = check_report(report)
    assert "发布时间" in problem and "sites check gov" in problem
    report.outcomes = {"empty_list": 1}
    assert any("没有条目" in problem for problem in check_report(report))


def test_a_site_is_profiled_and_its_entry_is_a_site(tmp_path: Path, web: Web) -> None:
    city, _ = city_of(tmp_path, web)
    web.pages["/"] = (302, {"Location": "/zxzx/t8.shtml"}, b"")
    suggestion = profile_site(web.base + "/", city, clock=now)
    (entry,) = yaml.safe_load(suggestion.yaml)
    assert entry["platform"] == "trs" and entry["start"] == [web.base + "/zxzx/t8.shtml"]
    assert any("跳转" in note for note in suggestion.notes)
    suggestion = profile_site(web.base + "/zxzx/", city, clock=now)
    assert suggestion.entry["outlet"] == "某市人民政府门户网站"
    make_city(tmp_path / "other", [suggestion.entry])


def test_a_feed_is_suggested_for_an_unknown_platform(tmp_path: Path, web: Web) -> None:
    city, _ = city_of(tmp_path, web)
    web.pages["/blog"] = (
        "<title>某地新闻网 - 首页</title><p>正文"
        '<link rel=alternate type="application/rss+xml" href="/rss.xml">'
    )
    entry = profile_site(web.base + "/blog", city, clock=now).entry
    assert (entry["platform"], entry["start"]) == ("feed", [web.base + "/rss.xml"])
    assert entry["slug"] == "127-0-0-1"


def test_a_page_that_cannot_be_read_is_a_clear_error(tmp_path: Path, web: Web) -> None:
    city, _ = city_of(tmp_path, web)
    with pytest.raises(CrawlError, match="不存在"):
        profile_site(web.base + "/none", city, clock=now)
    with pytest.raises(CrawlError):
        profile_site("file:///etc/passwd", city, clock=now)
    private = make_city(tmp_path / "strict", [], allow_private=[])
    with pytest.raises(CrawlError, match="内网"):
        profile_site(web.base + "/zxzx/", private, clock=now)
