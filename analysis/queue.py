"""Owns the reply queue: which posts wait for whom, by when, as of any moment."""

from __future__ import annotations

import dataclasses
import datetime as dt
from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Any

from analysis.queue_choice import next_due
from analysis.ticket import OPEN, Rules, Ticket, load_rules, ticket_from
from analysis.ticket_lists import columns_of, made, places, reckon
from analysis.ticket_rows import rows_unlike, threads_beside, ticket_rows, touched_threads
from analysis.warehouse import Connection, ask, ask_arrow, moment
from pipeline.faults import ToldError

__all__ = [
    "CLOCKS",
    "QUEUE_COLUMNS",
    "Rules",
    "Ticket",
    "TicketError",
    "closed_hint",
    "find_ticket",
    "load_rules",
    "queue",
    "queue_of",
    "queue_rows",
    "rank",
    "ticket_rows",
    "tickets_of_thread",
    "touched_threads",
]

CLOCKS = ("初步回应", "正式答复")

# What a reader of the queue sees of a ticket, on the terminal and in notebooks.
QUEUE_COLUMNS = (
    "ticket_id",
    "title",
    "kind",
    "urgency",
    "unit",
    "state",
    "opened_at",
    "next_due",
    "next_clock",
    "workdays_left",
    "late_clocks",
)


class TicketError(ToldError, KeyError):
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
    if known_by is None:
        return _queue_now(con, rules, at, unit, include_closed)
    chosen = [row for row in ticket_rows(con, at, known_by) if _is_asked(row, unit, include_closed)]
    return queue_of(chosen, rules, at)


def _queue_now(
    con: Connection,
    rules: Rules,
    at: dt.datetime,
    unit: str | None,
    include_closed: bool,
) -> list[Ticket]:
    """The queue by what is known now: from the tickets as the build left them, but for threads on which
    something was decided since."""
    beside, restarts = threads_beside(con), rules.transfer_restarts
    table = ask_arrow(
        con, "ticket_plain", as_of=at, is_whole=include_closed, unit=unit, restarts=restarts,
        beside=beside, keys=None, first=None, last=None,
    )  # fmt: skip
    found, is_odd = reckon(columns_of(table), rules, at)
    rows = rows_unlike(con, at, beside, restarts, found["key"][is_odd].tolist())
    chosen = [row for row in rows if _is_asked(row, unit, include_closed)]
    order = places(found)
    order = order[~is_odd[order]]
    tickets = made(found, order)
    for ticket in (ticket_from(row, rules, at) for row in chosen):
        insort(tickets, ticket, key=rank)
    return tickets


def _is_asked(row: dict[str, Any], unit: str | None, include_closed: bool) -> bool:
    return (unit is None or row["unit"] == unit) and (include_closed or row["state"] in OPEN)


def queue_of(rows: Iterable[dict[str, Any]], rules: Rules, at: dt.datetime) -> list[Ticket]:
    """Tickets from rows of sql/ticket.sql, in the order of `queue`."""
    return sorted((ticket_from(row, rules, at) for row in rows), key=rank)


def rank(ticket: Ticket) -> tuple[Any, ...]:
    """The place of a ticket in the queue, to sort by."""
    return (
        not ticket.is_open,
        ticket.urgency != "紧急",
        not ticket.was_late,
        ticket.workdays_left is None,
        ticket.workdays_left or 0,
        ticket.opened_at is None,
        ticket.opened_at or 0,
        ticket.ticket_id,
    )


