"""Owns what is known of the sources: on which days one was silent, told apart from a day without news."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from analysis.plan import Task
from analysis.warehouse import Connection, ask, moment
from analysis.worktime import UnknownYear, load_calendar

REASONS = {
    "down": "采集失败",
    "missing": "应有版面而未见",
    "partial": "部分版面采集失败",
    "unparsed": "页面未能解析",
    "unseen": "未采集",
}
NEWS_CLASSES = ("paper", "tv", "portal", "gov")  # where a task that names no outlet may be met


@dataclasses.dataclass(frozen=True)
class Source:
    """An outlet, and the days on which it was silent with the reason (a key of REASONS)."""

    outlet: str
    outlet_class: str | None
    unit: str | None
    silent: dict[dt.date, str]


def load_sources(
    con: Connection, start: dt.date, end: dt.date, known_by: dt.date | dt.datetime | None = None
) -> list[Source]:
    """All outlets of the city with their silent days from `start` to `end`.

    A day that no fetch speaks of is silent: for a paper with dated editions any such day, for other sites the
    days after the last fetch (their lists show what came before it). What a person noted (source_note) goes
    before what the fetches say. A missing edition on a public holiday is none. An outlet with several sites
    (a second layout, a feed) is silent only on days on which all of them are.
    """
    known = moment(known_by)
    states: dict[str, dict[dt.date, str]] = {}
    for row in ask(con, "source_silence", start=start, end=end, known_by=known):
        states.setdefault(row["site"], {})[row["day"]] = row["state"]
    notes: dict[str, dict[dt.date, str]] = {}
    for row in ask(con, "proof", known_by=known):
        if row["kind"] == "source_note":
            for day in _days(row["day"], row["until_day"] or row["day"]):
                notes.setdefault(row["target"], {})[day] = row["state"] or "down"
    found: dict[tuple[str, str | None], Source] = {}
    for span in ask(con, "source_span", known_by=known):
        site = span["site"]
        seen = states.get(site, {}) | notes.get(site, {})
        silent = {}
        for day in _days(start, end):
            state = seen.get(day)
            if state is None and (span["last_day"] is None or span["is_dated"] or day > span["last_day"]):
                state = "unseen"
            if state in REASONS and not (state == "missing" and _is_holiday(day)):
                silent[day] = state
        key = (span["outlet"], span["unit"])
        if key in found:
            silent = _both(found[key].silent, silent)
        found[key] = Source(span["outlet"], span["outlet_class"], span["unit"], silent)
    return list(found.values())


def _both(one: dict[dt.date, str], other: dict[dt.date, str]) -> dict[dt.date, str]:
    """Days on which both are silent, with the reason that says more than that nobody looked."""
    return {day: other[day] if one[day] == "unseen" else one[day] for day in one if day in other}


def _is_holiday(day: dt.date) -> bool:
    try:
        return not load_calendar({}).is_workday(day)
    except UnknownYear:
        return False


def depends_on(task: Task, unit: str | None, sources: Iterable[Source]) -> list[Source]:
    """The sources in which a unit's piece for a task could stand: an own site only where it is the unit's."""
    classes = set(task.outlets or (*NEWS_CLASSES, "unit_site"))
    return [
        source
        for source in sources
        if source.outlet_class in classes and (source.outlet_class != "unit_site" or source.unit == unit)
    ]


def silences(sources: Iterable[Source], start: dt.date, end: dt.date) -> list[str]:
    """Which source was silent when, in Chinese: 防城港日报 2017-10-09—2017-10-12 采集失败."""
    found = []
    for source in sources:
        days = sorted(day for day in source.silent if start <= day <= end)
        for first, last, reason in _runs(days, source.silent):
            span = f"{first}" if first == last else f"{first}—{last}"
            found.append(f"{source.outlet} {span} {REASONS[reason]}")
    return found


def _runs(days: Sequence[dt.date], reasons: dict[dt.date, str]) -> list[tuple[dt.date, dt.date, str]]:
    runs: list[tuple[dt.date, dt.date, str]] = []
    for day in days:
        if runs and runs[-1][1] == day - dt.timedelta(days=1) and runs[-1][2] == reasons[day]:
            runs[-1] = (runs[-1][0], day, reasons[day])
        else:
            runs.append((day, day, reasons[day]))
    return runs


def _days(start: dt.date, end: dt.date) -> list[dt.date]:
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
