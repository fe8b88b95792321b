"""The government sites, the portal and WeChat are served as sites.md describes them."""

from __future__ import annotations

import re
from collections.abc import Callable

import feedparser
import pytest

from sample.content import load_content
from sample.gov import UNIT_FOLDERS
from sample.truth import path_of

from .conftest import Sample

CONTENT = load_content()


def test_list_pages_by_script_only(sample: Sample) -> None:
    answer = sample.get("gov", "/zxzx/bmdt/")
    match = re.search(r'createPageHTML\((\d+), 0, "index", "shtml"', answer.text())
    assert match and int(match.group(1)) >= 2
    assert "index_1" not in answer.text()  # no link: the number of pages stands in the script
    rows = answer.tree().css("div.rightDiv > ul > li > span > a")
    assert len(rows) == 8
    assert re.search(r"\d{4}-\d\d-\d\d", rows[0].parent.text())  # type: ignore[union-attr]
    second = sample.tree("gov", "/zxzx/bmdt/index_1.shtml").css("div.rightDiv > ul > li > span > a")
    assert second and not {a.text() for a in second} & {a.text() for a in rows}
    assert sample.get("gov", "/zxzx/bmdt/index_99.shtml").status == 404


@pytest.mark.parametrize(
    "piece", [p for p in CONTENT.articles if path_of(p)[0] == "gov"][:12], ids=lambda p: p.id
)
def test_trs_article(sample: Sample, piece: object) -> None:
    site, path = path_of(piece)  # type: ignore[arg-type]
    answer = sample.get(site, path)
    if answer.status == 404 and "jyj" in path:
        return
    tree = answer.tree()
    metas = {n.attributes.get("name"): n.attributes.get("content") for n in tree.css("meta[name]")}
    assert metas["ArticleTitle"] == piece.title  # type: ignore[attr-defined]
    assert metas["PubDate"] == piece.published.replace("T", " ")  # type: ignore[attr-defined]
    assert metas["ContentSource"] == piece.origin and metas["ColumnName"]  # type: ignore[attr-defined]
    body = tree.css("div.TRS_Editor")
    assert len(body) == 1 and answer.text().count("TRS_Editor") >= 4  # a style and scripts name it too
    assert [p.text().strip("　 \n") for p in body[0].css("p")] == piece.paragraphs  # type: ignore[attr-defined]
    for image in body[0].css("img"):
        assert (image.attributes["src"] or "").startswith("./W020")


def test_announcement_stays_up_but_for_one_unit(on: Callable[[str], Sample]) -> None:
    before, within, later = on("2017-10-10"), on("2017-10-15"), on("2018-02-28")
    pages = {
        p.outlet: path_of(p)[1] for p in CONTENT.articles if "社会评价公告" in p.title and "站" in p.outlet
    }
    assert len(pages) >= 5
    for outlet, path in pages.items():
        assert before.get("gov", path).status == 404
        assert within.get("gov", path).status == 200
        assert later.get("gov", path).status == (404 if outlet == "单位网站:市教育局" else 200)
        assert later.get("gov", "/" + path.split("/")[1] + "/").status in (200, 404)
    # The list still names the page that is gone.
    assert "t10019.shtml" in later.get("gov", "/jyj/dtxx/").text()


def test_every_outlet_of_the_content_is_served(sample: Sample) -> None:
    for piece in CONTENT.articles:
        path_of(piece)
    for folder in UNIT_FOLDERS.values():
        assert sample.tree("gov", f"/{folder}/dtxx/").css("div.rightDiv li a")


def test_troubles_of_lists(sample: Sample) -> None:
    rows = sample.get("gov", "/zxzx/bmdt/").text() + sample.get("gov", "/zxzx/bmdt/index_1.shtml").text()
    rows += sample.get("gov", "/zxzx/bmdt/index_2.shtml").text()
    assert "http://10.0.0.1/" in rows and "http://www.gov.example/" in rows
    assert sample.get("gov", "/zxzx/bmdt/t90001.shtml").status == 404
    error = sample.get("gov", "/zxzx/bmdt/t90002.shtml")
    assert error.status == 200 and "系统繁忙" in error.text()
    moved = sample.get("gov", "/zxzx/xqdt/t90004.shtml")
    assert moved.status == 301 and sample.get("gov", moved.headers["location"]).status == 200
    login = sample.get("portal", "/news/mssh/2017/1101/90003.html")
    assert login.status == 200 and "password" in login.text()
    assert len(sample.get("portal", "/news/bdyw/2017/1116/90005.html").body) > 30_000_000
    loop = sample.get("portal", "/news/bdyw/2017/1120/90007.html")
    assert loop.status == 302 and loop.headers["location"] == "/news/bdyw/2017/1120/90007.html"
    inward = sample.get("portal", "/news/mssh/2017/1122/90008.html")
    assert inward.status == 302 and inward.headers["location"].startswith("http://192.168.1.1/")
    lying = sample.get("portal", "/news/bdyw/2017/1010/10070.html")
    assert "charset=utf-8" in lying.headers["content-type"] and "防城港新闻网" in lying.text("gb18030")


def test_portal_lists_pages_and_articles(sample: Sample) -> None:
    tree = sample.tree("portal", "/news/bdyw/")
    assert tree.css("ul.news_list li a") and tree.css(".pages a.next")
    for piece in [
        p for p in CONTENT.articles if path_of(p)[0] == "portal" and p.day.isoformat() != "2017-10-10"
    ]:
        page = sample.get(*path_of(piece))
        tree = page.tree()
        assert tree.css_first("h1.title").text() == piece.title  # type: ignore[union-attr]
        texts = [p.text() for p in tree.css("#content p") if p.text()]
        assert texts[: len(piece.paragraphs)] == piece.paragraphs


def test_feed_reads_and_its_links_answer(sample: Sample) -> None:
    feed = feedparser.parse(sample.get("portal", "/rss.xml").body)
    assert not feed.bozo and len(feed.entries) == 20
    path = "/" + feed.entries[0].link.split("/", 3)[3]
    assert sample.get("portal", path).status == 200


def test_wechat_time_stands_in_a_script_only(on: Callable[[str], Sample], sample: Sample) -> None:
    tree = sample.tree("wechat", "/s/wx001")
    assert tree.css_first("#activity-name").text().strip().startswith("社会评价")  # type: ignore[union-attr]
    assert tree.css_first("#js_name").text().strip() == "防城港发布"  # type: ignore[union-attr]
    assert "您说了算" in tree.css_first("#js_content").text()  # type: ignore[union-attr]
    assert tree.css_first("#publish_time").text() == ""  # type: ignore[union-attr]
    assert 'var ct = "1507768200"' in sample.get("wechat", "/s/wx001").text()  # 2017-10-12 08:30 in China
    assert "已被发布者删除" in on("2017-10-10").get("wechat", "/s/wx001").text()
