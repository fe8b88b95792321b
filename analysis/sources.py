"""Owns what is known of the sources: on which days one was silent, told apart from a day without news."""

from __future__ import annotations

import dataclasses
import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Sequence
from functools import cached_property
from typing import Any

from analysis.kept import as_built
from analysis.plan import Task
from analysis.record import proof_rows
from analysis.warehouse import Connection, ask, ask_columns, moment
from analysis.worktime import Calendar, UnknownYear, load_calendar

REASONS = {
    "down": "采集失败",
    "missing": "应有版面而未见",
    "missing_unknown_year": "未见版面（该年节假日安排未知）",
    "partial": "部分版面或版块采集失败",
    "unparsed": "页面未能解析",
    "unseen": "未采集",
    "quiet": "一向有稿而无稿",
    "low": "稿件远少于四周均值",
    "fields": "字段读不出",
    "doubtful": "可疑：与往常不符",
}
DOUBTFUL = "doubtful"
BY_HABIT = ("missing", "quiet", "low")  # told by a source's own habit, so one day alone is doubtful only
DOUBT_SPAN_DAYS = 7  # calendar days: a week of the weekly cadence
NEWS_CLASSES = ("paper", "tv", "portal", "gov")  # where a task that names no outlet may be met


@dataclasses.dataclass(frozen=True)
class Source:
    """An outlet, and the days on which it was silent with the reason (a key of REASONS)."""

    outlet: str
    outlet_class: str | None
    unit: str | None
    silent: dict[dt.date, str]

    def told(self, start: dt.date, end: dt.date) -> list[str]:
        """Its part of `silences`; many units ask for the same days."""
        if (start, end) not in self._told:
            is_long = (end - start).days >= DOUBT_SPAN_DAYS
            silent = self._days[bisect_left(self._days, start) : bisect_right(self._days, end)]
            days = [day for day in silent if not (is_long and self.silent[day] == DOUBTFUL)]
            self._told[start, end] = [
                f"{self.outlet} {first if first == last else f'{first}—{last}'} {REASONS[reason]}"
                for first, last, reason in _runs(days, self.silent)
            ]
        return self._told[start, end]

    @cached_property
    def _days(self) -> list[dt.date]:
        return sorted(self.silent)

    @cached_property
    def _told(self) -> dict[tuple[dt.date, dt.date], list[str]]:
        return {}


def load_sources(
    con: Connection,
    start: dt.date,
    end: dt.date,
    known_by: dt.date | dt.datetime | None = None,
    calendar: Calendar | None = None,
    min_silent_days: int = 1,
    proofs: list[dict[str, Any]] | None = None,
) -> list[Source]:
    """All outlets of the city with their silent days from `start` to `end`.

    A day that no fetch speaks of is silent: for a paper with dated editions any such day, for other sites the
    days after the last look at a list, and those before it to which it does not reach back (before the first
    crawl, a long pause). A site whose pages are pointed to one by one has no lists: only what follows the
    last of them is silent. What a person noted (source_note) goes before what the fetches say. A missing
    edition on a rest day of `calendar` (None: the country's) is none; in a year whose holidays are not known
    that cannot be told, and the silence says so. An outlet of several sites (a second layout, a feed) is
    silent only on days on which all of them are. Fewer missing editions in a row than `min_silent_days`
    (working days) are doubtful only: see `silences`.

    Args:
        proofs: rows of sql/proof.sql, where one has them.
    """
    calendar = calendar or load_calendar({})
    states, spans = _told(con, start, end, known_by)
    notes: dict[str, dict[dt.date, str]] = {}
    for row in proof_rows(con, known_by) if proofs is None else proofs:
        if row["kind"] == "source_note":
            for day in _days(row["day"], row["until_day"] or row["day"]):
                notes.setdefault(row["target"], {})[day] = row["state"] or "down"
    found: dict[tuple[str, str | None], Source] = {}
    days = _days(start, end)
    for span in spans:
        site = span["site"]
        told, noted = states.get(site, {}), notes.get(site, {})
        last, silent, first = span["last_day"], {}, start
        if last is None or span["is_dated"]:
            unseen = days
        else:
            unseen = days[max(0, (last - start).days + 1) :]
            if span["read_from"] is not None:
                first = min(span["first_day"], span["read_from"])
                unseen = days[: max(0, (first - start).days)] + unseen
        for day in sorted({*unseen, *_between(told, start, end), *(d for d in noted if start <= d <= end)}):
            # Of a forum such days are told by a list that could not be read at the first look, nor since.
            untold = "partial" if span["outlet_class"] == "forum" and day < first else "unseen"
            state: str | None = (noted[day] if day in noted else told.get(day)) or untold
            if state in BY_HABIT:
                state = by_habit(state, day, calendar)
            if state in REASONS:
                silent[day] = state
        key = (span["outlet"], span["unit"])
        if key in found:
            silent = _both(found[key].silent, silent)
        found[key] = Source(span["outlet"], span["outlet_class"], span["unit"], silent)
    return [_doubted(source, min_silent_days, calendar) for source in found.values()]


