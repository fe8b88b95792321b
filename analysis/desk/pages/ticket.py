"""Owns the page of one ticket: its thread floor by floor, both clocks day by day, its history."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Response

from analysis.desk.page import Page
from analysis.desk.pages.ledger import decisions_on
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.queue import ClockDay, Ticket, TicketError, clock_lines, explain
from analysis.warehouse import ask, moment
from analysis.worktime import UnknownYear


@dataclasses.dataclass(kw_only=True)
class TicketPage(Page):
    """One ticket.

    Attributes:
        ticket: as it stands.
        posts: floors of its thread up to the day, each with what it counts for (`counts`).
        clocks: (name, sentence, days) of both clocks; no days where they cannot be told, and why.
        history: what people decided and what the forum showed, in order.
        others: other tickets of the same thread.
        candidates: units that the rules suggest, with the reasons.
    """

    template: ClassVar[str] = "ticket.html"
    heading: ClassVar[str] = "回帖"
    section: ClassVar[str] = "/tickets"
    ticket: Ticket
    posts: list[dict[str, Any]]
    clocks: list[tuple[str, str, list[ClockDay]]]
    history: list[dict[str, Any]]
    others: list[Ticket]
    candidates: list[str]


def find(visit: Visit, ticket_id: str) -> Ticket:
    """Raises NotFoundException: none, or not one that this person may see."""
    found = next((ticket for ticket in visit.tickets() if ticket.ticket_id == ticket_id), None)
    if found is None:
        owner = f"，或它不归{visit.scope}办理" if visit.scope else ""
        raise NotFoundException(f"没有这件待回复帖{owner}")
    return found


def build_ticket(visit: Visit, ticket_id: str) -> TicketPage:
    ticket = find(visit, ticket_id)
    rules = visit.office.rules
    try:
        ticket, days = explain(visit.con, rules, ticket_id, visit.at, visit.known_by)
        lines = clock_lines(ticket, rules, visit.at)
    except (UnknownYear, TicketError) as error:
        days, lines = [], [f"初步回应：{error}", f"正式答复：{error}"]
    clocks = []
    for line in lines:
        name, _, said = line.partition("：")
        clocks.append((name, said, [each for each in days if each.clock == name]))
    posts = ask(
        visit.con,
        "thread_posts",
        thread_id=ticket.thread_id,
        as_of=moment(visit.as_of),
        known_by=moment(visit.known_by),
    )
    for post in posts:
        post["counts"] = _counts(post["floor"], ticket)
    decided = decisions_on(visit, targets=[ticket.ticket_id, ticket.thread_id])
    history = [entry for entry in decided if entry["at"].date() <= visit.as_of]
    return TicketPage(
        ticket=ticket,
        posts=posts,
        clocks=clocks,
        history=sorted([*history, *_forum(ticket)], key=lambda entry: entry["at"]),
        others=[
            other
            for other in visit.tickets()
            if other.thread_id == ticket.thread_id and other.ticket_id != ticket.ticket_id
        ],
        candidates=ticket.candidates,
    )


def _counts(floor: int, ticket: Ticket) -> str:
    if floor == ticket.answer_floor:
        return "正式答复"
    return "初步回应" if floor == ticket.first_response_floor else ""


def _forum(ticket: Ticket) -> list[dict[str, Any]]:
    events: list[tuple[str, dt.datetime | None]] = [
        ("发帖", ticket.opened_at),
        ("初步回应", ticket.first_response_at),
        ("正式答复", ticket.answer_at),
    ]
    if ticket.first_response_at == ticket.answer_at:
        events.pop(1)
    return [
        {"kind": kind, "who": "论坛", "at": at, "changes": [], "why": "", "id": ""}
        for kind, at in events
        if at is not None
    ]


@see("/tickets/{ticket_id:str}", "own.read")
def ticket(visit: Visit, ticket_id: str) -> Response[Any]:
    """One ticket."""
    return visit.show(build_ticket(visit, ticket_id))


ROUTES = [ticket]
