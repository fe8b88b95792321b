"""Owns how stories are counted for the plan: what counts for whom, from which day on, as what of its task.

A verdict of published pieces follows from numbers of these; the days only cut them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from pipeline.china import monday_of
from pipeline.load_plan import CITY_ROW, Plan, Task
from pipeline.plan_match import PIECE_KINDS, Credited, Fact, is_part

SCORED = "*score"  # stands for a task: a unit's stories with what their points follow from
_OF_CITY = frozenset({"weekly", "editor_note", "honours"})  # asked of the city alone
_AS_LEFT = (
    "article_id", "outlet", "outlet_class", "level", "page", "is_lead", "has_leader_note", "has_editor_note",
    "topic", "indicator", "form", "published_at", "site_unit",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class PlanFact(Fact):
    """A fact as the table plan_fact has it: title and address are empty where no verdict tells them; what no
    verdict asks for (site, exposed, copies …) it does not have, and to ask for it is an AttributeError."""


class Piece(NamedTuple):
    """One story that counts for a task: by its first article that does, of those that credit a unit, of the
    city, or of a carrier's outlets. Of a task that asks for 编者按 one for each day on which it was printed.

    Attributes:
        owner: short name of the unit, CITY_ROW, or `carrier` of a class of outlets.
        item: what of its task it is (`item_of`); of SCORED: what its points follow from.
        article_id: "" where a story's points change with a later copy.
        number: 1; -1 takes back what was counted up to that day.
    """

    task: str
    owner: str
    day: dt.date
    item: str
    article_id: str
    story_id: str
    number: int


class Place(NamedTuple):
    """Where a copy stands, as far as points follow from it. sharing: how many units share it as `joint`."""

    outlet: str
    level: str | None
    page: str | None
    is_lead: bool
    sharing: int


class Worth(NamedTuple):
    """What a story's points for a unit follow from: the copies that credit it, the first one first; whether a
    superior's 批示 is on any copy."""

    has_leader_note: bool
    places: list[Place]


_WORTH = msgspec.json.Decoder(Worth)


def carrier(outlet_class: str) -> str:
    """Under which name is counted what stands in outlets of a class, whomever it credits."""
    return f"@{outlet_class}"


def worth_of(item: str) -> Worth:
    """Of an item of SCORED."""
    return _WORTH.decode(item)


def item_of(task: Task, fact: Fact) -> str:
    """What of its task a piece is: parts or honours (one a line), topic, indicator, the Monday of its week,
    its month; of pieces that need 编者按 and lack it day and title. "": nothing more is asked of it."""
    if task.kind == "series_topics":
        return fact.topic or ""
    if task.kind == "indicators":
        return fact.indicator or ""
    if task.kind == "weekly":
        return monday_of(fact.published_day).isoformat()
    if task.kind == "emphasis_month":
        return f"{fact.published_day:%Y-%m}"
    if task.kind == "editor_note":
        return "" if fact.has_editor_note else f"{fact.published_day} {fact.title}"
    if task.kind == "honours":
        return "\n".join(each.id for each in task.honours if not fact.words.isdisjoint(each.words))
    return "\n".join(part.id for part in task.parts if is_part(part, fact))


def pieces(plan: Plan, facts: Iterable[tuple[Fact, Sequence[str]]]) -> Iterator[Piece]:
    """What is counted of articles, each with the tasks that it counts for, by time of publication. A story
    stands here with all of its articles; what it counts up to a day does not hang on those after it."""
    tasks = {task.id: task for task in plan.tasks if task.kind in PIECE_KINDS}
    score = plan.score
    stories: dict[str, list[tuple[Fact, Sequence[str]]]] = {}
    for fact, counted_for in facts:
        stories.setdefault(fact.story_id, []).append((fact, counted_for))
    for copies in stories.values():
        seen: set[tuple[str, str, dt.date | None]] = set()
        for fact, counted_for in copies:
            for task in [tasks[name] for name in counted_for if name in tasks]:
                item, day = None, fact.published_day
                for owner in _owners(task, fact):
                    key = task.id, owner, day if task.kind == "editor_note" else None
                    if key not in seen:
                        seen.add(key)
                        item = item_of(task, _printed(task, fact, copies)) if item is None else item
                        article, story = fact.article_id, fact.story_id
                        yield Piece(task.id, owner, day, item, article, story, 1)
        if score is not None:
            yield from _scored(scored_facts(score, (fact for fact, _ in copies)))


