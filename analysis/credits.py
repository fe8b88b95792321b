"""Owns the ledger: each unit's credited pieces under each task with their evidence, and their points."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

from analysis.plan import Fact, Plan, Task, load_facts, matched, stories
from analysis.warehouse import Connection
from pipeline.city import City

# 01版, 1版, A01; not 11版 or 010版.
_FRONT = re.compile(r"[A-Z]?0?1(?!\d)")
CREDIT_COLUMNS = ("unit", "task", "published_day", "outlet", "title", "role", "points", "why", "url")


@dataclasses.dataclass(frozen=True)
class Points:
    """Scoring, from points.yaml: policy, so data."""

    levels: dict[str, float]
    default_level: str
    front_page: float
    lead: float
    joint: str  # full or split
    cap_per_task: float | None

    def of(self, fact: Fact, unit: str) -> tuple[float, str]:
        """Points of one copy for one unit, and how they come about, in Chinese."""
        level = fact.level if fact.level in self.levels else self.default_level
        points = float(self.levels.get(level, 0))
        how = [f"{level} {points:g}"]
        factor = self.lead if fact.is_lead else self.front_page if _FRONT.match(fact.page or "") else 1.0
        if factor != 1.0:
            points *= factor
            how.append(f"{'头条' if fact.is_lead else '头版'} ×{factor:g}")
        sharing = [c for c in fact.credits.values() if c.role == "joint"]
        if self.joint == "split" and fact.credits[unit].role == "joint" and len(sharing) > 1:
            points /= len(sharing)
            how.append(f"{len(sharing)} 个单位均分")
        return points, "，".join(how)


@dataclasses.dataclass(frozen=True)
class CreditRow:
    """One story credited to one unit under one task, with the way back to the captured page."""

    unit: str
    task: str
    article_id: str
    story_id: str
    published_day: dt.date
    outlet: str
    title: str
    url: str
    role: str
    why: str
    quote: str | None
    decided_by: str
    sha256: str | None  # of the captured page
    copies: list[str]  # addresses of all known copies, this one among them
    copy_count: int
    points: float
    points_why: str


def load_points(city: City) -> Points:
    """points.yaml, or its defaults where the city has none."""
    raw: dict[str, Any] = city.data("points.yaml") or {}
    return parse_points(raw)


def parse_points(raw: dict[str, Any]) -> Points:
    return Points(
        levels=raw.get("levels") or {"市级": 1},
        default_level=raw.get("default_level") or "市级",
        front_page=float(raw.get("front_page") or 1),
        lead=float(raw.get("lead") or 1),
        joint=raw.get("joint") or "full",
        cap_per_task=raw.get("cap_per_task"),
    )


def credits(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    unit: str | None = None,
    task: str | None = None,
    points: Points | None = None,
) -> list[CreditRow]:
    """The credited stories of units under tasks, as of a day; one row a unit, task and story."""
    facts = load_facts(con, plan, as_of, known_by)
    tasks = [t for t in plan.tasks if task is None or t.id == task]
    return [row for t in tasks for row in credit_rows(plan, t, facts, points or parse_points({}), unit)]


def credit_rows(
    plan: Plan, task: Task, facts: list[Fact], points: Points, unit: str | None = None
) -> list[CreditRow]:
    """The rows of one task: a story stands at its first copy that counts, with the points of its highest."""
    found = matched(task, facts)
    copies: dict[str, list[Fact]] = {}
    for fact in facts:
        copies.setdefault(fact.story_id, []).append(fact)
    rows = []
    for name in plan.members[task.id]:
        if unit is not None and name != unit:
            continue
        for fact in stories(found, name):
            scored = [points.of(c, name) for c in copies[fact.story_id] if name in c.credits]
            best, how = max(scored, key=lambda each: each[0])
            credit = fact.credits[name]
            rows.append(
                CreditRow(
                    unit=name,
                    task=task.id,
                    article_id=fact.article_id,
                    story_id=fact.story_id,
                    published_day=fact.published_day,
                    outlet=fact.outlet,
                    title=fact.title,
                    url=fact.url,
                    role=credit.role,
                    why=credit.why,
                    quote=credit.quote,
                    decided_by=credit.decided_by,
                    sha256=fact.sha256,
                    copies=[copy.url for copy in copies[fact.story_id]],
                    copy_count=fact.copy_count,
                    points=best,
                    points_why=how,
                )
            )
    return rows


def unit_score(facts: list[Fact], points: Points, unit: str) -> tuple[float, list[str]]:
    """A unit's points over the season: every story once, at its highest copy; and the sum line by line."""
    best: dict[str, tuple[float, str]] = {}
    for fact in facts:
        if unit in fact.credits:
            value, how = points.of(fact, unit)
            if fact.story_id not in best or value > best[fact.story_id][0]:
                best[fact.story_id] = (value, f"{fact.published_day} {fact.title}：{how}")
    return sum(value for value, _ in best.values()), [line for _, line in best.values()]
