"""Owns working time: which days count, when a span of working days ends, and why.

The calendar is that of the State Council's holiday notices with 调休 (library chinesecalendar); a year that
it does not know yet may stand in reply-rules.yaml, else asking for it is an error: nothing is guessed.
Spans follow the Civil Code, articles 201 and 203: the day of the event is not counted, and a span ends at the
close of business of its last day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays, workdays

from pipeline.faults import ToldError

BUSINESS_HOURS = ("08:00-12:00", "15:00-18:00")  # of a working day, where the city says none
_EPOCH = dt.date(1970, 1, 1).toordinal()
_WEEKDAYS = "一二三四五六日"
_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


class UnknownYear(ToldError, ValueError):
    """The holidays of a year are not known yet; nothing is guessed."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"{year} 年的节假日安排尚不可知：请更新 chinesecalendar，或在 reply-rules.yaml 的 calendar 中填写"
        )
        self.year = year


class WorktimeError(ToldError, ValueError):
    """The rules of working time are wrong; the message says what to mend."""


@dataclasses.dataclass(frozen=True)
class DayNote:
    """One day of a span, counted or not, and why (in Chinese)."""

    day: dt.date
    is_counted: bool
    number: int | None  # the how-manieth working day of the span
    why: str


@dataclasses.dataclass(frozen=True)
class Calendar:
    """Working days and business hours of a city.

    Attributes:
        hours: business hours of a working day, (start, end) in order.
        after_hours_is_next_day: an event after closing time counts as of the next working day.
        extra: years given by the city: {year: (holidays, working rest days)}.
    """

    hours: tuple[tuple[dt.time, dt.time], ...]
    after_hours_is_next_day: bool = False
    extra: dict[int, tuple[frozenset[dt.date], frozenset[dt.date]]] = dataclasses.field(default_factory=dict)

    @property
    def close(self) -> dt.time:
        """Closing time of a working day."""
        return self.hours[-1][1]

    def moment_of(self, day: dt.date, now: dt.datetime) -> dt.date | dt.datetime:
        """The moment that is meant by a day: its end; of the day that is going on, until closing time, the
        moment before it: what is due today is not late yet."""
        if day == now.date() and now.time() < self.close:
            return dt.datetime.combine(day, self.close) - dt.timedelta(seconds=1)
        return day

    def is_workday(self, day: dt.date) -> bool:
        """Raises UnknownYear."""
        if day.year in self.extra:
            rest, work = self.extra[day.year]
            return day in work or (day.weekday() < 5 and day not in rest)
        return _is_workday(day)

    def is_likely_workday(self, day: dt.date) -> bool:
        """The same; in a year whose holidays are not known yet, Monday to Friday. Counts no deadline."""
        try:
            return self.is_workday(day)
        except UnknownYear:
            return day.weekday() < 5

    def reason(self, day: dt.date) -> str:
        """Why a day counts or not, in Chinese. Raises UnknownYear."""
        weekday = f"周{_WEEKDAYS[day.weekday()]}"
        if day.year in self.extra:
            rest, work = self.extra[day.year]
            name = "调休上班" if day in work else "节假日" if day in rest else ""
        else:
            _is_workday(day)
            name = (
                f"{_NAMES[workdays[day]]}调休上班"
                if day in workdays
                else _NAMES.get(holidays.get(day, ""), "")
            )
        if self.is_workday(day):
            return f"{weekday}，{name or '工作日'}"
        return f"{weekday}，{name + '放假' if name and name != '节假日' else name or '休息日'}"

    def next_workday(self, day: dt.date) -> dt.date:
        """The first working day after `day`. Raises UnknownYear."""
        return self._workday_after(day, 1)

    def received_on(self, moment: dt.datetime) -> dt.date:
        """The day of an event, which is not counted: its own, or the working day to which it is put off."""
        if self.after_hours_is_next_day and (
            not self.is_workday(moment.date()) or moment.time() > self.close
        ):
            return self.next_workday(moment.date())
        return moment.date()

    def due(self, start: dt.datetime, days: int, skipped: frozenset[dt.date] = frozenset()) -> dt.datetime:
        """The moment at which a span of `days` working days from `start` ends.

        Args:
            skipped: days on which the clock stood still.

        Raises:
            UnknownYear: the span reaches into a year whose holidays are not known.
        """
        day = self.received_on(start)
        if not skipped:
            return dt.datetime.combine(self._workday_after(day, days), self.close)
        for _ in range(days):
            day = self.next_workday(day)
            while day in skipped:
                day = self.next_workday(day)
        return dt.datetime.combine(day, self.close)

    def explain(
        self, start: dt.datetime, days: int, skipped: frozenset[dt.date] = frozenset()
    ) -> list[DayNote]:
        """Each day from the event to the end of the span, counted or not, and why. Raises UnknownYear."""
        received = self.received_on(start)
        notes = []
        number = 0
        for day in _days_from(start.date()):
            if day <= received:
                why = (
                    "发帖当日不计"
                    if day == start.date()
                    else f"{self.reason(day)}，下班后收到，次一工作日起算"
                )
                notes.append(DayNote(day, False, None, why))
                if number == days and day >= received:
                    return notes
                continue
            is_counted = self.is_workday(day) and day not in skipped
            number += is_counted
            why = self.reason(day) if day not in skipped else f"{self.reason(day)}，暂停计时"
            notes.append(DayNote(day, is_counted, number if is_counted else None, why))
            if number == days:
                return notes
        raise AssertionError("a calendar has no last day")

    def worked_days(
        self, start: dt.datetime, end: dt.datetime, skipped: frozenset[dt.date] = frozenset()
    ) -> int:
        """Working days that a clock from `start` has counted up to `end`: the inverse of `due`. Raises
        UnknownYear."""
        received = self.received_on(start)
        if end.date() <= received:
            return 0
        standing = sum(self.is_workday(day) for day in skipped if received < day <= end.date())
        return self.workdays_between(received, end.date()) - standing

    def worked_hours(
        self, start: dt.datetime, end: dt.datetime, skipped: frozenset[dt.date] = frozenset()
    ) -> float:
        """Business hours between two moments, without the days on which the clock stood still; 0.0 where
        `end` is not later. Raises UnknownYear."""
        total = dt.timedelta(0)
        for day in _days_from(start.date()):
            if day > end.date():
                return total.total_seconds() / 3600
            if day in skipped or not self.is_workday(day):
                continue
            for opens, closes in self.hours:
                first = max(start, dt.datetime.combine(day, opens))
                last = min(end, dt.datetime.combine(day, closes))
                total += max(last - first, dt.timedelta(0))
        raise AssertionError("a calendar has no last day")

    def workdays_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` lies before `start`.

        Raises:
            UnknownYear: one of the days lies in a year whose holidays are not known.
        """
        if end < start:
            return -self.workdays_between(end, start)
        if end == start:
            return 0
        first = start + dt.timedelta(days=1)
        return sum(
            bisect_right(days, end) - bisect_left(days, first)
            for days in map(self.workdays_of, range(first.year, end.year + 1))
        )

    def _workday_after(self, day: dt.date, number: int) -> dt.date:
        """The `number`-th working day after `day`; 0: `day` itself. Raises UnknownYear."""
        if number == 0:
            return day
        year = day.year + ((day.month, day.day) == (12, 31))
        while True:
            days = self.workdays_of(year)
            place = bisect_right(days, day) + number - 1
            if place < len(days):
                return days[place]
            number -= len(days) - bisect_right(days, day)
            year += 1

    def workdays_of(self, year: int) -> list[dt.date]:
        """The working days of a year, in order, reckoned once. Raises UnknownYear."""
        if year >= dt.MAXYEAR:  # a clock that was wrong; its last day has no next one
            raise UnknownYear(year)
        if year not in self._years:
            new_year = dt.date(year, 1, 1)
            days = (new_year + dt.timedelta(days=n) for n in range(366))
            self._years[year] = [day for day in days if day.year == year and self.is_workday(day)]
        return self._years[year]

    def workday_numbers(self, year: int) -> array[int]:
        """The same as numbers of days since 1970. Raises UnknownYear."""
        if year not in self._numbers:
            self._numbers[year] = array("q", (day.toordinal() - _EPOCH for day in self.workdays_of(year)))
        return self._numbers[year]

    @cached_property
    def _numbers(self) -> dict[int, array[int]]:
        return {}

    @cached_property
    def _years(self) -> dict[int, list[dt.date]]:
        return {}


def load_calendar(rules: dict[str, Any]) -> Calendar:
    """The calendar of reply-rules.yaml.

    Raises:
        WorktimeError: hours or days are not written as they must be.
    """
    try:
        hours = []
        for span in rules.get("business_hours") or BUSINESS_HOURS:
            start, end = (dt.time.fromisoformat(part.strip()) for part in str(span).split("-"))
            hours.append((start, end))
        extra = {
            int(year): (_dates(entry.get("holidays")), _dates(entry.get("workdays")))
            for year, entry in (rules.get("calendar") or {}).items()
        }
    except (ValueError, AttributeError, TypeError) as error:
        raise WorktimeError(
            f"reply-rules.yaml：上班时间应写成 08:00-12:00，日期应写成 2027-01-01（{error}）"
        ) from error
    if any(end <= start for start, end in hours) or hours != sorted(hours):
        raise WorktimeError("reply-rules.yaml：business_hours 的时段颠倒或次序不对")
    return Calendar(tuple(hours), rules.get("after_hours") == "next_working_day", extra)


def _dates(values: list[Any] | None) -> frozenset[dt.date]:
    return frozenset(v if isinstance(v, dt.date) else dt.date.fromisoformat(str(v)) for v in values or [])


@lru_cache(maxsize=20_000)
def _is_workday(day: dt.date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UnknownYear(day.year) from error


def _days_from(day: dt.date) -> Iterator[dt.date]:
    while True:
        yield day
        day += dt.timedelta(days=1)
