"""Owns the match of articles to the plan: which piece counts for which task."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.load_plan import Part, Plan, Task

# Kinds of task that published pieces meet; the others follow from proofs, decisions and threads. What units
# recorded counts for `measures` too.
PIECE_KINDS = frozenset(
    {"quota", "weekly", "series_topics", "indicators", "editor_note", "emphasis_month", "honours", "measures"}
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


_FIELDS = [field.name for field in dataclasses.fields(Fact)]


def fact_of(row: Mapping[str, Any], plan: Plan, credits: dict[str, Credited]) -> Fact:
    """An article as the plan sees it, of a row of plan_fact_at and of the credits of its units."""
    return Fact(
        **{name: row.get(name) for name in _FIELDS}
        | {
            "indicator": plan.indicator(row["indicator"]),
            "exposed": list(row["exposed"] or []),
            "words": frozenset(row["words"]),
            "title_words": frozenset(row["title_words"]),
            "credits": credits,
        }
    )


def first_day(plan: Plan) -> dt.date:
    """The day from which on the plan asks about articles."""
    return min([plan.season.start, *(t.window.start for t in plan.tasks if t.kind != "meetings")])


def all_words(plan: Plan) -> list[str]:
    """The words for which the plan asks, and the empty one."""
    words = {""}  # a list of no words has no type
    for task in plan.tasks:
        words |= {*task.words, *task.words_all, *task.words_outside_column, *task.title_words}
        words |= set(task.notice_title_words)
        words |= {word for part in task.parts for word in part.words}
        words |= {word for honour in task.honours for word in honour.words}
    return sorted(words)


def matched(task: Task, facts: Iterable[Fact]) -> list[Fact]:
    """The articles that count for a task by window, outlets, column, form and words, whomever they credit.

    A story first published before the window is no news in it: a later reprint does not count. 编者按 is
    asked of every piece that is printed in the window, wherever its story was first told.
    """
    start, end, outlets = task.window.start, task.window.end, task.outlets
    return [
        fact
        for fact in facts
        if start <= fact.published_day <= end
        and (not outlets or fact.outlet_class in outlets)
        and counts(task, fact)
    ]


def counts(task: Task, fact: Fact) -> bool:
    """Whether an article of the task's window and outlets counts."""
    is_old = fact.story_first_day is not None and fact.story_first_day < task.window.start
    if is_old and task.kind != "editor_note":
        return False
    if fact.outlet_class in task.column_in and not fact.is_plan_column:
        return False
    if fact.form not in task.forms if task.forms else fact.form == "公告":
        return False
    is_notice = fact.form == "公告" and bool(task.notice_title_words)
    if is_notice and fact.title_words.isdisjoint(task.notice_title_words):
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


def plan_fingerprint(plan: Plan) -> str:
    """Of all on which hangs which article counts for which task: the plan but for its members, this code."""
    own = Path(__file__).read_bytes()
    content = msgspec.json.encode(msgspec.structs.replace(plan, members={}), order="deterministic")
    return hashlib.sha256(own + content).hexdigest()[:16]
