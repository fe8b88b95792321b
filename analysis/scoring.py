"""Owns the score of a unit, explained line by line: every story, its points, and how they come about.

四（一） of the notice makes publicity a basis of the score and gives no numbers: they are data (points.yaml).
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from analysis.credits import Points, capped, copies_of, parse_points
from analysis.deductions import DECIDED, DeductionRow, deductions_in
from analysis.plan import (
    PIECE_KINDS,
    Fact,
    Plan,
    Task,
    load_facts,
    stories_by_unit,
)
from analysis.plan_facts import Counted, Tally, ids_of
from analysis.plan_facts import counted as counted_of
from analysis.warehouse import Connection
from pipeline.plan_count import SCORED, scored_facts, worth_of


@dataclasses.dataclass(frozen=True)
class ScoreLine:
    """One story in a unit's score. `points_why` says how the points come about, in Chinese."""

    unit: str
    published_day: dt.date
    title: str
    outlet: str  # of the first copy that is known
    role: str
    points: float
    points_why: str
    tasks: list[str]  # lines of the plan that it counts for
    decided_by: str  # rule or person
    why: str
    copy_count: int
    copies: list[str]  # addresses of all known copies
    article_id: str
    story_id: str
    url: str
    sha256: str | None


@dataclasses.dataclass(frozen=True)
class UnitScore:
    """A unit's score: what its stories earn, less what a person decided to deduct."""

    unit: str
    story_count: int
    earned_points: float
    deducted_points: float
    total_points: float
    lines: list[ScoreLine]
    deductions: list[DeductionRow]  # decided ones


def score(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    unit: str | None = None,
    points: Points | None = None,
) -> list[UnitScore]:
    """The scores of all units (or one) as of a day, the highest first."""
    task = plan.score
    if task is None:
        return []
    facts = load_facts(con, plan, as_of, known_by)
    decided = [row for row in deductions_in(con, plan, as_of, known_by) if row.state == DECIDED]
    found = []
    for name, lines in score_lines(plan, task, facts, points or parse_points({})).items():
        if unit is not None and name != unit:
            continue
        own = [row for row in decided if row.unit == name]
        earned = sum(line.points for line in lines)
        less = sum(row.decided_points or 0.0 for row in own)
        found.append(UnitScore(name, len(lines), earned, less, earned - less, lines, own))
    order = {name: place for place, name in enumerate(plan.members[task.id])}
    return sorted(found, key=lambda each: (-each.total_points, order[each.unit]))


def score_sums(
    plan: Plan, task: Task, counted: Counted, points: Points
) -> dict[str, tuple[int, list[str], float]]:
    """How many lines each unit has, their articles where these were asked, and the sum of their points; not
    the words of the lines."""
    if points.cap_per_task is not None:  # what is left of a cap hangs on all that came before
        return {
            unit: (
                len(own),
                ids_of([counted.tallies.get((SCORED, unit), Tally())]),
                sum(story.points for story in own),
            )
            for unit, own in _worths(plan, task, counted.whole(), points).items()
        }
    worths: dict[str, float] = {}
    found = {}
    for unit in plan.members[task.id]:
        own = counted.tallies.get((SCORED, unit), Tally())
        total = 0.0
        for group in own.groups:
            if group.item not in worths:
                worths[group.item] = points.of_worth(worth_of(group.item))
            total += worths[group.item] * group.count
        found[unit] = own.count, own.ids, total
    return found


def score_lines(plan: Plan, task: Task, facts: list[Fact], points: Points) -> dict[str, list[ScoreLine]]:
    """The lines of each unit of a score task over its window, by day.

    Every story counts once. Where there is a cap for a task, a story takes its points from the tasks that it
    counts for, from the one with most room; one that counts for no task has no cap.
    """
    copies = copies_of(scored_facts(task, facts))
    return {
        unit: [_line(unit, story, copies[story.fact.story_id]) for story in own]
        for unit, own in _worths(plan, task, counted_of(plan, facts), points).items()
    }


@dataclasses.dataclass(frozen=True)
class _Worth:
    """A story that credits a unit, by its first copy that does: points, how they come about, tasks."""

    fact: Fact
    points: float
    how: str
    tasks: list[str]


def _worths(plan: Plan, task: Task, counted: Counted, points: Points) -> dict[str, list[_Worth]]:
    facts = scored_facts(task, counted.facts)
    copies, credited = copies_of(facts), stories_by_unit(facts)
    tasks_of: dict[str, list[str]] = {}
    for each in plan.tasks:
        for fact in counted.by_task[each.id] if each.kind in PIECE_KINDS else []:
            tasks_of.setdefault(fact.story_id, []).append(each.id)
    found: dict[str, list[_Worth]] = {}
    for unit in plan.members[task.id]:
        rooms: dict[str, float] = {}
        found[unit] = own = []
        for fact in credited.get(unit, []):
            worth, how = points.of_story(copies[fact.story_id], unit)
            tasks = [t for t in dict.fromkeys(tasks_of.get(fact.story_id, [])) if unit in plan.members[t]]
            if points.cap_per_task is not None and tasks:
                cap = points.cap_per_task
                place = max(tasks, key=lambda t: rooms.get(t, cap))
                room = rooms.get(place, cap)
                worth, how = capped(worth, how, room)
                rooms[place] = room - worth
            own.append(_Worth(fact, worth, how, tasks))
    return found


def _line(unit: str, story: _Worth, copies: list[Fact]) -> ScoreLine:
    fact, credit = story.fact, story.fact.credits[unit]
    return ScoreLine(
        unit=unit,
        published_day=fact.published_day,
        title=fact.title,
        outlet=fact.outlet,
        role=credit.role,
        points=story.points,
        points_why=story.how,
        tasks=story.tasks,
        decided_by=credit.decided_by,
        why=credit.why,
        copy_count=len(copies),
        copies=[copy.url for copy in copies],
        article_id=fact.article_id,
        story_id=fact.story_id,
        url=fact.url,
        sha256=fact.sha256,
    )
