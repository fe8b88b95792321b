"""Owns the page 回帖: the queue as a table and as a board, cut and sorted, with hand-over of many at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

from litestar.response import Redirect, Response

from analysis.acts.ticket import Actor, TicketRegister, hand_over, take_back
from analysis.desk.acting import perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import PER_SCREEN, Listing, Page, cut, ordered, sort_of
from analysis.desk.routing import EXCEL, act, file_answer, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_TICKETS
from analysis.queue import Ticket
from analysis.reports.ticket_list import write_list
from analysis.ticket import OPEN
from analysis.ticket_moves import UNIT
from analysis.warehouse import moment

# Columns of the board, in the order in which a post walks through them.
T = TypeVar("T")
BOARD = ("待研判", "退回改派", "待签收", "办理中", "延期", "暂停", "已初步回应", "已答复")
DUE = {"late": "已超时", "today": "今天到期", "week": "三个工作日内", "none": "没有时限"}
SOON = 3  # working days
PER_FILE = 100_000  # rows of a list that is taken away
MANY = 200  # tickets that are handed over at once


@dataclasses.dataclass(kw_only=True)
class TicketsPage(Page):
    """The queue.

    Attributes:
        listing: tickets of this screen.
        board: state → its tickets, on the board.
        view: 表 or 板.
        counts: by state, how many there are, whatever is chosen.
        late_count: open tickets that are late.
        chosen: what is chosen: state, unit, kind, urgency, due, q; "" for all.
        units, kinds, states: what can be chosen.
        due_words: what can be chosen as due, in words.
        all_units: units to which one may hand over.
    """

    template: ClassVar[str] = "tickets.html"
    heading: ClassVar[str] = "回帖"
    section: ClassVar[str] = "/tickets"
    listing: Listing[Ticket]
    board: dict[str, list[Ticket]]
    view: str
    counts: dict[str, int]
    late_count: int
    chosen: dict[str, str]
    units: list[str]
    kinds: list[str]
    states: list[str]
    due_words: dict[str, str]
    all_units: list[str]


def next_due(ticket: Ticket) -> dt.datetime | None:
    """The deadline that runs; None: none does."""
    if not ticket.is_open or ticket.state == "暂停":
        return None
    return ticket.first_response_due if ticket.first_response_at is None else ticket.answer_due


def is_late(ticket: Ticket, at: dt.date | dt.datetime) -> bool:
    """Whether the deadline that runs is over at a moment; a day means its end."""
    due, now = next_due(ticket), moment(at)
    return due is not None and now is not None and due < now


def chosen_tickets(visit: Visit) -> tuple[dict[str, str], list[Ticket]]:
    """What the address asks for, and the tickets that fit."""
    params = visit.request.query_params
    names = ("state", "unit", "kind", "urgency", "due", "q")
    chosen = {name: (params.get(name) or "")[:100] for name in names}

    def found() -> list[Ticket]:
        day, at = visit.as_of, visit.at
        return [ticket for ticket in visit.tickets() if _is_chosen(ticket, chosen, day, at)]

    return chosen, _kept(visit, chosen, "", found)


def _kept(visit: Visit, chosen: dict[str, str], how: str, compute: Callable[[], T]) -> T:
    """A list by a filter, kept for who asks next; not where words are looked for, which hardly return."""
    if chosen["q"]:
        return compute()
    return visit.once(f"tickets {sorted(chosen.items())} {visit.scope}{how}", compute, ON_TICKETS)


@dataclasses.dataclass(frozen=True)
class Summary:
    """All tickets of a day, counted. `states`: how many in each; `late_count`: whose deadline is over."""

    states: Counter[str]
    late_count: int
    units: list[str]
    kinds: list[str]


def _summary(visit: Visit) -> Summary:
    def found() -> Summary:
        tickets, at = visit.tickets(), visit.at
        return Summary(
            states=Counter(ticket.state for ticket in tickets),
            late_count=sum(is_late(ticket, at) for ticket in tickets),
            units=sorted({ticket.unit for ticket in tickets if ticket.unit}),
            kinds=sorted({ticket.kind for ticket in tickets}),
        )

    return visit.once(f"ticket summary {visit.scope}", found, ON_TICKETS)


@standing
def build_tickets(visit: Visit, per_screen: int = PER_SCREEN) -> TicketsPage:
    params, summary = visit.request.query_params, _summary(visit)
    chosen, found = chosen_tickets(visit)
    keys: dict[str, Callable[[Ticket], Any]] = {
        "opened_at": attrgetter("opened_at"),
        "next_due": next_due,
        "unit": attrgetter("unit"),
        "kind": attrgetter("kind"),
        "state": attrgetter("state"),
    }
    sort = sort_of(params, keys)
    rows = _kept(visit, chosen, f" by {sort}", lambda: ordered(found, keys, sort))
    is_board = params.get("view") == "board"
    board: dict[str, list[Ticket]] = {state: [] for state in BOARD}
    for ticket in found if is_board else ():
        if ticket.state in board:
            board[ticket.state].append(ticket)
    valid = [unit.short for unit in visit.office.city.units if unit.valid_on(visit.as_of)]
    return TicketsPage(
        listing=dataclasses.replace(
            cut(rows, {"screen": params.get("screen")}, per_screen=per_screen), sort=sort
        ),
        board=board,
        view="板" if is_board else "表",
        counts={s: summary.states[s] for s in [*OPEN, "已答复", "已办结"] if summary.states[s]},
        late_count=summary.late_count,
        chosen=chosen,
        units=summary.units,
        kinds=summary.kinds,
        states=["待办", *OPEN, "已答复", "已办结", "无需回复", "全部"],
        due_words=DUE,
        all_units=valid,
    )


def _is_chosen(ticket: Ticket, chosen: dict[str, str], day: dt.date, at: dt.date | dt.datetime) -> bool:
    state = chosen["state"]
    if state in ("", "待办") and not ticket.is_open and chosen["due"] == "":
        return False
    if state not in ("", "待办", "全部") and ticket.state != state:
        return False
    if chosen["unit"] and (ticket.unit or "未定") != chosen["unit"]:
        return False
    if chosen["kind"] and ticket.kind != chosen["kind"]:
        return False
    if chosen["urgency"] and ticket.urgency != chosen["urgency"]:
        return False
    if chosen["q"] and chosen["q"].lower() not in f"{ticket.title} {ticket.ticket_id}".lower():
        return False
    return _is_due(ticket, chosen["due"], day, at)


def _is_due(ticket: Ticket, due: str, day: dt.date, at: dt.date | dt.datetime) -> bool:
    end = next_due(ticket)
    if due == "late":
        return is_late(ticket, at)
    if due == "today":
        return end is not None and end.date() == day
    if due == "week":
        return ticket.workdays_left is not None and 0 <= ticket.workdays_left <= SOON
    return not (due == "none" and (end is not None or not ticket.is_open))


@see("/tickets", "own.read")
def tickets(visit: Visit) -> Response[Any]:
    """回帖."""
    return visit.show(build_tickets(visit))


@see("/tickets/export", "own.read", fresh=True)
def export(visit: Visit) -> Response[bytes]:
    """What waits, as Excel: what is chosen on the page."""
    page = build_tickets(visit, PER_FILE)
    unit = visit.scope or page.chosen["unit"] or None
    content = write_list(page.listing.rows, unit, visit.office.city.name, visit.as_of)
    visit.log("下载待回复清单", unit or "全市", after={"count": page.listing.total})
    return file_answer(content, f"待回复帖-{unit or '全市'}-{visit.as_of}.xlsx", EXCEL)


def register_of(visit: Visit) -> TicketRegister:
    """Where acts on tickets read and write."""
    office = visit.office
    return TicketRegister(visit.con, office.city, office.rules, office.store.decisions)


def actor_of(visit: Visit) -> Actor:
    """As whom she acts on tickets: the office, or a unit for its own."""
    if visit.scope is None:
        return Actor(signature(visit))
    return Actor(signature(visit), UNIT, visit.user.unit)


@act("/tickets/hand-over", "ticket.handle")
def hand_over_many(visit: Visit, form: Form) -> Redirect:
    """Hand over all that were chosen, or none."""
    ids, why = form.all("ticket", MANY), form.text("why", "说明", limit=LONG)
    answer = perform(
        visit,
        "转办",
        "、".join(ids),
        lambda: hand_over(
            register_of(visit),
            ids,
            actor_of(visit),
            visit.office.clock(),
            unit=form.text("unit") or None,
            why=why,
        ),
        _list_of(form),
        why=why,
    )
    visit.offer("/tickets/take-back", "撤回刚才的转办", ticket=ids, back=[_list_of(form)])
    return answer


@act("/tickets/take-back", "ticket.handle")
def take_back_many(visit: Visit, form: Form) -> Redirect:
    """Undo a hand-over that no unit signed for: all that are named, or none."""
    ids = form.all("ticket", MANY)
    return perform(
        visit,
        "撤回转办",
        "、".join(ids),
        lambda: take_back(
            register_of(visit),
            ids,
            actor_of(visit),
            visit.office.clock(),
            why=form.text("why", "理由", limit=LONG) or "转办后随即撤回",
        ),
        _list_of(form),
    )


def _list_of(form: Form) -> str:
    """The list on which the tickets were chosen, as it was cut and sorted."""
    path = form.text("back", limit=LONG)
    return path if path.startswith("/tickets?") and path.isprintable() else "/tickets"


ROUTES = [tickets, export, hand_over_many, take_back_many]
