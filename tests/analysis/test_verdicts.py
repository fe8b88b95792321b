"""Quotas on hand-made pieces whose truth was computed by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from analysis.sources import Source
from tests.analysis.judged import PAPER, PLAN, day, fact, rows, silent


def test_quota_met_unmet_not_yet() -> None:
    facts = [fact("2017-10-09", "上思县")]
    assert rows("m02", "2017-09-20", facts)["上思县"].verdict == "未开始"
    before = rows("m02", "2017-10-08", facts)["上思县"]
    assert (before.verdict, before.missing_count, before.days_left) == ("未达标", 1, 23)
    met = rows("m02", "2017-10-09", facts)["上思县"]
    assert (met.verdict, met.done_count, met.needed_count, met.evidence) == (
        "达标",
        1,
        1,
        [facts[0].article_id],
    )
    assert rows("m02", "2017-12-31", facts)["东兴市"].days_left == 0


@pytest.mark.parametrize(
    "more",
    [
        {"is_plan_column": False},  # the paper's piece must stand in the column
        {"form": "公告"},
        {"form": "曝光"},
        {"outlet_class": "portal"},
        {"story_first_day": dt.date(2017, 9, 1)},  # first told before the window
    ],
)
def test_quota_asks_for_column_form_outlet_and_a_story_of_the_window(more: dict[str, Any]) -> None:
    assert rows("m02", "2017-10-31", [fact("2017-10-09", "上思县", **more)])["上思县"].verdict == "未达标"


def test_quota_outside_the_window_does_not_count() -> None:
    facts = [fact("2017-09-20", "上思县"), fact("2017-11-01", "上思县")]
    assert rows("m02", "2017-11-30", facts)["上思县"].verdict == "未达标"


def test_reprints_make_no_second_credit() -> None:
    task = PLAN.task("m02")
    facts = [
        fact("2017-10-09", "上思县", name="a"),
        fact(
            "2017-10-10", "上思县", name="b", story_id="a", is_first=False, story_first_day=day("2017-10-09")
        ),
    ]
    assert rows("m02", "2017-10-31", facts)["上思县"].done_count == 1
    assert task.quota == 1


def test_silence_turns_a_shortfall_into_unknown_and_leaves_the_met_alone() -> None:
    facts = [fact("2017-10-09", "上思县")]
    sources = [silent("2017-10-12", "2017-10-15")]
    found = rows("m02", "2017-10-31", facts, sources)
    assert found["上思县"].verdict == "达标"
    assert found["东兴市"].verdict == "无法判定"
    assert found["东兴市"].silent == ["防城港日报 2017-10-12—2017-10-15 采集失败"]
    assert rows("m02", "2017-10-11", facts, sources)["东兴市"].verdict == "未达标"  # silent only later
    assert (
        rows("m02", "2017-10-31", facts, [silent("2017-11-02", "2017-11-03")])["东兴市"].verdict == "未达标"
    )


def test_another_units_own_site_says_nothing_of_this_unit() -> None:
    own = Source("单位网站:市水利局", "unit_site", "市水利局", {})
    found = rows("m02", "2017-10-31", [], [PAPER, silent("2017-10-10", "2017-10-10", own)])
    assert found["市水利局"].verdict == "无法判定"
    assert found["市教育局"].verdict == "未达标"


def test_no_source_at_all_proves_nothing() -> None:
    tv = rows("m02", "2017-10-31", [], [PAPER])["市广播电视台"]
    assert tv.verdict == "无法判定" and tv.silent == ["没有接入的来源"]


def test_carrier_is_met_by_its_outlet_whoever_is_credited() -> None:
    assert rows("c1", "2017-10-31", [fact("2017-10-09", "上思县")])["防城港日报社"].verdict == "达标"
    assert (
        rows("c1", "2017-10-31", [fact("2017-10-09", is_plan_column=False)])["防城港日报社"].verdict
        == "未达标"
    )


def test_quota_with_words() -> None:
    facts = [fact("2017-12-09", "上思县", words=["整改"]), fact("2017-12-09", "东兴市")]
    found = rows("m06", "2017-12-31", facts)
    assert (found["上思县"].verdict, found["东兴市"].verdict) == ("达标", "未达标")
    training = [fact("2017-10-09", words=["绩效", "培训"]), fact("2017-10-10", words=["培训"])]
    assert rows("f6", "2017-12-31", training)["全市"].done_count == 1


@pytest.mark.parametrize(
    ("task", "good", "bad"),
    [
        ("f1", {"words": ["绩效", "会议"]}, {"words": ["会议"]}),
        ("f1", {"words": ["绩效", "会议"]}, {"words": ["绩效", "会议"], "form": "曝光"}),
        ("f2", {"words": ["绩效", "调研"]}, {"words": ["绩效"]}),
        ("f3", {"words": ["绩效", "成效"]}, {"words": ["成效"]}),
        ("f4", {"words": ["绩效", "典型"]}, {"words": ["绩效"]}),
        ("f5", {"form": "曝光"}, {"form": "报道"}),
        ("f7", {"form": "综述", "words": ["绩效"]}, {"form": "报道", "words": ["绩效"]}),
        ("m09", {"form": "曝光", "words": ["政务服务"]}, {"form": "曝光"}),
    ],
)
def test_city_quotas(task: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    assert rows(task, "2018-02-28", [fact("2017-10-09", **good)])["全市"].verdict == "达标"
    assert rows(task, "2018-02-28", [fact("2017-10-09", **bad)])["全市"].verdict == "未达标"


def test_inspection_team_and_season_reports() -> None:
    team = "市联合督查组"
    report, exposure = fact("2017-10-09", team), fact("2017-10-12", team, form="曝光")
    both = rows("m04", "2017-12-31", [report, exposure])[team]
    assert (both.verdict, both.done_count, both.needed_count) == ("达标", 2, 2)
    assert rows("m04", "2017-12-31", [report])[team].missing == ["问题曝光"]
    assert rows("m04", "2017-12-31", [exposure])[team].missing == ["督查情况报道"]
    assert rows("m04", "2017-12-31", [fact("2017-09-09", team), exposure])[team].verdict == "未达标"
    a6 = {"words": ["绩效"], "form": "综述"}
    assert rows("a6", "2018-02-28", [fact("2018-01-09", "港口区", **a6)])["港口区"].verdict == "达标"
    assert rows("a6", "2018-02-28", [fact("2017-12-09", "港口区", **a6)])["港口区"].verdict == "未达标"
    assert "市委宣传部" in PLAN.members["a6"]


@pytest.mark.parametrize(
    ("task", "unit", "more"),
    [
        ("a6", "东兴市", {}),  # a dance contest of the county
        ("a6", "东兴市", {"words": ["绩效"], "form": "曝光"}),
        ("a5", "市水利局", {"form": "曝光", "indicator": "水资源管理"}),
        ("m02", "上思县", {"outlet_class": "unit_site", "site_unit": "上思县", "is_plan_column": False}),
        ("m02", "上思县", {"outlet_class": "wechat", "is_plan_column": False, "words": ["整改", "指示"]}),
    ],
)
def test_pieces_on_other_matters_and_exposures_do_not_count(
    task: str, unit: str, more: dict[str, Any]
) -> None:
    on = "2017-10-09" if task == "m02" else "2018-01-09"
    as_of = "2017-10-31" if task == "m02" else "2018-02-28"
    assert rows(task, as_of, [fact(on, unit, **more)])[unit].verdict == "未达标"


def test_own_platform_counts_in_a_column_or_where_it_speaks_of_the_evaluation() -> None:
    own = {"outlet_class": "unit_site", "site_unit": "上思县"}
    column = fact("2017-10-09", "上思县", **own)
    speaks = fact("2017-10-09", "上思县", **own, is_plan_column=False, words=["绩效"])
    for piece in (column, speaks):
        assert rows("m02", "2017-10-31", [piece])["上思县"].verdict == "达标"


def test_exposures_of_slow_indicators_and_of_service_halls_are_each_asked() -> None:
    slow = fact("2017-10-12", form="曝光", words=["滞后"])
    hall = fact("2017-11-03", form="曝光", words=["政务服务"])
    assert rows("a7", "2018-02-28", [slow])["全市"].missing == ["政务服务问题"]
    assert rows("a7", "2018-02-28", [slow, hall])["全市"].verdict == "达标"
    assert rows("a7", "2018-02-28", [fact("2017-10-12", words=["滞后", "政务服务"])])["全市"].done_count == 0
    assert rows("a7", "2018-02-28", [fact("2017-10-12", form="曝光")])["全市"].done_count == 0


def test_column_of_the_city_is_asked_of_its_weibo_too() -> None:
    found = rows("c1", "2017-10-31", [], [PAPER, Source("微博:防城港发布", "weibo", None, {})])
    assert found["市微博办"].verdict == "未达标"
    piece = fact("2017-10-09", outlet_class="weibo")
    assert rows("c1", "2017-10-31", [piece], [PAPER])["市微博办"].verdict == "达标"


def test_unit_that_nothing_was_given_to_is_not_asked() -> None:
    series = {topic: [u for u in units if u != "市文化委"] for topic, units in PLAN.series.items()}
    plan = msgspec.structs.replace(PLAN, series=series)
    row = rows("m07", "2018-02-28", [], plan=plan)["市文化委"]
    assert (row.verdict, row.missing_count) == ("不适用", 0)
