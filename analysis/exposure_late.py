"""Owns what can still be recorded of an exposure that has appeared: late approvals, and before them, where it
was refused or withdrawn, that it is registered again. The alarm stays."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from analysis.exposure import KINDS, ExposureRow, Planned, fold, planned_for, steps_of
from analysis.plan import Fact, Plan
from analysis.record import said_in
from analysis.warehouse import Connection, moment


@dataclasses.dataclass(frozen=True)
class LateStep:
    """What a published piece waits for.

    Attributes:
        title: as it was registered, which may differ from the piece's.
        step: the approval that is lacking; "" where it must be registered again before.
        ended: who ended it, when and why, where it was refused or withdrawn; "" else.
        units, outlet: as it was registered.
    """

    title: str
    step: str
    ended: str = ""
    units: tuple[str, ...] = ()
    outlet: str = ""


def late_steps(
    con: Connection,
    plan: Plan,
    rows: Iterable[ExposureRow],
    facts: Iterable[Fact],
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> dict[str, LateStep]:
    """By article, what those `rows` wait for that are alarms and were registered.

    Args:
        facts: of the day, those of `rows` among them.
    """
    alarms = {row.article_id for row in rows if row.is_alarm and row.article_id is not None}
    until, order = moment(as_of), steps_of(plan)
    assert until is not None
    planned = fold((said for said in said_in(con, KINDS, known_by) if said.at <= until), order)
    found: dict[str, LateStep] = {}
    for fact in facts if alarms else ():
        own = planned_for(fact, planned, order) if fact.article_id in alarms else None
        if own is None or own.registered is None:
            continue
        step = own.next_step(order) if own.is_open else ""
        if step is not None:
            said = own.registered
            found[fact.article_id] = LateStep(
                own.target, step, _ended(own), tuple(said.units()), str(said.after.get("outlet") or "")
            )
    return found


def _ended(planned: Planned) -> str:
    said = planned.withdrawn or planned.refused
    if said is None:
        return ""
    word = "撤回" if planned.withdrawn is not None else "不同意"
    return f"{said.who} 于 {said.at:%Y-%m-%d %H:%M} {word}" + (f"（{said.why}）" if said.why else "")