_States = dict[str, dict[dt.date, str]]  # site → day → state, by day


def _told(
    con: Connection, start: dt.date, end: dt.date, known_by: dt.date | dt.datetime | None
) -> tuple[_States, list[dict[str, Any]]]:
    """What the fetches say of each site's days, and rows of sql/source_span.sql. By what is known now all
    days are asked of a table: to read the macro alone takes longer than the answer."""
    if known_by is None:
        return as_built(
            con, "sources", lambda: (_states(con, "source_silence_now"), ask(con, "source_span_now"))
        )
    known = moment(known_by)
    states = _states(con, "source_silence", start=start, end=end, known_by=known)
    return states, ask(con, "source_span", known_by=known)


def _between(states: dict[dt.date, str], start: dt.date, end: dt.date) -> list[dt.date]:
    """The days from start to end among those that are told, by day."""
    days = [*states]
    return days[bisect_left(days, start) : bisect_right(days, end)]


def _states(con: Connection, question: str, **parameters: object) -> _States:
    found: _States = {}
    rows = ask_columns(con, question, **parameters)
    told = (rows["site"], rows["day"].astype("M8[D]"), rows["state"])
    for site, day, state in zip(*(column.tolist() for column in told), strict=True):
        found.setdefault(site, {})[day] = state
    return found


def _doubted(source: Source, min_silent_days: int, calendar: Calendar) -> Source:
    """The source with its short runs of missing editions marked as doubtful. Rest days do not end a run."""
    doubtful: set[dt.date] = set()
    run: list[dt.date] = []
    for day in sorted(source.silent):
        is_next = not run or (day - run[-1]).days == 1
        if not is_next and any(calendar.is_likely_workday(each) for each in _days(run[-1], day)[1:-1]):
            doubtful |= _short(run, source, min_silent_days)
            run = []
        run.append(day)
    doubtful |= _short(run, source, min_silent_days)
    marked = {day: DOUBTFUL if day in doubtful else reason for day, reason in source.silent.items()}
    return dataclasses.replace(source, silent=marked)


def _short(run: list[dt.date], source: Source, min_silent_days: int) -> set[dt.date]:
    is_missing = all(source.silent[day] in (*BY_HABIT, "missing_unknown_year") for day in run)
    return set(run) if is_missing and len(run) < min_silent_days else set()


def _both(one: dict[dt.date, str], other: dict[dt.date, str]) -> dict[dt.date, str]:
    """Days on which both are silent, with the reason that says more than that nobody looked."""
    return {day: other[day] if one[day] == "unseen" else one[day] for day in one if day in other}


def by_habit(state: str, day: dt.date, calendar: Calendar) -> str | None:
    """What a break with habit says (no edition, no piece, far fewer): nothing on a rest day."""
    try:
        return state if calendar.is_workday(day) else None
    except UnknownYear:
        return "missing_unknown_year" if state == "missing" else state


def depends_on(task: Task, unit: str | None, sources: Iterable[Source]) -> list[Source]:
    """The sources in which a unit's piece for a task could stand: an own site only where it is the unit's."""
    classes = set(task.outlets or (*NEWS_CLASSES, "unit_site"))
    return [
        source
        for source in sources
        if source.outlet_class in classes and (source.outlet_class != "unit_site" or source.unit == unit)
    ]


def lacks_site(task: Task, unit: str, read: Container[str | None]) -> bool:
    """Whether a piece on a unit's own site would count by the words of the plan, and nobody crawls it.

    Args:
        read: the units whose sites are crawled, see `units_read`.
    """
    return "unit_site" in task.outlets and unit not in read


def units_read(sites: Iterable[tuple[str | None, str | None]]) -> set[str | None]:
    """The units whose own sites are crawled, of (class of its outlet, unit) of each site."""
    return {unit for outlet_class, unit in sites if outlet_class == "unit_site"}


def silences(sources: Iterable[Source], start: dt.date, end: dt.date) -> list[str]:
    """Which source was silent when, in Chinese: 防城港日报 2017-10-09—2017-10-12 采集失败.

    A doubtful day (a lone missing edition) leaves a week open, or a shorter span, of which it is a good part;
    it does not leave a quota over months open.
    """
    return [told for source in sources for told in source.told(start, end)]


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
