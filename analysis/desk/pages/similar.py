"""Owns the page of answered cases like a ticket, and what can be reworked of the nearest one's answer."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Response

from analysis.desk.page import Page
from analysis.desk.pages.ticket import find
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.queue import Ticket
from analysis.replies import Case, CaseBook, answered_cases, draft, texts_of


@dataclasses.dataclass(kw_only=True)
class SimilarPage(Page):
    """Answered cases like a ticket, and what can be reworked of the nearest one's answer.

    Attributes:
        ticket: for which they are looked up.
        cases: the nearest ones first, each with the address of its page here, "" where it has none.
        draft: a text to rework; None: there is no case.
        is_any: whether other units' cases are looked through too.
        may_any: whether this person may ask for that.
    """

    template: ClassVar[str] = "similar.html"
    heading: ClassVar[str] = "相似的已答复帖"
    section: ClassVar[str] = "/tickets"
    ticket: Ticket
    cases: list[tuple[Case, str]]
    draft: str | None
    is_any: bool
    may_any: bool


def build_similar(visit: Visit, ticket_id: str) -> SimilarPage:
    """By the rule of `queue suggest`: the unit's own answers, or those of all."""
    ticket = find(visit, ticket_id)
    may_any = visit.scope is None
    is_any = may_any and (bool(visit.request.query_params.get("any")) or ticket.unit is None)
    unit = None if is_any else ticket.unit
    rows = visit.once("answered cases", lambda: answered_cases(visit.con, visit.at, visit.known_by))
    book = visit.once(f"case book {unit}", lambda: CaseBook(rows, unit))
    text = texts_of(visit.con, ticket.thread_id, visit.at, visit.known_by).get(1, "")
    cases = book.nearest(ticket.title, text, thread_id=ticket.thread_id)
    near = visit.tickets_of(case.thread_id for case in cases)
    ways = {other.thread_id: f"/tickets/{other.ticket_id}" for other in near}
    return SimilarPage(
        ticket=ticket,
        cases=[(case, ways.get(case.thread_id, "")) for case in cases],
        draft=draft(cases),
        is_any=is_any,
        may_any=may_any,
    )


@see("/tickets/{ticket_id:str}/similar", "own.read")
def similar(visit: Visit, ticket_id: str) -> Response[Any]:
    """Answered cases like one ticket."""
    return visit.show(build_similar(visit, ticket_id))


ROUTES = [similar]
