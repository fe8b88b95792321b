"""Owns asking what the warehouse says of each ticket: as the build left it where it stands so, else anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from analysis.kept import as_decided
from analysis.record import decided_since
from analysis.warehouse import Connection, ask, moment


def ticket_rows(
    con: Connection,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    threads: Iterable[str] | None = None,
) -> list[dict[str, Any]]:
    """Rows of sql/ticket.sql: what the warehouse says of each ticket, for `queue_of`, `days_of`.

    Args:
        threads: only of these (ids); None: of all.
    """
    at = moment(as_of)
    assert at is not None
    if known_by is None and threads is None:
        beside = threads_beside(con)
        rows = ask(con, "ticket_now", as_of=at, beside=beside, keys=None)
        rows += rows_beside(con, at, beside)
        return sorted(
            rows, key=lambda row: (row["opened_at"] is None, row["opened_at"] or at, row["ticket_id"])
        )
    only = None if threads is None else sorted(threads)
    return ask(con, "ticket", as_of=at, known_by=moment(known_by), threads=only)


def touched_threads(con: Connection, targets: Iterable[str]) -> set[str]:
    """The threads on which decisions on these targets (ids, addresses, tickets) may bear."""
    return {row["thread_id"] for row in ask(con, "touched_threads", targets=sorted(set(targets)))}


def threads_beside(con: Connection) -> list[str]:
    """Threads whose tickets are not those that the build left: something was decided on them since."""
    return as_decided(con, "threads beside", lambda: _threads_beside(con))


def _threads_beside(con: Connection) -> list[str]:
    since = decided_since(con)
    return sorted(touched_threads(con, since)) if since else []


def rows_unlike(
    con: Connection, at: dt.datetime, beside: list[str], restarts: bool, odd: Iterable[int]
) -> list[dict[str, Any]]:
    """Rows of sql/ticket.sql of all tickets that sql/ticket_plain.sql does not mean, and of those named.

    Args:
        beside: `threads_beside`.
        restarts: whether a transfer starts the clocks anew.
        odd: numbers of tickets of which their clocks cannot be told by column.
    """
    rows = ask(con, "ticket_unplain", as_of=at, beside=beside, restarts=restarts)
    keys = sorted({*odd, *(row["key"] for row in rows)})
    found = ask(con, "ticket_now", as_of=at, beside=beside, keys=keys) if keys else []
    return found + rows_beside(con, at, beside)


def rows_beside(con: Connection, at: dt.datetime, threads: list[str]) -> list[dict[str, Any]]:
    """The same of these threads, which the build cannot tell."""
    return ask(con, "ticket", as_of=at, known_by=None, threads=threads) if threads else []
