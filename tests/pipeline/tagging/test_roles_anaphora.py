"""该局, a unit's own parts, its partners, its accounts: who is meant where the plain name does not say it."""

from __future__ import annotations

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

TAGGER = UnitTagger(load_city())


def tag(body, title="", **more):
    return TAGGER.tag(ArticleItem(id="x", title=title, body=body, outlet="防城港日报", **more))


def credited(body, title="", **more):
    return {credit.unit: credit.role for credit in tag(body, title, **more).credits}


def test_what_that_bureau_does_is_the_bureaus_work():
    body = (
        "活动室里坐满了人。这是防城港海事局办的第七期“船员夜课”。\n该局把课搬到码头，累计有1460名船员听课。"
    )
    assert credited(body) == {"防城港海事局": "subject"}


def test_a_pointer_goes_to_the_nearest_name_that_ends_so():
    text = TAGGER.reader.read(
        ArticleItem(id="x", body="市水利局排查水库，市委改革办列席。该局随后整改，该办记录在案。")
    )
    assert [(o.unit, o.start) for o in text.occurrences if o.anaphor] == [
        ("市水利局", 17),
        ("市委改革办", 24),
    ]


def test_a_part_of_a_unit_that_helps_is_a_helper():
    body = "11月28日，由市总工会、市安监局主办，市公安局消防支队协办的技能竞赛在市体育中心举行。"
    tags = tag(body)
    assert {c.unit for c in tags.credits} == {"市总工会", "市安监局"}
    assert tags.mentions == ["市公安局"]


def test_who_acts_together_with_the_actor_acts_too():
    body = "今年，市工信委牵头，联合防城港供电局和三家通信运营商，对全市41个老旧小区的“空中飞线”集中整治。"
    assert credited(body) == {"市工信委": "joint", "防城港供电局": "joint"}


@pytest.mark.parametrize(
    "body",
    [
        "全市绩效考评推进会召开。市绩效办负责人就社会评价工作作说明，市教育局作表态发言。",
        "发布会由市委宣传部主持，市公安局、市质监局负责人回答记者提问。",
        "督导组检查普查准备工作。市环保局有关人员陪同检查，东兴市汇报了普查员选聘情况。",
        "日前，自治区文明委通报了名单，市地税局、市审计局、市质监局榜上有名。",
    ],
)
def test_who_only_speaks_at_a_meeting_or_stands_in_a_list_is_mentioned(body):
    tags = tag(body)
    assert tags.credits == []
    assert tags.mentions


@pytest.mark.parametrize(
    ("outlet", "unit"),
    [
        ("微信公众号:防城港市妇联", "市妇联"),
        ("微信公众号:平安防城港", "市公安局"),
        ("政务微博：防城港市国税局", "市国税局"),
        ("防城港市妇联", "市妇联"),
        ("单位网站:市教育局", "市教育局"),
    ],
)
def test_an_account_is_its_units_own(outlet, unit):
    found = TAGGER.tag(ArticleItem(id="x", outlet=outlet, title="话说冬天", body="天气转冷，注意添衣。" * 5))
    assert [(c.unit, c.role) for c in found.credits] == [(unit, "byline")]


def test_the_signature_under_a_uniform_notice_is_the_announcer_not_the_paper():
    body = "为客观评价我市经济社会发展情况，请市民如实回答。\n防城港市绩效考评领导小组办公室\n2017年10月11日"
    assert credited(body, "2017年度设区市社会评价公告") == {"市绩效办": "byline"}


def test_a_namesake_named_later_does_not_take_ours_away():
    body = "市发改委组织考察组赴贵港市学习，走访了贵港市发改委。市发改委负责人表示，月底前拿出清单。"
    assert credited(body, "市发改委赴贵港考察学习") == {"市发改委": "subject"}


def test_a_branch_in_a_county_counts_for_its_parent():
    assert credited("防城供电局投入1.2亿元改造农网，低电压台区全部销号。", "农网改造见成效") == {
        "防城港供电局": "subject"
    }


def test_who_finds_a_shortcoming_is_credited_and_a_scene_is_no_fault():
    body = (
        "花了21万元改造的公厕，屏幕亮着，门却打不开。记者在港口区中华路看到，三座公厕有两座停用。\n"
        "公厕由市市政局环卫处负责管理。市绩效办获悉后发出督办通知，要求市市政局15日前全部恢复开放。"
    )
    tags = tag(body, "“智慧公厕”成了“智慧锁”", kicker="直击问题")
    assert [c.unit for c in tags.credits] == ["市绩效办"]
    assert tags.exposed == ["市市政局"]
