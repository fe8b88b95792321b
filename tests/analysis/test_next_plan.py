"""The next year's plan in the same city: what was handed in and decided for the last one does not count."""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis.contacts import contacts
from analysis.deductions import deductions_in
from analysis.proofs import Record
from analysis.warehouse import open_warehouse
from pipeline.load_plan import Plan, parse_plan
from tests.analysis.case import REPOSITORY, Case
from tests.analysis.judged import CITY, PLAN, day, proof, rows

LAST_YEAR = Record(
    [
        proof("contact_register", "上思县", "2017-09-28T17:00:00"),
        proof("board_proof", "上思县", "2017-12-20T09:00:00"),
        proof("board_proof", "上思县", "2018-03-05T09:00:00", removed_day=day("2018-03-05")),
    ],
    [],
    {},
)


def next_plan() -> Plan:
    """The same plan a year later, with the same ids."""
    text = (REPOSITORY / "city" / "plan.yaml").read_text("utf-8")
    later = text.replace("2018-02-28", "2019-02-28").replace("2018-01-01", "2019-01-01")
    later = later.replace("month: 2017", "month: 2018").replace(" 2017-", " 2018-")
    return parse_plan(yaml.safe_load(later), CITY)


def test_what_was_handed_in_for_the_last_plan_does_not_meet_the_next() -> None:
    after = next_plan()
    assert rows("r1", "2018-09-30", [], record=LAST_YEAR)["上思县"].verdict == "达标"
    assert rows("r1", "2018-10-31", [], record=LAST_YEAR, plan=after)["上思县"].verdict == "未达标"
    board = rows("m08", "2018-10-31", [], record=LAST_YEAR, plan=after)["上思县"]
    assert (board.done_count, board.note) == (0, None)  # neither last year's board nor its end


def test_last_years_contacts_are_still_told_but_no_register_and_its_deductions_are_gone(
    tmp_path: Path,
) -> None:
    case = Case(tmp_path)
    case.edition("2017-10-09")
    case.decide("contact_register", "上思县", "2017-09-28T17:00:00", after={"leader": "甲", "contact": "乙"})
    case.decide("deduction", "上思县", "2018-03-10T09:00:00", after={"task": "m02", "points": 0.5})
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        now, then = day("2018-10-31"), day("2018-03-31")
        before = {row.unit: row for row in contacts(con, PLAN, then)}["上思县"]
        after = {row.unit: row for row in contacts(con, next_plan(), now)}["上思县"]
        assert (before.state, after.state, after.leader) == ("已报", "未报", "甲")
        assert len(deductions_in(con, PLAN, then)) == 1
        assert deductions_in(con, next_plan(), now) == []
    finally:
        con.close()
