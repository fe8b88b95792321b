"""Topic, indicator, form, 编者按 and the plan's column of articles written for this test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import City, Unit, load_city
from pipeline.tagging.classify import ArticleClassifier, Classes
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

CITY = load_city()
UNITS = UnitTagger(CITY)
CLASSIFIER = ArticleClassifier(CITY)


def classify(title: str = "", body: str = "", **fields: object) -> Classes:
    fields.setdefault("outlet", CITY.sites[0].outlet)
    item = ArticleItem(id="t", title=title, body=body, **fields)  # type: ignore[arg-type]
    return CLASSIFIER.tag(item, UNITS.tag(item))


NEWS = "本报讯（记者 甲某）"


@pytest.mark.parametrize(
    ("title", "body", "topic", "indicator"),
    [
        (
            "市教育局新增学位三千个",
            "9月1日，市教育局公布，两所新建小学开学，市区新增学位3000个，大班额减少一半。",
            "社会建设",
            "教育",
        ),
        (
            "防城区：养蜂养出脱贫路",
            "防城区今年把养蜂列为产业扶贫项目，给每户贫困户补助蜂箱，三百户建档立卡户增收。",
            "社会建设",
            "扶贫攻坚",
        ),
        (
            "市粮食局备足秋粮仓容",
            "市粮食局负责人介绍，秋粮收购资金已到位，腾出仓容两万吨，储备粮轮换完成。",
            "经济建设",
            "粮食安全",
        ),
        (
            "市环保局关停三家排污企业",
            "市环保局对三家超标排污企业下达停产决定，二氧化硫排放量下降，大气污染投诉减少。",
            "生态建设",
            "污染减排",
        ),
        (
            "市司法局送法进渔村",
            "市司法局组织律师和人民调解员到渔村普法，现场解答法律援助问题。",
            "法治建设",
            "法治建设",
        ),
        (
            "市交警支队给校门口加装信号灯",
            "市交警支队在八所学校门口加装信号灯，早晚高峰安排民警维持交通秩序。",
            "社会建设",
            None,
        ),
        (
            "市安监局节前检查工地",
            "市安监局、市住建委联合检查工地，查出安全隐患四十处，责令立即整改，脚手架一律复查。",
            "社会建设",
            None,
        ),
    ],
)
def test_duties_and_matter_give_topic_and_indicator(
    title: str, body: str, topic: str, indicator: str | None
) -> None:
    found = classify(title, NEWS + body)
    assert (found.topic, found.indicator) == (topic, indicator)


def test_crime_belongs_to_law_and_has_no_indicator() -> None:
    found = classify(
        "市公安局打掉一个盗窃团伙",
        NEWS + "市公安局近日破获一起系列盗窃案，抓获犯罪嫌疑人三名，均已被刑事拘留，缴获被盗摩托车五辆。",
    )
    assert (found.topic, found.indicator) == ("法治建设", None)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("全市绩效考评工作会议召开", "全市绩效考评工作会议召开，通报指标进度，部署社会评价工作。"),
        ("市委理论学习中心组举行学习会", "市委理论学习中心组举行集中学习，传达学习上级会议精神。"),
        (
            "钦州：港区新增两条航线",
            "记者从钦州市发改委获悉，该市港区新开两条集装箱航线，吞吐量同比增长一成。",
        ),
        ("水利部部署冬春农田水利建设", "水利部日前召开视频会议，要求各地水利部门加快灌区改造。"),
    ],
)
def test_meetings_on_evaluation_study_and_other_cities_have_no_topic(title: str, body: str) -> None:
    found = classify(title, NEWS + body)
    assert (found.topic, found.indicator) == (None, None)


def test_duties_are_a_prior_only() -> None:
    body = "12月2日，由团市委主办的净滩活动在海边举行，志愿者捡起海洋垃圾一吨多，塑料泡沫最多。"
    assert classify("净滩捡起一吨海洋垃圾", NEWS + body).topic == "生态建设"
    body = "市审计局对扶贫资金开展审计，贫困村的扶贫资金发放到位，贫困户逐户核对。"
    assert classify("扶贫资金审计到村到户", NEWS + body).topic == "社会建设"


def test_a_countys_name_is_no_harbour() -> None:
    found = classify("港口区：老小区装上新电梯", NEWS + "港口区为老旧小区加装电梯，居民不用再爬楼。")
    assert found.topic == "社会建设"


def test_another_city_needs_only_its_units() -> None:
    units = [
        Unit(short="市环保局", official="云岭市环境保护局", kind="市直", parent="云岭市"),
        Unit(short="市林业局", official="云岭市林业局", kind="市直", parent="云岭市"),
    ]
    city = City(folder=CITY.folder, name="云岭市", units=units, settings={"name": "云岭市"})
    item = ArticleItem(
        id="t", title="市林业局种下万亩杉木", body="市林业局今年完成造林一万亩，森林覆盖率提高。"
    )
    found = ArticleClassifier(city).tag(item, UnitTagger(city).tag(item))
    assert found.topic == "生态建设"


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        (
            {
                "title": "【曝光台】大厅里没有人",
                "body": "【导语】市绩效办暗访发现，防城区政务服务中心窗口空岗。",
            },
            "曝光",
        ),
        (
            {
                "title": "窗口有人了",
                "kicker": "群众意见整改进行时",
                "body": NEWS + "上思县整改窗口空岗问题。",
            },
            "报道",
        ),
        (
            {
                "title": "关于某路段临时封闭施工的通告",
                "body": "因管网改造，现将事项通告如下：\n一、封闭三天。\n防城港市公安局\n2017年11月3日",
            },
            "公告",
        ),
        (
            {
                "title": "防城港市2017年度社会评价公告",
                "body": "社会评价11月20日至12月10日进行，请参与。\n防城港市绩效考评领导小组办公室",
            },
            "公告",
        ),
        (
            {
                "title": "我市发布社会评价公告",
                "body": NEWS + "我市社会评价开始，欢迎市民参与。\n防城港市绩效考评领导小组办公室",
            },
            "报道",
        ),
        (
            {"title": "市环保局发布禁燃通告", "body": NEWS + "市环保局昨日发布通告，城区禁止焚烧秸秆。"},
            "报道",
        ),
        ({"title": "山海之间看变化", "kicker": "年度成就综述·生态建设篇", "body": "山绿了。"}, "综述"),
        (
            {"title": "海边的歌", "body": "编者按：今天推出综合报道，为您盘点一年来的变化。\n歌声很响。"},
            "综述",
        ),
        (
            {
                "title": "某区年度答卷：30项任务全部完成",
                "body": "年底算总账，这一年路修到了山里。\n全年修路120公里，新建学校5所，投入3亿元。\n"
                "过去一年脱贫4000人，危房改造900户，通水86个屯。\n一年来绿化村屯40个，改厕3000户，收入增长11%。\n"
                "年初定下的任务都有了着落，群众看在眼里，记在心里，来年的打算也列上了清单，写明了日子和责任人。"
                + "山路弯弯，灯火一盏接着一盏。"
                * 12,
            },
            "综述",
        ),
        ({"title": "穷山窝里的凤凰", "body": "编者按：请看本报记者的调查。\n香糯丰收了。"}, "报道"),
    ],
)
def test_form(fields: dict[str, str], form: str) -> None:
    assert classify(**fields).form == form  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "head",
    [
        "编者按：",
        "　　【编者按】",
        "［编者按］",
        "本报编者按：",
        "编者按\n",
        "编 者 按：",
        " (编者按) ",
        "编者按:",
        "[编者的话]",
    ],
)
def test_editor_note_at_the_head_in_every_spelling(head: str) -> None:
    expected = "话" not in head
    assert classify("题", head + "一年来成绩如何？\n正文。").has_editor_note is expected


@pytest.mark.parametrize("body", ["本报讯 昨日，报纸的编者按：写得好。", "他说，编者按要短。", ""])
def test_editor_note_elsewhere_is_none(body: str) -> None:
    assert not classify("题", body).has_editor_note


@pytest.mark.parametrize(
    "column",
    [
        "抓绩效提升，促经济社会发展",
        "抓绩效提升 促经济社会发展",
        "“抓绩效提升,促经济社会发展”专栏",
        "《抓绩效提升　促经济社会发展》",
        "抓绩效提升促经济社会发展",
    ],
)
def test_plan_column_in_every_spelling(column: str) -> None:
    assert classify("题", "正文", column=column).plan_column
    assert not classify("题", "正文提到" + column).plan_column
    assert not classify("题", "正文", column="经济视点").plan_column


def test_every_span_holds_the_word_it_names() -> None:
    item = ArticleItem(
        id="t",
        title="市教育局公布学区划分",
        body=NEWS + "市教育局昨日公布学区划分，小学招生按学区派位。",
    )
    found = CLASSIFIER.tag(item, UNITS.tag(item))
    for why in found.why.values():
        if why.start is not None and "“" in why.why:
            text = getattr(item, why.field or "")
            assert text[why.start : why.end] in why.why


@given(
    st.builds(
        ArticleItem,
        id=st.just("h"),
        title=st.text(max_size=40),
        body=st.text(max_size=200),
        column=st.none() | st.text(max_size=20),
        kicker=st.none() | st.text(max_size=20),
    )
)
def test_any_text_gets_classes_with_spans_inside(item: ArticleItem) -> None:
    found = CLASSIFIER.tag(item, UNITS.tag(item))
    assert set(found.confidence) == {"topic", "indicator", "form"}
    assert all(0 <= value <= 1 for value in found.confidence.values())
    assert found.indicator is None or found.topic is not None
    for why in found.why.values():
        if why.start is not None and why.end is not None:
            assert 0 <= why.start <= why.end <= len(getattr(item, why.field or ""))
