"""Owns the register of 分管领导 and 联系人 (四（三） of the notice): who is missing, who was late.

Telephone numbers are for those who call: every other list, export and report leaves them out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from analysis.plan import Plan, Task
from analysis.record import Said, said_in
from analysis.warehouse import Connection
from pipeline.china import as_day

KIND = "contact_register"
REGISTERED, LATE, MISSING = "已报", "逾期报送", "未报"


@dataclasses.dataclass(frozen=True)
class ContactRow:
    """The contacts of one unit as they stand. `phone` is None unless it was asked for."""

    unit: str
    state: str  # 已报, 逾期报送, 未报
    leader: str | None  # 分管领导
    contact: str | None  # 联系人
    phone: str | None
    has_phone: bool
    first_day: dt.date | None  # when the register first came
    renewed_at: dt.datetime | None  # when it was last changed
    recorded_by: str | None
    due_day: dt.date


def contacts(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    with_phones: bool = False,
) -> list[ContactRow]:
    """All units that must register, in the order of the plan. As of a day counts what came by then: by the
    day that the record speaks of, else the one on which it was recorded (as coverage reads it).

    Args:
        with_phones: only for who calls; never for a list that leaves the office.
    """
    task = task_of(plan)
    last = as_day(as_of)
    if task is None or task.proof is None or task.proof.by is None:
        return []
    said: dict[str, list[Said]] = {}
    for each in said_in(con, (KIND,), known_by):
        if (each.day() or each.at.date()) <= last:
            said.setdefault(each.target, []).append(each)
    return [
        _row(unit, said.get(unit, []), plan.first_day(task), task.proof.by, with_phones)
        for unit in plan.members[task.id]
    ]


def task_of(plan: Plan) -> Task | None:
    """The plan's line that asks for the register."""
    return next((t for t in plan.tasks if t.proof is not None and t.proof.decision == KIND), None)


def _row(unit: str, said: list[Said], since: dt.date, due: dt.date, with_phones: bool) -> ContactRow:
    """Who was registered for an earlier plan is still told, but is no register for this one."""
    now = said[-1] if said else None
    days = (each.day() or each.at.date() for each in said)
    first = min((day for day in days if day >= since), default=None)
    after = now.after if now is not None else {}
    return ContactRow(
        unit=unit,
        state=MISSING if first is None else REGISTERED if first <= due else LATE,
        leader=after.get("leader"),
        contact=after.get("contact"),
        phone=after.get("phone") if with_phones else None,
        has_phone=bool(after.get("phone")),
        first_day=first,
        renewed_at=now.at if now is not None else None,
        recorded_by=now.who if now is not None else None,
        due_day=due,
    )
