"""Owns the reply queue: which posts wait for whom, by when, as of any moment; and why a deadline is so."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from analysis.ticket import Rules, Ticket, clock_days, clock_start, load_rules, paused_days, ticket_from
from analysis.warehouse import Connection, ask, moment
from analysis.worktime import DayNote

__all__ = [
    "EXPLAIN_COLUMNS",
    "QUEUE_COLUMNS",
    "Rules",
    "Ticket",
    "TicketError",
    "explain",
    "load_rules",
    "queue",
]

QUEUE_COLUMNS = (
    "ticket_id",
    "title",
    "kind",
    "urgency",
    "unit",
    "state",
    "opened_at",
    "first_response_due",
    "answer_due",
    "is_first_response_overdue",
    "is_answer_overdue",
    "workdays_left",
    "note",
)


class TicketError(KeyError):
    """There is no such ticket, or the name fits several; str() says which, in Chinese."""

    def __str__(self) -> str:
        return str(self.args[0])


def queue(
    con: Connection,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    unit: str | None = None,
    known_by: dt.date | dt.datetime | None = None,
    include_closed: bool = False,
) -> list[Ticket]:
    """Tickets at a moment: overdue ones first, then by the next deadline.

    Args:
        as_of: a day means its end.
        unit: only this unit's (short name).
        known_by: only what had been captured and decided by then; None: all that is known now.
        include_closed: also answered and closed ones.
    """
    at = moment(as_of)
    assert at is not None
    rows = ask(con, "ticket", as_of=at, known_by=moment(known_by))
    tickets = [ticket_from(row, rules, at) for row in rows if unit is None or row["unit"] == unit]
    chosen = [t for t in tickets if include_closed or t.is_open]
    return sorted(chosen, key=_rank)


def _rank(ticket: Ticket) -> tuple[Any, ...]:
    return (
        not ticket.is_open,
        ticket.urgency != "紧急",
        not (ticket.is_answer_overdue or ticket.is_first_response_overdue),
        ticket.workdays_left is None,
        ticket.workdays_left or 0,
        ticket.opened_at is None,
        ticket.opened_at or 0,
        ticket.ticket_id,
    )


@dataclasses.dataclass(frozen=True)
class ClockDay:
    """One day of one of a ticket's clocks."""

    clock: str  # 初步回应 or 正式答复
    day: dt.date
    is_counted: bool
    number: int | None
    why: str


EXPLAIN_COLUMNS = ("clock", "day", "is_counted", "number", "why")


def explain(
    con: Connection,
    rules: Rules,
    ticket: str,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> tuple[Ticket, list[ClockDay]]:
    """Each day of both clocks of a ticket, counted or not, and why.

    Args:
        ticket: its id, the beginning of it, or the thread's address.

    Raises:
        TicketError: none or several fit.
        UnknownYear: the span reaches into a year whose holidays are not known.
    """
    at = moment(as_of)
    assert at is not None
    rows = ask(con, "ticket", as_of=at, known_by=moment(known_by))
    found = [r for r in rows if r["ticket_id"] == ticket] or [
        r for r in rows if ticket and (r["ticket_id"].startswith(ticket) or r["url"] == ticket)
    ]
    if len(found) != 1:
        names = "、".join(r["ticket_id"] for r in found[:5])
        raise TicketError(f"有多个待回复帖符合“{ticket}”：{names}" if found else f"没有待回复帖“{ticket}”")
    row = found[0]
    start = clock_start(row, rules)
    days: list[ClockDay] = []
    if start is not None:
        skipped = paused_days(row["pauses"], at)
        for clock, span in zip(("初步回应", "正式答复"), clock_days(row, rules), strict=True):
            days += [_clock_day(clock, note) for note in rules.calendar.explain(start, span, skipped)]
    return ticket_from(row, rules, at), days


def _clock_day(clock: str, note: DayNote) -> ClockDay:
    return ClockDay(clock, note.day, note.is_counted, note.number, note.why)
