"""Owns how a report writes the days that verdicts and silences name: as an official document does. Pure."""

from __future__ import annotations

import datetime as dt
import re

from analysis.ground import UNSURE
from analysis.reports.official_text import chinese_day

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Not in an address, the name of a file or a number of one, which people type into notes.
_SPAN = re.compile(
    r" ?(?<![0-9A-Za-z_/.=-])(\d{4}-\d\d-\d\d)(?:—(\d{4}-\d\d-\d\d))?(?![0-9A-Za-z_/-]|\.[0-9A-Za-z]) ?"
)
_DATED = re.compile(r"(\d{4}-\d\d-\d\d|\d{4}-\d\d(?!\d)) ")  # how an item begins that has its day or month


def days(start: dt.date, end: dt.date) -> str:
    """2017年10月1日至31日; the year and the month once where they are the same."""
    if start == end:
        return chinese_day(start)
    if start.year != end.year:
        return f"{chinese_day(start)}至{chinese_day(end)}"
    if start.month != end.month:
        return f"{chinese_day(start)}至{end.month}月{end.day}日"
    return f"{chinese_day(start)}至{end.day}日"


def short_day(day: dt.date, beside: dt.date) -> str:
    """A day without its year where that is the year of the report."""
    return f"{day.month}月{day.day}日" if day.year == beside.year else chinese_day(day)


def span(item: str, beside: dt.date) -> str:
    """2017-11-06—2017-11-12 → 11月6日至12日, 2018-01-11 标题 → 1月11日 标题; of other things only the
    days are written anew (保留至 2018-02-28)."""
    dated = _DATED.match(item)
    if dated:
        return f"{_spoken(dated[1], beside)} {item[dated.end() :]}"
    first, _, last = item.rstrip(UNSURE).partition("—")
    try:
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return dated_words(item)
    text = days(start, end)
    return text.removeprefix(f"{beside.year}年") + ("（来源静默）" if item.endswith(UNSURE) else "")


def _spoken(text: str, beside: dt.date) -> str:
    """2018-01-11 → 1月11日; 2017-12 → 2017年12月. What is no day stays as it is."""
    try:
        if len(text) > len("2017-12"):
            return short_day(dt.date.fromisoformat(text), beside)
        month = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return text
    return f"{month.year}年{month.month}月"


def touches(what: str, start: dt.date, end: dt.date) -> bool:
    """Whether a silence, as sources.silences writes it, falls into a period."""
    found = [dt.date.fromisoformat(day) for day in _DAY.findall(what)]
    return bool(found) and found[0] <= end and found[-1] >= start


def dated_words(what: str) -> str:
    """防城港日报 2017-11-06—2017-11-10 采集失败, as sources.silences writes it, with its days as an official
    document writes them."""

    def spoken(found: re.Match[str]) -> str:
        try:
            start = dt.date.fromisoformat(found[1])
            return days(start, dt.date.fromisoformat(found[2] or found[1]))
        except ValueError:
            return found[0]

    return _SPAN.sub(spoken, what)
