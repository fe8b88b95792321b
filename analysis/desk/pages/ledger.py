"""Owns the page 台账: units × tasks of the plan; each cell opens what counts for it and its proof."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Response
from markupsafe import Markup

from analysis.coverage import notices
from analysis.desk.page import Page
from analysis.desk.pages.records import records_of
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.ground import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow, terms
from analysis.overview import DERIVED_KINDS
from analysis.plan import CITY_ROW, PIECE_KINDS, Fact, Task

VERDICTS = (UNMET, UNKNOWN, MET, NOT_YET, NOT_ASKED)


@dataclasses.dataclass(kw_only=True)
class LedgerPage(Page):
    """Units × tasks.

    Attributes:
        tasks: lines of the plan that are shown, in its order.
        columns: of these, those that some unit is asked.
        city: verdicts on the city as a whole, of no single unit; where a verdict is chosen, only those.
        rows: of each unit shown, its verdict by task; a task that it is not asked is missing.
        by_kind: the same rows by kind of unit, for a narrow screen.
        matrix: these rows as a table, ready.
        groups: names by which the units can be cut: kinds of unit, then groups of the plan.
        group, verdict, task: what is chosen; "" for all.
        verdicts: what can be chosen as verdict.
        terms: by task, the first and the last day by which its units must have done it.
        counts: by task, how many units have which verdict, whichever verdict is chosen.
        total: by verdict, over the units and tasks chosen, without what only derives from other tasks.
        notices: what the reader must know, such as outlets that nobody crawls.
    """

    template: ClassVar[str] = "ledger.html"
    heading: ClassVar[str] = "台账"
    section: ClassVar[str] = "/ledger"
    parts: ClassVar[tuple[str, ...]] = ("matrix.html",)
    tasks: list[Task]
    columns: list[Task]
    city: list[CoverageRow]
    rows: list[tuple[str, dict[str, CoverageRow]]]
    by_kind: dict[str, list[tuple[str, dict[str, CoverageRow]]]]
    matrix: Markup
    groups: list[str]
    group: str
    verdict: str
    task: str
    verdicts: tuple[str, ...]
    terms: dict[str, tuple[dt.date, dt.date]]
    counts: dict[str, dict[str, int]]
    total: dict[str, int]
    notices: list[str]


@dataclasses.dataclass(kw_only=True)
class CellPage(Page):
    """One unit's verdict on one task, with all that counts for it.

    Attributes:
        row: the verdict.
        task: the line of the plan.
        pieces: articles that count, with the unit's credit in each.
        points: by article, its points for the unit and how they come about.
        records: what was handed in and decided of the unit and the task, also what does not count
            (`pages.records`).
        counting: ids of those that count.
        outlets: where a piece may stand, in words.
        titles: what the tickets are called that it lacks.
        is_of_pieces: whether a piece that was missed can be handed in for it.
        alike: lines of the plan that ask the same of the unit, so that what is lacking of both is one lack.
    """

    template: ClassVar[str] = "cell.html"
    heading: ClassVar[str] = "台账"
    section: ClassVar[str] = "/ledger"
    row: CoverageRow
    task: Task
    pieces: list[Fact]
    points: dict[str, tuple[float, str]]
    records: list[dict[str, Any]]
    counting: set[str]
    outlets: list[str]
    titles: dict[str, str]
    is_of_pieces: bool
    alike: list[Task]


def groups_of(visit: Visit) -> dict[str, set[str]]:
    """Units by kind, and by group of the plan."""
    found: dict[str, set[str]] = {}
    for unit in visit.office.city.units:
        found.setdefault(unit.kind, set()).add(unit.short)
    for name, group in visit.office.plan.groups.items():
        found[name] = {
            unit.short
            for unit in visit.office.city.units
            if unit.kind in group.kinds or unit.short in group.units
        }
    return {name: units for name, units in found.items() if units}


@standing
def build_ledger(visit: Visit) -> LedgerPage:
    params = visit.request.query_params
    groups = groups_of(visit)
    group, verdict = params.get("group") or "", params.get("verdict") or ""
    task = params.get("task") or ""
    rows = visit.coverage()
    tasks = [t for t in visit.office.plan.tasks if any(row.task == t.id for row in rows)]
    if task and task in {t.id for t in tasks}:
        tasks = [t for t in tasks if t.id == task]
    shown_tasks = {t.id for t in tasks}
    by_unit: dict[str, dict[str, CoverageRow]] = {}
    for row in rows:
        if row.task in shown_tasks and (group not in groups or row.unit in groups[group]):
            by_unit.setdefault(row.unit, {})[row.task] = row
    counts: dict[str, dict[str, int]] = {t.id: dict.fromkeys(VERDICTS, 0) for t in tasks}
    total = dict.fromkeys(VERDICTS, 0)
    for cells in by_unit.values():
        for row in cells.values():
            counts[row.task][row.verdict] += 1
            total[row.verdict] += row.kind not in DERIVED_KINDS
    city = by_unit.pop(CITY_ROW, {})
    if verdict in VERDICTS:
        city = {task: row for task, row in city.items() if row.verdict == verdict}
        by_unit = {
            unit: cells
            for unit, cells in by_unit.items()
            if any(c.verdict == verdict and c.kind not in DERIVED_KINDS for c in cells.values())
        }
    order = {unit.short: number for number, unit in enumerate(visit.office.city.units)}
    units = sorted(by_unit, key=lambda name: order.get(name, 0))
    asked = {task for unit in units for task in by_unit[unit]}
    page = LedgerPage(
        tasks=tasks,
        columns=[t for t in tasks if t.id in asked],
        city=[city[t.id] for t in tasks if t.id in city],
        rows=[(unit, by_unit[unit]) for unit in units],
        by_kind=_by_kind(visit, [(unit, by_unit[unit]) for unit in units]),
        matrix=Markup(),
        groups=list(groups),
        group=group if group in groups else "",
        verdict=verdict if verdict in VERDICTS else "",
        task=task if task in shown_tasks else "",
        verdicts=VERDICTS,
        terms=terms(rows),
        counts=counts,
        total=total,
        notices=notices(visit.con, visit.office.plan, visit.scope),
    )
    cut = (visit.scope, page.group, page.verdict, page.task, visit.office.today)
    page.matrix = visit.once(f"matrix {cut}", lambda: _matrix(visit, page))
    return page


def _by_kind(
    visit: Visit, rows: list[tuple[str, dict[str, CoverageRow]]]
) -> dict[str, list[tuple[str, dict[str, CoverageRow]]]]:
    found: dict[str, list[tuple[str, dict[str, CoverageRow]]]] = {}
    for unit, cells in rows:
        found.setdefault(visit.office.city.unit_by_short[unit].kind, []).append((unit, cells))
    return found


def _matrix(visit: Visit, page: LedgerPage) -> Markup:
    """Nothing in it is of the person who asks: it is kept for the next."""
    html = visit.office.templates.get_template("matrix.html").render(page=page, visit=visit)
    return Markup(html)  # noqa: S704 - a template's own output, in which everything was escaped


def build_cell(visit: Visit, unit: str, task_id: str) -> CellPage:
    """Raises NotFoundException: the plan does not ask this of the unit."""
    visit.check_unit(unit)
    row = next((r for r in visit.proven_coverage() if r.unit == unit and r.task == task_id), None)
    if row is None:
        raise NotFoundException(f"方案没有对{unit}提出“{task_id}”这一项")
    task = visit.office.plan.task(task_id)
    evidence = set(row.evidence)
    pieces = [fact for fact in visit.facts() if fact.article_id in evidence]
    points = {}
    is_of_pieces = task.kind in PIECE_KINDS and unit != CITY_ROW
    if is_of_pieces:
        points = {c.article_id: (c.points, c.points_why) for c in visit.credits(unit, task_id)}
    return CellPage(
        row=row,
        task=task,
        pieces=pieces,
        points=points,
        records=records_of(visit, unit, task),
        counting=evidence,
        outlets=[visit.office.plan.outlets[name].name for name in task.outlets],
        titles={
            ticket.ticket_id: ticket.title
            for ticket in visit.tickets_of(name.rpartition("-")[0] for name in row.missing)
        },
        is_of_pieces=is_of_pieces,
        alike=[
            each
            for each in visit.office.plan.tasks
            if (each.id == task.repeats or each.repeats == task_id)
            and unit in visit.office.plan.members[each.id]
        ],
    )


@see("/ledger", "own.read")
def ledger(visit: Visit) -> Response[Any]:
    """台账."""
    return visit.show(build_ledger(visit))


@see("/ledger/cell", "own.read")
def cell(visit: Visit, unit: str = "", task: str = "") -> Response[Any]:
    """One cell of 台账."""
    return visit.show(build_cell(visit, unit, task))


ROUTES = [ledger, cell]
