"""Stages of a clock: right on days looked up by hand, sound on any day whose year's holidays are known."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.notify.rules import Stage
from analysis.notify.stages import Clock, reached_at, why_reached
from analysis.worktime import load_calendar

CALENDAR = load_calendar({})
HALF = Stage(stage="share", value=0.5, to=["unit"], how="now")
LEFT = Stage(stage="days_left", value=1, to=["unit"], how="now")
TODAY = Stage(stage="days_left", value=0, to=["unit"], how="now")
DUE = Stage(stage="days_late", value=0, to=["unit"], how="now")
LONG = Stage(stage="days_late", value=3, to=["unit"], how="now")


def clock(start: dt.datetime, count: int, skipped: frozenset[dt.date] = frozenset()) -> Clock:
    notes = CALENDAR.explain(start, count, skipped)
    return Clock(
        "正式答复", start, tuple(n.day for n in notes if n.is_counted), CALENDAR.due(start, count, skipped)
    )


@pytest.mark.parametrize(
    ("posted", "count", "stage", "reached"),
    [
        # 2017-12-05 is a Tuesday. Seven days: 6, 7, 8, 11 to 14; half of 49 hours ends on the fourth, 11:30.
        ("2017-12-05T21:50", 7, HALF, "2017-12-11T11:30"),
        ("2017-12-05T21:50", 7, LEFT, "2017-12-13T08:00"),
        ("2017-12-05T21:50", 7, TODAY, "2017-12-14T08:00"),
        ("2017-12-05T21:50", 7, DUE, "2017-12-14T18:00"),
        ("2017-12-05T21:50", 7, LONG, "2017-12-19T08:00"),
        # One day: half of seven hours ends at 11:30; there is no day before the last.
        ("2017-12-05T21:50", 1, HALF, "2017-12-06T11:30"),
        ("2017-12-05T21:50", 1, LEFT, None),
        # National Day 2017: 30 September is a Saturday of work (调休), 1 to 8 October are holidays.
        ("2017-09-29T17:46", 1, DUE, "2017-09-30T18:00"),
        ("2017-09-29T17:46", 1, LONG, "2017-10-11T08:00"),
        ("2017-09-29T20:55", 5, HALF, "2017-10-10T11:30"),
        ("2017-09-29T20:55", 5, LEFT, "2017-10-11T08:00"),
        # Spring Festival 2018: 15 to 21 February are holidays, 11 and 24 February days of work.
        ("2018-02-13T16:20", 7, LEFT, "2018-02-27T08:00"),
        ("2018-02-13T16:20", 7, HALF, "2018-02-24T11:30"),
    ],
)
def test_stages_on_days_looked_up_by_hand(posted: str, count: int, stage: Stage, reached: str | None) -> None:
    found = reached_at(clock(dt.datetime.fromisoformat(posted), count), stage, CALENDAR)
    assert found == (dt.datetime.fromisoformat(reached) if reached else None)


moments = st.datetimes(min_value=dt.datetime(2008, 1, 1), max_value=dt.datetime(2026, 9, 1))


@given(moments, st.integers(1, 15), st.sets(st.integers(0, 30), max_size=6))
def test_stages_come_in_order_and_on_working_days(start: dt.datetime, count: int, still: set[int]) -> None:
    skipped = frozenset(start.date() + dt.timedelta(days=n) for n in still)
    running = clock(start, count, skipped)
    half, left, today, due, late = (reached_at(running, s, CALENDAR) for s in (HALF, LEFT, TODAY, DUE, LONG))
    assert half is not None and today is not None and due == running.due and late is not None
    assert start < half < due and today < due < late
    if left is not None:
        assert start < left < today
        assert (
            CALENDAR.workdays_between(left.date(), due.date())
            - len({d for d in skipped if left.date() < d <= due.date() and CALENDAR.is_workday(d)})
            == 1
        )
    for moment in (half, today, due, late):
        assert CALENDAR.is_workday(moment.date())
    for moment in (half, today, due):
        assert moment.date() not in skipped
    assert CALENDAR.workdays_between(due.date(), late.date()) == 3


@given(moments, st.integers(1, 10), st.integers(1, 5))
def test_an_extension_and_a_pause_put_stages_off(start: dt.datetime, count: int, more: int) -> None:
    before = clock(start, count)
    extended = clock(start, count + more)
    paused = clock(start, count, frozenset(before.days[-1:]))
    for stage in (HALF, TODAY, DUE, LONG):
        first = reached_at(before, stage, CALENDAR)
        assert first is not None
        for other in (extended, paused):
            later = reached_at(other, stage, CALENDAR)
            assert later is not None and later >= first
    assert extended.due > before.due and paused.due > before.due


def test_why_says_days_deadline_and_moment() -> None:
    running = clock(dt.datetime(2017, 12, 5, 21, 50), 7)
    half = reached_at(running, HALF, CALENDAR)
    assert half is not None
    assert why_reached(running, HALF, half) == (
        "正式答复时限 7 个工作日，2017-12-14 18:00 到期；按工作时间计，12-11 11:30 已过 50%"
    )


def test_a_deadline_that_passed_says_what_was_not_seen() -> None:
    running = clock(dt.datetime(2017, 12, 5, 9), 1)
    said = "正式答复时限 1 个工作日，2017-12-06 18:00 到期，已到期而未见正式答复"
    assert why_reached(running, DUE, running.due) == said
