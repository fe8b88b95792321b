"""Exposures, mentions, evidence, dates of validity and robustness of the unit tagger."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

TAGGER = UnitTagger(load_city())
PAPER = "防城港日报"


def item(**fields: str) -> ArticleItem:
    fields.setdefault("outlet", PAPER)
    return ArticleItem(id="t", **fields)  # type: ignore[arg-type]


def test_exposure_has_a_finder_and_an_exposed_unit() -> None:
    tags = TAGGER.tag(
        item(
            title="【曝光台】新修的桥栏锈成了渣",
            outlet="防城港新闻(电视)",
            body="市联合督查组近日发现，滨海路人行桥的栏杆用了不到一年就锈穿。\n"
            "这座桥由市市政局负责管养。市联合督查组调取台账，巡查记录是一次写完的。\n"
            "市联合督查组要求市市政局十日内更换栏杆。",
        )
    )
    assert tags.exposure
    assert [(c.unit, c.role) for c in tags.credits] == [("市联合督查组", "subject")]
    assert tags.exposed == ["市市政局"]
    assert "市市政局" not in tags.mentions


def test_exposure_that_shows_the_fix_stays_one() -> None:
    tags = TAGGER.tag(
        item(
            title="暗访：午后的窗口没有人",
            body="市绩效办暗访防城区政务服务中心，发现六个窗口空岗，叫号机成摆设。\n"
            "市绩效办督办后，防城区政务服务中心已补齐人员，当事人被停职。",
        )
    )
    assert tags.exposed == ["防城区"]
    assert [(c.unit, c.role) for c in tags.credits] == [("市绩效办", "subject")]


def test_exposure_without_its_mark() -> None:
    tags = TAGGER.tag(
        item(
            title="水管铺到门口 就是不通水",
            source="防城港日报",
            outlet="防城港新闻网",
            body="水管铺到了门口，龙头一拧却只有风声。11月6日，市联合督查组在那洞屯看到这一幕。\n"
            "工程由市水利局负责，去年就上报已通水。督查组查账发现，验收那天用的是洒水车，涉嫌弄虚作假。\n"
            "市水利局承认，水源地至今没有接通。督查组已发出督办单。",
        )
    )
    assert tags.exposed == ["市水利局"]
    assert {c.unit for c in tags.credits} == {"市联合督查组"}


def test_criticised_at_a_meeting_is_exposed_though_the_piece_is_none() -> None:
    tags = TAGGER.tag(
        item(
            title="全市水库除险会：落后的说说原因",
            body="本报讯 1月9日，市水利局召开全市水库除险加固推进会，逐座核对进度。\n"
            "会议通报，上思县的一座水库因图纸反复修改没有动工，对此提出批评。\n"
            "防城区介绍了经验，受到表扬。",
        )
    )
    assert not tags.exposure
    assert tags.exposed == ["上思县"]
    assert {c.unit for c in tags.credits} == {"市水利局"}
    assert "防城区" not in tags.exposed


def test_regulators_acting_on_a_firm_expose_no_unit() -> None:
    tags = TAGGER.tag(
        item(
            title="黑心粉丝 窝点藏在鸡棚",
            column="曝光台",
            body="12月9日凌晨，市食药监局、市公安局联合捣毁一个藏在鸡棚里的粉丝加工点，查扣粉丝两吨。\n"
            "老板黄某去年因超范围使用添加剂被吊销登记证，换了地方继续生产。",
        )
    )
    assert tags.exposure
    assert tags.exposed == []
    assert {c.unit for c in tags.credits} == {"市食药监局", "市公安局"}


def test_told_unit_is_not_exposed() -> None:
    tags = TAGGER.tag(
        item(
            title="【曝光台】渣土车又来了",
            body="市联合督查组夜里在工业大道数了数，一小时过了四十台不盖篷布的渣土车，负责管这条路的是市市政局。"
            "\n线索已移交市公安局。市联合督查组要求市市政局限期整改。",
        )
    )
    assert tags.exposed == ["市市政局"]
    assert "市公安局" in tags.mentions


def test_winners_and_attendees_are_mentions() -> None:
    tags = TAGGER.tag(
        item(
            title="全市拔河赛收官",
            body="12月2日，由市总工会主办的全市职工拔河赛收官。\n"
            "市国税局代表队获得第一名，市地税局、港口区代表队分获二、三名。",
        )
    )
    assert {c.unit for c in tags.credits} == {"市总工会"}
    assert set(tags.mentions) == {"市国税局", "市地税局", "港口区"}


def test_evidence_points_at_the_words() -> None:
    article = item(title="市水利局清淤保灌溉", body="入冬以来，三条干渠的清淤已过半。")
    credit = TAGGER.tag(article).credits[0]
    evidence = credit.evidence
    assert evidence.field == "title"
    assert article.title[evidence.start : evidence.end] == "市水利局"
    assert "市水利局" in evidence.why
    assert 0.5 <= credit.confidence <= 1


def test_doubtful_credit_is_left_to_a_person() -> None:
    tags = TAGGER.tag(
        item(
            title="冬日里的一天",
            body="早市上人来人往。老周挑着担子进了城，卖完菜已是中午。"
            "他说今年的菜价还行。\n下午，他去看了看新修的路。\n村里人都说好，只有他担心下雨天。"
            "市交通局、市水利局、市农业局的工作人员曾来过，市财政局的补助也到了账。",
        )
    )
    assert tags.credits == []


def test_article_is_credited_to_the_unit_of_its_day(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent,aliases,valid_from,valid_to,successor\n"
        "市环保局,甲港市环境保护局,市直,甲港市,,,2018-12-31,市生态环境局\n"
        "市生态环境局,甲港市生态环境局,市直,甲港市,,2019-01-01,,\n",
        encoding="utf-8",
    )
    tagger = UnitTagger(load_city(tmp_path))
    title, body = "甲港市环保局查处偷排", "近日，甲港市环保局查处一起偷排案件。"
    before = tagger.tag(ArticleItem(id="1", published="2018-05-01", title=title, body=body))
    after = tagger.tag(ArticleItem(id="2", published="2019-03-01T10:00", title=title, body=body))
    assert [c.unit for c in before.credits] == ["市环保局"]
    assert [c.unit for c in after.credits] == ["市生态环境局"]


def test_county_level_city_has_its_own_organs(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent\n"
        "市公安局,甲港市公安局,市直,甲港市\n"
        "市教育局,甲港市教育局,市直,甲港市\n"
        "乙江市,乙江市,县（市、区）,甲港市\n",
        encoding="utf-8",
    )
    tagger = UnitTagger(load_city(tmp_path))
    tags = tagger.tag(
        ArticleItem(
            id="1", body="乙江市校园里多了护学岗。近日，市教育局联合市公安局在全市三十所学校门口设岗。"
        )
    )
    assert {c.unit for c in tags.credits} == {"乙江市"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("本报讯 9月5日，市教育局启动校车检查，不合格的车一律停驶。", True),
        ("甲港消息：市教育局近日启动校车检查，不合格的车一律停驶。", True),
        ("市教育局近日启动校车检查。南宁的家长说，早该查了。", False),
        ("据外地媒体报道，市教育局近日启动校车检查。", False),
        ("宁乡县的校车坐满了孩子。市教育局近日启动校车检查。", False),
    ],
)
def test_a_unit_without_a_city_is_ours_unless_the_text_is_from_elsewhere(
    tmp_path: Path, body: str, found: bool
) -> None:
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent\n市教育局,甲港市教育局,市直,甲港市\n", encoding="utf-8"
    )
    tags = UnitTagger(load_city(tmp_path)).tag(ArticleItem(id="1", title="市教育局启动校车检查", body=body))
    assert [c.unit for c in tags.credits] == (["市教育局"] if found else [])


def test_an_autonomous_region_has_no_sheng() -> None:
    body = "记者从我省有关部门获悉，市水利局近日召开防汛会议。"
    assert TAGGER.tag(ArticleItem(id="1", title="市水利局召开防汛会议", body=body)).credits == []
    body = "本报讯 9月5日，市水利局召开防汛工作会议。"
    assert [c.unit for c in TAGGER.tag(ArticleItem(id="1", title="市水利局召开防汛会议", body=body)).credits]


def test_empty_article() -> None:
    tags = TAGGER.tag(ArticleItem(id="1"))
    assert (tags.credits, tags.mentions, tags.exposed) == ([], [], [])


PIECES = st.sampled_from(
    ["市教育局", "东兴市", "上思", "防城港市", "南宁市", "记者从", "获悉", "、", "和", "联合", "召开", "等部门", "住建", "水利", "市", "。",
     "，", "\n", "“", "”", "《", "》", "（", "）", "来源：", "供稿", "在", "要求", "指导下", "2017年10月1日", "摄", "乡", "镇", "派出所", "x"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(PIECES, max_size=60).map("".join),
    st.lists(PIECES, max_size=8).map("".join),
    st.text(max_size=80),
)
def test_any_text_gives_valid_and_repeatable_tags(body: str, title: str, noise: str) -> None:
    article = ArticleItem(id="1", title=title, body=body + noise, byline=noise, source=title, outlet=PAPER)
    tags = TAGGER.tag(article)
    assert tags == TAGGER.tag(article)
    known = TAGGER.city.unit_by_short
    units = [credit.unit for credit in tags.credits]
    assert len(units) == len(set(units))
    assert set(units) <= set(known)
    assert not set(units) & (set(tags.mentions) | set(tags.exposed))
    assert not set(tags.mentions) & set(tags.exposed)
    for credit in tags.credits:
        text = getattr(article, credit.evidence.field or "") or ""
        assert 0 <= (credit.evidence.start or 0) <= (credit.evidence.end or 0) <= len(text)
        assert 0 <= credit.confidence <= 1
    joint = [credit for credit in tags.credits if credit.role == "joint"]
    assert len(joint) != 1 or any(credit.role == "byline" for credit in tags.credits)


@pytest.mark.parametrize(
    "text", ["市" * 20000, "、" * 20000, "住建、" * 8000 + "等部门", "记者从" * 8000, "《" * 20000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    import time

    begin = time.process_time()
    TAGGER.tag(ArticleItem(id="1", title="市教育局", body="市教育局" + text + "市水利局", outlet=PAPER))
    assert time.process_time() - begin < 1
