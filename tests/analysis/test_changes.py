"""What changed between two days, or two states of knowledge, and which decision or capture did it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.changes import NO_CAUSE, ChangeRow, View, changes
from analysis.plan import load_plan
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case
from tests.analysis.test_coverage import read_lists, read_paper


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    read_paper(found, "2017-09-21", "2017-10-31")
    read_lists(found, "2017-10-31T20:00:00")
    return found


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def compare(case: Case, then: View, now: View) -> dict[tuple[str, str], ChangeRow]:
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    try:
        return {(row.task, row.unit): row for row in changes(con, plan, then, now)}
    finally:
        con.close()


def test_two_states_of_knowledge_name_the_decision_and_the_late_capture(case: Case) -> None:
    url = case.article("2017-10-09", "[column]", name="a", title="甲稿", at="2017-10-09T12:00:00")
    case.decide(
        "credit_add", url, "2017-11-03T09:00:00", after={"unit": "东兴市"}, why="补报", who="市绩效办"
    )
    case.article(
        "2017-10-20", "[港口区:subject][column]", name="late", title="乙稿", at="2017-11-05T12:00:00"
    )
    case.decide("contact_register", "上思县", "2017-11-06T09:00:00", after={"date": "2017-09-28"})
    asked = day("2017-10-31")
    found = compare(case, View(asked, day("2017-11-01")), View(asked))
    added = found["m02", "东兴市"]
    assert (added.verdict_then, added.verdict_now, added.done_then, added.done_now) == (
        "未达标",
        "达标",
        0,
        1,
    )
    assert added.causes == ["新增稿件：2017-10-09 防城港日报《甲稿》", "市绩效办 2017-11-03 补记计分：补报"]
    assert found["m02", "港口区"].causes == ["新增稿件：2017-10-20 防城港日报《乙稿》，2017-11-05 采集"]
    assert found["r1", "上思县"].causes == ["经办人 2017-11-06 登记联系人"]
    assert ("m02", "上思县") not in found


def test_two_days_and_a_source_that_was_fetched_again(case: Case) -> None:
    case.article("2017-10-09", "[上思县:subject][column]", name="a", title="甲稿")
    found = compare(case, View(day("2017-10-08")), View(day("2017-10-31")))
    assert found["m02", "上思县"].causes == ["新增稿件：2017-10-09 防城港日报《甲稿》"]
    week = found["m03", "全市"]
    assert week.missing_new and week.done_then < week.done_now
    assert found["m05", "市水利局"].verdict_then == "未开始"
    assert found["m05", "市水利局"].causes == [NO_CAUSE]


def test_a_silence_that_ended_is_a_cause(tmp_path: Path) -> None:
    case = Case(tmp_path)
    silent = {"2017-10-12", "2017-10-13", "2017-10-16"}
    read_paper(case, "2017-09-21", "2017-10-31", silent)
    read_lists(case, "2017-10-31T20:00:00")
    for text in sorted(silent):
        case.edition(text, at="2017-11-02T09:00:00")
        case.article(text, "天气晴", name=f"w{text}", at="2017-11-02T09:00:01")
    asked = day("2017-10-31")
    row = compare(case, View(asked, day("2017-10-31")), View(asked))["m02", "东兴市"]
    assert (row.verdict_then, row.verdict_now) == ("无法判定", "未达标")
    assert any("来源静默解除：防城港日报 2017-10-12" in cause for cause in row.causes)


def test_the_same_view_has_no_changes(case: Case) -> None:
    assert compare(case, View(day("2017-10-31")), View(day("2017-10-31"))) == {}
