"""The clocks of a ticket over real calendars: pauses, extensions and rounds, by property and day by day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reply_rules import parse_rules
from analysis.ticket_clocks import run_clocks

RULES = parse_rules({})
NEXT_DAY = parse_rules({"after_hours": "next_working_day"})
moments = st.datetimes(dt.datetime(2010, 1, 1), dt.datetime(2025, 8, 1))
rules = st.sampled_from([RULES, NEXT_DAY])
spans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 300)), max_size=4)  # hours after, hours long
END = dt.datetime(2025, 12, 30)


def row(start: dt.datetime, kind: str = "投诉", **more: Any) -> dict[str, Any]:
    return {
        "opened_at": start, "round_at": None, "round_count": 0, "past_rounds": None, "passed_at": None,
        "kind": kind, "urgency": "普通", "extensions": None, "pauses": None, "first_response_at": None,
        "answer_at": None, "ended_at": None,
    } | more  # fmt: skip


def pauses(start: dt.datetime, hours: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Pauses one after the other, each with its resume."""
    found, at = [], start
    for wait, length in hours:
        at += dt.timedelta(hours=wait)
        found.append({"kind": "pause", "at": at})
        at += dt.timedelta(hours=length)
        found.append({"kind": "resume", "at": at})
    return found


@given(moments, rules, spans)
def test_a_pause_never_shortens_and_explain_counts_the_span(
    start: dt.datetime, rules: Any, hours: Any
) -> None:
    plain = run_clocks(row(start), rules, END)
    paused = run_clocks(row(start, pauses=pauses(start, hours)), rules, END)
    for before, after, days, skipped in (
        (plain.first_due, paused.first_due, paused.first_days, paused.first_skipped),
        (plain.answer_due, paused.answer_due, paused.answer_days, paused.answer_skipped),
    ):
        assert before is not None and after is not None and after >= before
        assert rules.calendar.is_workday(after.date()) and after.date() not in skipped
        counted = [note.day for note in rules.calendar.explain(start, days, skipped) if note.is_counted]
        assert len(counted) == days and counted[-1] == after.date()
        assert rules.calendar.worked_days(start, after, skipped) == days


@given(moments, rules, st.integers(0, 400), st.integers(1, 40))
def test_an_extension_never_shortens_has_its_limit_and_cannot_undo_lateness(
    start: dt.datetime, rules: Any, wait: int, days: int
) -> None:
    plain = run_clocks(row(start), rules, END)
    granted = start + dt.timedelta(hours=wait)
    extended = run_clocks(row(start, extensions=[{"days": days, "at": granted, "why": "x"}]), rules, END)
    assert plain.answer_due is not None and extended.answer_due is not None
    assert extended.first_due == plain.first_due
    if granted > plain.answer_due:
        assert extended.answer_due == plain.answer_due and extended.too_late_why == "x"
    else:
        assert extended.answer_due == rules.calendar.due(start, min(15, max(7, days)))


@given(moments, rules, st.integers(0, 60))
def test_a_day_later_is_never_due_earlier_and_time_runs_on(start: dt.datetime, rules: Any, days: int) -> None:
    one, two = (run_clocks(row(s), rules, END) for s in (start, start + dt.timedelta(days=1)))
    assert one.first_due is not None and one.answer_due is not None
    assert two.first_due is not None and two.first_due >= one.first_due
    assert two.answer_due is not None and two.answer_due >= one.answer_due > one.first_due
    later = start + dt.timedelta(days=days)
    worked = [rules.calendar.worked_days(start, at) for at in (later, later + dt.timedelta(days=1))]
    assert 0 <= worked[0] <= worked[1] <= worked[0] + 1
    hours = rules.calendar.worked_hours(start, later)
    assert 0 <= hours <= 7 * (days + 1)


OFF, ON = False, True
NATIONAL_DAY = [
    ("2017-09-28", OFF, "发帖当日不计"),
    ("2017-09-29", ON, "周五，工作日"),
    ("2017-09-30", ON, "周六，国庆节调休上班"),
    ("2017-10-01", OFF, "周日，国庆节放假"),
    ("2017-10-02", OFF, "周一，国庆节放假"),
    ("2017-10-03", OFF, "周二，国庆节放假"),
    ("2017-10-04", OFF, "周三，中秋放假"),
    ("2017-10-05", OFF, "周四，国庆节放假"),
    ("2017-10-06", OFF, "周五，国庆节放假"),
    ("2017-10-07", OFF, "周六，国庆节放假"),
    ("2017-10-08", OFF, "周日，国庆节放假"),
    ("2017-10-09", ON, "周一，工作日"),
    ("2017-10-10", ON, "周二，工作日"),
    ("2017-10-11", ON, "周三，工作日"),
    ("2017-10-12", ON, "周四，工作日"),
    ("2017-10-13", ON, "周五，工作日"),
]
SPRING_FESTIVAL = [
    ("2018-02-13", OFF, "发帖当日不计"),
    ("2018-02-14", ON, "周三，工作日"),
    ("2018-02-15", OFF, "周四，春节放假"),
    ("2018-02-16", OFF, "周五，春节放假"),
    ("2018-02-17", OFF, "周六，春节放假"),
    ("2018-02-18", OFF, "周日，春节放假"),
    ("2018-02-19", OFF, "周一，春节放假"),
    ("2018-02-20", OFF, "周二，春节放假"),
    ("2018-02-21", OFF, "周三，春节放假"),
    ("2018-02-22", ON, "周四，工作日"),
    ("2018-02-23", ON, "周五，工作日"),
    ("2018-02-24", ON, "周六，春节调休上班"),
    ("2018-02-25", OFF, "周日，休息日"),
    ("2018-02-26", ON, "周一，工作日"),
    ("2018-02-27", ON, "周二，工作日"),
    ("2018-02-28", ON, "周三，工作日"),
]


@pytest.mark.parametrize(
    "days", [NATIONAL_DAY, SPRING_FESTIVAL], ids=["National Day 2017", "Spring Festival 2018"]
)
def test_each_day_over_the_holidays(days: list[tuple[str, bool, str]]) -> None:
    start = dt.datetime.fromisoformat(f"{days[0][0]}T14:02")
    clocks = run_clocks(row(start), RULES, END)
    notes = RULES.calendar.explain(start, clocks.answer_days, clocks.answer_skipped)
    assert [(note.day.isoformat(), note.is_counted, note.why) for note in notes] == days
    assert clocks.answer_due == dt.datetime.fromisoformat(f"{days[-1][0]}T18:00")
