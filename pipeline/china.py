"""Owns the zone of the wall clock: times within are China's, without a zone; at the borders they get it."""

from __future__ import annotations

import datetime as dt

CHINA_OFFSET = dt.timedelta(hours=8)  # no daylight saving in the data's period
CHINA = dt.timezone(CHINA_OFFSET, "中国标准时间")


def monday_of(day: dt.date) -> dt.date:
    """The first day of its calendar week."""
    return day - dt.timedelta(days=day.weekday())
