"""Owns the decision on a 预扣分: a person deducts what was suggested, more, less or nothing, and says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from analysis.acts.record import ActError, alone, decision_of, known_units, reason, unit_of_person
from analysis.deductions import DeductionRow
from pipeline.city import City
from pipeline.decisions import Decision, append_decision

MAX_POINTS = 100.0


@alone
def decide_deduction(
    decisions: Path,
    city: City,
    rows: Iterable[DeductionRow],
    unit: str,
    task: str,
    points: float,
    *,
    who: str,
    at: dt.datetime,
    why: str,
    unit_of_decider: str | None = None,
) -> Decision:
    """Decide on one suggestion; a later decision on the same overrides it.

    Args:
        rows: of `analysis.deductions.deductions` as of now: what is not suggested cannot be deducted.
        points: 0 for no deduction.

    Raises:
        ActError: not suggested, no reason, or the unit's own.
    """
    row = check_deduction(city, rows, unit, task, points, who=who, unit_of_decider=unit_of_decider)
    decision = decision_of(
        "deduction",
        unit,
        who=who,
        at=at,
        before={"points": row.suggested_points if row.decided_points is None else row.decided_points},
        after={"task": task, "points": points, "suggested": row.suggested_points},
        why=reason(why, "扣分或不扣分的理由"),
    )
    append_decision(decisions, decision)
    return decision


def check_deduction(
    city: City,
    rows: Iterable[DeductionRow],
    unit: str,
    task: str,
    points: float,
    *,
    who: str,
    unit_of_decider: str | None = None,
) -> DeductionRow:
    """The suggestion on which such a decision is possible. Arguments, errors: as `decide_deduction`."""
    known_units(city, [unit])
    of_unit = [each for each in rows if each.unit == unit]
    row = next((each for each in of_unit if each.task == task), None)
    first = next((each.task for each in of_unit if task in each.also), None)
    if first is not None and (row is None or points > 0):
        raise ActError(f"{unit}的事项 {task} 与 {first} 是同一件事，只应扣一次，请在 {first} 裁定")
    if row is None or (row.reason is None and points > 0):
        raise ActError(f"{unit}的事项 {task} 没有列为预扣分建议（期限未过、已达标或无法判定），不能扣分")
    if not 0 <= points <= MAX_POINTS:
        raise ActError(f"扣分应在 0 至 {MAX_POINTS:g} 之间")
    if unit in (unit_of_decider, unit_of_person(city, who)):
        raise ActError(f"{unit}不能裁定自己的扣分")
    return row
