"""Owns the pages 单位: all units by what they lack, and one unit: credits, gaps, points, tickets, trend."""

from __future__ import annotations

import dataclasses
from collections import Counter
from operator import attrgetter
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Response

from analysis.desk.page import Listing, Page, cut
from analysis.desk.pages.ledger import groups_of
from analysis.desk.pages.records import measures_of
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES, ON_TICKETS
from analysis.ground import MET, UNKNOWN, UNMET, CoverageRow
from analysis.overview import DERIVED_KINDS
from analysis.plan import stories
from analysis.plan_facts import counted
from analysis.queue import Ticket
from analysis.scoring import score_sums
from pipeline.city import Unit

SORTED_BY = ("kind", "met", "unmet", "unknown", "story_count", "points", "open_count", "late_count")


@dataclasses.dataclass(kw_only=True)
class UnitLine:
    """One unit in the list.

    Attributes:
        unit: its short name.
        kind: 市直, 驻港 …
        met, unmet, unknown: how many lines of the plan stand how, without what derives from others.
        story_count: stories that credit it in the season so far.
        points: its points in the season so far, in full; None: the plan does not score it.
        open_count: tickets that wait for it.
        late_count: of these, how many are late.
    """

    unit: str
    kind: str
    met: int
    unmet: int
    unknown: int
    story_count: int
    points: float | None
    open_count: int
    late_count: int


@dataclasses.dataclass(kw_only=True)
class UnitsPage(Page):
    """All units.

    Attributes:
        listing: the units, those that lack most first.
        groups: names by which they can be cut.
        group: the one chosen; "" for all.
    """

    template: ClassVar[str] = "units.html"
    heading: ClassVar[str] = "单位"
    section: ClassVar[str] = "/units"
    listing: Listing[UnitLine]
    groups: list[str]
    group: str


@dataclasses.dataclass(kw_only=True)
class UnitPage(Page):
    """One unit.

    Attributes:
        unit: its data.
        rows: its lines of the plan, what lacks first.
        score: its points with the sum line by line; None: the plan does not score it.
        stories: stories that credit it, newest first; each once whatever tasks it counts for.
        tasks_of: by story, the lines of the plan for which it counts.
        measures: 通报, 约谈 … that it recorded, with their proof.
        tickets: that wait for it, and how many are done.
        titles: what its tickets are called.
        done_count: its answered and closed tickets.
        accounts: its official accounts.
    """

    template: ClassVar[str] = "unit.html"
    heading: ClassVar[str] = "单位"
    section: ClassVar[str] = "/units"
    unit: Unit
    rows: list[CoverageRow]
    score: CoverageRow | None
    stories: list[Any]
    tasks_of: dict[str, list[str]]
    measures: list[dict[str, Any]]
    tickets: list[Ticket]
    titles: dict[str, str]
    done_count: int
    accounts: list[str]


def _story_counts(visit: Visit) -> dict[str, int]:
    """By unit, how many stories credit it."""
    told: dict[str, set[str]] = {}
    for fact in visit.facts():
        for name in fact.credits:
            told.setdefault(name, set()).add(fact.story_id)
    return {name: len(found) for name, found in told.items()}


def _points(visit: Visit) -> dict[str, float]:
    """By unit that the plan scores, its points."""
    plan, points = visit.office.plan, visit.office.points
    task = plan.score
    if task is None:
        return {}
    if points.cap_per_task is None:
        found = visit.pieces(with_evidence=False).ground.counted
    else:  # what a story is worth hangs on all before it
        found = counted(plan, visit.facts())
    return {name: total for name, (_, _, total) in score_sums(plan, task, found, points).items()}


def _ticket_counts(visit: Visit) -> dict[str, tuple[int, int]]:
    """By unit, how many of its tickets are open, and how many of those came late or are late."""
    waiting = [ticket for ticket in visit.all_tickets() if ticket.is_open and ticket.unit]
    late = [t for t in waiting if t.is_answer_overdue or t.is_first_response_overdue]
    lates = Counter(ticket.unit for ticket in late)
    return {
        str(name): (count, lates[name]) for name, count in Counter(ticket.unit for ticket in waiting).items()
    }


