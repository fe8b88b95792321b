"""Owns the match of articles to the plan: which piece counts for which task, and the weeks of a window."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from analysis.warehouse import Connection, ask, moment
from pipeline.china import monday_of
from pipeline.load_plan import CITY_ROW, Part, Plan, Task, load_plan

__all__ = [
    "CITY_ROW",
    "PIECE_KINDS",
    "Credited",
    "Fact",
    "Part",
    "Plan",
    "Task",
    "amend_facts",
    "by_unit",
    "is_part",
    "load_facts",
    "load_plan",
    "matched",
    "stories",
    "weeks",
]


# Kinds of task that published pieces meet; the others follow from proofs, decisions and threads.
PIECE_KINDS = frozenset(
    {"quota", "weekly", "series_topics", "indicators", "editor_note", "emphasis_month", "honours"}
)


@dataclasses.dataclass(frozen=True)
class Credited:
    """One unit's credit in one article, with its evidence."""

    unit: str
    role: str
    why: str
    quote: str | None
    decided_by: str  # rule or person
    confidence: float


@dataclasses.dataclass(frozen=True)
class Fact:
    """One published article as the plan sees it."""

    article_id: str
    url: str
    title: str
    outlet: str
    outlet_class: str | None
    level: str | None
    site: str
    site_unit: str | None
    page: str | None
    is_lead: bool
    has_leader_note: bool  # a superior leader's 批示 on it, as a person recorded
    published_at: dt.datetime
    published_day: dt.date
    topic: str | None
    indicator: str | None
    form: str
    has_editor_note: bool
    is_plan_column: bool
    exposed: list[str]
    story_id: str
    story_first_day: dt.date | None
    is_first: bool
    copy_count: int
    sha256: str | None
    words: frozenset[str]
    title_words: frozenset[str]
    credits: dict[str, Credited]


def load_facts(
    con: Connection, plan: Plan, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None = None
) -> list[Fact]:
    """All articles published in the plan's windows up to `as_of`, by time of publication."""
    return _load(con, plan, as_of, known_by)


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
    stories = {row["story_id"] for row in ask(con, "touched_stories", targets=sorted(set(targets)))}
    if not stories:
        return facts
    kept = [fact for fact in facts if fact.story_id not in stories]
    return sorted([*kept, *_load(con, plan, as_of, known_by, stories)], key=_in_order)


def _in_order(fact: Fact) -> tuple[dt.datetime, str]:
    return fact.published_at, fact.article_id


def _load(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    stories: Iterable[str] | None = None,
) -> list[Fact]:
    span = {
        "start": min([plan.season.start, *(t.window.start for t in plan.tasks if t.kind != "meetings")]),
        "end": as_of.date() if isinstance(as_of, dt.datetime) else as_of,
        "known_by": moment(known_by),
    }
    only = None if stories is None else sorted(stories)
    rows = ask(con, "fact", words=_all_words(plan), stories=only, **span)
    articles = None if stories is None else [row["article_id"] for row in rows]
    credits: dict[str, dict[str, Credited]] = {}
    for row in ask(con, "credit", articles=articles, **span):
        credits.setdefault(row["article_id"], {})[row["unit"]] = Credited(
            **{field.name: row[field.name] for field in dataclasses.fields(Credited)}
        )
    return [_fact(row, plan, credits.get(row["article_id"], {})) for row in rows]


def _fact(row: dict[str, Any], plan: Plan, credits: dict[str, Credited]) -> Fact:
    values = {field.name: row.get(field.name) for field in dataclasses.fields(Fact)}
    return Fact(
        **values
        | {
            "indicator": plan.indicator(row["indicator"]),
            "exposed": list(row["exposed"] or []),
            "words": frozenset(row["words"]),
            "title_words": frozenset(row["title_words"]),
            "credits": credits,
        }
    )


def _all_words(plan: Plan) -> list[str]:
    words = {""}  # a list of no words has no type
    for task in plan.tasks:
        words |= {*task.words, *task.words_all, *task.words_outside_column, *task.title_words}
        words |= {word for part in task.parts for word in part.words}
        words |= {word for honour in task.honours for word in honour.words}
    return sorted(words)


def matched(task: Task, facts: Iterable[Fact]) -> list[Fact]:
    """The articles that count for a task by window, outlets, column, form and words, whomever they credit.

    A story first published before the window is no news in it: a later reprint does not count.
    """
    start, end, outlets = task.window.start, task.window.end, task.outlets
    return [
        fact
        for fact in facts
        if start <= fact.published_day <= end
        and (not outlets or fact.outlet_class in outlets)
        and _counts(task, fact)
    ]


def _counts(task: Task, fact: Fact) -> bool:
    """Whether an article of the task's window and outlets counts."""
    if fact.story_first_day is not None and fact.story_first_day < task.window.start:
        return False
    if fact.outlet_class in task.column_in and not fact.is_plan_column:
        return False
    if fact.form not in task.forms if task.forms else fact.form == "公告":
        return False
    is_elsewhere = bool(task.words_outside_column) and not fact.is_plan_column
    if is_elsewhere and fact.words.isdisjoint(task.words_outside_column):
        return False
    if task.parts and not any(is_part(part, fact) for part in task.parts):
        return False
    return (
        (not task.words or not fact.words.isdisjoint(task.words))
        and fact.words.issuperset(task.words_all)
        and (not task.title_words or not fact.title_words.isdisjoint(task.title_words))
    )


def is_part(part: Part, fact: Fact) -> bool:
    """Whether an article that counts for a task counts for this part of it."""
    return (not part.forms or fact.form in part.forms) and (
        not part.words or not fact.words.isdisjoint(part.words)
    )


def stories(facts: Iterable[Fact], unit: str | None = None) -> list[Fact]:
    """One article a story, the earliest, of those that credit `unit` (None: of all). A reprint adds none."""
    found: dict[str, Fact] = {}
    for fact in facts:
        if unit is None or unit in fact.credits:
            found.setdefault(fact.story_id, fact)
    return list(found.values())


def by_unit(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The articles that credit each unit, in their order."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        for unit in fact.credits:
            found.setdefault(unit, []).append(fact)
    return found


def weeks(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The calendar weeks (Monday to Sunday) that touch a window, cut to it."""
    monday = monday_of(start)
    while monday <= end:
        yield max(monday, start), min(monday + dt.timedelta(days=6), end)
        monday += dt.timedelta(days=7)
