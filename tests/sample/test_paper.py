"""The paper is served as sites.md describes Founder's two layouts."""

from __future__ import annotations

import datetime as dt
import re

import chinese_calendar

from sample.content import load_content
from sample.faults import load_faults
from sample.paper import OUTLET, SEASON, Paper

from .conftest import Sample


def test_front_page_is_a_refresh_to_the_newest_edition(sample: Sample) -> None:
    node = sample.tree("paper", "/").css_first("meta[http-equiv=refresh]")
    assert node is not None and (node.attributes["content"] or "").endswith("html/2018-02/28/node_2.htm")


def test_old_edition_page(sample: Sample) -> None:
    answer = sample.get("paper", "/html/2017-10/12/node_2.htm")
    tree = answer.tree()
    pages = tree.css("a#pageLink")
    assert len(pages) >= 3 and [a.text() for a in pages][:2] == ["第01版：要闻", "第02版：综合"]
    assert "<a id=pageLink href=./node_2.htm>" in answer.text()  # unquoted, the id repeated
    titles = {a.attributes["href"] for a in tree.css("div.title li a")}
    areas = {a.attributes["href"] for a in tree.css("map[name=PagePicMap] area")}
    strip = {re.sub(r"\?.*", "", href or "") for href in titles}
    assert strip and strip == {re.sub(r"\?.*", "", href or "") for href in areas}
    assert any((href or "").endswith("?div=0") for href in areas) and all(
        (href or "").endswith("?div=-1") for href in titles
    )
    # On edition pages the founder-content stands in the comment and is the paper's name.
    assert tree.css_first("founder-content") is None
    assert "<founder-content>防城港日报</founder-content> /enpproperty-->" in answer.text()


def test_old_article_page_holds_the_piece(sample: Sample) -> None:
    for piece in [p for p in load_content().articles if p.outlet == OUTLET and p.day.day not in (23, 24)][
        :20
    ]:
        answer = sample.get("paper", f"/html/{piece.day:%Y-%m/%d}/content_{piece.number}.htm?div=-1")
        tree = answer.tree()
        assert _text(tree, ".text_c h1") == piece.title
        assert [
            p.text().strip("　\n ") for p in tree.css("#ozoom founder-content p") if p.text().strip()
        ] == (piece.paragraphs)
        assert (piece.column or "") in _text(tree, ".text_c h3")
        tail = answer.text().rsplit("<!--enpproperty", 1)[1]
        assert f"<founder-date>{piece.day} 23:59:57</founder-date>" in tail
        assert f"<founder-pagenum>{(piece.page or '')[:2]}</founder-pagenum>" in tail
        assert "责任编辑" in answer.text() and "法律顾问" in answer.text()  # tails that are no body


def test_first_on_the_front_page_is_the_lead_or_a_picture(sample: Sample) -> None:
    for piece in [p for p in load_content().articles if p.outlet == OUTLET and p.page == "01版"][:8]:
        first = sample.tree("paper", f"/html/{piece.day:%Y-%m/%d}/node_2.htm").css_first("div.title li a")
        assert first is not None
        assert (f"content_{piece.number}.htm" in (first.attributes["href"] or "")) == piece.lead


def test_gbk_bytes_under_a_utf8_header(sample: Sample) -> None:
    answer = sample.get("paper", "/html/2017-10/23/node_2.htm")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "charset=utf-8" in answer.text("gb18030") and "第01版" in answer.text("gb18030")


def test_the_week_in_which_the_paper_was_down(sample: Sample) -> None:
    for day in ("06", "10"):
        assert sample.get("paper", f"/html/2017-11/{day}/node_2.htm").status == 502
    assert sample.get("paper", "/html/2017-11/13/node_2.htm").status == 200


def test_an_edition_on_every_working_day_and_none_on_the_others(sample: Sample) -> None:
    written = {piece.day for piece in load_content().articles if piece.outlet == OUTLET}
    titles: list[str] = []
    for number in range((SEASON[1] - SEASON[0]).days + 1):
        day = SEASON[0] + dt.timedelta(days=number)
        if dt.date(2017, 11, 6) <= day <= dt.date(2017, 11, 10) or day in (
            dt.date(2017, 10, 23),
            dt.date(2017, 10, 24),  # in another encoding
        ):
            continue
        answer = sample.get("paper", f"/html/{day:%Y-%m/%d}/node_2.htm")
        assert (answer.status == 200) == (day in written or chinese_calendar.is_workday(day)), day
        if answer.status == 200 and day not in written:
            pages = [sample.tree("paper", f"/html/{day:%Y-%m/%d}/node_{n}.htm") for n in (2, 3, 5)]
            titles += [a.text() for page in pages for a in page.css("div.title li a")]
    assert len(titles) == len(set(titles)) >= 30


def test_no_edition_before_its_hour() -> None:
    morning = dt.datetime(2017, 12, 22, 5)
    assert dt.date(2017, 12, 22) not in Paper(load_content(), morning, load_faults(morning.date())).days


def test_new_layout_has_the_same_stories_under_other_ids(sample: Sample) -> None:
    old = sample.tree("paper", "/html/2017-10/12/node_2.htm").css("div.title li a")
    new = sample.tree("paper", "/pad/column/201710/12/node_01.html").css("#articlelist a")
    assert [a.text() for a in old] == [a.text() for a in new]
    href = new[-1].attributes["href"] or ""
    page = sample.get("paper", "/pad/" + href.replace("../../../", ""))
    tree = page.tree()
    assert _text(tree, "#main-title").strip() == new[-1].text()
    assert _text(tree, "#author") == "2017年10月12日"  # the date, not an author
    assert tree.css_first("#nowLayout") is not None and tree.css_first("#intro-title") is not None
    assert "<paperarticleid>" in page.text() and "</title>/enpproperty-->" in page.text()
    # The lead stands inside once more, under an id of its own.
    inside = sample.tree("paper", "/pad/column/201710/12/node_02.html").css("#articlelist a")
    assert new[0].text() in [a.text() for a in inside]
    assert new[0].attributes["href"] not in [a.attributes["href"] for a in inside]
    assert sample.get("paper", "/pad/column/201711/20/node_01.html").status == 404


def test_unchanged_pages_answer_304(sample: Sample) -> None:
    first = sample.get("paper", "/html/2017-10/12/node_2.htm")
    again = sample.get("paper", "/html/2017-10/12/node_2.htm", If_None_Match=first.headers["etag"])
    since = sample.get(
        "paper", "/html/2017-10/12/node_2.htm", If_Modified_Since=first.headers["last-modified"]
    )
    assert (again.status, again.body, since.status) == (304, b"", 304)


def _text(tree: object, selector: str) -> str:
    node = tree.css_first(selector)  # type: ignore[attr-defined]
    assert node is not None, selector
    return str(node.text()).replace("\n", "")
