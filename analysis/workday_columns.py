"""Owns working days by column: where many spans end, how many days lie between. One by one it is done by the
calendar of analysis/worktime.py, which says what is meant; here is the same, quicker."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.reply_rules import Rules
from analysis.worktime import UnknownYear

Column = npt.NDArray[Any]
NEVER = np.datetime64("NaT", "us")


@dataclasses.dataclass(frozen=True)
class Workdays:
    """The working days of years in a row, of which all are known, as numbers of days since 1970.

    Attributes:
        days: the working days.
        counts: of each day from the one before the first of them, how many have been up to it.
        first, last: the first and the last day of these years.
    """

    days: Column
    counts: Column
    first: int
    last: int

    @classmethod
    def around(cls, starts: Column, rules: Rules, at: dt.datetime) -> Workdays:
        """From the year of the first moment on, to the last year that is known."""
        first, last = years_of(starts) or (at.year, at.year)
        return cls.of_years(min(first, at.year), max(last, at.year), rules)

    @classmethod
    def of_years(cls, first: int, last: int, rules: Rules) -> Workdays:
        """The same of moments from the first to the last of these years."""
        last = min(last + 2, dt.MAXYEAR)
        known: list[Column] = []
        for year in range(first, last + 1):
            try:
                known.append(np.frombuffer(rules.calendar.workday_numbers(year), np.int64))
            except UnknownYear:
                if known:
                    last = year - 1
                    break
                first = year + 1
        if not known:
            return cls(np.zeros(0, np.int64), np.zeros(2, np.int64), day_number(dt.date.max) + 2, -1)
        days = np.concatenate(known)
        is_one = np.zeros(days[-1] - days[0] + 2, np.int64)
        is_one[days - days[0] + 1] = 1
        return cls(
            days, np.cumsum(is_one), day_number(dt.date(first, 1, 1)), day_number(dt.date(last, 12, 31))
        )

    def upto(self, days: Column | int) -> Column:
        """How many working days have been up to each day, itself among them."""
        begin = self.days[0] - 1 if len(self.days) else 0
        found: Column = self.counts[np.clip(days - begin, 0, len(self.counts) - 1)]
        return found

    def after(self, days: Column, count: Column | int) -> tuple[Column, Column]:
        """The so-manieth working day after each day (0: itself), and where it is known."""
        place = self.upto(days) + count - 1
        is_known = (place < len(self.days)) & (days >= self.first - 1)
        found = self.days[np.where(is_known, place, 0)] if len(self.days) else days
        is_same = np.equal(count, 0)
        return np.where(is_same, days, found), is_known | is_same

    def between(self, start: int, ends: Column) -> tuple[Column, Column]:
        """`Calendar.workdays_between` of one day and many, and where it is known."""
        count = self.upto(ends) - self.upto(start)
        is_known = (np.maximum(ends, start) <= self.last) & (np.minimum(ends, start) + 1 >= self.first)
        return count, is_known | (ends == start)

    def event_days(self, starts: Column, rules: Rules) -> tuple[Column, Column]:
        """The day of each event, which a span does not count: its own or the working day to which it is put
        off; and where that is known."""
        dates = starts.astype("M8[D]")
        days = dates.astype(np.int64)
        if not rules.calendar.after_hours_is_next_day:
            return days, np.ones(len(days), bool)
        after_close = np.timedelta64(_microseconds(rules.calendar.close), "us")
        is_rest = self.upto(days) == self.upto(days - 1)
        next_day, _ = self.after(days, 1)
        is_known = (days >= self.first) & (days <= self.last) & (next_day > days)
        return np.where(is_rest | (starts - dates > after_close), next_day, days), is_known

    def end(self, days: Column, is_known: Column, count: Column | int, rules: Rules) -> Column:
        """When spans of so many working days from these days end; NaT: in a year that is not known."""
        found, is_found = self.after(days, count)
        after_close = np.timedelta64(_microseconds(rules.calendar.close), "us")
        return np.where(is_known & is_found, found.astype("M8[D]") + after_close, NEVER)

    def dues(self, starts: Column, count: Column | int, rules: Rules) -> Column:
        """When spans of so many working days end (`Calendar.due`); NaT: in a year that is not known."""
        return self.end(*self.event_days(starts, rules), count, rules)


def years_of(moments: Column) -> tuple[int, int] | None:
    """The first and the last year of moments; None: there is no moment."""
    years = moments[~np.isnat(moments)].astype("M8[Y]").astype(np.int64) + 1970
    return (int(years.min()), int(years.max())) if len(years) else None


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - dt.date(1970, 1, 1)).days


def _microseconds(time: dt.time) -> int:
    """From midnight."""
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
