"""A year whose holidays are not known is said aloud, and what became of its deadlines is on record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from analysis.acts.calendar import note_calendar
from analysis.queue import find_ticket
from analysis.reply_rules import parse_rules
from tests.analysis.acts.test_ticket import Office

AT = dt.datetime(2051, 12, 28, 9)


def test_deadlines_that_waited_for_a_calendar_are_recomputed_with_a_record(tmp_path: Path) -> None:
    office = Office(tmp_path)
    posts = [("张三", "2051-12-27T10:00:00", "x")]
    ticket = office.case.thread("7", "[投诉:市水利局]", posts, at="2051-12-27T12:00:00") + "-1"
    register = office.open()
    this_year = {2051: {"holidays": []}}
    lacking = dataclasses.replace(register, rules=parse_rules({"calendar": this_year}))
    stands = find_ticket(lacking.con, lacking.rules, ticket, AT)
    assert stands.answer_due is None and stands.note is not None and "2052 年" in stands.note

    (noted,) = note_calendar(lacking, "值班", AT)
    assert noted.after == {"year": 2052, "state": "未知", "tickets": [ticket]}
    lacking = dataclasses.replace(lacking, con=office.register().con)
    assert note_calendar(lacking, "值班", AT + dt.timedelta(hours=1)) == []

    published = this_year | {2052: {"holidays": ["2052-01-01"], "workdays": []}}
    known = dataclasses.replace(lacking, rules=parse_rules({"calendar": published}))
    (again,) = note_calendar(known, "值班", AT + dt.timedelta(days=1))
    # 28 and 29 December, 2, 3, 4, 5 and 8 January; the 1st is a holiday.
    assert again.after == {"year": 2052, "state": "已知", "dues": {ticket: "2052-01-08 18:00"}}
    known = dataclasses.replace(known, con=office.register().con)
    assert note_calendar(known, "值班", AT + dt.timedelta(days=2)) == []
    office.close()
