"""Reprints: whole, trimmed, edited; and what only looks like one."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

import random
import tracemalloc
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tagging.items import ArticleItem, Shelf
from pipeline.tagging.reprint import Traces, find_reprints
from pipeline.tagging.reprint_pairs import CROWD, PairSearch, read_print

PAPER, NET, GOV = "防城港日报", "防城港新闻网", "防城港市人民政府网站"
STORY = (
    "本报讯（记者 唐某）天还没亮，渔港的冰厂就响起了碎冰机。11月3日，开渔后的第三个大潮，进港渔船比上周多了47艘。\n"
    "市水产畜牧局在码头设了三个流动服务点，给渔民现场换证、检验救生衣。当天共办理证书126本，查出过期救生衣38件，全部当场更换。\n"
    "“以前要跑一趟市区，来回三个钟头。”船老大苏某接过新证，顺手塞进贴身的口袋。\n"
    "服务点将一直设到年底，每逢大潮开门。船东也可以先在手机上填表，到码头只需要核对一次。"
)
RETOLD = (
    "为方便渔民办证，市水产畜牧局把窗口搬到了海边。11月3日当天，126本证书在码头办结，38件旧救生衣被替换。\n"
    "据介绍，这样的流动窗口共有三处，逢大潮就会出现，年底前不撤。有船东说，省下的半天工夫够补一张网了。\n"
    "该局还开通了网上预填，核验材料由四份减为一份，预约后平均等候不到十分钟。"
)


def piece(
    ident: str, outlet: str, body: str, published: str, title: str = "码头上的窗口", source: str | None = None
) -> ArticleItem:
    return ArticleItem(id=ident, outlet=outlet, body=body, published=published, title=title, source=source)


def pairs(*items: ArticleItem) -> dict[str, str]:
    return {ident: first for ident, (first, _) in find_reprints(Shelf.of(items)).items()}


def test_a_crowd_of_the_same_text_is_one_group() -> None:
    copies = [piece(f"c{n:03}", f"网站{n % 7}", STORY, f"2017-11-{4 + n % 20:02}") for n in range(260)]
    found = pairs(*copies, piece("first", "防城港日报", STORY, "2017-11-03"))
    assert found == dict.fromkeys((copy.id for copy in copies), "first")


def test_whole_trimmed_and_retitled() -> None:
    paragraphs = STORY.split("\n")
    found = find_reprints(
        Shelf.of(
            [
                piece(
                    "c",
                    GOV,
                    "\n".join(paragraphs[1:3]),
                    "2017-11-05T08:00",
                    "流动服务点进渔港",
                    "来源：防城港日报",
                ),
                piece("b", NET, STORY, "2017-11-04T09:30", source="防城港日报"),
                piece("a", PAPER, STORY, "2017-11-04"),
            ]
        )
    )
    assert {k: v[0] for k, v in found.items()} == {"b": "a", "c": "a"}
    assert "防城港日报" in found["b"][1].why and "%" in found["b"][1].why


def test_edited_in_every_sentence() -> None:
    edited = (
        STORY.replace("天还没亮", "天没亮")
        .replace("共办理", "共办")
        .replace("以前", "从前")
        .replace("将一直", "一直")
    )
    edited = edited.replace("顺手塞进", "随手塞进").replace("开门", "开放").replace("全部当场", "当场")
    assert pairs(piece("a", PAPER, STORY, "2017-11-04"), piece("b", NET, edited, "2017-11-04T10:00")) == {
        "b": "a"
    }


def test_told_again_in_other_words() -> None:
    assert pairs(piece("a", PAPER, STORY, "2017-11-04"), piece("b", NET, RETOLD, "2017-11-04T10:00")) == {}


def test_source_decides_where_the_dates_disagree() -> None:
    web = piece("w", NET, STORY, "2017-11-03T23:50", source="来源：防城港日报")
    paper = piece("p", PAPER, STORY, "2017-11-04")
    assert pairs(web, paper) == {"w": "p"}


def test_first_publication_never_captured() -> None:
    early = piece("e", NET, STORY, "2017-11-04T08:00", source="广西日报")
    late = piece("l", GOV, STORY, "2017-11-04T12:00", source="广西日报")
    assert pairs(late, early) == {"l": "e"}


def test_uniform_notice_is_no_reprint() -> None:
    text = "各位市民：2017年度社会评价已经开始，调查机构将随机拨打电话，请您客观、如实回答，您的回答将严格保密。感谢您的支持！"
    notice = "2017年度社会评价公告"
    hosts = [
        piece(f"n{i}", outlet, text, f"2017-10-1{i}", notice)
        for i, outlet in enumerate(["单位网站:市水利局", "单位网站:市妇联", PAPER])
    ]
    assert pairs(*hosts) == {}


def weather(day: int, low: int, high: int, wind: int) -> str:
    return (
        f"市气象台今天下午发布天气预报：受冷空气影响，预计{day}日白天到夜间我市阴天有小雨，气温{low}到{high}℃。"
        f"北部湾海面偏北风{wind}级，阵风{wind + 1}级。请过往船只注意航行安全，市民早晚出门注意添衣。"
    )


def test_template_with_other_figures_is_no_reprint() -> None:
    assert (
        pairs(
            piece("a", "防城港新闻(电视)", weather(8, 11, 15, 6), "2018-01-07", "【天气】"),
            piece("b", "防城港新闻(电视)", weather(19, 14, 20, 4), "2018-01-18", "【天气】"),
            piece("c", NET, weather(27, 6, 9, 8), "2018-01-26", "天气预报"),
        )
        == {}
    )


def test_chain_of_a_shared_statement() -> None:
    statement = "经初步核查，起火部位为二楼仓库，过火面积约十五平方米，无人员伤亡，起火原因正在进一步调查之中，请广大市民不信谣、不传谣。"
    one = "昨夜，老街一家店铺冒出浓烟，邻居们端着水盆往楼上跑，有人拨打了电话。" + statement
    two = (
        statement
        + "记者今晨在现场看到，店铺卷帘门已经拉下，几名师傅正在清理墙面，隔壁的米粉店照常开门，老板说半夜听见有人喊起火。"
    )
    assert pairs(piece("a", PAPER, one, "2017-11-04"), piece("b", NET, two, "2017-11-05T08:00")) in (
        {},
        {"b": "a"},
    )
    assert pairs(
        piece("s", GOV, statement * 1, "2017-11-04T01:00"), piece("a", PAPER, one, "2017-11-05")
    ) == {"a": "s"}


def test_short_texts_prove_nothing() -> None:
    assert (
        pairs(piece("a", PAPER, "图片新闻。", "2017-11-04"), piece("b", NET, "图片新闻。", "2017-11-05"))
        == {}
    )


def test_missing_dates_and_nothing_at_all() -> None:
    undated = ArticleItem(id="u", body=STORY)
    assert find_reprints(Shelf.of([])) == {}
    assert pairs(undated, piece("p", PAPER, STORY, "2017-11-04")) == {"u": "p"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_the_items_does_not_matter(seed: int) -> None:
    items = [
        piece("a", PAPER, STORY, "2017-11-04"),
        piece("b", NET, STORY, "2017-11-04T09:30", source="防城港日报"),
        piece("c", GOV, STORY[:150], "2017-11-05"),
        piece("d", NET, RETOLD, "2017-11-05T10:00"),
    ]
    expected = pairs(*items)
    random.Random(seed).shuffle(items)
    assert pairs(*items) == expected
    assert set(expected) & set(expected.values()) == set()


def test_articles_that_were_read_before_give_the_same() -> None:
    items = [
        piece("a", PAPER, STORY, "2017-11-04"),
        piece("d", NET, RETOLD, "2017-11-05T10:00"),
        piece("b", NET, STORY, "2017-11-04T09:30", source="防城港日报"),
        piece("c", GOV, STORY[:150], "2017-11-05"),
    ]
    traces: Traces = {}
    assert find_reprints(Shelf.of(items[:2]), traces) == {}
    assert traces.keys() == {"a", "d"}
    del traces["d"]
    again = find_reprints(Shelf.of(items), traces)
    assert again == find_reprints(Shelf.of(items)) and again.keys() == {"b", "c"}
    assert traces.keys() == {"a", "b", "c", "d"}


def test_texts_without_a_frequent_character_are_not_all_compared() -> None:
    search = PairSearch()
    for number in range(300):
        search.add(read_print([f"item {number} of the tide table of {number * 7} ports"]))
    assert search.pairs() == []


def test_texts_that_agree_in_all_bands_are_paired_within_the_memory_of_their_pairs() -> None:
    search, text = PairSearch(), "县里的人在河道上了工，为的是不再有水"  # no clause of it is long
    for _ in range(300):
        search.add(read_print([text[place : place + 3] for place in range(len(text) - 3)]))
    near = [(one, other) for one, other in combinations(range(300), 2) if other - one <= CROWD]
    pairs = len(near)
    tracemalloc.start()
    try:
        found = search.pairs()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == near
    assert peak < 320 * pairs