def queue_rows(tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
    """Tickets as dictionaries with all their fields, and which clock is meant: next_due is the deadline to
    which workdays_left counts, next_clock whose it is (None: none runs), late_clocks what came late."""
    return [dataclasses.asdict(ticket) | _clock_cells(ticket) for ticket in tickets]


def _clock_cells(ticket: Ticket) -> dict[str, Any]:
    flags = (ticket.is_first_response_overdue, ticket.is_answer_overdue)
    late = [clock for clock, is_late in zip(CLOCKS, flags, strict=True) if is_late]
    due = next_due(ticket)
    clock = None if due is None else CLOCKS[ticket.first_response_at is not None]
    return {"next_due": due, "next_clock": clock, "late_clocks": late}


def closed_hint(
    con: Connection,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    unit: str | None = None,
    known_by: dt.date | dt.datetime | None = None,
) -> str | None:
    """What to tell of an empty queue, in Chinese: how many closed ones there are, how many late."""
    closed = queue(con, rules, as_of, unit, known_by, include_closed=True)
    late = sum(ticket.was_late for ticket in closed)
    if not closed:
        return None
    return f"没有待办的；另有已答复、已办结的 {len(closed)} 件，其中超时 {late} 件，加 --all 列出"


def find_ticket(
    con: Connection,
    rules: Rules,
    ticket: str,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> Ticket:
    """One ticket at a moment, also an ended one. Args, Raises: as `named_row`."""
    row, at = named_row(con, ticket, as_of, known_by)
    return ticket_from(row, rules, at)


def find_tickets(
    con: Connection, rules: Rules, tickets: Sequence[str], as_of: dt.date | dt.datetime
) -> list[Ticket]:
    """The same of several, in their order, with one look at the warehouse. Raises: as `named_row`."""
    rows, at = _named_rows(con, tickets, as_of, None)
    return [ticket_from(row, rules, at) for row in rows]


def tickets_of_thread(
    con: Connection, rules: Rules, thread_id: str, as_of: dt.date | dt.datetime
) -> list[Ticket]:
    """The tickets of a thread, one for each unit that must answer, by their number."""
    return tickets_of_threads(con, rules, [thread_id], as_of)[thread_id]


def tickets_of_threads(
    con: Connection, rules: Rules, thread_ids: Iterable[str], as_of: dt.date | dt.datetime
) -> dict[str, list[Ticket]]:
    """The same of several, by thread; a thread without tickets has an empty list."""
    at = moment(as_of)
    assert at is not None
    found: dict[str, list[Ticket]] = {thread: [] for thread in thread_ids}
    for ticket in queue_of(ticket_rows(con, at, threads=found), rules, at):
        found[ticket.thread_id].append(ticket)
    for own in found.values():
        own.sort(key=lambda ticket: int(ticket.ticket_id.rpartition("-")[2]))
    return found


def named_row(
    con: Connection, ticket: str, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None
) -> tuple[dict[str, Any], dt.datetime]:
    """The row of sql/ticket.sql of one ticket, and the moment that is meant.

    Args:
        ticket: its id, the beginning of it, or the thread's address.

    Raises:
        TicketError: none or several fit.
    """
    rows, at = _named_rows(con, [ticket], as_of, known_by)
    return rows[0], at


def _named_rows(
    con: Connection,
    tickets: Sequence[str],
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
) -> tuple[list[dict[str, Any]], dt.datetime]:
    at = moment(as_of)
    assert at is not None
    threads = {
        ticket: {row["thread_id"] for row in ask(con, "ticket_named", name=ticket)} if ticket else set()
        for ticket in tickets
    }
    rows = ticket_rows(con, at, known_by, set().union(*threads.values()))
    return [_named([r for r in rows if r["thread_id"] in threads[each]], each) for each in tickets], at


def _named(rows: list[dict[str, Any]], ticket: str) -> dict[str, Any]:
    found = [r for r in rows if r["ticket_id"] == ticket] or [
        r for r in rows if ticket and (r["ticket_id"].startswith(ticket) or r["url"] == ticket)
    ]
    if len(found) != 1:
        names = "、".join(r["ticket_id"] for r in found[:5])
        raise TicketError(f"有多个待回复帖符合“{ticket}”：{names}" if found else f"没有待回复帖“{ticket}”")
    return found[0]
