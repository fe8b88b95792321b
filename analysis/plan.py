"""Owns the articles that the plan asks about, as they are known; the weeks of a window."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator

from analysis.warehouse import Connection, ask, moment
from pipeline.china import as_day, monday_of
from pipeline.load_plan import CITY_ROW, Part, Plan, Task, load_plan
from pipeline.plan_match import PIECE_KINDS, Credited, Fact, all_words, fact_of, first_day, is_part, matched

__all__ = [
    "CITY_ROW",
    "PIECE_KINDS",
    "Credited",
    "Fact",
    "Part",
    "Plan",
    "Task",
    "amend_facts",
    "is_part",
    "load_facts",
    "load_plan",
    "matched",
    "stories",
    "weeks",
]


def load_facts(
    con: Connection, plan: Plan, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None = None
) -> list[Fact]:
    """All articles published in the plan's windows up to `as_of`, by time of publication."""
    return ask_facts(con, plan, as_of, known_by)


def amend_facts(
    facts: list[Fact],
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    targets: Iterable[str],
) -> list[Fact]:
    """The same after some decisions, from the list before them: only what they may change is asked.

    Args:
        targets: of the decisions: ids, addresses; those that are no articles change nothing.
    """
    stories = touched_stories(con, targets)
    if not stories:
        return facts
    kept = [fact for fact in facts if fact.story_id not in stories]
    return sorted([*kept, *ask_facts(con, plan, as_of, known_by, stories)], key=in_order)


def touched_stories(con: Connection, targets: Iterable[str]) -> set[str]:
    """The stories on whose articles decisions on these targets (ids, addresses) may bear."""
    return {row["story_id"] for row in ask(con, "touched_stories", targets=sorted(set(targets)))}


def in_order(fact: Fact) -> tuple[dt.datetime, str]:
    """Key of the order in which facts are told: by time of publication, then by id."""
    return fact.published_at, fact.article_id


def ask_facts(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    stories: Iterable[str] | None = None,
) -> list[Fact]:
    """The same of some stories only."""
    span = {
        "start": first_day(plan),
        "end": as_day(as_of),
        "known_by": moment(known_by),
    }
    only = None if stories is None else sorted(stories)
    rows = ask(con, "fact", words=all_words(plan), stories=only, **span)
    articles = None if stories is None else [row["article_id"] for row in rows]
    credits: dict[str, dict[str, Credited]] = {}
    for row in ask(con, "credit", articles=articles, **span):
        credits.setdefault(row["article_id"], {})[row["unit"]] = Credited(
            **{field.name: row[field.name] for field in dataclasses.fields(Credited)}
        )
    return [fact_of(row, plan, credits.get(row["article_id"], {})) for row in rows]


def stories(facts: Iterable[Fact], unit: str | None = None) -> list[Fact]:
    """One article a story, the earliest, of those that credit `unit` (None: of all). A reprint adds none."""
    found: dict[str, Fact] = {}
    for fact in facts:
        if unit is None or unit in fact.credits:
            found.setdefault(fact.story_id, fact)
    return list(found.values())


def stories_by_unit(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """`stories` of each unit that is credited."""
    found: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        for unit in fact.credits:
            found.setdefault(unit, {}).setdefault(fact.story_id, fact)
    return {unit: list(own.values()) for unit, own in found.items()}


def weeks(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The calendar weeks (Monday to Sunday) that touch a window, cut to it."""
    monday = monday_of(start)
    while monday <= end:
        yield max(monday, start), min(monday + dt.timedelta(days=6), end)
        monday += dt.timedelta(days=7)
