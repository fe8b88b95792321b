"""Each kind of verdict on hand-made pieces whose truth was computed by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import msgspec
import pytest

from analysis import announcement, proofs, verdicts
from analysis.ground import CoverageRow, Ground
from analysis.plan import Credited, Fact, Plan, Task, load_plan, weeks
from analysis.plan_facts import counted
from analysis.proofs import Record
from analysis.record import Said
from analysis.sources import Source
from analysis.ticket import Ticket
from pipeline.city import load_city
from tests.analysis.case import REPOSITORY

CITY = load_city(REPOSITORY / "city")
PLAN = load_plan(CITY) or pytest.fail("no plan")
PAPER = Source("防城港日报", "paper", None, {})
GOV = Source("防城港市人民政府网站", "gov", None, {})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def silent(first: str, last: str, source: Source = PAPER, reason: str = "down") -> Source:
    days = (day(last) - day(first)).days + 1
    return Source(
        source.outlet,
        source.outlet_class,
        source.unit,
        {day(first) + dt.timedelta(days=n): reason for n in range(days)},
    )


def fact(published: str, *units: str, name: str = "", **more: Any) -> Fact:
    identity = name or f"{published}{units}{sorted(more.items(), key=str)}"
    values: dict[str, Any] = {
        "article_id": identity,
        "url": f"http://x.test/{identity}",
        "title": "一条消息",
        "outlet": "防城港日报",
        "outlet_class": "paper",
        "level": "市级报纸",
        "site": "paper",
        "site_unit": None,
        "page": None,
        "is_lead": False,
        "has_leader_note": False,
        "published_at": dt.datetime.fromisoformat(published),
        "published_day": day(published[:10]),
        "topic": None,
        "indicator": None,
        "form": "报道",
        "has_editor_note": False,
        "is_plan_column": True,
        "exposed": [],
        "story_id": identity,
        "story_first_day": day(published[:10]),
        "is_first": True,
        "copy_count": 1,
        "sha256": None,
        "words": frozenset(more.pop("words", ())),
        "title_words": frozenset(more.pop("title_words", ())),
        "credits": {unit: Credited(unit, "subject", "", None, "rule", 1.0) for unit in units},
    }
    return Fact(**values | more)


def rows(
    task: str,
    as_of: str,
    facts: list[Fact],
    sources: list[Source] | None = None,
    record: Record | None = None,
    plan: Plan = PLAN,
) -> dict[str, CoverageRow]:
    entry: Task = plan.task(task)
    known = counted(plan, [f for f in facts if f.published_day <= day(as_of)])
    ground = Ground(plan, day(as_of), known, sources or [PAPER, GOV])
    if hasattr(verdicts, entry.kind):
        return {row.unit: row for row in getattr(verdicts, entry.kind)(ground, entry)}
    module = announcement if hasattr(announcement, entry.kind) else proofs
    return {row.unit: row for row in getattr(module, entry.kind)(ground, record or Record([], [], {}), entry)}


def proof(kind: str, target: str, on: str, **more: Any) -> dict[str, Any]:
    base = {
        "task": None,
        "until_day": None,
        "removed_day": None,
        "state": None,
        "form": None,
        "concerned": "",
        "title": None,
        "address": None,
    }
    return (
        base
        | {
            "id": f"{kind}{target}{on}{more}",
            "kind": kind,
            "target": target,
            "day": day(on[:10]),
            "decided_at": dt.datetime.fromisoformat(on),
        }
        | more
    )


def approval(target: str, on: str, step: str) -> Said:
    at = dt.datetime.fromisoformat(on)
    return Said(f"{target}{on}", "exposure_approval", target, "审批人", at, {}, {"step": step}, "")


# ---------------------------------------------------------------- quota (m02: 21 September to 31 October)


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


# ---------------------------------------------------------------- weekly (m03)


def test_weeks_are_calendar_weeks_cut_to_the_window() -> None:
    assert list(weeks(day("2017-09-27"), day("2017-10-09"))) == [
        (day("2017-09-27"), day("2017-10-01")),
        (day("2017-10-02"), day("2017-10-08")),
        (day("2017-10-09"), day("2017-10-09")),
    ]


def test_weekly_names_the_missing_weeks_and_not_the_running_one() -> None:
    facts = [fact("2017-09-26"), fact("2017-10-10"), fact("2017-10-11")]
    row = rows("m03", "2017-10-18", facts)["全市"]
    assert row.missing == ["2017-10-02—2017-10-08"]
    assert (row.verdict, row.done_count, row.needed_count, row.missing_count) == ("未达标", 2, 3, 1)
    assert rows("m03", "2017-10-07", facts)["全市"].verdict == "达标"
    assert rows("m03", "2017-10-22", facts)["全市"].missing[-1] == "2017-10-16—2017-10-22"


def test_weekly_unknown_only_where_every_missing_week_was_silent() -> None:
    facts = [fact("2017-09-26"), fact("2017-10-10")]
    quiet = silent("2017-10-03", "2017-10-04")
    assert rows("m03", "2017-10-18", facts, [quiet])["全市"].verdict == "无法判定"
    assert rows("m03", "2017-10-22", facts, [quiet])["全市"].verdict == "未达标"


def test_a_silent_week_is_told_beside_the_missing_ones_and_not_among_them() -> None:
    facts = [fact("2017-09-26")]
    row = rows("m03", "2017-10-15", facts, [silent("2017-10-03", "2017-10-04")])["全市"]
    assert (row.verdict, row.missing_count, row.unsure_count) == ("未达标", 1, 1)
    assert row.missing == ["2017-10-02—2017-10-08？", "2017-10-09—2017-10-15"]
    assert row.note is not None and "缺 1 周，另 1 周来源静默、无法判定" in row.note
    dark = rows("m03", "2017-10-08", facts, [silent("2017-10-03", "2017-10-04")])["全市"]
    assert (dark.verdict, dark.missing_count, dark.unsure_count) == ("无法判定", 1, 0)


def test_paper_answers_for_its_own_weeks() -> None:
    facts = [fact("2017-09-26", "上思县"), fact("2017-10-11")]
    row = rows("m03", "2017-10-18", facts)["防城港日报社"]
    assert (row.verdict, row.missing, row.done_count) == ("未达标", ["2017-10-02—2017-10-08"], 2)
    quiet = silent("2017-10-03", "2017-10-04")
    assert rows("m03", "2017-10-18", facts, [quiet])["防城港日报社"].verdict == "无法判定"
    assert rows("m03", "2017-10-18", [*facts, fact("2017-10-03")])["防城港日报社"].verdict == "达标"


# ---------------------------------------------------------------- series and indicators


def test_series_of_seven_topics() -> None:
    facts = [
        fact("2017-11-01", "市发改委", topic="经济建设", form="综述"),
        fact("2017-11-02", "市林业局", topic="生态建设", form="综述"),
        fact("2017-11-03", "市文化委", topic="文化建设", form="报道"),  # no round-up
    ]
    for task in ("m07", "a4"):
        found = rows(task, "2018-02-28", facts)
        assert found["全市"].missing == ["社会建设", "文化建设", "法治建设", "全面深化改革", "从严治党"]
        assert (found["全市"].done_count, found["全市"].needed_count) == (2, 7)
        assert found["市发改委"].verdict == "达标"
        assert found["市文化委"].missing == ["文化建设"]
    assert "市环保局" not in rows("m07", "2018-02-28", facts)
    assert rows("a4", "2018-02-28", facts)["市环保局"].verdict == "未达标"


def test_eleven_indicators() -> None:
    facts = [
        fact("2017-12-05", "市水利局", indicator="水资源管理"),
        fact("2017-12-06", "市教育局", indicator="扶贫"),  # another's indicator
        fact("2017-11-05", "市住建委", indicator="城乡建设"),  # before the window
    ]
    for task in ("m11", "a5"):
        found = rows(task, "2018-02-28", facts)
        assert len(found["全市"].missing) == 9 and found["全市"].needed_count == 11
        assert found["市水利局"].verdict == "达标"
        assert found["市教育局"].missing == ["教育"]
        assert found["市市政局"].missing == ["污染减排"]
        assert found["市住建委"].verdict == "未达标"
    assert PLAN.indicator("扶贫攻坚") == "扶贫"


# ---------------------------------------------------------------- 编者按, emphasis, honours


def test_every_piece_of_january_and_february_begins_with_the_note() -> None:
    good = fact("2018-01-09", has_editor_note=True)
    bare = fact("2018-01-10", title="无按语")
    outside = fact("2017-12-30")
    assert rows("m12", "2018-02-28", [good, outside])["全市"].verdict == "达标"
    row = rows("m12", "2018-02-28", [good, bare], [silent("2018-01-20", "2018-01-21")])["全市"]
    assert (row.verdict, row.missing, row.missing_count) == ("未达标", ["2018-01-10 无按语"], 1)
    assert rows("m12", "2018-02-28", [])["全市"].verdict == "未达标"
    assert rows("m12", "2018-02-28", [], [silent("2018-01-20", "2018-01-21")])["全市"].verdict == "无法判定"


def test_each_printing_begins_with_the_note_wherever_its_story_was_first_told() -> None:
    again = {"story_id": "s", "is_first": False, "title": "再登", "story_first_day": day("2018-01-03")}
    first = fact("2018-01-03", name="s", has_editor_note=True)
    row = rows("m12", "2018-01-20", [first, fact("2018-01-15", **again)])["全市"]
    assert (row.verdict, row.missing, row.needed_count) == ("未达标", ["2018-01-15 再登"], 2)
    old = fact("2018-01-02", title="网上先发", story_id="w", story_first_day=day("2017-12-31"))
    assert rows("m12", "2018-01-10", [old])["全市"].missing == ["2018-01-02 网上先发"]
    layouts = [fact("2018-01-03", **again | {"title": "版面"}), first]  # one printing, read in two layouts
    row = rows("m12", "2018-01-20", layouts)["全市"]
    assert (row.verdict, row.needed_count) == ("达标", 1)


def test_december_is_the_month_of_emphasis() -> None:
    october = fact("2017-10-09", "上思县", words=["整改"])
    december = fact("2017-12-09", "上思县", words=["整改"])
    assert rows("a1", "2017-11-30", [october])["上思县"].verdict == "达标"
    assert rows("m06", "2017-12-31", [october])["上思县"].missing == ["2017-12 重点宣传"]
    assert rows("m06", "2017-12-31", [october, december])["上思县"].verdict == "达标"
    portal = fact("2017-12-09", "上思县", words=["整改"], outlet_class="portal")
    assert rows("m06", "2017-12-31", [october, portal])["上思县"].verdict == "未达标"
    row = rows("a1", "2018-01-05", [october])["上思县"]
    assert (row.verdict, row.missing) == ("未达标", ["2017-12 重点宣传"])
    assert (row.days_left, row.window_end) == (0, day("2017-12-31"))  # no later piece makes up for it
    never = rows("a1", "2018-01-05", [])["上思县"]
    assert (never.days_left, never.note) == (0, "2017-12 刊发 0 篇；全期另缺 1 篇，2018-02-28 前可补")
    over = rows("m06", "2018-01-05", [])["上思县"]
    assert over.note == "2017-12 刊发 0 篇；全期另缺 1 篇"  # the term is over: nothing makes up for it
    assert rows("a1", "2017-12-20", [october])["上思县"].days_left == 70
    assert rows("a1", "2018-01-05", [october, december])["上思县"].verdict == "达标"
    assert (
        rows("a1", "2018-01-05", [october], [silent("2017-12-03", "2017-12-03")])["上思县"].verdict
        == "无法判定"
    )
    assert (
        rows("a1", "2018-01-05", [october], [silent("2017-11-03", "2017-11-03")])["上思县"].verdict
        == "未达标"
    )


def test_honours_each_told_once() -> None:
    facts = [fact("2017-11-09", words=["科学发展进步县"]), fact("2017-11-10", words=["管校聘"])]
    found = rows("a2", "2017-12-31", facts)
    assert found["港口区"].verdict == "达标"
    assert found["东兴市"].missing == ["自治区文明城市"]
    passing = fact("2017-11-13", form="综述", words=["马拉松"])  # a round-up names it in passing
    assert "马拉松赛" in rows("a2", "2017-12-31", [passing])["全市"].missing
    assert (found["全市"].done_count, found["全市"].needed_count) == (2, 7)


# ---------------------------------------------------------------- proofs


def test_register_by_its_day() -> None:
    record = Record(
        [
            proof("contact_register", "上思县", "2017-09-29T17:00:00"),
            proof("contact_register", "东兴市", "2017-09-30T09:00:00"),
        ],
        [],
        {},
    )
    found = rows("r1", "2017-10-31", [], record=record)
    assert found["上思县"].verdict == "达标"
    assert (found["东兴市"].verdict, found["东兴市"].note) == ("未达标", "逾期报送（2017-09-30）")
    assert found["港口区"].missing == ["分管领导和联系人"]
    assert rows("r1", "2017-09-28", [], record=record)["上思县"].days_left == 1
    requirement = Record([proof("proof_received", "上思县", "2017-09-28T09:00:00", task="r2")], [], {})
    assert rows("r2", "2017-10-31", [], record=requirement)["上思县"].verdict == "达标"
    assert rows("a3", "2017-10-31", [], record=requirement)["上思县"].verdict == "未达标"


def test_meetings_as_recorded() -> None:
    record = Record([proof("meeting_held", "市教育局", "2017-05-09T09:00:00")], [], {})
    found = rows("m01", "2017-12-31", [], record=record)
    assert (found["市教育局"].verdict, found["市财政局"].verdict) == ("达标", "未达标")
    assert rows("m01", "2017-05-08", [], record=record)["市教育局"].verdict == "未达标"
    for on in ("2016-12-31T09:00:00", "2018-01-01T09:00:00"):  # the year before, the year after
        outside = Record([proof("meeting_held", "市教育局", on)], [], {})
        assert rows("m01", "2018-02-01", [], record=outside)["市教育局"].verdict == "未达标"


def test_measures_count_beside_exposures_each_once() -> None:
    def taken(
        unit: str, on: str, form: str = "通报", concerned: str = '["市政务服务中心"]', **more: Any
    ) -> Any:
        return proof("measure_taken", unit, f"{on}T09:00:00", form=form, concerned=concerned, **more)

    def found(
        *proofs: dict[str, Any], on: str = "2018-02-28", facts: list[Fact] | None = None
    ) -> CoverageRow:
        return rows("m09", on, facts or [], record=Record([*proofs], [], {}))["全市"]

    notice = taken("市绩效办", "2017-10-20")
    assert (found().verdict, found().note) == (
        "未达标", "曝光 0 篇；通报、约谈、扣分不见于稿件，以报送的记录为准",
    )  # fmt: skip
    row = found(notice)
    assert (row.verdict, row.done_count, row.evidence) == ("达标", 1, [notice["id"]])
    assert row.note == "曝光 0 篇，通报 1 次；通报、约谈、扣分不见于稿件，以报送的记录为准"
    assert found(notice, on="2017-10-19").verdict == "未达标"
    exposure = fact("2017-10-09", form="曝光", words=["政务服务"])
    both = found(notice, taken("市纪委", "2017-11-02", "约谈"), facts=[exposure])
    assert both.done_count == 3 and both.evidence[0] == exposure.article_id
    assert "曝光 1 篇，通报 1 次、约谈 1 次" in (both.note or "").replace("，约谈", "、约谈")
    # What two units did together is one measure; of two centres they are two.
    joint = taken("市纪委", "2017-10-20")
    assert (found(notice, joint).done_count, len(found(notice, joint).evidence)) == (1, 2)
    assert found(notice, taken("市绩效办", "2017-10-20", concerned='["东兴市政务服务中心"]')).done_count == 2
    for wrong in (
        taken("市水利局", "2017-10-20"),  # not asked by the notice
        taken("市绩效办", "2017-08-31"),
        taken("市绩效办", "2018-03-01"),
        taken("市绩效办", "2017-10-20", "表扬"),
        taken("市绩效办", "2017-10-20", task="m01"),
        proof("deduction", "市绩效办", "2017-10-20T09:00:00", form="扣分"),  # 预扣分 of 四（四）
    ):
        assert found(wrong, on="2018-03-31").verdict == "未达标", wrong
    # What was published besides is one with the story, by its address or its title; the reprint's too.
    copy = fact(
        "2017-10-21",
        form="曝光",
        words=["政务服务"],
        title="曝光：“窗口”空岗",
        url="http://a/2",
        story_id="s",
    )
    first = fact(
        "2017-10-20", form="曝光", words=["政务服务"], title="窗口空岗三天", url="http://a/1", story_id="s"
    )
    for tie in ({"address": "http://a/1"}, {"address": "http://a/2"}, {"title": "曝光:窗口空岗"}):
        once = found(taken("市绩效办", "2017-10-22", **tie), facts=[first, copy])
        assert (once.done_count, len(once.evidence)) == (1, 2), tie
        assert "2017-10-22 的通报与所刊“" in (once.note or "") and "是同一件事，只计一次" in (once.note or "")
    apart = found(taken("市绩效办", "2017-10-22", address="http://a/3", title="通报"), facts=[first, copy])
    assert apart.done_count == 2 and "同一件事" not in (apart.note or "")
    # Row 7 of the annex asks for exposures only.
    assert rows("a7", "2018-02-28", [], record=Record([notice], [], {}))["全市"].verdict == "未达标"
    silence = rows("m09", "2018-02-28", [], [silent("2017-11-06", "2017-11-10")])["全市"]
    assert silence.verdict == "无法判定"


def test_board_is_up_in_time_and_stays() -> None:
    up = proof("board_proof", "市教育局", "2017-12-20T09:00:00")
    late = proof("board_proof", "市住建委", "2018-01-03T09:00:00")
    gone = proof("board_proof", "市教育局", "2018-02-01T09:00:00", removed_day=day("2018-02-01"))
    record = Record([up, late, gone], [], {})
    assert rows("m08", "2017-12-19", [], record=record)["市教育局"].verdict == "未达标"
    assert rows("m08", "2018-01-31", [], record=record)["市教育局"].verdict == "达标"
    taken = rows("m08", "2018-02-01", [], record=record)["市教育局"]
    assert taken.verdict == "未达标" and "已撤下" in (taken.note or "")
    assert "逾期" in (rows("m08", "2018-02-01", [], record=record)["市住建委"].note or "")


def fetches(*found: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"day": day(d), "is_present": what == "there", "is_gone": what == "gone", "outcome": what}
        for d, what in found
    ]


SITE = Source("单位网站:市水利局", "unit_site", "市水利局", {})


def notice(published: str = "2017-10-11") -> Fact:
    return fact(
        published,
        name="notice",
        form="公告",
        title="2017年度社会评价公告",
        title_words=["社会评价"],
        outlet_class="unit_site",
        site_unit="市水利局",
        is_plan_column=False,
    )


@pytest.mark.parametrize(
    ("seen", "as_of", "days", "verdict"),
    [
        ([("2017-10-24", "there")], "2017-10-24", 14, "达标"),
        ([("2017-10-24", "there")], "2017-10-20", 10, "未达标"),
        ([("2017-10-23", "there"), ("2017-10-24", "gone")], "2017-10-31", 13, "未达标"),
        (
            [
                ("2017-10-15", "there"),
                ("2017-10-18", "gone"),
                ("2017-10-20", "there"),
                ("2017-10-30", "there"),
            ],
            "2017-10-31",
            11,
            "未达标",
        ),
        (
            [("2017-10-15", "there"), ("2017-10-18", "failed"), ("2017-10-25", "there")],
            "2017-10-31",
            15,
            "达标",
        ),
        ([("2017-10-12", "gone")], "2017-10-31", 1, "未达标"),
    ],
)
def test_announcement_stands_two_weeks_unbroken(
    seen: list[tuple[str, str]], as_of: str, days: int, verdict: str
) -> None:
    item = notice()
    record = Record([], [], {item.url: fetches(*seen)})
    row = rows("m05", as_of, [item], [SITE], record)["市水利局"]
    assert (row.done_count, row.verdict) == (days, verdict)


def test_announcement_not_looked_at_again_may_still_stand() -> None:
    """A page taken down is told from one that nobody looked at."""
    item = notice()
    seen = Record([], [], {item.url: fetches(("2017-10-23", "there"))})
    row = rows("m05", "2017-10-31", [item], [SITE], seen)["市水利局"]
    assert (row.verdict, row.silent) == ("无法判定", ["防城港日报 2017-10-24—2017-10-31 公告页未再采集"])
    early = Record([], [], {item.url: fetches(("2017-10-20", "there"), ("2017-10-21", "gone"))})
    assert rows("m05", "2017-10-31", [item], [SITE], early)["市水利局"].verdict == "未达标"


def test_announcement_must_appear_by_20_october_and_its_term_is_two_weeks_from_then() -> None:
    late = notice("2017-10-21")
    row = rows(
        "m05", "2017-11-10", [late], [SITE], Record([], [], {late.url: fetches(("2017-11-10", "there"))})
    )
    assert row["市水利局"].verdict == "未达标" and row["市水利局"].note == "逾期发布（2017-10-21）"
    last = notice("2017-10-20")
    record = Record([], [], {last.url: fetches(("2017-11-02", "there"))})
    before = rows("m05", "2017-11-01", [last], [SITE], record)["市水利局"]
    assert (before.verdict, before.done_count, before.days_left) == ("未达标", 13, 1)
    assert rows("m05", "2017-11-02", [last], [SITE], record)["市水利局"].verdict == "达标"
    # While two weeks can still be kept nothing is deducted; where nothing appeared by the 20th it is.
    ground = Ground(PLAN, day("2017-11-01"), counted(PLAN, []), [SITE])
    never = rows("m05", "2017-11-01", [], [Source("单位网站:市教育局", "unit_site", "市教育局", {})])[
        "市教育局"
    ]
    found = {r.unit: r.missing for r in proofs.deduction(ground, PLAN.task("r4"), [before, never])}
    assert found["市水利局"] == [] and len(found["市教育局"]) == 1


def test_proof_of_another_task_is_no_announcement() -> None:
    unit = "市教育局"
    until = {"until_day": day("2017-10-25")}
    for task, on, verdict in (
        ("r2", "2017-10-11", "无法判定"),
        ("a3", "2017-10-11", "达标"),
        ("m05", "2017-09-01", "达标"),  # clipped to the window
    ):
        handed_in = proof("proof_received", unit, f"{on}T09:00:00", task=task, **until)
        row = rows("m05", "2017-10-31", [], [SITE], Record([handed_in], [], {}))[unit]
        assert (row.verdict, row.done_count) == (verdict, 15 if verdict == "达标" else 0), task


def test_citys_wechat_and_weibo_carry_the_announcement() -> None:
    more = {"form": "公告", "title_words": ["社会评价"], "is_plan_column": False}
    wechat = fact("2017-10-12", outlet_class="wechat", name="w", **more)
    weibo = fact("2017-10-12", outlet_class="weibo", name="b", **more)
    record = Record([], [], {f.url: fetches(("2017-10-25", "there")) for f in (wechat, weibo)})
    found = rows("m05", "2017-10-31", [wechat, weibo], [SITE], record)
    assert (found["市委宣传部"].verdict, found["市微博办"].verdict) == ("达标", "达标")
    assert rows("m05", "2017-10-31", [], [SITE])["市微博办"].verdict == "无法判定"
    byline = {"credits": {"市水利局": Credited("市水利局", "byline", "", None, "rule", 1.0)}}
    own = fact("2017-10-12", outlet_class="wechat", name="w", **more, **byline)
    found = rows("m05", "2017-10-31", [own], [SITE], record)
    assert (found["市委宣传部"].verdict, found["市水利局"].verdict) == ("无法判定", "达标")


def test_announcement_of_a_unit_without_a_crawled_site_cannot_be_judged() -> None:
    found = rows("m05", "2017-10-31", [notice()], [SITE])
    assert found["市教育局"].verdict == "无法判定" and found["市教育局"].note == "本单位网站未接入采集"
    handed_in = proof(
        "proof_received", "市教育局", "2017-10-11T09:00:00", task="m05", until_day=day("2017-10-24")
    )
    found = rows("m05", "2017-10-31", [], [SITE], Record([handed_in], [], {}))
    assert found["市教育局"].verdict == "达标"
    down = Record([], [], {})
    assert (
        rows("m05", "2017-10-31", [], [silent("2017-10-12", "2017-10-31", SITE)], down)["市水利局"].verdict
        == "无法判定"
    )


def test_announcement_in_print_counts_by_its_day() -> None:
    item = fact("2017-10-12", form="公告", title_words=["社会评价"])
    assert rows("m05", "2017-10-31", [item])["防城港日报社"].verdict == "达标"
    early = fact("2017-09-05", form="公告", title_words=["社会评价"])  # before the window: another one
    assert rows("m05", "2017-10-31", [early])["防城港日报社"].verdict == "未达标"
    assert rows("m05", "2017-10-31", [early, item])["防城港日报社"].evidence == [item.article_id]
    news = fact("2017-10-12", form="报道", title_words=["社会评价"])
    assert rows("m05", "2017-10-31", [news])["防城港日报社"].verdict == "未达标"


def test_screenshots_by_26_october() -> None:
    record = Record(
        [
            proof("proof_received", "上思县", "2017-10-26T09:00:00", task="a3"),
            proof("proof_received", "东兴市", "2017-10-27T09:00:00", task="a3"),
        ],
        [],
        {},
    )
    found = rows("a3", "2017-10-31", [], record=record)
    assert found["上思县"].verdict == "达标"
    assert (found["东兴市"].verdict, found["港口区"].verdict) == ("未达标", "未达标")
    assert "逾期报送（2017-10-27）" in (found["东兴市"].note or "")
    assert rows("a3", "2017-10-20", [], record=record)["港口区"].days_left == 6


def test_exposure_needs_both_approvals_before_it_appears() -> None:
    item = fact("2017-11-09T08:00:00", form="曝光", name="e", title="窗口缺岗")
    first = approval("e", "2017-11-08T09:00:00", "市绩效办")
    second = approval("e", "2017-11-08T10:00:00", "分管领导")
    late = approval("e", "2017-11-09T10:00:00", "分管领导")
    assert rows("r3", "2017-11-30", [])["全市"].verdict == "达标"
    assert (
        rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, second]))["全市"].verdict == "达标"
    )
    alarm = rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, late]))["全市"]
    assert (alarm.verdict, alarm.missing) == ("未达标", ["2017-11-09 窗口缺岗（缺：分管领导）"])
    minute = approval("e", "2017-11-09T08:00:00", "分管领导")
    alarm = rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, minute]))["全市"]
    assert alarm.verdict == "未达标"  # at the minute of publication is not before it


def ticket(
    unit: str | None, *, late: bool, is_open: bool = True, checked: str = "2017-11-30T00:00:00"
) -> Ticket:
    due = dt.datetime(2017, 10, 10, 18)
    return Ticket(
        ticket_id=f"t{unit}{late}",
        thread_id="t",
        title="",
        url="",
        forum="防城港人论坛",
        board=None,
        kind="投诉",
        urgency="普通",
        unit=unit,
        candidates=[],
        is_unit_decided=False,
        state="待研判" if is_open else "已答复",
        opened_at=dt.datetime(2017, 10, 9, 10),
        first_response_due=due,
        first_response_at=None,
        first_response_floor=None,
        answer_due=due,
        answer_at=None,
        answer_floor=None,
        is_first_response_overdue=late,
        is_answer_overdue=False,
        workdays_left=None,
        send_back_due=None,
        checked_at=dt.datetime.fromisoformat(checked),
        sha256=None,
        note=None,
    )


FORUM = Source("防城港人论坛", "forum", None, {})


def test_forum_response() -> None:
    tickets = [ticket("市水利局", late=True), ticket("市住建委", late=False), ticket(None, late=True)]
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], tickets, {}))
    assert [found[u].verdict for u in ("市水利局", "市住建委", "市教育局", "市委宣传部")] == [
        "未达标",
        "达标",
        "不适用",
        "未达标",  # the post that nobody owns
    ]
    blind = [ticket("市水利局", late=True, checked="2017-10-10T12:00:00")]
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], blind, {}))
    assert found["市水利局"].verdict == "无法判定"


def test_forum_that_was_silent_leaves_open_whether_anything_is_late() -> None:
    tickets = [ticket("市水利局", late=True), ticket("市住建委", late=False)]
    down = silent("2017-10-12", "2017-10-20", FORUM)
    found = rows("m10", "2017-11-30", [], [FORUM, down], record=Record([], tickets, {}))
    units = ("市水利局", "市住建委", "市教育局", "市委宣传部")
    assert [found[unit].verdict for unit in units] == ["未达标", "无法判定", "无法判定", "无法判定"]
    assert found["市住建委"].silent == ["防城港人论坛 2017-10-12—2017-10-20 采集失败"]
    assert found["市水利局"].silent == [] and found["市教育局"].note == "没有采到待回复帖"
    early = Record([], [], {}, overdue_day=day("2017-10-11"))  # no post of the silent days can be late yet
    assert rows("m10", "2017-10-12", [], [down], record=early)["市教育局"].verdict == "不适用"
    unread = rows("m10", "2017-11-30", [], [PAPER], record=Record([], tickets, {}))["市教育局"]
    assert (unread.verdict, unread.silent) == ("无法判定", ["没有接入的来源"])


def test_forum_is_asked_from_the_day_on_which_it_was_first_read() -> None:
    late_start = silent("2017-09-01", "2017-09-17", FORUM, "unseen")
    record = Record([], [ticket("市住建委", late=False)], {})
    found = rows("m10", "2017-11-30", [], [late_start], record=record)
    assert (found["市住建委"].verdict, found["市教育局"].verdict) == ("达标", "不适用")
    assert found["市住建委"].note == "1 帖，超时 0 帖；防城港人论坛 2017-09-18 起采集"
    never = silent("2017-09-01", "2017-11-30", FORUM, "unseen")
    assert rows("m10", "2017-11-30", [], [FORUM, never], record=record)["市教育局"].verdict == "无法判定"
    paused = silent("2017-10-01", "2017-10-05", FORUM, "unseen")
    assert rows("m10", "2017-11-30", [], [paused], record=record)["市住建委"].verdict == "无法判定"


def test_post_that_needs_no_answer_is_not_counted() -> None:
    idle = dataclasses.replace(ticket("市水利局", late=False), state="无需回复")
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], [idle], {}))["市水利局"]
    assert (found.verdict, found.needed_count) == ("不适用", 0)


def test_deductions_are_suggested_only_for_what_is_over_and_sure() -> None:
    ground = Ground(PLAN, day("2017-11-01"), counted(PLAN, []), [PAPER])
    base = rows("m02", "2017-11-01", [])["上思县"]
    unknown = rows("m02", "2017-11-01", [], [silent("2017-10-12", "2017-10-12")])["东兴市"]
    running = rows("m06", "2017-11-01", [])["港口区"]
    found = {r.unit: r for r in proofs.deduction(ground, PLAN.task("r4"), [base, unknown, running])}
    assert found["上思县"].missing == [f"m02 {PLAN.task('m02').title}"]
    assert found["东兴市"].missing == [] and found["港口区"].missing == []
