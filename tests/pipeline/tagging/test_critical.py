"""The learned reading of critical pieces: what it adds to the rules, what it may not do, why it says so."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.city import load_city
from pipeline.records import ArticleTags, Evidence
from pipeline.tagging.articles import ArticleTagger
from pipeline.tagging.critical import DENIED, THRESHOLD, CriticReader, overrules
from pipeline.tagging.form import is_loosely_marked
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.news_sentiment_model import NewsModel, WordBank
from pipeline.tagging.units import Criticism, UnitTagger

CITY = load_city()
TAGGER = ArticleTagger(CITY)
PAPER = "防城港日报"


def tag(title: str, body: str, **fields: str) -> ArticleTags:
    return TAGGER.tag(ArticleItem(id="t", outlet=PAPER, title=title, body=body, **fields))


def test_who_promised_and_did_not_is_exposed_and_not_credited() -> None:
    tags = tag(
        "修了三年的天桥还差一部电梯",
        "本报讯（记者 黎某）轮椅停在天桥下面，上不去。2015年，市住建委公开承诺年内装好电梯，如今井道里"
        "积满了水，长出了青苔。记者两次到市住建委询问，第一次说经办人出差，第二次说要等招标，"
        "什么时候能装，没有人说得清。住在附近的老人说，投诉打了十几个，每次都说登记了。",
    )
    assert (tags.form, tags.exposed, tags.credits) == ("曝光", ["市住建委"], [])
    assert tags.sentiment == "negative"
    why = tags.why["form"]
    assert "揭短" in why.why and "“" in why.why
    assert why.field in ("title", "body") and why.start is not None
    assert THRESHOLD <= tags.confidence["form"] <= 1


def test_who_finds_the_shortcoming_is_credited_and_never_exposed() -> None:
    tags = tag(
        "三家卫生院夜里敲不开门",
        "本报讯（记者 吴某）市卫计委督导组近日夜间暗访基层卫生院，上思县一家卫生院的大门敲了二十分钟没有人"
        "应，值班电话是空号；登记本上的夜班签名全是同一个人的笔迹。市卫计委已通报上思县，要求一周内整改。",
    )
    assert tags.exposed == ["上思县"]
    assert [credit.unit for credit in tags.credits] == ["市卫计委"]


def test_a_company_is_no_unit() -> None:
    tags = tag(
        "年夜饭订金退不了 酒店老板躲着不见",
        "本报讯（记者 唐某）订好的年夜饭，酒店关了门。三十多位市民交了订金，打电话没有人接，找上门铁门紧锁。"
        "记者多次拨打老板的手机，对方听到“退钱”就挂断。“钱不多，气不顺。”市民何女士说，至今没有一个说法。",
    )
    assert (tags.form, tags.exposed, tags.sentiment) == ("曝光", [], "negative")


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "等了三年的电梯装好了",
            "本报讯（记者 黎某）轮椅终于能上天桥了。市住建委用四个月给城区六座天桥装上电梯，昨天全部启用。"
            "以前投诉最多的中华路天桥，老人们排着队试坐。“再也不用绕两公里了。”覃大爷笑着说。",
        ),
        (
            "市质监局公布电梯维保“红黑榜”",
            "本报讯（记者 唐某）市质监局1月9日公布第四季度电梯维保单位考核结果，二十六家单位中，优秀五家，"
            "不合格两家。不合格的单位将被列为重点监督对象。市民可以在该局网站上查询本小区电梯的维保记录。",
        ),
        (
            "市纪委暗访组开展业务培训",
            "本报讯（记者 廖某某）市纪委1月12日举办暗访业务培训班，来自各县（市、区）的四十名学员参加。"
            "培训为期两天，内容包括取证规范、影像采集、保密纪律等，结业考试合格的颁发工作证。",
        ),
    ],
)
def test_what_only_looks_critical_is_a_report(title: str, body: str) -> None:
    tags = tag(title, body)
    assert (tags.form, tags.exposed) == ("报道", [])
    assert tags.credits


def test_the_model_overrules_only_what_no_column_says() -> None:
    loose = ArticleItem(id="a", title="市纪委暗访组开展业务培训", body="")
    assert is_loosely_marked(loose)
    marked = [
        ArticleItem(id="a", title="【曝光台】谁来管", body=""),
        ArticleItem(id="a", title="暗访培训", body="", column="曝光台"),
        ArticleItem(id="a", title="谁来管", body="", kicker="民生问政"),
    ]
    assert not any(is_loosely_marked(item) for item in marked)
    assert overrules(loose, DENIED / 2) and not any(overrules(item, DENIED / 2) for item in marked)
    mended = ArticleItem(id="a", title="督查“回头看”：路灯亮了", body="")
    assert not overrules(mended, 0.99) and overrules(marked[0], THRESHOLD) and not overrules(loose, 0.3)


def test_who_holds_an_event_is_not_blamed() -> None:
    units, against = UnitTagger(CITY), Criticism(0.9, Evidence(why="试"))
    item = ArticleItem(
        id="t",
        outlet=PAPER,
        title="坏收音机的博物馆",
        body="由市科协主办的旧物展昨天开展，坏了的钟表、断了线的收音机没有人要。",
    )
    said = units.tag(item, against)
    assert (said.exposed, said.exposure) == ([], False)
    assert [credit.unit for credit in said.credits] == ["市科协"]


def test_a_batch_is_tagged_as_each_alone() -> None:
    items = [
        ArticleItem(id=str(n), outlet=PAPER, title=t, body=b)
        for n, (t, b) in enumerate(
            [("会议", "市水利局召开会议。"), ("谁来管", "路灯坏了三年，市市政局至今没有人来修。"), ("", "")]
        )
    ]
    assert TAGGER.tag_all(items) == [TAGGER.tag(item) for item in items]


def _model(words: tuple[str, ...], weights: list[list[float]]) -> NewsModel:
    rows = np.array(weights, dtype=np.float32)
    labels = rows.shape[1]
    return NewsModel(
        words,
        rows,
        np.ones(len(words), dtype=np.float32),
        np.zeros((0, labels), dtype=np.float32),
        np.zeros(labels, dtype=np.float32),
    )


def test_models_of_a_bank_read_as_each_alone_and_the_end_of_a_text_stands_out() -> None:
    one = _model(("坏", "好"), [[1, 0, 0], [0, 0, 1]])
    two = _model(("\t坏", "坏", "新"), [[2, 0], [0.5, 0], [0, 1]])
    texts = [["坏", *["。"] * 60], ["新", "坏"], ["好"], []]
    for alone, together in zip([one, two], WordBank([one, two]).read(texts), strict=True):
        assert np.allclose(alone.bank.read(texts)[0], together)
    early, late, unknown, empty = WordBank([two]).read(texts)[0]
    assert late[0] > early[0] > 0 and not unknown.any() and not empty.any()
    assert two.telling(["坏坏", "坏"], 0) == []  # single characters tell a clerk nothing
    assert 0.5 < CriticReader(two).chances(np.array([late]))[0] < 1