def unit_lines(visit: Visit) -> list[UnitLine]:
    """The units of the group that the address asks for, those that lack most first."""
    groups, group = groups_of(visit), visit.request.query_params.get("group") or ""
    lines: dict[str, UnitLine] = {}
    for unit in visit.office.city.units:
        if visit.scope in (None, unit.short) and (group not in groups or unit.short in groups[group]):
            lines[unit.short] = UnitLine(
                unit=unit.short, kind=unit.kind, met=0, unmet=0, unknown=0, story_count=0, points=None,
                open_count=0, late_count=0,
            )  # fmt: skip
    for row in visit.coverage():
        line = lines.get(row.unit)
        if line is None:
            continue
        if row.kind not in DERIVED_KINDS:
            line.met += row.verdict == MET
            line.unmet += row.verdict == UNMET
            line.unknown += row.verdict == UNKNOWN
    for name, points in visit.once("points of units", lambda: _points(visit), ON_ARTICLES).items():
        if name in lines:
            lines[name].points = round(points, 2)
    for name, count in visit.once("stories of units", lambda: _story_counts(visit), ON_ARTICLES).items():
        if name in lines:
            lines[name].story_count = count
    waiting = visit.once("tickets of units", lambda: _ticket_counts(visit), ON_TICKETS)
    for name, (open_count, late_count) in waiting.items():
        if name in lines:
            lines[name].open_count, lines[name].late_count = open_count, late_count
    return sorted(lines.values(), key=lambda line: (-line.unmet, -line.unknown, -line.late_count))


@standing
def build_units(visit: Visit) -> UnitsPage:
    params = visit.request.query_params
    keys = {name: attrgetter(name) for name in SORTED_BY}
    return UnitsPage(
        listing=cut(unit_lines(visit), params, keys),
        groups=list(groups_of(visit)),
        group=params.get("group") or "",
    )


def ready_units(visit: Visit) -> None:
    """Let what the page of any unit is cut from be ready."""
    visit.credits_by_unit()
    visit.tickets_by_unit()


def build_unit(visit: Visit, name: str) -> UnitPage:
    """Raises NotFoundException: the city has no such unit."""
    visit.check_unit(name)
    unit = visit.office.city.unit_by_short.get(name)
    if unit is None:
        raise NotFoundException(f"没有单位“{name[:40]}”")
    rows = [row for row in visit.coverage() if row.unit == name]
    order = {UNMET: 0, UNKNOWN: 1}
    own = stories(visit.facts(), name)
    tasks_of: dict[str, list[str]] = {}
    for credit in visit.credits(name):
        tasks_of.setdefault(credit.story_id, []).append(credit.task)
    tickets = visit.tickets_by_unit().get(name, [])
    return UnitPage(
        unit=unit,
        rows=sorted(
            (row for row in rows if row.kind not in DERIVED_KINDS), key=lambda row: order.get(row.verdict, 2)
        ),
        score=next((row for row in rows if row.kind == "score"), None),
        stories=own[::-1],
        tasks_of=tasks_of,
        measures=measures_of(visit, name),
        tickets=[ticket for ticket in tickets if ticket.is_open],
        titles={ticket.ticket_id: ticket.title for ticket in tickets},
        done_count=sum(not ticket.is_open for ticket in tickets),
        accounts=[f"{a.account}（{a.forum}）" for a in visit.office.city.accounts if a.unit == name],
    )


@see("/units", "own.read")
def units(visit: Visit) -> Response[Any]:
    """单位."""
    return visit.show(build_units(visit))


@see("/units/{name:str}", "own.read")
def unit(visit: Visit, name: str) -> Response[Any]:
    """One unit."""
    return visit.show(build_unit(visit, name))


ROUTES = [units, unit]
