"""Whose shortcoming it is: curt notices, inspectors at fault, what a review names and what it praises."""

from __future__ import annotations

import pytest

from pipeline.city import load_city
from pipeline.records import ArticleTags
from pipeline.tagging.articles import ArticleTagger
from pipeline.tagging.items import ArticleItem

TAGGER = ArticleTagger(load_city())


def tag(title: str, body: str, outlet: str = "防城港日报", **fields: str) -> ArticleTags:
    return TAGGER.tag(
        ArticleItem(id="t", outlet=outlet, published="2017-12-20", title=title, body=body, **fields)
    )


def test_a_curt_notice_names_who_failed_and_its_supplier_is_credited() -> None:
    tags = tag(
        "办事指南抽查：两家单位不合格",
        "12月上旬，对全市办事指南进行了抽查，逐项看材料、看时限、看电话。\n抽查60份，合格58份，不合格2份：市残联"
        "的指南三年没有更新，所留电话已过期；市法制办的指南为空白页。\n抽查结果已书面通报，须在五个工作日内整改。",
        "防城港市人民政府网站",
        source="来源：市政府办",
    )
    assert tags.form == "曝光"
    assert tags.exposed == ["市残联", "市法制办"]
    assert [(c.unit, c.role) for c in tags.credits] == [("市政府办", "byline")]


def test_a_notice_that_blames_nobody_is_a_report() -> None:
    tags = tag(
        "第四季度办事指南抽查：合格率提高",
        "12月上旬，对全市办事指南进行了抽查，逐项看材料、看时限、看电话。\n抽查60份，合格58份，合格率96.7%，比上季度"
        "提高三个百分点。市残联、市法制办的指南被评为范本。\n下一季度将请市民代表参加抽查。",
        "防城港市人民政府网站",
        source="来源：市政府办",
    )
    assert (tags.form, tags.exposed) == ("报道", [])
    assert [c.unit for c in tags.credits if c.role == "byline"] == ["市政府办"]


def test_who_passed_the_review_is_not_exposed_with_those_that_failed() -> None:
    tags = tag(
        "【曝光台】农家书屋督查：两地大门紧锁",
        "市文化委近日对全市农家书屋开展抽查，随机走访四十家。东兴市、港口区的二十家全部合格。"
        "防城区十家书屋有六家没有开过门，上思县有三家改成了仓库。市文化委责令两地限期整改。",
    )
    assert sorted(tags.exposed) == ["上思县", "防城区"]
    assert [c.unit for c in tags.credits] == ["市文化委"]


@pytest.mark.parametrize(
    ("unit", "title", "body"),
    [
        (
            "市绩效办",
            "【曝光台】表格多了七张 基层干部熬夜填",
            "“同一个数字，填了五遍。”一位镇干部打开电脑给记者看，11月以来，市绩效办先后发来七张补充表，最急的一张"
            "当天就要。有两张的内容一模一样，第二天又说格式错了重填。记者就此致电市绩效办，对方承认没有核对好。",
        ),
        (
            "市纪委",
            "【曝光台】监督别人的人 自己的车停在哪",
            "市委巡察组调取公务车定位数据，登记在市纪委名下的一辆公务车，国庆七天有五天停在城郊一家农庄，没有审批单。"
            "巡察反馈意见要求市纪委立行立改。",
        ),
    ],
)
def test_an_inspector_that_inspects_nothing_is_itself_at_fault(unit: str, title: str, body: str) -> None:
    tags = tag(title, body)
    assert (tags.exposed, tags.credits) == ([unit], [])


def test_an_inspector_that_finds_a_shop_at_fault_is_credited() -> None:
    tags = tag(
        "【曝光台】酒店包间里的公款吃喝",
        "市纪委暗访组1月6日晚来到城区一家酒店，在包间里查获一桌公款宴请，菜单被改成了会议餐。市纪委已对酒店提供的"
        "票据展开核查，对赴宴人员立案。",
    )
    assert tags.exposed == []
    assert [c.unit for c in tags.credits] == ["市纪委"]


def test_what_lies_in_a_countys_accounts_is_not_merely_seen_there() -> None:
    tags = tag(
        "【曝光台】文物牌挂上去了 屋顶塌下来了",
        "市联合督查组抽查文物保护单位，在东兴市一处旧址，正厅屋顶塌了三分之一。两年前拨付的九十万元维修款，仍躺在"
        "东兴市的账上；而市文化委的巡查表里，这处旧址连续三年填的是“保存良好”。",
    )
    assert sorted(tags.exposed) == ["东兴市", "市文化委"]
    assert [c.unit for c in tags.credits] == ["市联合督查组"]


@pytest.mark.parametrize(
    ("outlet", "unit"),
    [
        ("微信:防城港海事", "防城港海事局"),
        ("微博:防城港气象", "市气象局"),
        ("微信:南宁气象", None),
        ("微信:港城生活", None),
    ],
)
def test_an_account_may_leave_out_what_kind_of_organ_it_is(outlet: str, unit: str | None) -> None:
    tags = tag("出海请看预报", "冬季风大，出海请看预报，救生衣请穿在身上。", outlet)
    assert [(c.unit, c.role) for c in tags.credits] == ([(unit, "byline")] if unit else [])


def test_words_and_pictures_are_by_who_is_named_behind_them() -> None:
    tags = tag("夜里的一次救援", "四位船工都平安。\n水上遇险请拨打12395。\n图文：防城港海事局办公室")
    assert [(c.unit, c.role) for c in tags.credits] == [("防城港海事局", "byline")]


def test_the_evaluation_that_a_note_announces_is_not_the_topic_of_the_piece() -> None:
    note = "编者按：岁末年初，自治区绩效考评核验组将到我市察访核验，本报今起推出绩效考评系列报道。\n"
    body = (
        "边民互助组一年做成互市贸易额196亿元。东兴市引进落地加工企业，海产品、坚果加工出口，边贸产值增长13%。"
        "边民拿着结算卡分账，外贸订单一张接一张。"
    )
    assert tag("边民抱团闯市场", note + body).topic == tag("边民抱团闯市场", body).topic == "经济建设"
