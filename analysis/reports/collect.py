"""Owns the way from the warehouse to the figures of a report, as of a day, as known by a moment."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable

from analysis.coverage import Pieces, coverage, notices
from analysis.credits import Points
from analysis.deductions import deductions_in
from analysis.ground import MET, NOT_YET, UNKNOWN, UNMET, CoverageRow, failed_rows, terms
from analysis.handed_in import MEASURE, STANDS, proofs_in
from analysis.overview import DERIVED_KINDS
from analysis.plan import CITY_ROW, Fact, Plan, load_facts, stories_by_unit
from analysis.queue import queue
from analysis.reports import collect_matters as matters
from analysis.reports.collect_pieces import counted_by, credit_lines, of_season, piece_figure, within
from analysis.reports.model import (
    DeductionLine,
    Figures,
    Kind,
    PieceLine,
    TaskFigure,
    UnitFigure,
    VerdictLine,
    Verdicts,
)
from analysis.ticket import Rules, Ticket
from analysis.verdicts import month_end
from analysis.warehouse import Connection
from pipeline.city import City

WEEK = 7
NO_TOPIC = "未归入专题"


@dataclasses.dataclass(frozen=True)
class Context:
    """Where the figures come from: the warehouse with the city's plan and rules, as known by a moment. now: a
    day that is not over then is told up to it; None: days are over."""

    con: Connection
    city: City
    plan: Plan
    rules: Rules
    points: Points
    known_by: dt.datetime | None = None
    now: dt.datetime | None = None

    def until(self, as_of: dt.date) -> dt.datetime | None:
        """Up to when there can be data of a day that is not over; None: it is."""
        return self.now if self.now is not None and self.now.date() <= as_of else None


def collect(
    context: Context,
    kind: Kind,
    as_of: dt.date,
    unit: str | None = None,
    facts: list[Fact] | None = None,
    tickets: list[Ticket] | None = None,
    counted: Pieces | None = None,
) -> Figures:
    """The figures of one report.

    Args:
        unit: short name; needed for a 单位情况表, narrows no other.
        facts, tickets: of this day (`load_facts`, `queue` with the closed ones; of one that is not over
            before what is due on it is late), where one has them.
        counted: of this day (`piece_rows`), where one has them.

    Raises:
        ValueError: a unit sheet without a unit, or of one that the city does not have.
    """
    plan, known = context.plan, context.known_by
    if (kind == "unit") != (unit is not None):
        raise ValueError("a unit sheet is of one unit, the others of all")
    if unit is not None and unit not in context.city.unit_by_short:
        raise ValueError(unit)
    start, end = period(kind, plan, as_of)
    if facts is None:
        facts = load_facts(context.con, plan, as_of, known)
    if tickets is None:
        at = context.until(as_of) or as_of
        tickets = queue(context.con, context.rules, at, known_by=known, include_closed=True)
    rows = coverage(
        context.con,
        plan,
        as_of,
        known,
        rules=context.rules,
        points=context.points,
        facts=facts,
        tickets=tickets,
        pieces=counted,
    )
    tickets = [t for t in tickets if t.opened_at is None or t.opened_at.date() >= plan.season.start]
    pieces = credit_lines(plan, facts, context.points)
    decided = {
        (row.unit, row.task): f"{row.state}{f' {row.decided_points:g} 分' if row.decided_points else ''}"
        f"（{row.decider}，{row.decided_at:%Y-%m-%d}）"
        for row in deductions_in(context.con, plan, as_of, known)
    }
    exposed = matters.exposures(context.con, plan, as_of, known, facts)
    if unit is not None:
        rows = [row for row in rows if row.unit == unit]
        tickets = [ticket for ticket in tickets if ticket.unit == unit]
        pieces = [piece for piece in pieces if piece.unit == unit]
        # The sheet goes to the unit: what is only planned about it, it does not learn from there.
        exposed = [line for line in exposed if unit in line.exposed and line.published_day is not None]
        facts = [fact for fact in facts if unit in fact.credits]
    groups = {short: each.kind for short, each in context.city.unit_by_short.items()} | {CITY_ROW: CITY_ROW}
    lines = [_line(row, groups) for row in rows]
    failed = failed_rows(rows, as_of, plan)
    weekly = next((task for task in plan.tasks if task.kind == "weekly"), None)
    return Figures(
        kind=kind,
        city=context.city.name,
        plan=plan.source,
        column=plan.column,
        as_of=as_of,
        known_by=known,
        until=context.until(as_of),
        start=start,
        end=end,
        season_start=plan.season.start,
        season_end=plan.season.end,
        unit=unit,
        unit_official=context.city.unit_by_short[unit].official if unit else None,
        next_month_end=month_end(as_of + dt.timedelta(days=1)),
        pieces=piece_figure(plan, kind, facts, start, end),
        outlets=counted_by(plan, facts, start, end, lambda fact: fact.outlet),
        topics=counted_by(plan, facts, start, end, lambda fact: fact.topic or NO_TOPIC),
        tasks=_tasks(plan, rows),
        units=_units(context, lines, pieces, tickets, facts, start, end, groups),
        lines=lines,
        weeks=matters.weekly(weekly, rows, facts, as_of) if weekly and unit is None else [],
        week_quota=weekly.quota if weekly else 0,
        credits=pieces,
        exposures=exposed,
        forum=matters.forum(tickets, start),
        posts=[matters.post(ticket) for ticket in tickets],
        silences=matters.silences(lines),
        deductions=[
            DeductionLine(
                unit=row.unit,
                group=groups.get(row.unit, ""),
                reasons=[f"{each.task} {each.title}" for each in failed[row.unit]],
                decisions=[decided.get((row.unit, each.task), "") for each in failed[row.unit]],
                tasks=[each.task for each in failed[row.unit]],
            )
            for row in rows
            if row.kind == "deduction" and row.unit in failed
        ],
        notices=notices(context.con, plan, unit),
        measures=[
            row
            for row in proofs_in(context.con, as_of, known, (MEASURE,))
            if row.state == STANDS and unit in (None, row.unit)
        ],
    )


def period(kind: Kind, plan: Plan, as_of: dt.date) -> tuple[dt.date, dt.date]:
    """Days of a report: the seven up to the day, its month up to it, or the season up to it."""
    if kind == "weekly":
        return as_of - dt.timedelta(days=WEEK - 1), as_of
    if kind == "unit":
        return min(plan.season.start, as_of), as_of
    return as_of.replace(day=1), as_of


def _tasks(plan: Plan, rows: list[CoverageRow]) -> list[TaskFigure]:
    """The lines of the plan that somebody is asked; each ends when the last of its units must be done."""
    ends = terms(rows)
    found = []
    for task in plan.tasks:
        own = [row for row in rows if row.task == task.id]
        if own:
            found.append(
                TaskFigure(
                    task=task.id,
                    paragraph=task.paragraph,
                    title=task.title,
                    kind=task.kind,
                    window_start=task.window.start,
                    window_end=ends[task.id][1],
                    days_left=max(row.days_left for row in own),
                    verdicts=_verdicts(row.verdict for row in own),
                )
            )
    return found


def _verdicts(verdicts: Iterable[str]) -> Verdicts:
    found = Counter(verdicts)
    return Verdicts(
        met_count=found[MET],
        unmet_count=found[UNMET],
        unknown_count=found[UNKNOWN],
        not_yet_count=found[NOT_YET],
    )


def _line(row: CoverageRow, groups: dict[str, str]) -> VerdictLine:
    values = dataclasses.asdict(row)
    return VerdictLine(group=groups.get(row.unit, ""), **values)


def _units(
    context: Context,
    lines: list[VerdictLine],
    pieces: list[PieceLine],
    tickets: list[Ticket],
    facts: list[Fact],
    start: dt.date,
    end: dt.date,
    groups: dict[str, str],
) -> list[UnitFigure]:
    """Units in the order of units.csv; without the whole city's row."""
    by_unit: dict[str, list[VerdictLine]] = {}
    for line in lines:
        by_unit.setdefault(line.unit, []).append(line)
    points: dict[str, float] = {}
    for piece in pieces:
        points[piece.unit] = points.get(piece.unit, 0.0) + piece.points
    credited = stories_by_unit(facts)
    posts = Counter(ticket.unit for ticket in tickets)
    late = Counter(ticket.unit for ticket in tickets if ticket.was_late)
    scored = {
        unit for task in context.plan.tasks if task.kind == "score" for unit in context.plan.members[task.id]
    }
    return [
        UnitFigure(
            unit=unit,
            group=groups[unit],
            verdicts=_verdicts(line.verdict for line in by_unit[unit] if line.kind not in DERIVED_KINDS),
            period_count=len(within(credited.get(unit, []), start, end)),
            season_count=len(of_season(context.plan, credited.get(unit, []))),
            points=round(points.get(unit, 0.0), 2) if unit in scored else None,
            post_count=posts[unit],
            late_post_count=late[unit],
            deduction_count=sum(len(line.missing) for line in by_unit[unit] if line.kind == "deduction"),
        )
        for unit in context.city.unit_by_short
        if unit in by_unit
    ]
