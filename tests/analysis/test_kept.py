"""Tests that what is kept of an open edition is asked for once, and is never another edition's or another
state of the record's."""

from __future__ import annotations

import datetime as dt
import gc
from pathlib import Path
from typing import Any

import pytest

from analysis import kept, plan_facts
from analysis.coverage import coverage
from analysis.plan import load_plan
from analysis.plan_facts import counted_facts
from analysis.record import decided_since
from analysis.warehouse import Connection, LiveWarehouse, open_warehouse
from tests.analysis.case import Case

DAY = dt.date(2017, 10, 31)


def test_a_second_question_asks_for_less_and_is_answered_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path)
    case.article("2017-10-09", "[市水利局:subject] [column] [topic=生态建设]")
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    asked: list[str] = []
    con = open_warehouse(case.warehouse)
    real = plan_facts.ask_columns

    def counting(con: Connection, question: str, **more: Any) -> dict[str, Any]:
        asked.append(question)
        return real(con, question, **more)

    monkeypatch.setattr(plan_facts, "ask_columns", counting)
    rows = [coverage(con, plan, day, with_evidence=False) for day in (DAY, DAY, dt.date(2017, 10, 1), DAY)]
    assert asked == ["plan_total", "plan_count", "plan_told", *["plan_count"] * 3]
    assert rows[0] == rows[1] == rows[3] != rows[2]


def test_a_cursor_sees_what_was_decided_before_it_was_taken(tmp_path: Path) -> None:
    case = Case(tmp_path)
    article = case.article("2017-10-09", "[市水利局:subject] [column]")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    plan = load_plan(case.city)
    assert plan is not None

    def credited(con: Connection) -> int:
        counted = counted_facts(con, plan, DAY, None, False)
        return sum(tally.count for (_, owner), tally in counted.tallies.items() if owner == "市教育局")

    early = live.cursor()
    assert decided_since(early) == set() and credited(early) == 0
    case.decide("credit_add", article, "2017-11-01T09:00:00", after={"unit": "市教育局", "role": "subject"})
    late = live.cursor()
    assert decided_since(early) == set()  # asked again or not: it reads the file alone
    assert decided_since(late) == {article} and credited(late) > 0
    case.decide("credit_refuse", article, "2017-11-01T10:00:00", before={"unit": "市教育局"})
    assert credited(live.cursor()) == 0 and credited(late) == 0


def test_another_edition_is_asked_anew_and_the_old_one_is_let_go(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.article("2017-10-09", "[市水利局:subject] [column]")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    before = len(kept._kept)
    cursor = live.cursor()
    old = kept.as_built(cursor, "name", lambda: "old")
    assert kept.as_built(live.cursor(), "name", lambda: "another") == old == "old"
    case.article("2017-10-10", "[市水利局:subject] [column]")
    case.build()
    assert kept.as_built(live.cursor(), "name", lambda: "new") == "new"
    assert kept.as_built(cursor, "name", lambda: "new") == "old"
    del cursor
    live.close()
    gc.collect()
    assert len(kept._kept) <= before
