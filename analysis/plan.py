"""Owns the match of articles to the plan: which piece counts for which task, and the weeks of a window."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from analysis.warehouse import Connection, ask, moment
from pipeline.load_plan import CITY_ROW, Part, Plan, Task, load_plan

__all__ = [
    "CITY_ROW",
    "PIECE_KINDS",
    "Credited",
    "Fact",
    "Part",
    "Plan",
    "Task",
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
    start = min([plan.season.start, *(t.window.start for t in plan.tasks if t.kind != "meetings")])
    end = as_of.date() if isinstance(as_of, dt.datetime) else as_of
    known = moment(known_by)
    credits: dict[str, dict[str, Credited]] = {}
    for row in ask(con, "credit", start=start, end=end, known_by=known):
        credits.setdefault(row["article_id"], {})[row["unit"]] = Credited(
            **{field.name: row[field.name] for field in dataclasses.fields(Credited)}
        )
    rows = ask(con, "fact", start=start, end=end, known_by=known, words=_all_words(plan))
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
    return [fact for fact in facts if _counts(task, fact)]


def _counts(task: Task, fact: Fact) -> bool:
    if not task.window.start <= fact.published_day <= task.window.end:
        return False
    if fact.story_first_day is not None and fact.story_first_day < task.window.start:
        return False
    if task.outlets and fact.outlet_class not in task.outlets:
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


def weeks(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The calendar weeks (Monday to Sunday) that touch a window, cut to it."""
    monday = start - dt.timedelta(days=start.weekday())
    while monday <= end:
        yield max(monday, start), min(monday + dt.timedelta(days=6), end)
        monday += dt.timedelta(days=7)
