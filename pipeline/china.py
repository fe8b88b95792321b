"""Owns the zone of the wall clock: times within are China's, without a zone; at the borders they get it."""

from __future__ import annotations

import datetime as dt

CHINA_OFFSET = dt.timedelta(hours=8)  # no daylight saving in the data's period
CHINA = dt.timezone(CHINA_OFFSET, "中国标准时间")
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)  # days that a person may ask for or name


def monday_of(day: dt.date) -> dt.date:
    """The first day of its calendar week."""
    return day - dt.timedelta(days=day.weekday())


def as_day(at: dt.date | dt.datetime) -> dt.date:
    """The day of a moment; a day stays as it is."""
    return at.date() if isinstance(at, dt.datetime) else at
