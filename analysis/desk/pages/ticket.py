"""Owns the page of one ticket: its thread floor by floor, both clocks day by day, its history."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, get_args

from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from analysis.acts.tag import ThreadCorrection, correct_thread, read_correction
from analysis.acts.ticket import decide_units, move
from analysis.acts.ticket_check import is_of_earlier_round
from analysis.clock_days import ClockDay, clock_lines, days_of
from analysis.desk.acting import perform, seen_of, signature
from analysis.desk.errors import NotYet
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Page
from analysis.desk.pages.records import decisions_on
from analysis.desk.pages.tickets import actor_of, register_of
from analysis.desk.routing import act, file_answer, see
from analysis.desk.visit import Visit
from analysis.queue import Ticket
from analysis.reports.handover import write_handover
from analysis.ticket_history import TicketEvent, ticket_history
from analysis.ticket_moves import BY_OPENER, BY_OTHERS, MOVE, UNIT, Move, legal_moves
from analysis.ticket_sheet import build_sheet
from analysis.warehouse import ask, moment
from analysis.worktime import UnknownYear
from pipeline.floors import REPEATED
from pipeline.records import ThreadKind

ANSWERED = ("已答复", "已办结")
SIMILAR = 6  # answered ones that are shown
SHEETS = ("转办", "督办")


@dataclasses.dataclass(kw_only=True)
class TicketPage(Page):
    """One ticket.

    Attributes:
        ticket: as it stands.
        posts: floors of its thread up to the day, each with what it counts for (`counts`).
        clocks: (name, sentence, days) of both clocks; no days where they cannot be told, and why.
        history: what people decided and what the forum showed, in order.
        records: the decisions behind it, each with what it changed.
        similar: answered tickets of other threads that speak of the same matter.
        others: other tickets of the same thread.
        candidates: units that the rules suggest, with the reasons.
        moves: what this person may do with it now.
        accounts: official accounts by which its unit answers on this forum; None: nothing is to be answered.
        thread_seen: the newest decision on its thread.
        units: units to which it may go.
        floors: by the key of a move that names one, the floors that it may name.
        may_correct: whether she may say what kind of post it is.
        kinds: kinds of post.
    """

    template: ClassVar[str] = "ticket.html"
    heading: ClassVar[str] = "回帖"
    section: ClassVar[str] = "/tickets"
    ticket: Ticket
    posts: list[dict[str, Any]]
    clocks: list[tuple[str, str, list[ClockDay]]]
    history: list[TicketEvent]
    records: list[dict[str, Any]]
    similar: list[tuple[Ticket, str]]
    others: list[Ticket]
    candidates: list[str]
    moves: list[Move]
    accounts: list[str] | None
    thread_seen: str
    units: list[str]
    floors: dict[str, list[int]]
    may_correct: bool
    kinds: tuple[str, ...]


def _named(visit: Visit, ticket_id: str) -> Ticket | None:
    thread = ticket_id.rpartition("-")[0]
    return next((ticket for ticket in visit.tickets_of([thread]) if ticket.ticket_id == ticket_id), None)


def find(visit: Visit, ticket_id: str) -> Ticket:
    """Raises NotFoundException: none, not yet on that day, or not one that this person may see."""
    found = _named(visit, ticket_id)
    if found is None and not visit.is_today:
        now = dataclasses.replace(visit, as_of=visit.office.today, known_by=None)
        later = _named(now, ticket_id)
        if later is not None and later.opened_at is not None and later.opened_at.date() > visit.as_of:
            day = later.opened_at.date()
            way = dataclasses.replace(now, as_of=day).link(f"/tickets/{ticket_id}")
            raise NotYet(
                f"到 {visit.as_of} 还没有这件帖：它从 {later.opened_at:%Y-%m-%d %H:%M} 起",
                (way, f"看 {day} 的这件帖"),
            )
    if found is None:
        owner = f"，或它不归{visit.scope}办理" if visit.scope else ""
        raise NotFoundException(f"没有这件待回复帖{owner}")
    return found


def build_ticket(visit: Visit, ticket_id: str) -> TicketPage:
    ticket = find(visit, ticket_id)
    rules, at = visit.office.rules, visit.exactly
    try:
        days = days_of(visit.ticket_rows()[ticket_id], rules, at)
        lines = clock_lines(ticket, rules, at)
    except UnknownYear as error:
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
    moves = _moves(visit, ticket)
    floors = {move.key: _floors(ticket, move, posts) for move in moves if "floor" in move.needs}
    return TicketPage(
        ticket=ticket,
        posts=posts,
        clocks=clocks,
        history=visit.once(
            f"history {ticket_id}",
            lambda: ticket_history(visit.con, ticket, visit.at, visit.known_by),
        ),
        records=[
            record
            for record in decisions_on(visit, targets=[ticket.ticket_id, ticket.thread_id])
            if record["at"].date() <= visit.as_of
        ],
        similar=_similar(visit, ticket),
        others=[
            other for other in visit.tickets_of([ticket.thread_id]) if other.ticket_id != ticket.ticket_id
        ],
        candidates=ticket.candidates,
        moves=[move for move in moves if floors.get(move.key, True)],
        accounts=_accounts(visit, ticket),
        thread_seen=seen_of(visit, [ticket.thread_id])[ticket.thread_id],
        units=[unit.short for unit in visit.office.city.units_on(visit.as_of)],
        floors=floors,
        may_correct=visit.is_today and visit.may("tag.correct"),
        kinds=get_args(ThreadKind),
    )


def _moves(visit: Visit, ticket: Ticket) -> list[Move]:
    if not visit.is_today or not visit.may("ticket.answer"):
        return []
    actor = actor_of(visit)
    if actor.role == UNIT and actor.unit != ticket.unit:
        return []
    return legal_moves(ticket.state, actor.role)


def _floors(ticket: Ticket, move: Move, posts: list[dict[str, Any]]) -> list[int]:
    """Which floors a move may name: only the poster can say that it is solved, in the present round, and only
    others can answer."""
    found = []
    for post in posts:
        if is_of_earlier_round(ticket, move, post["posted_at"]):
            continue
        if post["floor"] > 1 and move.key not in (BY_OTHERS if post["is_opener"] else BY_OPENER):
            found.append(post["floor"])
    return found


def _accounts(visit: Visit, ticket: Ticket) -> list[str] | None:
    if not ticket.is_open or ticket.unit is None:
        return None
    return [
        each.account
        for each in visit.office.city.accounts
        if each.unit == ticket.unit and each.forum in (ticket.forum, "*")
    ]


def _counts(floor: int, ticket: Ticket) -> str:
    if floor == ticket.answer_floor:
        return "正式答复"
    return "初步回应" if floor == ticket.first_response_floor else ""


def _similar(visit: Visit, ticket: Ticket) -> list[tuple[Ticket, str]]:
    """Answered ones on the same matter, each with why it is shown."""
    near = {
        row["thread_id"]: f"说同一件事（{row['words']}）"
        for row in ask(visit.con, "alike_to", thread_id=ticket.thread_id)
    }
    answered = [
        other
        for other in visit.tickets_of(near)
        if other.answer_at is not None and other.thread_id != ticket.thread_id and other.state in ANSWERED
    ]
    return [(other, near[other.thread_id]) for other in answered][:SIMILAR]


@see("/tickets/{ticket_id:str}/sheet", "ticket.answer", fresh=True)
def sheet(visit: Visit, ticket_id: str, kind: str = "转办") -> Response[bytes]:
    """The hand-over sheet as Word, one page with a QR code."""
    find(visit, ticket_id)
    if kind not in SHEETS:
        raise NotFoundException(f"没有这种单子：{kind[:20]}")
    office = visit.office
    made = build_sheet(
        visit.con,
        office.city,
        office.rules,
        ticket_id,
        visit.at,
        kind,  # type: ignore[arg-type]  # one of SHEETS
        visit.known_by,
    )
    visit.log(f"下载{kind}单", ticket_id)
    return file_answer(write_handover(made), f"{kind}单-{ticket_id}.docx")


@see("/tickets/{ticket_id:str}", "own.read")
def ticket(visit: Visit, ticket_id: str) -> Response[Any]:
    """One ticket."""
    return visit.show(build_ticket(visit, ticket_id))


@act("/tickets/{ticket_id:str}/move", "ticket.answer")
def move_ticket(visit: Visit, ticket_id: str, form: Form) -> Redirect:
    """Any move of the table that is legal now and this person's to do."""
    find(visit, ticket_id)
    key = form.chosen("move", "动作", MOVE)
    why, seen = form.text("why", "理由", limit=LONG), form.text("seen", limit=LONG) or None
    register, actor, at = register_of(visit), actor_of(visit), visit.office.clock()
    if key == "decide_units":
        units = form.all("unit", 10)
        return perform(
            visit,
            MOVE[key].label,
            ticket_id,
            lambda: decide_units(register, ticket_id, actor, at, units=units, why=why, seen=seen),
            f"/tickets/{ticket_id}",
            why=why,
        )
    return perform(
        visit,
        MOVE[key].label,
        ticket_id,
        lambda: move(
            register,
            key,
            ticket_id,
            actor,
            at,
            why=why,
            unit=form.text("unit") or None,
            days=form.number("days", "工作日数", high=250),
            floor=form.number("floor", "楼层", high=2 * REPEATED),
            seen=seen,
        ),
        f"/tickets/{ticket_id}",
        why=why,
    )


@act("/tickets/{ticket_id:str}/correct", "tag.correct")
def correct(visit: Visit, ticket_id: str, form: Form) -> Redirect:
    """Say what kind of post it is, and how urgent."""
    found = find(visit, ticket_id)
    said = {name: form.text(name) for name in ("kind", "urgency") if form.text(name)}
    why = form.text("why", "理由", limit=LONG)
    return perform(
        visit,
        "更正帖子标签",
        found.thread_id,
        lambda: correct_thread(
            visit.con,
            visit.office.city,
            visit.office.store.decisions,
            found.thread_id,
            read_correction(ThreadCorrection, said),
            who=signature(visit),
            at=visit.office.clock(),
            why=why,
        ),
        f"/tickets/{ticket_id}",
        seen={found.thread_id: form.text("seen", limit=LONG)},
        why=why,
    )


ROUTES = [ticket, sheet, move_ticket, correct]
