"""Heads and tails of real local copy, in examples of our own."""
# ruff: noqa: E501 (pages and copy stand as they are served)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.byline import byline_of, names_of, source_in, source_of
from crawlers.text import clean_line, clean_lines, cut_edges
from crawlers.title import printed_title, strip_site, title_line

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
    kept = "第一段。\n第二段。\n第三段。\n编辑部的同志们深入一线。\n统筹推进各项工作。\n发布于2017年的《城市供水条例》对此已有规定\n举报电话：0770-0000000，欢迎群众监督。"
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
        ("某局开展检查。", "2017-10-09 作者：韦某、凌某 编辑：黄某", "韦某、凌某"),
        ("某局开展检查。", "采写|韦某", "采写 韦某"),
        ("某局开展检查。", "责任编辑：黄某", None),
        ("某局（以下简称我局）开展检查。", "", None),
        # The author's unit stands in brackets behind the name: without it the credit is lost.
        (
            "某局开展检查。",
            "来源：某网　作者：通讯员 甘某（上思县委宣传部）　点击：",
            "通讯员 甘某（上思县委宣传部）",
        ),
        (
            "某局开展检查。",
            "作者：韦某（市水利局）、凌某（市林业局） 编辑：黄某",
            "韦某（市水利局）、凌某（市林业局）",
        ),
        ("某局开展检查。", "作者：韦某（责任编辑 黄某）", "韦某"),
        ("某局开展检查。", "作者：市教育局后勤科　浏览次数：0", "市教育局后勤科"),
        ("某局开展检查。", "时间：2017-10-09　来源：本站　作者：　浏览次数：0　【字体：大 小】", None),
        ("某局开展检查。", "作者：来源：某网", None),
        ("某局开展检查。", "作者： 点击 12", None),
        ("某局开展检查。\n再次检查。", "（农水科 韩某）", "农水科 韩某"),
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
        ("通讯员 甘某（上思县委宣传部）", "甘某"),
        ("（韦某 凌某）", "韦某 凌某"),
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
        ("2017-10-09 08:05 [ 韦某 ] 来源：[ 广西日报 ]", "广西日报"),
        ("来源：【广西日报】", "广西日报"),
        ("来源：《广西日报》", "广西日报"),
        ("来源：《某某》杂志", "《某某》杂志"),
        ("来源：《港城新闻》", "《港城新闻》"),
        ("来源： 字体：大 中 小", None),
        ("来源：未知", None),
        ("没有说", None),
    ],
)
def test_source(line: str, source: str | None) -> None:
    assert source_of(line) == source


@pytest.mark.parametrize(
    ("body", "source"),
    [
        ("据广西日报讯（记者 杨某）某局近日开展检查。", "广西日报"),
        ("新华社北京11月19日电（记者 王某）某部近日印发方案。", "新华社"),
        ("据《钦州日报》报道，某局近日开展检查。", "钦州日报"),
        ("某局近日开展检查。\n检查还将继续。（据《钦州日报》）", "钦州日报"),
        ("人民网北京11月19日电（记者 王某）某部近日印发方案。", "人民网"),
        ("某部近日印发方案。\n方案即日施行。（新华社北京11月19日电）", "新华社"),
        ("某部近日印发方案。\n（新华社北京11月19日电 载11月20日《某某日报》）", "新华社"),
        ("某局近日开展检查。\n检查还将继续。（来源：广西日报）", "广西日报"),
        ("某局近日开展检查。\n转自《广西日报》", "广西日报"),
        ("某局近日开展检查。\n据市水利局通报", None),
        ("某局近日开展检查。\n居民向新华社记者介绍，检查还将继续。", None),
        ("本报讯（记者 韦某）某局近日开展检查。", None),
        ("防城港日报讯（记者 韦某）某局近日开展检查。", None),
        ("据了解，某局网格员近日开展检查。", None),
        ("据通报，某报社区站点已经整改。", None),
    ],
)
def test_source_in_the_copy(body: str, source: str | None) -> None:
    assert source_in(body) == source


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("全市河长制会议召开_要闻_某某新闻网", "全市河长制会议召开"),
        ("全市河长制会议召开-某市人民政府门户网站", "全市河长制会议召开"),
        ("全市河长制会议召开 - 要闻 - 某某日报", "全市河长制会议召开"),
        ("某某网--北京--全市河长制会议在港召开", "全市河长制会议在港召开"),
        ("水库安全——来自一线的报道", "水库安全——来自一线的报道"),
        ("本地要闻_防城港新闻网", "本地要闻"),
        ("要闻_某某新闻网", "要闻"),
        ("防城港新闻_防城港新闻网", "防城港新闻"),
        ("部门动态 - 某市人民政府门户网站", "部门动态"),
        ("A-B 两级河长上岗", "A-B 两级河长上岗"),
    ],
)
def test_title_without_the_site(title: str, expected: str) -> None:
    assert strip_site(title) == expected


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("港城一周 | 某镇开展检查", "港城一周 | 某镇开展检查"),
        ("港城一周|某镇开展检查_某某新闻网", "港城一周|某镇开展检查"),
        ("某镇开展检查 | 某某新闻网", None),
        ("某镇开展检查_港城一周", None),
    ],
)
def test_a_column_before_the_headline_stays_where_the_page_prints_it(title: str, printed: str | None) -> None:
    lines = ["首页", "港城一周｜某镇开展检查", "某镇开展检查", "某某新闻网"]
    assert printed_title(title, lines) == printed


def test_a_title_longer_than_any_headline_is_not_looked_for() -> None:
    title = "甲|" * 20_000
    assert printed_title(title, [title]) is None


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("首页\n上思：念好山字经\n港口一角，船来船往。", "上思：念好山字经"),
        ("首页\n某镇开展检查的经过\n发布机构：某镇人民政府办公室", "某镇开展检查的经过"),
        ("首页\n主题：某路的路灯不亮了", "某路的路灯不亮了"),
        ("首页\n港口一角，船来船往。", None),
    ],
)
def test_the_line_that_must_be_the_title(before: str, title: str | None) -> None:
    assert title_line(before, "近日，某镇开展检查。\n检查还将继续。") == title


ODD = st.text(
    alphabet=st.sampled_from("港口 \t\n\r\u3000\u00a0\u2003\u200b\ufeff\x0b\x0c\x85\u2028\x1c\x00a。"),
    max_size=40,
)


@given(ODD)
def test_lines_cleaned_at_once_are_the_lines_cleaned_one_by_one(text: str) -> None:
    assert clean_lines(text) == "\n".join(filter(None, map(clean_line, text.splitlines())))
