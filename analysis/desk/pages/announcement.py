"""Owns the page 公告在线: on whose site the announcement stands, for how long, and whose proof is in."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Response

from analysis.desk.page import Page
from analysis.desk.pages.ledger import groups_of
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.ground import MET, UNKNOWN, UNMET, CoverageRow
from analysis.plan import Task
from analysis.presence import AnnouncementRow, announcement


@dataclasses.dataclass(kw_only=True)
class AnnouncementPage(Page):
    """The announcement.

    Attributes:
        tasks: lines of the plan on it, the standing before the proof.
        rows: units with where the announcement stood, and its proof; those that lack something first.
        totals: by line, how many units have which verdict.
        groups, group: names by which units can be cut, and the one chosen.
        only: verdict that is chosen; "" for all.
        verdicts: what can be chosen.
    """

    template: ClassVar[str] = "announcement.html"
    heading: ClassVar[str] = "公告在线"
    section: ClassVar[str] = "/announcement"
    tasks: list[Task]
    rows: list[AnnouncementRow]
    totals: dict[str, dict[str, int]]
    groups: list[str]
    group: str
    only: str
    verdicts: tuple[str, ...]


@standing
def build_announcement(visit: Visit) -> AnnouncementPage:
    params = visit.request.query_params
    groups, group, only = groups_of(visit), params.get("group") or "", params.get("verdict") or ""
    tasks = [task for task in visit.office.plan.tasks if task.kind == "announcement_presence"]
    tasks.sort(key=lambda task: task.proof is not None)
    ids = {task.id for task in tasks}
    by_unit: dict[str, dict[str, CoverageRow]] = {}
    for row in visit.coverage():
        if row.task in ids and (group not in groups or row.unit in groups[group]):
            by_unit.setdefault(row.unit, {})[row.task] = row
    totals = {
        task: {
            verdict: sum(task in cells and cells[task].verdict == verdict for cells in by_unit.values())
            for verdict in (MET, UNMET, UNKNOWN)
        }
        for task in ids
    }
    if only:
        by_unit = {u: cells for u, cells in by_unit.items() if any(c.verdict == only for c in cells.values())}
    found = visit.once(
        "announcement",
        lambda: announcement(
            visit.con,
            visit.office.city,
            visit.office.plan,
            visit.all_coverage(),
            visit.as_of,
            visit.known_by,
            visit.facts(),
        ),
    )
    order = {UNMET: 0, UNKNOWN: 1}
    rows = [row for row in found if row.unit in by_unit]
    rows.sort(key=lambda row: min(order.get(c.verdict, 2) for c in by_unit[row.unit].values()))
    return AnnouncementPage(
        tasks=tasks,
        rows=rows,
        totals=totals,
        groups=list(groups),
        group=group,
        only=only,
        verdicts=(UNMET, UNKNOWN, MET),
    )


@see("/announcement", "own.read")
def page(visit: Visit) -> Response[Any]:
    """公告在线."""
    return visit.show(build_announcement(visit))


ROUTES = [page]
