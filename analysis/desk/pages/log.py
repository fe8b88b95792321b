"""Owns the page 日志: what was done at the desk, and every decision that was recorded, here or elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from litestar.response import Response

from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.record_words import change_words, told
from analysis.warehouse import ask
from pipeline.decisions import load_decisions


@dataclasses.dataclass(kw_only=True)
class LogLine:
    """One act or decision, as people read it.

    Attributes:
        at: when, in words.
        who: who did it, and as what.
        act: what was done.
        target: to what; `title`: what it is called, where it has a title; `way`: its page.
        changes: what was before and after.
        why: the reason that was given.
        refused: why it was refused; "" where it was done.
        address: of whose browser it came.
    """

    at: str
    who: str
    act: str
    target: str
    changes: list[str]
    why: str
    refused: str = ""
    address: str = ""
    title: str = ""
    way: str = ""


@dataclasses.dataclass(kw_only=True)
class LogPage(Page):
    """Acts at the desk, or decisions.

    Attributes:
        listing: lines, the newest first.
        view: 操作 or 决定.
        acts: names of acts that can be chosen.
        chosen: what is chosen: who, act, target; "" for all.
    """

    template: ClassVar[str] = "log.html"
    heading: ClassVar[str] = "日志"
    section: ClassVar[str] = "/log"
    listing: Listing[LogLine]
    view: str
    acts: list[str]
    chosen: dict[str, str]


def build_log(visit: Visit) -> LogPage:
    params = visit.request.query_params
    view = "决定" if params.get("view") == "decisions" else "操作"
    lines = _decisions(visit) if view == "决定" else _acts(visit)
    chosen = {name: (params.get(name) or "").strip()[:100] for name in ("who", "act", "target")}
    found = [
        line
        for line in lines
        if chosen["who"] in line.who
        and (not chosen["act"] or chosen["act"] == line.act)
        and chosen["target"] in line.target
    ]
    listing = cut(found[::-1], params)
    _name(visit, listing.rows)
    return LogPage(listing=listing, view=view, acts=sorted({line.act for line in lines}), chosen=chosen)


def _name(visit: Visit, lines: Sequence[LogLine]) -> None:
    """Say what the tickets and articles of a screen are called, and where they are."""
    ids = [line.target for line in lines]
    near = visit.tickets_of(part for name in ids for part in (name, name.rpartition("-")[0]))
    tickets = {ticket.ticket_id: ticket for ticket in near}
    threads = {ticket.thread_id: ticket for ticket in near}
    articles = {row["article_id"]: row["title"] for row in ask(visit.con, "article_titles", ids=ids or [""])}
    for line in lines:
        ticket = tickets.get(line.target) or threads.get(line.target)
        if ticket is not None:
            line.title, line.way = ticket.title, f"/tickets/{ticket.ticket_id}"
        elif line.target in articles:
            line.title, line.way = articles[line.target], f"/articles/{line.target}"


def _acts(visit: Visit) -> list[LogLine]:
    people = visit.office.accounts.all()
    names = {name: account.person for name, account in people.items()}
    return [
        LogLine(
            at=f"{entry.at:%Y-%m-%d %H:%M:%S}",
            who=_who(names.get(entry.who, entry.who), entry.role),
            act=entry.act,
            target=entry.target,
            changes=change_words(entry.before, entry.after),
            why=entry.why,
            refused=entry.refused,
            address=entry.address,
        )
        for entry in visit.office.audit.entries()
        if entry.at.date() <= visit.as_of
    ]


def _who(name: str, role: str) -> str:
    return f"{name}（{role}）" if role else name or "—"


def _decisions(visit: Visit) -> list[LogLine]:
    until = visit.as_of.isoformat()
    return [
        LogLine(**told(decision))
        for decision in load_decisions(visit.office.store.decisions)
        if decision.at[:10] <= until
    ]


@see("/log", "log.read")
def page(visit: Visit) -> Response[Any]:
    """日志."""
    return visit.show(build_log(visit))


ROUTES = [page]
