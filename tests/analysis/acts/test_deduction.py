"""预扣分: suggested for what is over and certainly not met, decided by somebody else, taken off the score."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.acts.deduction import decide_deduction
from analysis.acts.record import ActError
from analysis.coverage import coverage
from analysis.credits import load_points, parse_points
from analysis.deductions import DeductionRow, deductions, suggested
from analysis.plan import load_plan
from analysis.scoring import UnitScore, score
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case
from tests.analysis.test_coverage import read_lists, read_paper

DAY = dt.date(2017, 11, 30)
AT = dt.datetime(2017, 11, 30, 9)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    read_paper(found, "2017-09-21", "2017-11-30")
    read_lists(found, "2017-11-30T20:00:00")
    found.article("2017-10-09", "[上思县:subject][column]", name="a", title="上思县抓整改")
    return found


def rows_on(case: Case, day: dt.date = DAY) -> list[DeductionRow]:
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    try:
        return deductions(con, plan, coverage(con, plan, day), day, points=load_points(case.city))
    finally:
        con.close()


def scores(case: Case) -> dict[str, UnitScore]:
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    try:
        return {s.unit: s for s in score(con, plan, DAY, points=load_points(case.city))}
    finally:
        con.close()


def decide(case: Case, unit: str, task: str, points: float, **more: object) -> None:
    values: dict[str, object] = {"who": "市绩效办 李某", "at": AT, "why": "三次督促未办"}
    decide_deduction(case.store.decisions, case.city, rows_on(case), unit, task, points, **values | more)  # type: ignore[arg-type]


def test_suggested_with_reasons_and_decided_by_a_person(case: Case) -> None:
    by_cell = {(row.unit, row.task): row for row in rows_on(case)}
    row = by_cell["东兴市", "r1"]
    assert (row.state, row.suggested_points, row.decider) == ("建议", 0.2, None)
    assert (
        row.reason is not None and "期限 2017-09-29 已过" in row.reason and "分管领导和联系人" in row.reason
    )
    assert ("上思县", "m02") not in by_cell  # met
    assert ("东兴市", "m07") not in by_cell  # not over
    decide(case, "东兴市", "r1", 0.1)
    row = next(r for r in rows_on(case) if (r.unit, r.task) == ("东兴市", "r1"))
    assert (row.state, row.suggested_points, row.decided_points, row.decider, row.decision) == (
        "已扣分", 0.2, 0.1, "市绩效办 李某", "三次督促未办",
    )  # fmt: skip
    assert scores(case)["东兴市"].total_points == pytest.approx(-0.1)
    decide(case, "东兴市", "r1", 0, at=AT + dt.timedelta(hours=1), why="已补报")
    assert scores(case)["东兴市"].total_points == 0
    row = next(r for r in rows_on(case) if (r.unit, r.task) == ("东兴市", "r1"))
    assert (row.state, row.decided_points) == ("不扣分", 0.0)
    before = next(r for r in rows_on(case, dt.date(2017, 11, 29)) if (r.unit, r.task) == ("东兴市", "r1"))
    assert before.state == "建议"  # as of the day before


@pytest.mark.parametrize(
    ("unit", "task", "points", "more", "says"),
    [
        ("上思县", "m02", 1, {}, "没有列为预扣分建议"),
        ("东兴市", "r1", 1, {"why": " "}, "理由"),
        ("东兴市", "r1", -1, {}, "应在 0 至"),
        ("东兴市", "r1", 1, {"who": "东兴市 王某"}, "不能裁定自己"),
        ("东兴市", "r1", 1, {"unit_of_decider": "东兴市"}, "不能裁定自己"),
        ("东兴", "r1", 1, {}, "没有单位"),
    ],
)
def test_what_cannot_be_decided(
    case: Case, unit: str, task: str, points: float, more: dict[str, object], says: str
) -> None:
    with pytest.raises(ActError, match=says):
        decide(case, unit, task, points, **more)


def test_a_decision_whose_ground_is_gone_is_told(case: Case) -> None:
    decide(case, "东兴市", "r1", 0.2)
    case.decide("contact_register", "东兴市", "2017-09-28T09:00:00", after={"leader": "甲", "contact": "乙"})
    row = next(r for r in rows_on(case) if (r.unit, r.task) == ("东兴市", "r1"))
    assert (row.reason, row.note) == (None, "结论已变，现不再建议扣分，请复核")


def test_what_is_suggested_for_a_unit_has_a_cap(case: Case) -> None:
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    rows = coverage(con, plan, dt.date(2018, 3, 31))
    con.close()
    found = suggested(plan, rows, parse_points({"deduction": 1, "deduction_cap": 1.5}), dt.date(2018, 3, 31))
    own = [row.suggested_points for row in found if row.unit == "东兴市"]
    assert own[:3] == [1, 0.5, 0] and sum(own) == 1.5


def test_what_two_tasks_ask_alike_is_suggested_once(case: Case) -> None:
    day = dt.date(2018, 1, 31)
    read_paper(case, "2017-12-01", "2018-01-31")
    read_lists(case, "2018-01-31T20:00:00")
    own = {row.task: row for row in rows_on(case, day) if row.unit == "东兴市"}
    assert "a1" not in own  # 附件1 asks what 三（六） asks
    assert own["m06"].suggested_points == 0.5
    assert own["m06"].note == "附件1（a1）要求的是同一件事，不另扣"
    at = dt.datetime(2018, 1, 31, 9)
    with pytest.raises(ActError, match="a1 与 m06 是同一件事，只应扣一次，请在 m06 裁定"):
        decide_deduction(
            case.store.decisions,
            case.city,
            rows_on(case, day),
            "东兴市",
            "a1",
            0.5,
            who="李某",
            at=at,
            why="缺",
        )
    case.decide("deduction", "东兴市", "2018-01-31T10:00:00", after={"task": "a1", "points": 0.5})
    left = next(row for row in rows_on(case, day) if (row.unit, row.task) == ("东兴市", "a1"))
    assert left.note == "与 m06 是同一件事，只应扣一次，请复核"


def test_score_of_the_season(case: Case) -> None:
    found = scores(case)
    assert (found["上思县"].earned_points, found["上思县"].story_count) == (3.0, 1)
    assert next(iter(found)) == "上思县"
