"""A year whose holidays are not known is said aloud, and what became of its deadlines is on record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from analysis.acts.calendar import note_calendar
from analysis.clock_days import explain
from analysis.notify.events import running_clocks
from analysis.queue import find_ticket, queue
from analysis.queue_stats import queue_stats
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


def test_a_clock_that_ends_in_a_known_year_runs_though_the_other_does_not(tmp_path: Path) -> None:
    office = Office(tmp_path)
    made = office.case.thread
    ticket = (
        made("7", "[投诉:市水利局]", [("张三", "2051-12-26T10:00:00", "x")], at="2051-12-26T12:00:00") + "-1"
    )
    register = office.open()
    lacking = dataclasses.replace(register, rules=parse_rules({"calendar": {2051: {"holidays": []}}}))
    stands = find_ticket(lacking.con, lacking.rules, ticket, dt.datetime(2051, 12, 28, 9))
    # A Tuesday: its response was due on Wednesday; the seventh working day lies in the next year.
    assert stands.first_response_due == dt.datetime(2051, 12, 27, 18) and stands.is_first_response_overdue
    assert stands.workdays_left == -1 and stands.answer_due is None and "2052 年" in (stands.note or "")
    (listed,) = queue(lacking.con, lacking.rules, dt.datetime(2051, 12, 28, 9))
    assert listed == stands
    _, days = explain(lacking.con, lacking.rules, ticket, dt.date(2051, 12, 28))
    assert [(day.clock, day.day.day, day.is_counted) for day in days] == [
        ("初步回应", 26, False),
        ("初步回应", 27, True),
    ]
    (running,) = running_clocks(lacking.con, lacking.rules, dt.datetime(2051, 12, 27, 9))
    assert [clock.name for clock in running.clocks] == ["初步回应"]
    whole = queue_stats(lacking.con, lacking.rules, dt.date(2051, 12, 28))[0]
    assert (whole.late_count, whole.overdue_open_count) == (1, 1)
    office.close()


def test_tickets_that_come_after_the_note_are_noted_and_recomputed_too(tmp_path: Path) -> None:
    office = Office(tmp_path)
    made = office.case.thread
    opened = {"7": "2051-12-26T10:00:00", "8": "2051-12-28T10:00:00"}
    first, second = (
        made(tid, "[投诉:市水利局]", [("张三", at, "x")], at=at) + "-1" for tid, at in opened.items()
    )
    register = office.open()
    this_year = {2051: {"holidays": []}}
    lacking = dataclasses.replace(register, rules=parse_rules({"calendar": this_year}))
    (one,) = note_calendar(lacking, "值班", dt.datetime(2051, 12, 27, 9))
    lacking = dataclasses.replace(lacking, con=office.register().con)
    (two,) = note_calendar(lacking, "值班", dt.datetime(2051, 12, 29, 9))
    assert (one.after["tickets"], two.after["tickets"]) == ([first], [second])
    # One is answered before the year is known: whether that was late is seen only then.
    posts = [("张三", opened["7"], "x"), ("防城港水利", "2052-01-03T09:00:00", "答复：好")]
    made("7", "[投诉:市水利局]", posts, at="2052-01-03T10:00:00")
    office.case.build()
    known = dataclasses.replace(
        lacking, con=office.register().con, rules=parse_rules({"calendar": this_year | {2052: {}}})
    )
    (again,) = note_calendar(known, "值班", dt.datetime(2052, 1, 3, 11))
    # Working days from 27 December 2051 to 4 January 2052, and from 29 December to 8 January.
    assert again.after["dues"] == {first: "2052-01-04 18:00", second: "2052-01-08 18:00"}
    office.close()