def _printed(task: Task, fact: Fact, copies: Iterable[tuple[Fact, Sequence[str]]]) -> Fact:
    """The article, or of the copies of one printing (a page read in two layouts) the one with its 编者按."""
    if task.kind != "editor_note" or fact.has_editor_note:
        return fact
    of_day = (each for each, names in copies if each.published_day == fact.published_day and task.id in names)
    return next((each for each in of_day if each.has_editor_note), fact)


def _owners(task: Task, fact: Fact) -> Iterator[str]:
    if task.kind != "emphasis_month" and (task.kind in _OF_CITY or task.scope != "unit"):
        yield CITY_ROW
    if task.kind not in _OF_CITY and (task.kind == "emphasis_month" or task.scope != "city"):
        yield from fact.credits
    if fact.outlet_class is not None and fact.outlet_class in task.carriers.values():
        yield carrier(fact.outlet_class)


def scored_facts(task: Task, facts: Iterable[Fact]) -> list[Fact]:
    """The articles that a score counts: those of its window. What comes later is no part of it."""
    return [fact for fact in facts if task.window.start <= fact.published_day <= task.window.end]


def _scored(copies: list[Fact]) -> Iterator[Piece]:
    story, has_note = copies[0].story_id if copies else "", False
    places: dict[str, dict[Place, None]] = {}  # of each unit that is credited
    firsts: dict[str, str] = {}
    told: dict[str, str] = {}
    for day, group in itertools.groupby(copies, key=lambda copy: copy.published_day):
        for copy in group:
            has_note = has_note or copy.has_leader_note
            for unit in copy.credits:
                firsts.setdefault(unit, copy.article_id)
                places.setdefault(unit, {})[_place(copy, unit)] = None
        for unit, own in places.items():  # as the day ended
            item = msgspec.json.encode(Worth(has_note, [*own])).decode()
            if unit not in told:
                yield Piece(SCORED, unit, day, item, firsts[unit], story, 1)
            elif told[unit] != item:
                yield Piece(SCORED, unit, day, told[unit], "", story, -1)
                yield Piece(SCORED, unit, day, item, "", story, 1)
            told[unit] = item


def _place(copy: Fact, unit: str) -> Place:
    is_joint = copy.credits[unit].role == "joint"
    sharing = sum(credit.role == "joint" for credit in copy.credits.values()) if is_joint else 1
    return Place(copy.outlet, copy.level, copy.page, copy.is_lead, sharing)


def facts_left(columns: Mapping[str, list[Any]]) -> list[tuple[Fact, list[str]]]:
    """Of the columns of rows of plan_fact: each fact with the tasks that it counts for."""
    articles = columns["article_id"]
    lists: dict[str, list[Any]] = {name: columns[name] for name in _AS_LEFT}
    lists["story_id"] = [
        article if story is None else story
        for story, article in zip(columns["story_id"], articles, strict=True)
    ]
    lists["published_day"] = [at.date() for at in columns["published_at"]]
    words: dict[str | None, frozenset[str]] = {}
    credits: dict[str, dict[str, Credited]] = {}
    for name in ("words", "title_words"):
        lists[name] = [words[told] if told in words else _words(words, told) for told in columns[name]]
    lists["credits"] = [
        credits[told] if told in credits else _credits(credits, told) for told in columns["credits"]
    ]
    for name in ("title", "url"):
        lists[name] = [told or "" for told in columns[name]]
    keys, make, fill = tuple(lists), PlanFact.__new__, object.__setattr__
    tasks: dict[str, list[str]] = {"": []}
    found: list[tuple[Fact, list[str]]] = []
    # A frozen dataclass sets its fields one by one, which takes four times as long as all the rest.
    for values, told in zip(zip(*lists.values(), strict=True), columns["tasks"], strict=True):
        fact = make(PlanFact)
        fill(fact, "__dict__", dict(zip(keys, values)))  # noqa: B905 - as many
        if told not in tasks:
            tasks[told] = told.split("\n")
        found.append((fact, tasks[told]))
    return found


def _words(known: dict[str | None, frozenset[str]], told: str | None) -> frozenset[str]:
    known[told] = found = frozenset(told.split("\n") if told else ())
    return found


def _credits(known: dict[str, dict[str, Credited]], told: str) -> dict[str, Credited]:
    pairs = [line.rpartition("/") for line in told.split("\n")] if told else []
    known[told] = found = {unit: Credited(unit, role, "", None, "", 0.0) for unit, _, role in pairs}
    return found
