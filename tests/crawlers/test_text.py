"""Heads and tails of real local copy, in examples of our own."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import pytest

from crawlers.text import byline_of, cut_edges, names_of, source_of, strip_site

BODY = "防城港日报讯（记者 韦某）某局近日开展检查。\n检查组走访了三个码头。\n统筹推进整改，策划后续行动。"


@pytest.mark.parametrize(
    "tail",
    [
        "责任编辑：黄某",
        "责任编辑 黄某",
        "值班编辑:黄某\n监制：某某\n投稿邮箱：a@example.cn",
        "来源|防城区新闻中心\n采写|韦某\n编辑|黄某\n审核|某某",
        "（韦某 凌某）",
        "法律顾问：某某律师事务所",
        "返回首页",
        "【打印】【关闭】",
        "上一篇：另一条\n下一篇：再一条",
        "Copyright © 2017 某网",
    ],
)
def test_tails_are_no_body(tail: str) -> None:
    assert cut_edges(f"{BODY}\n{tail}")[0] == BODY


@pytest.mark.parametrize(
    "head", ["您的位置：首页 > 要闻", "2017-10-09 08:05　来源：某报", "字号：大 中 小", "分享到："]
)
def test_navigation_is_no_body(head: str) -> None:
    assert cut_edges(f"{head}\n{BODY}")[0] == BODY


def test_paragraphs_that_begin_like_tails_stay() -> None:
    kept = "第一段。\n第二段。\n第三段。\n编辑部的同志们深入一线。\n统筹推进各项工作。\n举报电话：0770-0000000，欢迎群众监督。"
    assert cut_edges(kept)[0] == kept


def test_tail_in_the_last_line() -> None:
    assert cut_edges("第一段。\n第二段。（责任编辑：黄某）") == ("第一段。\n第二段。", "（责任编辑：黄某）")


@pytest.mark.parametrize(
    ("body", "around", "byline"),
    [
        ("防城港日报讯(全媒体记者 韦某 见习记者 凌某某)某局", "", "全媒体记者 韦某 见习记者 凌某某"),
        ("防城港日报港口讯（记者 韦某）某局", "", "记者 韦某"),
        ("本报讯（记者 韦某 通讯员 凌某某）某局", "", "记者 韦某 通讯员 凌某某"),
        ("某局开展检查。（总台记者 韦某）", "", "总台记者 韦某"),
        ("某局开展检查。", "2017-10-09 作者：韦某、凌某 编辑：黄某", "作者 韦某、凌某"),
        ("某局开展检查。", "采写|韦某", "采写 韦某"),
        ("某局开展检查。", "责任编辑：黄某", None),
        ("某局（以下简称我局）开展检查。", "", None),
    ],
)
def test_byline_as_printed(body: str, around: str, byline: str | None) -> None:
    assert byline_of(body, around) == byline


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("全媒体记者 韦某 见习记者 凌某某", "韦某 凌某某"),
        ("本报记者韦某 通讯员 凌某 文/图", "韦某 凌某"),
        ("作者：韦某、凌某某", "韦某 凌某某"),
        ("信报记者 韦某某", "韦某某"),
        ("记者韦某 整合", "韦某"),
        (None, None),
    ],
)
def test_names_without_offices(byline: str | None, names: str | None) -> None:
    assert names_of(byline) == names


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("2017-10-09 08:05 来源：市教育局 作者：韦某", "市教育局"),
        ("来源|防城区新闻中心", "防城区新闻中心"),
        ("来 源：新华社", "新华社"),
        ("来源于：东区办事处", "东区办事处"),
        ("没有说", None),
    ],
)
def test_source(line: str, source: str | None) -> None:
    assert source_of(line) == source


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("全市河长制会议召开_要闻_某某新闻网", "全市河长制会议召开"),
        ("全市河长制会议召开-某市人民政府门户网站", "全市河长制会议召开"),
        ("全市河长制会议召开 - 要闻 - 某某日报", "全市河长制会议召开"),
        ("某某网--北京--全市河长制会议在港召开", "全市河长制会议在港召开"),
        ("水库安全——来自一线的报道", "水库安全——来自一线的报道"),
        ("A-B 两级河长上岗", "A-B 两级河长上岗"),
    ],
)
def test_title_without_the_site(title: str, expected: str) -> None:
    assert strip_site(title) == expected
