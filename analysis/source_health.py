"""Owns how each source does: when it was last read, how its pages end, what comes against its own habit."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.source_causes import Cause, source_causes
from analysis.sources import BY_HABIT, REASONS, by_habit, load_sources, silences
from analysis.warehouse import Connection, ask, moment
from analysis.worktime import Calendar, load_calendar

WEEK, HABIT_WEEKS, RECENT = 7, 4, 28  # days, weeks, days
STATES = REASONS | {"ok": "正常", "no_news": "当日没有稿件", "no_content": "尚未发布内容"}
# How a page ends that is no fault of the source: it was read, or there is none (a paper without an edition).
GOOD = frozenset({"stored", "listed", "captured", "unchanged", "duplicate", "redirected", "not_found"})
LOW_SHARE = 0.25  # of the habit: fewer is remarkable
MIN_HABIT = 4.0  # pieces a week: with fewer no week is remarkable


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """One site.

    Attributes:
        last_fetched_at: when a page of it was last asked for; None: never by then.
        later_fetched_at: when it was first read after the day, as far as that is known: of a source that was
            never read before, what the day brought is told by what it published. None: not since.
        outcomes: how the pages of the last four weeks ended, most frequent first: (outcome, count).
        failed_count: of these, how many did not end well.
        lacking_count: pages of all time that failed and were not got since.
        state: of the newest day of which something is known; None: of none.
        week_count: articles, on a forum posts, of the last seven days.
        habit_count: mean of the four weeks before these; None: nothing is known of them.
        silent: when it was silent within the last four weeks, in words.
        trouble: what is wrong, in words; empty: nothing.
        advice: what to do about it, as far as the pages tell the cause.
    """

    site: str
    outlet: str
    outlet_class: str | None
    platform: str
    level: str
    unit: str | None
    last_fetched_at: dt.datetime | None
    later_fetched_at: dt.datetime | None
    outcomes: list[tuple[str, int]]
    failed_count: int
    lacking_count: int
    state: str | None
    state_day: dt.date | None
    week_count: int
    habit_count: float | None
    silent: list[str]
    trouble: list[str]
    advice: list[str]


def source_health(
    con: Connection,
    as_of: dt.date,
    known_by: dt.date | None = None,
    calendar: Calendar | None = None,
    max_age_days: int = 2,
) -> list[SourceHealth]:
    """All sites, those in trouble first.

    Args:
        max_age_days: a site that was not read for longer is in trouble.
    """
    known, calendar = moment(known_by), calendar or load_calendar({})
    start = as_of - dt.timedelta(days=WEEK * (1 + HABIT_WEEKS) - 1)
    days: dict[str, list[dict[str, Any]]] = {}
    for row in ask(con, "source_days", start=start, end=as_of, known_by=known):
        days.setdefault(row["site"], []).append(row)
    recent = as_of - dt.timedelta(days=RECENT - 1)
    silent = {
        (source.outlet, source.unit): silences([source], recent, as_of)
        for source in load_sources(con, recent, as_of, known_by, calendar)
    }
    rows = ask(
        con,
        "source_fetch",
        as_of=moment(as_of),
        start=dt.datetime.combine(recent, dt.time()),
        known_by=known,
    )
    causes = source_causes(con, as_of, known_by)
    found = [
        _health(
            row,
            causes.get(row["site"], []),
            days.get(row["site"], []),
            silent.get((row["outlet"], row["unit"]), []),
            as_of,
            max_age_days,
            calendar,
        )
        for row in rows
    ]
    return sorted(found, key=lambda source: (-len(source.trouble), source.outlet, source.site))


def _health(
    row: Mapping[str, Any],
    causes: Sequence[Cause],
    days: Sequence[Mapping[str, Any]],
    silent: list[str],
    as_of: dt.date,
    max_age_days: int,
    calendar: Calendar,
) -> SourceHealth:
    outcomes = [(each["outcome"], each["page_count"]) for each in row["outcomes"] or []]
    week, habit = _counts(days, as_of)
    told = [day for day in days if day["state"] is not None]
    last: dt.datetime | None = row["last_fetched_at"]
    state = _state(told[-1], calendar) if told else None
    trouble = []
    later: dt.datetime | None = row["later_fetched_at"]
    if last is None and later is None:
        trouble.append("还没有采集过")
    elif last is not None and (as_of - last.date()).days > max_age_days:
        trouble.append(f"已 {(as_of - last.date()).days} 天没有采集")
    if state in REASONS:
        trouble.append(f"{told[-1]['day']:%m-%d} {REASONS[str(state)]}")
    if (last or later) and habit is not None and habit >= MIN_HABIT and week < habit * LOW_SHARE:
        trouble.append(f"近七天 {week} 条，平常每周 {habit:.0f} 条")
    trouble += [cause.text for cause in causes]
    return SourceHealth(
        **{name: row[name] for name in ("site", "outlet", "outlet_class", "platform", "level", "unit")},
        last_fetched_at=last,
        later_fetched_at=later,
        outcomes=outcomes,
        failed_count=sum(count for outcome, count in outcomes if outcome not in GOOD),
        lacking_count=row["lacking_count"],
        state=state,
        state_day=told[-1]["day"] if told else None,
        week_count=week,
        habit_count=habit,
        silent=silent,
        trouble=trouble,
        advice=[cause.advice for cause in causes],
    )


def _state(day: Mapping[str, Any], calendar: Calendar) -> str:
    """What a day was; on a rest day nothing is missed."""
    state = str(day["state"])
    if state not in BY_HABIT:
        return state
    return by_habit(state, day["day"], calendar) or ("ok" if day["article_count"] else "no_news")


def _counts(days: Iterable[Mapping[str, Any]], as_of: dt.date) -> tuple[int, float | None]:
    """Pieces of the last seven days, and the weekly mean of the four weeks before."""
    split = as_of - dt.timedelta(days=WEEK)
    week = habit = 0
    is_known = False
    for day in days:
        count = day["article_count"] + day["post_count"]
        if day["day"] > split:
            week += count
        else:
            habit += count
            is_known = True
    return week, habit / HABIT_WEEKS if is_known else None


def outcome_days(
    con: Connection, site: str, as_of: dt.date, known_by: dt.date | None = None, days: int = 60
) -> list[dict[str, Any]]:
    """How the pages of a site ended, by day: rows of day, outcome, page_count."""
    start = as_of - dt.timedelta(days=days - 1)
    return ask(con, "source_outcomes", site=site, start=start, end=as_of, known_by=moment(known_by))


def failures(
    con: Connection, site: str, as_of: dt.date, known_by: dt.date | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """Pages of a site that failed, open ones first."""
    return ask(con, "source_failures", site=site, as_of=moment(as_of), known_by=moment(known_by), limit=limit)
