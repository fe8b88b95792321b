"""Working days: real calendars with 调休, monotone, explained, never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from analysis.worktime import Calendar, UnknownYear, WorktimeError, load_calendar

CALENDAR = load_calendar({})
moments = st.datetimes(dt.datetime(2008, 1, 1), dt.datetime(2025, 10, 1))
spans = st.integers(0, 20)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "is_work"),
    [
        ("2017-09-29", True),  # Friday
        ("2017-09-30", True),  # Saturday, 调休 for National Day
        ("2017-10-01", False),
        ("2017-10-08", False),  # last day of the eight-day holiday
        ("2017-10-09", True),
        ("2018-02-11", True),  # Sunday, 调休 for Spring Festival
        ("2018-02-14", True),
        ("2018-02-15", False),
        ("2018-02-21", False),
        ("2018-02-22", True),
        ("2018-02-24", True),  # Saturday, 调休
        ("2018-01-01", False),
    ],
)
def test_days_of_the_season(text: str, is_work: bool) -> None:
    assert CALENDAR.is_workday(day(text)) is is_work


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2017-10-09T10:00", 1, "2017-10-10T18:00"),
        ("2017-10-09T23:50", 1, "2017-10-10T18:00"),
        ("2017-10-14T09:00", 1, "2017-10-16T18:00"),  # Saturday: Monday is the first day
        ("2017-09-29T10:00", 1, "2017-09-30T18:00"),  # the 调休 Saturday
        ("2017-09-30T10:00", 1, "2017-10-09T18:00"),  # over National Day
        ("2017-09-28T10:00", 5, "2017-10-11T18:00"),  # 29, 30, 9, 10, 11
        ("2017-09-28T10:00", 7, "2017-10-13T18:00"),
        ("2018-02-13T10:00", 5, "2018-02-26T18:00"),  # 14, 22, 23, 24 (调休), 26
        ("2017-12-29T10:00", 1, "2018-01-02T18:00"),
    ],
)
def test_due_computed_by_hand(start: str, days: int, due: str) -> None:
    assert CALENDAR.due(at(start), days) == at(due)


def test_explanation_names_each_day_over_national_day() -> None:
    notes = CALENDAR.explain(at("2017-09-29T10:00"), 2)
    assert [(n.day.day, n.is_counted) for n in notes] == [
        (29, False),
        (30, True),
        *[(d, False) for d in range(1, 9)],
        (9, True),
    ]
    assert notes[0].why == "发帖当日不计"
    assert notes[1].why == "周六，国庆节调休上班"
    assert "国庆节放假" in notes[2].why
    assert notes[-1].number == 2


def test_after_hours_counts_as_of_the_next_working_day_where_the_city_says_so() -> None:
    calendar = load_calendar({"after_hours": "next_working_day"})
    assert calendar.due(at("2017-10-09T10:00"), 1) == at("2017-10-10T18:00")
    assert calendar.due(at("2017-10-09T18:00"), 1) == at("2017-10-10T18:00")  # as it closes, not after
    assert calendar.due(at("2017-10-09T18:00:01"), 1) == at("2017-10-11T18:00")
    assert calendar.due(at("2017-10-09T19:00"), 1) == at("2017-10-11T18:00")
    assert calendar.due(at("2017-10-14T09:00"), 1) == at("2017-10-17T18:00")
    assert calendar.explain(at("2017-10-14T09:00"), 1)[-1].day == day("2017-10-17")


def test_paused_days_are_not_counted() -> None:
    skipped = frozenset({day("2017-10-11"), day("2017-10-12")})
    assert CALENDAR.due(at("2017-10-09T10:00"), 3, skipped) == at("2017-10-16T18:00")  # 10, 13, 16
    assert [n.why for n in CALENDAR.explain(at("2017-10-09T10:00"), 3, skipped) if n.day in skipped] == [
        "周三，工作日，暂停计时",
        "周四，工作日，暂停计时",
    ]


def test_unknown_year_is_said_and_can_be_given() -> None:
    with pytest.raises(UnknownYear, match="2051"):
        CALENDAR.due(at("2051-12-01T10:00"), 1)
    given_year = load_calendar({"calendar": {2051: {"holidays": ["2051-12-04"], "workdays": ["2051-12-03"]}}})
    assert given_year.due(at("2051-12-01T10:00"), 2) == at("2051-12-05T18:00")
    assert given_year.is_workday(day("2051-12-03")) and not given_year.is_workday(day("2051-12-04"))
    assert given_year.reason(day("2051-12-03")) == "周日，调休上班"


@pytest.mark.parametrize(
    "rules", [{"business_hours": ["8点"]}, {"business_hours": ["18:00-08:00"]}, {"calendar": {"x": {}}}]
)
def test_wrong_rules_are_told(rules: dict[str, object]) -> None:
    with pytest.raises(WorktimeError):
        load_calendar(rules)


@given(moments, spans, spans)
def test_longer_spans_end_later(start: dt.datetime, one: int, other: int) -> None:
    if one < other:
        assert CALENDAR.due(start, one) < CALENDAR.due(start, other)


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=30)), spans)
def test_later_starts_never_end_earlier(start: dt.datetime, wait: dt.timedelta, days: int) -> None:
    assert CALENDAR.due(start, days) <= CALENDAR.due(start + wait, days)


@given(moments, st.integers(1, 20))
def test_due_is_a_working_day_no_holiday_is_counted_and_explain_agrees(start: dt.datetime, days: int) -> None:
    due = CALENDAR.due(start, days)
    assert CALENDAR.is_workday(due.date())
    notes = CALENDAR.explain(start, days)
    counted = [n.day for n in notes if n.is_counted]
    assert len(counted) == days and counted[-1] == due.date() == notes[-1].day
    assert not any(d in holidays for d in counted)
    assert all(d.weekday() < 5 or d in workdays for d in counted)
    assert [n.day for n in notes] == [start.date() + dt.timedelta(days=i) for i in range(len(notes))]
    assert CALENDAR.workdays_between(start.date(), due.date()) == days
    assert CALENDAR.workdays_between(due.date(), start.date()) == -days


@given(moments, st.integers(1, 20))
def test_after_hours_rule_agrees_with_itself(start: dt.datetime, days: int) -> None:
    calendar = Calendar(CALENDAR.hours, after_hours_is_next_day=True)
    notes = calendar.explain(start, days)
    assert sum(n.is_counted for n in notes) == days
    assert notes[-1].day == calendar.due(start, days).date()
    assert calendar.due(start, days) >= CALENDAR.due(start, days)


@pytest.mark.parametrize("start", ["9998-12-31T10:00:00", "9999-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_the_last_days_that_can_be_written_are_of_a_year_that_is_not_known(start: str) -> None:
    calendar = load_calendar({"calendar": {9998: {}, 9999: {}}})
    for ask in (CALENDAR, calendar):
        with pytest.raises(UnknownYear):
            ask.due(at(start), 5)
        with pytest.raises(UnknownYear):
            ask.workdays_between(at(start).date() - dt.timedelta(days=1), dt.date.max)
        with pytest.raises(UnknownYear):
            ask.next_workday(at(start).date())


def test_a_span_goes_over_the_change_of_years_and_29_february() -> None:
    assert CALENDAR.due(at("2015-12-31T16:00:00"), 1).date() == day("2016-01-04")
    assert CALENDAR.due(at("2016-02-26T16:00:00"), 1).date() == day("2016-02-29")
    assert CALENDAR.workdays_between(day("2016-02-28"), day("2016-03-01")) == 2
    assert CALENDAR.workdays_between(day("2015-12-31"), day("2016-01-04")) == 1
