"""Owns how official documents write numbers, days, times and widths (GB/T 9704-2012)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

_HALF = re.compile("[\0-\u1fff]")
_NUMERALS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; for the headings of a document (1 to 99)."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _NUMERALS[tens] + "十"
    return head + (_NUMERALS[ones] if ones else "")


def chinese_day(day: dt.date) -> str:
    """7.3.5.4: a date in Arabic numerals, year in full, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: dt.date | None, missing: str = "—") -> str:
    """2017年12月1日 09:30; a day, and midnight (no time is known), as the day."""
    if at is None:
        return missing
    is_time = isinstance(at, dt.datetime) and at.time() != dt.time()
    return chinese_day(at) + (f" {at:%H:%M}" if is_time else "")


def table_days(days: Iterable[object], beside: dt.date) -> dict[dt.date, str]:
    """How a table writes its days: without the year where all of them are of that of `beside`."""
    found = {day for day in days if isinstance(day, dt.date)}
    is_short = all(day.year == beside.year for day in found)
    words = {day: chinese_time(day) for day in found}
    return {day: said.partition("年")[2] for day, said in words.items()} if is_short else words


def width_in_characters(text: str) -> float:
    """Width in Chinese characters: digits take half of one."""
    return len(text) - len(_HALF.findall(text)) / 2
