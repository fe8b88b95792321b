"""Pieces that run over several pages, crawled from a server: one record, an outcome a page, no loops."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path
from unittest.mock import AsyncMock, MagicMock

import msgspec
import pytest

from crawlers.frontier import Frontier
from crawlers.piece import _is_same_title
from crawlers.piece_crawl import read_piece
from crawlers.piece_marks import CUT_AGAIN, CUT_MARK, PART_MARK, is_part
from crawlers.platforms import platform_of
from crawlers.report import SiteReport
from crawlers.reread import newest_captures, reread
from crawlers.sharing import QueueLost
from crawlers.state import CrawlState
from pipeline.city import City, Site
from pipeline.landing import read_capture
from pipeline.records import Article, Landed, Link, Parsed
from tests.crawlers.crawled import crawl, landed, one_site
from tests.crawlers.servers import Web

LIST = "/zwdt/"
TITLE = "三十里渠清淤记"
TEXTS = (
    "入冬以后，渠边的三个村子都派了人下到渠底。市水利局的两名工程师住在村委会，一段一段地丈量。",
    "第二天下起了雨，清出来的淤泥堆在路边运不走。市交通局调来四台自卸车，连夜把泥拉到了砖厂。",
    "渠水放到尾村那天，老人们都站在桥上看。市农业局的技术员当场教大家怎样用淤泥改良沙地。",
)


def page(number: int, pages: int = 3, *, title: str = TITLE, text: str | None = None) -> str:
    """A page of a piece as TRS serves it, with links to its neighbours among the pieces."""
    pager = "".join(
        f"<a href='t20171008_12{f'_{n}' if n else ''}.html'>{n + 1}</a> " for n in range(pages) if n != number
    )
    after = f"<a href='t20171008_12_{number + 1}.html'>下一页</a>" if number + 1 < pages else ""
    return (
        f"<title>{title}_某市政府网</title><h1>{title}</h1><p>2017-10-08 09:00 来源：某报</p>"
        f'<div class="TRS_Editor"><p>{text or TEXTS[number]}</p></div>'
        f'<div class="pagination">{pager}{after}</div>'
        "<p>上一篇：<a href='t20171008_11.html'>别的稿件</a> "
        "下一篇：<a href='t20171008_13.html'>另一篇</a></p>"
    )


def site(tmp_path: Path, web: Web, **options: object) -> City:
    return one_site(
        tmp_path,
        web,
        {"retry_times": 0},
        slug="gov",
        platform="trs",
        start=[web.base + LIST],
        options=options,
    )


@pytest.fixture
def served(web: Web) -> Web:
    items = f"<li><a href='t20171008_12.html'>{TITLE}</a>2017-10-08</li>"
    web.pages[LIST] = f"<title>政务动态</title><ul>{items}</ul>"
    web.pages[f"{LIST}t20171008_12.html"] = page(0)
    for number in (1, 2):
        web.pages[f"{LIST}t20171008_12_{number}.html"] = page(number)
    return web


def as_landed_before_pieces_were_followed(home: Path) -> None:
    """What was landed says nothing of pages that are lacking, and the state is folded from it."""
    city = home / "var" / "city"
    for path in (city / "landing" / "gov").iterdir():
        path.write_text(re.sub(f'"detail":"{CUT_AGAIN}[^"]*"', '"detail":null', path.read_text()))
    for path in (city / "state").glob("gov.sqlite*"):
        path.unlink()


def pieces(home: Path) -> list[str]:
    return [line.article.body for line in landed(home) if line.article is not None]


def test_a_piece_is_landed_once_with_all_its_text_and_each_page_has_its_outcome(
    tmp_path: Path, served: Web
) -> None:
    report = crawl(site(tmp_path, served), tmp_path).sites[0]
    assert report.outcomes == {"listed": 1, "captured": 2, "stored": 1}
    assert pieces(tmp_path) == ["\n".join(TEXTS)]
    parts = landed(tmp_path, outcome="captured")
    assert [line.url.rpartition("/")[2] for line in parts] == ["t20171008_12_1.html", "t20171008_12_2.html"]
    for number, line in enumerate(parts, start=1):
        assert line.detail == f"{PART_MARK}第 {number + 1} 页，正文并入首页" and line.kind == "article"
        _, body = read_capture(tmp_path / "var" / "city", line.warc or "", line.warc_offset or 0)
        assert TEXTS[number].encode() in body
    assert all(count == 1 for path, count in served.asked.items()), served.asked
    served.asked.clear()
    assert crawl(site(tmp_path, served), tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1}
    assert not [path for path in served.asked if "t2017" in path]


def test_a_piece_without_one_page_is_landed_cut_and_mended_by_the_next_crawl(
    tmp_path: Path, served: Web
) -> None:
    whole = served.pages[f"{LIST}t20171008_12_1.html"]
    served.pages[f"{LIST}t20171008_12_1.html"] = (502, {}, b"bad gateway")
    report = crawl(site(tmp_path, served), tmp_path).sites[0]
    assert report.outcomes == {"listed": 1, "captured": 1, "server_error": 1, "stored": 1}
    stored = landed(tmp_path, outcome="stored")[0]
    assert stored.detail == f"{CUT_AGAIN}缺第 2 页（HTTP 502）"
    assert pieces(tmp_path) == [f"{TEXTS[0]}\n{TEXTS[2]}"]
    again = crawl(site(tmp_path, served), tmp_path, "2017-10-10").sites[0]
    assert again.outcomes == {"listed": 1, "captured": 1, "server_error": 1, "unchanged": 1}
    served.pages[f"{LIST}t20171008_12_1.html"] = whole
    mended = crawl(site(tmp_path, served), tmp_path, "2017-10-11").sites[0]
    assert mended.outcomes == {"listed": 1, "captured": 2, "stored": 1}
    assert pieces(tmp_path)[-1] == "\n".join(TEXTS) and landed(tmp_path, outcome="stored")[-1].detail is None
    assert crawl(site(tmp_path, served), tmp_path, "2017-10-12").sites[0].outcomes == {"listed": 1}


def test_a_page_that_is_not_there_is_told_and_not_asked_for_again(tmp_path: Path, served: Web) -> None:
    del served.pages[f"{LIST}t20171008_12_2.html"]
    assert crawl(site(tmp_path, served), tmp_path).sites[0].outcomes["not_found"] == 1
    assert landed(tmp_path, outcome="stored")[0].detail == f"{CUT_MARK}缺第 3 页（HTTP 404）"
    assert crawl(site(tmp_path, served), tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1}


def test_other_pieces_the_same_page_again_and_endless_pagers_add_nothing(tmp_path: Path, served: Web) -> None:
    served.pages[f"{LIST}t20171008_12_1.html"] = page(1, title="全市冬修水利现场会召开")
    served.pages[f"{LIST}t20171008_12_2.html"] = page(0)
    crawl(site(tmp_path, served), tmp_path)
    assert pieces(tmp_path) == [TEXTS[0]] and landed(tmp_path, outcome="stored")[0].detail is None
    served.pages[f"{LIST}t20171008_12.html"] = page(0, 99)
    for number in range(1, 99):
        served.pages[f"{LIST}t20171008_12_{number}.html"] = page(number, 99, text=f"{TEXTS[1]}第{number}段。")
    served.asked.clear()
    home = tmp_path / "other"
    home.mkdir()
    crawl(site(tmp_path, served), home)
    assert len([path for path in served.asked if "t20171008_12_" in path]) == 20
    assert landed(home, outcome="stored")[0].detail == f"{CUT_MARK}缺第 22 页（超过 21 页）"


def test_a_cut_piece_that_left_its_list_keeps_the_date_of_the_list(tmp_path: Path, served: Web) -> None:
    for number in range(3):
        undated = page(number).replace("2017-10-08 09:00", "").replace("t20171008_12", "pieceno")
        served.pages[f"{LIST}pieceno{f'_{number}' if number else ''}.html"] = undated
    served.pages[LIST] = f"<ul><li><a href='pieceno.html'>{TITLE}</a>2017-10-08</li></ul>"
    whole = served.pages[f"{LIST}pieceno_2.html"]
    served.pages[f"{LIST}pieceno_2.html"] = (502, {}, b"bad gateway")
    crawl(site(tmp_path, served), tmp_path)
    served.pages[f"{LIST}pieceno_2.html"] = whole
    served.pages[LIST] = "<ul><li><a href='other.html'>另一篇稿件的标题</a>2017-10-10</li></ul>"
    crawl(site(tmp_path, served), tmp_path, "2017-10-10")
    last = landed(tmp_path, outcome="stored")[-1].article
    assert last is not None and (last.published, last.body) == ("2017-10-08", "\n".join(TEXTS))


def test_reading_again_gives_the_same_piece_and_no_page_becomes_one(tmp_path: Path, served: Web) -> None:
    city = site(tmp_path, served)
    crawl(city, tmp_path)
    now = dt.datetime(2018, 10, 12, 9)
    found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
    assert (found.read_count, found.same_count, found.new_records) == (2, 2, 0)
    city = site(tmp_path, served, source="h1")
    found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
    assert (found.richer_count, found.new_records) == (1, 1)
    assert pieces(tmp_path) == ["\n".join(TEXTS)] * 2


def test_a_crawl_at_its_limit_lands_the_piece_cut_and_the_next_one_mends_it(
    tmp_path: Path, served: Web
) -> None:
    crawl(site(tmp_path, served), tmp_path, limit=3)
    stored = landed(tmp_path, outcome="stored")[0]
    assert stored.detail == f"{CUT_AGAIN}缺第 3 页（这次没有取）"
    crawl(site(tmp_path, served), tmp_path, "2017-10-10")
    assert pieces(tmp_path)[-1] == "\n".join(TEXTS)


def test_a_piece_of_which_only_the_first_page_was_known_is_told_by_reading_again_and_then_fetched(
    tmp_path: Path, served: Web
) -> None:
    city = site(tmp_path, served)
    now = dt.datetime(2018, 10, 12, 9)
    crawl(city, tmp_path, limit=2)
    as_landed_before_pieces_were_followed(tmp_path)
    assert pieces(tmp_path) == [TEXTS[0]]
    assert crawl(city, tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1}
    for cut_count in (1, 0):
        found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
        assert (found.cut_count, found.new_records) == (cut_count, 0)
    mended = crawl(city, tmp_path, "2017-10-11").sites[0]
    assert mended.outcomes == {"listed": 1, "captured": 2, "stored": 1}
    assert pieces(tmp_path)[-1] == "\n".join(TEXTS)
    found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
    assert (found.cut_count, found.new_records) == (0, 0)
    assert crawl(city, tmp_path, "2017-10-12").sites[0].outcomes == {"listed": 1}


def test_reading_again_leaves_a_piece_that_lacks_a_page_for_good(tmp_path: Path, served: Web) -> None:
    del served.pages[f"{LIST}t20171008_12_2.html"]
    city = site(tmp_path, served)
    crawl(city, tmp_path)
    now = dt.datetime(2018, 10, 12, 9)
    found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
    assert (found.same_count, found.cut_count) == (2, 0)


def test_a_further_page_that_leads_nowhere_readable_has_an_outcome_and_is_lacking(
    tmp_path: Path, served: Web
) -> None:
    served.pages[f"{LIST}t20171008_12_1.html"] = (302, {"Location": "http://[x"}, b"")
    report = crawl(site(tmp_path, served), tmp_path).sites[0]
    assert report.outcomes == {"listed": 1, "captured": 1, "parse_failed": 1, "stored": 1}
    assert pieces(tmp_path) == [f"{TEXTS[0]}\n{TEXTS[2]}"]
    assert (landed(tmp_path, outcome="stored")[0].detail or "").startswith(f"{CUT_AGAIN}缺第 2 页")


@pytest.mark.parametrize("further", [[], ["http://x.example.cn/t20171008_12_1.html"]])
def test_a_queue_that_is_lost_ends_the_crawl_without_an_outcome_of_the_piece(further: list[str]) -> None:
    article = Article(outlet="某报", url="http://x.example.cn/t20171008_12.html", title=TITLE, body=TEXTS[0])
    parsed = Parsed(kind="article", outcome="stored", article=article, further=further)
    spider = MagicMock(fault=None, letting_go=False, is_turned_away=False)
    spider.crawl.platform.canonical_url = lambda url, _: url
    spider.crawl.judge.side_effect = QueueLost
    spider.crawler.get_downloader_middleware.return_value.stopping.is_set.return_value = False
    spider.crawler.engine.download_async = AsyncMock(side_effect=QueueLost)
    asyncio.run(read_piece(spider, MagicMock(url=article.url), MagicMock(), parsed, dt.datetime.now()))
    spider.give_up.assert_called_once()
    spider._land.assert_not_called()


def test_a_cut_piece_that_is_gone_is_asked_for_once_more(tmp_path: Path, served: Web) -> None:
    served.pages[f"{LIST}t20171008_12_1.html"] = (502, {}, b"bad gateway")
    crawl(site(tmp_path, served), tmp_path)
    del served.pages[f"{LIST}t20171008_12.html"]
    gone = crawl(site(tmp_path, served), tmp_path, "2017-10-10").sites[0]
    assert gone.outcomes == {"listed": 1, "not_found": 1}
    assert crawl(site(tmp_path, served), tmp_path, "2017-10-11").sites[0].outcomes == {"listed": 1}


def test_a_piece_dated_on_its_second_page_is_dated(tmp_path: Path, served: Web) -> None:
    for number in range(2):
        text = page(number, 2).replace("t20171008_12", "pieceno")
        text = text if number else text.replace("2017-10-08 09:00", "")
        served.pages[f"{LIST}pieceno{f'_{number}' if number else ''}.html"] = text
    served.pages[LIST] = f"<ul><li><a href='pieceno.html'>{TITLE}</a></li></ul>"
    crawl(site(tmp_path, served, list="li"), tmp_path)
    (line,) = (line for line in landed(tmp_path) if line.article is not None)
    assert (line.outcome, line.article and line.article.published) == ("stored", "2017-10-08T09:00")


@pytest.mark.parametrize(
    ("first", "further", "number"),
    [
        (TITLE, TITLE, 2),
        (TITLE, f"{TITLE} (2)", 2),
        (TITLE, f"{TITLE}（3）", 3),
        (TITLE, f"{TITLE}_2", 2),
        (f"{TITLE} 第1页", f"{TITLE} 第2页", 2),
        (f"{TITLE}(1/3)", f"{TITLE}(2/3)", 2),
        ("工作简报12", "工作简报12", 2),
        ("工作简报12", "工作简报12（2）", 2),
        ("工作报告2017", "工作报告2017（2）", 2),
    ],
)
def test_a_further_page_has_the_title_of_the_first(first: str, further: str, number: int) -> None:
    assert _is_same_title(first, further, number)


@pytest.mark.parametrize(
    ("first", "further", "number"),
    [
        ("工作简报12", "工作简报13", 2),
        ("工作简报1", "工作简报2", 2),
        ("系列报道(1)", "系列报道(2)", 2),
        ("系列报道（1）", "系列报道（2）", 2),
        ("防城港市2016", "防城港市2017", 17),
        (TITLE, f"{TITLE}（3）", 2),
        ("关于清淤工作的通知", "关于清淤工作的通知的补充通知", 2),
    ],
)
def test_another_piece_has_another_title(first: str, further: str, number: int) -> None:
    assert not _is_same_title(first, further, number)


def test_another_piece_that_was_taken_for_a_page_is_still_brought_by_a_list(
    tmp_path: Path, served: Web
) -> None:
    other = "全市冬修水利现场会召开"
    served.pages[f"{LIST}t20171008_12.html"] = page(0, 2)
    served.pages[f"{LIST}t20171008_12_1.html"] = page(1, 1, title=other)
    city = site(tmp_path, served)
    crawl(city, tmp_path)
    items = f"<li><a href='t20171008_12_1.html'>{other}</a>2017-10-08</li>"
    served.pages[LIST] = f"<title>政务动态</title><ul>{items}</ul>"
    assert crawl(city, tmp_path, "2017-10-10").sites[0].outcomes == {"listed": 1, "stored": 1}
    folder = tmp_path / "var" / "city"
    assert sum(is_part(line.detail) for line in landed(tmp_path)) == 1
    assert not [
        line for line in newest_captures(folder, "gov", "2017-10-01").values() if is_part(line.detail)
    ]
    now = dt.datetime(2018, 10, 12, 9)
    found = reread(city, "gov", home=tmp_path, clock=lambda: now, first_day=dt.date(2017, 10, 1))
    assert (found.read_count, found.same_count, found.cut_count) == (3, 3, 0)
    as_first = [line for line in landed(tmp_path) if line.url.endswith("_1.html")]
    with pytest.MonkeyPatch.context() as patch:  # a part that was landed later
        patch.setattr(
            "crawlers.reread.iter_landed", lambda *_, **__: [("", 0, line) for line in as_first[::-1]]
        )
        (line,) = newest_captures(folder, "gov", "2017-10-01").values()
    assert line.outcome == "stored"


def test_a_page_that_is_no_further_one_may_be_visited_in_the_same_run() -> None:
    site = Site(slug="gov", outlet="某报", platform="trs", start=["http://x.example.cn/"])
    days = {"first_day": dt.date(2017, 10, 1), "last_day": dt.date(2017, 10, 9)}
    state = MagicMock(**{"page.return_value": None})
    report = SiteReport(site="gov")
    now = dt.datetime(2017, 10, 9)
    frontier = Frontier(site, platform_of(site), state, report, **days, now=now, limit=None)
    link = Link(url="http://x.example.cn/show-13.html", kind="article")
    part = frontier.part(link.url)
    assert part is not None and frontier.visit(link) is None
    frontier.release(part)
    assert frontier.visit(link) is not None
    part = frontier.part(link.url)
    assert part is not None
    frontier.release(part)
    assert frontier.visit(link) is None  # it was visited for itself


def test_a_whole_piece_stands_while_a_page_of_it_does_not_come(tmp_path: Path, served: Web) -> None:
    city = site(tmp_path, served, revisit_days=30)
    crawl(city, tmp_path)
    first, second = f"{LIST}t20171008_12.html", f"{LIST}t20171008_12_1.html"
    whole = served.pages[second]
    served.pages[second] = (502, {}, b"bad gateway")
    for day in (10, 11):  # the first page has changed, its text has not
        served.pages[first] = f"{page(0)}<!-- {day} -->"
        report = crawl(city, tmp_path, f"2017-10-{day}").sites[0]
        assert report.outcomes == {"listed": 1, "captured": 1, "server_error": 1, "unchanged": 1}
        assert landed(tmp_path, outcome="unchanged")[-1].detail == f"{CUT_AGAIN}缺第 2 页（HTTP 502）"
    assert pieces(tmp_path) == ["\n".join(TEXTS)]
    served.pages[second] = whole
    served.pages[first] = page(0, text=f"{TEXTS[0]}又记。")
    assert crawl(city, tmp_path, "2017-10-12").sites[0].outcomes["stored"] == 1
    assert pieces(tmp_path)[-1] == "\n".join((f"{TEXTS[0]}又记。", *TEXTS[1:]))


def test_a_cut_piece_that_left_its_list_keeps_what_the_list_told(tmp_path: Path) -> None:
    site = Site(slug="gov", outlet="某报", platform="trs", start=["http://x.example.cn/"])
    url = "http://x.example.cn/t20171008_12.html"
    article = Article(outlet="某报", url=url, title=TITLE, body=TEXTS[0], column="要闻", lead=True, page="01")
    line = Landed(
        run="r",
        site="gov",
        url=url,
        fetched_at="2017-10-09T08:00:00",
        kind="article",
        outcome="stored",
        detail=f"{CUT_AGAIN}缺第 2 页（HTTP 502）",
        article=article,
    )
    state = CrawlState(tmp_path, "gov")
    state.apply(line)
    state.apply(msgspec.structs.replace(line, outcome="unchanged", article=None))
    state.apply(msgspec.structs.replace(line, outcome="timeout", article=None, detail=None))
    days = {"first_day": dt.date(2017, 10, 1), "last_day": dt.date(2017, 10, 9)}
    now, report = dt.datetime(2017, 10, 9), SiteReport(site="gov")
    frontier = Frontier(site, platform_of(site), state, report, **days, now=now, limit=None)
    (link,) = frontier.failed_before()
    state.close()
    assert link.context == {"column": "要闻", "lead": True, "page": "01"}
