"""Tests that a decision is seen by the next question, before and after the build that loads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.warehouse import LiveWarehouse, WarehouseError, open_warehouse
from pipeline.decisions import (
    Decision,
    StaleDecision,
    append_decision,
    append_decisions,
    decisions_state,
    latest_ids,
)
from tests.analysis.case import Case

CREDITS = "SELECT unit, role, decided_by FROM article_credit ORDER BY unit"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture
def live(case: Case) -> Iterator[LiveWarehouse]:
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    yield live
    live.close()


def ask(live: LiveWarehouse, sql: str) -> list[tuple[object, ...]]:
    cursor = live.cursor()
    try:
        return cursor.execute(sql).fetchall()
    finally:
        cursor.close()


def credit(number: int, target: str, unit: str = "市水利局") -> Decision:
    return Decision(
        id=f"d{number}",
        at=f"2017-10-1{number}T09:00:00",
        who="绩效办 黄",
        kind="credit_add",
        target=target,
        after={"unit": unit},
        why="补报属实",
    )


def test_decision_is_seen_at_once_and_the_same_after_the_build(case: Case, live: LiveWarehouse) -> None:
    url = case.article("2017-10-09", "一条没有单位的消息")
    case.build()
    assert ask(live, CREDITS) == []
    append_decision(case.store.decisions, credit(1, url))
    before = ask(live, CREDITS)
    assert before == [("市水利局", "subject", "person")]
    append_decision(case.store.decisions, credit(2, url, "市教育局"))
    assert len(ask(live, CREDITS)) == 2
    case.build()
    assert ask(live, CREDITS)[1:] == before and ask(live, "SELECT COUNT(*) FROM decision") == [(2,)]


def test_new_edition_is_seen_by_the_next_question_and_the_old_one_stays_open(
    case: Case, live: LiveWarehouse
) -> None:
    case.article("2017-10-09", "第一条", name="a")
    case.build()
    old = live.cursor()
    assert old.execute("SELECT COUNT(*) FROM article").fetchall() == [(1,)]
    case.article("2017-10-10", "第二条", name="b")
    case.build()
    assert ask(live, "SELECT COUNT(*) FROM article") == [(2,)]
    assert old.execute("SELECT COUNT(*) FROM article").fetchall() == [(1,)]
    old.close()


def test_who_reads_while_the_edition_is_let_go_is_not_cut_off(case: Case, live: LiveWarehouse) -> None:
    case.article("2017-10-09", "第一条")
    case.build()
    reader = live.cursor()
    asked = reader.execute("SELECT COUNT(*) FROM article")
    live.close()
    assert asked.fetchall() == [(1,)] and reader.execute("SELECT 1").fetchall() == [(1,)]
    reader.close()
    assert ask(live, "SELECT COUNT(*) FROM article") == [(1,)]


def test_missing_warehouse_is_told_and_found_once_it_is_there(case: Case, live: LiveWarehouse) -> None:
    with pytest.raises(WarehouseError, match="gangqing build"):
        live.cursor()
    case.build()
    assert ask(live, "SELECT COUNT(*) FROM article") == [(0,)]


def test_second_person_is_told_and_nothing_overwritten(case: Case) -> None:
    folder = case.store.decisions
    first = credit(1, "https://example.cn/a")
    append_decisions(folder, [first], {first.target: None})
    state = decisions_state(folder)
    with pytest.raises(StaleDecision, match="绩效办 黄") as told:
        append_decisions(folder, [credit(2, first.target)], {first.target: None})
    assert told.value.latest == first and decisions_state(folder) == state
    assert latest_ids(folder, [first.target, "x"]) == {first.target: "d1", "x": None}
    append_decisions(folder, [credit(2, first.target)], {first.target: "d1"})
    append_decisions(folder, [credit(2, first.target)], {first.target: "d1"})  # sent twice: the same decision
    assert latest_ids(folder, [first.target]) == {first.target: "d2"}


def test_the_warehouse_of_another_city_is_refused_with_the_way_to_build_ones_own(case: Case) -> None:
    case.build()
    with pytest.raises(WarehouseError, match="不是“钦州市”；请运行 gangqing build，并用 --city 指明城市"):
        open_warehouse(case.warehouse, city="钦州市")
