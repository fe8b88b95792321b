"""Owns the record of years whose holidays were not known: which tickets waited for them, what they became.

Deadlines are computed when they are asked for, so they are right as soon as the year is known (a newer
chinesecalendar, or `calendar` in reply-rules.yaml). What is recorded is that they could not be told, and
then, once, which deadline each of those tickets has: nobody can say that it was changed unseen.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from analysis.acts.record import decision_of
from analysis.acts.ticket import TicketRegister
from analysis.queue import queue
from analysis.ticket import Ticket
from analysis.warehouse import ask
from analysis.worktime import UnknownYear
from pipeline.decisions import Decision, append_decisions

UNKNOWN, KNOWN = "未知", "已知"


def note_calendar(register: TicketRegister, who: str, at: dt.datetime) -> list[Decision]:
    """Record, once of each ticket, the years that clocks of open tickets reach and that are not known;
    and those that have become known since, with the deadlines of these tickets, closed or not.
    Returns what was recorded now, [] if nothing.

    Args:
        who: who runs it, or the job that does.
        at: wall-clock time of China.
    """
    noted = {row["year"]: row for row in ask(register.con, "calendar_note")}
    tickets = queue(register.con, register.rules, at, include_closed=True)
    waiting: dict[int, list[str]] = defaultdict(list)
    for ticket in tickets:
        year = _unknown_year(register, ticket, at) if ticket.is_open else None
        if year is not None and ticket.ticket_id not in noted.get(year, {}).get("tickets", ()):
            waiting[year].append(ticket.ticket_id)
    decisions = [
        decision_of(
            "calendar_note", f"calendar-{year}", who=who, at=at,
            after={"year": year, "state": UNKNOWN, "tickets": sorted(waiting[year])},
            why=f"{year} 年的节假日安排尚不可知，{len(waiting[year])} 件的时限暂不能算",
        )
        for year in sorted(waiting)
    ]  # fmt: skip
    by_id = {ticket.ticket_id: ticket for ticket in tickets}
    for year, row in noted.items():
        if row["state"] != UNKNOWN or not _is_known(register, year):
            continue
        dues = {
            name: f"{due:%Y-%m-%d %H:%M}"
            for name in row["tickets"]
            if name in by_id and (due := by_id[name].answer_due) is not None
        }
        decisions.append(
            decision_of(
                "calendar_note", f"calendar-{year}", who=who, at=at,
                after={"year": year, "state": KNOWN, "dues": dues},
                why=f"{year} 年的节假日安排已知，重算 {len(dues)} 件的时限",
            )
        )  # fmt: skip
    append_decisions(register.decisions, decisions)
    return decisions


def _unknown_year(register: TicketRegister, ticket: Ticket, at: dt.datetime) -> int | None:
    if None not in (ticket.first_response_due, ticket.answer_due) or ticket.opened_at is None:
        return None  # both clocks run, or there is nothing from which they could
    start = ticket.clocks_from or ticket.opened_at
    for year in range(start.year, max(at.year, start.year) + 2):
        if not _is_known(register, year):
            return year
    return None


def _is_known(register: TicketRegister, year: int) -> bool:
    try:
        register.rules.calendar.is_workday(dt.date(year, 1, 1))
    except UnknownYear:
        return False
    return True
