"""Owns the ledger: each unit's credited pieces under each task with their evidence, and their points."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from analysis.plan import PIECE_KINDS, Fact, Plan, Task, load_facts, matched, stories
from analysis.warehouse import Connection
from pipeline.city import City, CityError
from pipeline.plan_count import Worth

# 01版, 1版, A01; not 11版 or 010版.
_FRONT = re.compile(r"[A-Z]?0?1(?!\d)")

Amount = Annotated[float, msgspec.Meta(ge=0)]


class Points(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scoring, from points.yaml: policy, so data; a misspelt key is an error: it would score nothing."""

    levels: dict[str, Amount] = msgspec.field(default_factory=lambda: {"市级": 1.0})
    outlets: dict[str, Amount] = {}  # an outlet by its name goes before its level
    default_level: str = "市级"
    front_page: Amount = 1.0
    lead: Amount = 1.0
    joint: Literal["full", "split"] = "full"
    reprint: Literal["highest", "first"] = "highest"
    leader_note: Amount = 0.0
    cap_per_task: Amount | None = None
    deduction: Amount = 0.0  # suggested for a task that a unit did not meet
    deductions: dict[str, Amount] = {}  # of a task by its id, before that
    deduction_cap: Amount | None = None  # most that is suggested for one unit in all

    def of_copy(self, fact: Fact, unit: str) -> tuple[float, str]:
        """Points of one copy for one unit, and how they come about, in Chinese."""
        sharing = 1
        if self.joint == "split" and fact.credits[unit].role == "joint":
            sharing = sum(credit.role == "joint" for credit in fact.credits.values())
        return self.of_place(fact.outlet, fact.level, fact.page, fact.is_lead, sharing)

    def of_place(
        self, outlet: str, level: str | None, page: str | None, is_lead: bool, sharing: int
    ) -> tuple[float, str]:
        """Points of a copy for one of so many units that share it, by where it stands; and how they come."""
        level = level if level in self.levels else self.default_level
        name = outlet if outlet in self.outlets else level
        points = self.outlets[name] if outlet in self.outlets else self.levels[level]
        how = [f"{name} {points:g}"]
        is_front = _FRONT.match(page or "") is not None
        factor, place = (self.front_page, "头版") if is_front else (1.0, "")
        if is_lead and (not is_front or self.lead >= factor):
            factor, place = self.lead, "头条"
        if factor != 1.0:
            points *= factor
            how.append(f"{place} ×{factor:g}")
        if sharing > 1:
            points /= sharing
            how.append(f"{sharing} 个单位均分")
        return points, "，".join(how)

    def of_story(self, copies: Iterable[Fact], unit: str) -> tuple[float, str]:
        """Points of a story for one unit, and how they come about: its copies count once.

        Args:
            copies: all known copies in the order of publication, at least one of which credits the unit.
        """
        copies = list(copies)
        own = [copy for copy in copies if unit in copy.credits]
        scored = [(copy, *self.of_copy(copy, unit)) for copy in own]
        copy, points, how = scored[0] if self.reprint == "first" else max(scored, key=lambda each: each[1])
        if len(copies) > 1:
            which = "首发" if self.reprint == "first" else "最高"
            how += f"（{len(copies)} 处同文，取{which}：{copy.outlet} {copy.published_day}）"
        if self.leader_note and any(copy.has_leader_note for copy in copies):
            points += self.leader_note
            how += f"，批示 +{self.leader_note:g}"
        return points, how

    def of_worth(self, worth: Worth) -> float:
        """The points of `of_story`, of what the build left of a story."""
        values = [
            self.of_place(outlet, level, page, is_lead, sharing if self.joint == "split" else 1)[0]
            for outlet, level, page, is_lead, sharing in worth.places
        ]
        points = values[0] if self.reprint == "first" else max(values)
        return points + self.leader_note if worth.has_leader_note else points


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
    """points.yaml, or its defaults where the city has none. Raises CityError."""
    return parse_points(city.mapping("points.yaml"))


def parse_points(raw: dict[str, Any]) -> Points:
    """Points from the content of points.yaml; {} gives the defaults. Raises CityError."""
    try:
        points = msgspec.convert(raw, Points)
    except msgspec.ValidationError as error:
        is_unknown = "unknown field" in str(error)
        said = "有不认识的名称，请检查拼写" if is_unknown else "分值有误"
        raise CityError(f"points.yaml: {said}（{error}）") from error
    if points.default_level not in points.levels:
        raise CityError(f"points.yaml: levels 中没有 default_level“{points.default_level}”")
    return points


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
    return ledger_rows(plan, facts, points or parse_points({}), unit, task)


def ledger_rows(
    plan: Plan, facts: list[Fact], points: Points, unit: str | None = None, task: str | None = None
) -> list[CreditRow]:
    """The same of articles that one has (`load_facts`)."""
    tasks = [t for t in plan.tasks if t.kind in PIECE_KINDS and task in (None, t.id)]
    copies = copies_of(facts)
    return [row for t in tasks for row in credit_rows(plan, t, facts, points, unit, copies)]


def credit_rows(
    plan: Plan,
    task: Task,
    facts: list[Fact],
    points: Points,
    unit: str | None = None,
    copies: dict[str, list[Fact]] | None = None,
) -> list[CreditRow]:
    """The rows of one task: a story stands at its first copy that counts, with the points of all its copies.

    Where there is a cap, rows beyond it have what is left of it, down to 0.
    """
    found = matched(task, facts)
    if copies is None:
        copies = copies_of(facts)
    rows = []
    for name in plan.members[task.id]:
        if unit is not None and name != unit:
            continue
        room = points.cap_per_task
        for fact in stories(found, name):
            worth, how = points.of_story(copies[fact.story_id], name)
            if room is not None:
                worth, how = capped(worth, how, room)
                room -= worth
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
                    points=worth,
                    points_why=how,
                )
            )
    return rows


def copies_of(facts: list[Fact]) -> dict[str, list[Fact]]:
    """All known copies of each story, in the order of publication."""
    copies: dict[str, list[Fact]] = {}
    for fact in facts:
        copies.setdefault(fact.story_id, []).append(fact)
    return copies


def capped(worth: float, how: str, room: float) -> tuple[float, str]:
    """Points and how they come about, where only so much is left of a task's cap."""
    return (worth, how) if worth <= room else (room, f"{how}，本事项封顶后计 {room:g}")
