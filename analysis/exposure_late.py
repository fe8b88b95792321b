"""Owns which approvals can still be recorded of an exposure that has appeared: as late, the alarm stays."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from analysis.exposure import KINDS, ExposureRow, fold, planned_for, steps_of
from analysis.plan import Fact, Plan
from analysis.record import said_in
from analysis.warehouse import Connection, moment


@dataclasses.dataclass(frozen=True)
class LateStep:
    """What a published piece waits for. `title`: as it was registered, which may differ from the piece's."""

    title: str
    step: str


def late_steps(
    con: Connection,
    plan: Plan,
    rows: Iterable[ExposureRow],
    facts: Iterable[Fact],
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> dict[str, LateStep]:
    """By article, the step that is lacking of those `rows` that are alarms and registered.

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
        if own is None or own.registered is None or not own.is_open:
            continue
        step = own.next_step(order)
        if step is not None:
            found[fact.article_id] = LateStep(own.target, step)
    return found
