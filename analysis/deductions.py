"""Owns 预扣分 (四（四） of the notice): suggested with reasons where a term is over, decided by a person."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from analysis.credits import Points
from analysis.ground import UNMET, UNSURE, CoverageRow, failed_rows
from analysis.plan import Plan
from analysis.record import Said, said_in
from analysis.warehouse import Connection, moment
from pipeline.china import as_day

KINDS = ("deduction",)
SUGGESTED, DECIDED, DROPPED = "建议", "已扣分", "不扣分"


@dataclasses.dataclass(frozen=True)
class DeductionRow:
    """One task that a unit did not meet in time, and what a person decided of it."""

    unit: str
    task: str
    title: str
    state: str  # 建议, 已扣分, 不扣分
    reason: str | None  # what is missing, in Chinese; None: it is no longer suggested
    suggested_points: float
    decided_points: float | None
    decider: str | None
    decided_at: dt.datetime | None
    decision: str | None
    note: str | None
    also: list[str] = dataclasses.field(default_factory=list)  # tasks that ask the same, told here with it

    @property
    def lost_ground(self) -> bool:
        """Whether points are deducted for what is suggested no more: a person should look at it again."""
        return self.reason is None and self.state == DECIDED


def suggested(plan: Plan, rows: Iterable[CoverageRow], points: Points, day: dt.date) -> list[DeductionRow]:
    """What coverage suggests: tasks whose term is over and that were certainly not met; what two of them ask
    alike once.

    Args:
        rows: of `coverage` as of the day; its rows of kind deduction say of which units it is suggested.
    """
    rows = list(rows)
    failed = failed_rows(rows, day, plan)
    unmet = {(row.unit, row.task) for row in rows if row.verdict == UNMET and row.window_end < day}
    found: list[DeductionRow] = []
    for row in rows:
        if row.kind != "deduction":
            continue
        room = points.deduction_cap
        for cell in failed.get(row.unit, []):
            worth = points.deductions.get(cell.task, points.deduction)
            also = [
                again
                for again, first in plan.repeats.items()
                if first == cell.task and (cell.unit, again) in unmet
            ]
            notes = [f"{plan.task(each).paragraph}（{each}）要求的是同一件事，不另扣" for each in also]
            if room is not None:
                if worth > room:
                    worth = room
                    notes.append(f"全部事项合计以 {points.deduction_cap:g} 分为限")
                room -= worth
            found.append(
                DeductionRow(
                    cell.unit,
                    cell.task,
                    cell.title,
                    SUGGESTED,
                    _reason(cell),
                    worth,
                    None,
                    None,
                    None,
                    None,
                    "；".join(notes) or None,
                    also,
                )
            )
    return found


def deductions(
    con: Connection,
    plan: Plan,
    rows: Iterable[CoverageRow],
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    points: Points,
) -> list[DeductionRow]:
    """Suggestions and decisions as of a day, by unit in the order of the plan.

    Args:
        rows: of `coverage` as of the same day and the same knowledge.
    """
    decided = {(row.unit, row.task): row for row in deductions_in(con, plan, as_of, known_by)}
    found = []
    day = as_day(as_of)
    for row in suggested(plan, rows, points, day):
        said = decided.pop((row.unit, row.task), None)
        if said is not None:
            row = dataclasses.replace(
                said,
                reason=row.reason,
                suggested_points=row.suggested_points,
                note=row.note,
                also=row.also,
            )
        found.append(row)
    told = {(row.unit, row.task) for row in found}
    for left in decided.values():
        first = plan.repeats.get(left.task)
        is_twice = (left.unit, first) in told
        note = (
            f"与 {first} 是同一件事，只应扣一次，请复核" if is_twice else "结论已变，现不再建议扣分，请复核"
        )
        found.append(dataclasses.replace(left, note=note))
    return found


def deductions_in(
    con: Connection, plan: Plan, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None = None
) -> list[DeductionRow]:
    """What people decided up to a day, but not before the plan: that was an earlier one's; of several
    decisions on a task of a unit the newest."""
    until = moment(as_of)
    assert until is not None
    since = min(plan.season.start, plan.issued)
    newest: dict[tuple[str, str], Said] = {}
    for said in said_in(con, KINDS, known_by):
        if since <= said.at.date() and said.at <= until:
            newest[said.target, str(said.after.get("task"))] = said
    titles = {task.id: task.title for task in plan.tasks}
    return [_decided(unit, task, titles.get(task, task), said) for (unit, task), said in newest.items()]


def _decided(unit: str, task: str, title: str, said: Said) -> DeductionRow:
    worth = float(said.after.get("points") or 0)
    return DeductionRow(
        unit=unit,
        task=task,
        title=title,
        state=DECIDED if worth else DROPPED,
        reason=None,
        # Records of before say what was suggested under `before` alone.
        suggested_points=float(said.after.get("suggested", said.before.get("points")) or 0),
        decided_points=worth,
        decider=said.who,
        decided_at=said.at,
        decision=said.why,
        note=None,
    )


def _reason(cell: CoverageRow) -> str:
    """What is missing, until when it was due."""
    parts = [f"应 {cell.needed_count}，已 {cell.done_count}"] if cell.verdict == UNMET else []
    # What is open costs nobody a point.
    missing = [item for item in cell.missing if not item.endswith(UNSURE)]
    if missing:
        parts.append("缺：" + "、".join(missing[:5]) + (" 等" if len(missing) > 5 else ""))
    if cell.note:
        parts.append(cell.note)
    return f"期限 {cell.window_end} 已过；" + "；".join(parts)
