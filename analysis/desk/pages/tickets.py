"""Owns the page 回帖: the queue as a table and as a board, cut and sorted, with hand-over of many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from litestar.response import Redirect, Response

from analysis.acts.ticket import TicketRegister, move
from analysis.acts.ticket_check import Actor
from analysis.desk.acting import perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import PER_SCREEN, Listing, Page, screen_of, sort_of
from analysis.desk.routing import act, file_answer, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_TICKETS
from analysis.queue import Ticket
from analysis.queue_choice import SORTS, Choice, QueuePage, is_chosen, is_of_words, page_of
from analysis.queue_page import queue_page
from analysis.reports.ticket_list import write_list
from analysis.ticket import OPEN
from analysis.ticket_moves import UNIT

T = TypeVar("T")
# Columns of the board, in the order in which a post walks through them.
BOARD = ("待研判", "退回改派", "待签收", "办理中", "延期", "暂停", "已初步回应", "已答复")
DUE = {"late": "已超时", "today": "今天到期", "week": "三个工作日内", "none": "没有时限"}
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
        chosen: what is chosen.
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
    chosen: Choice
    units: list[str]
    kinds: list[str]
    states: list[str]
    due_words: dict[str, str]
    all_units: list[str]


def choice_of(visit: Visit) -> Choice:
    """What the address asks for."""
    params = visit.request.query_params
    names = ("state", "unit", "kind", "urgency", "due", "q")
    return Choice(**{name: (params.get(name) or "")[:100] for name in names}, scope=visit.scope)


def chosen_tickets(visit: Visit, choice: Choice) -> list[Ticket]:
    """The tickets that fit."""

    def found() -> list[Ticket]:
        return [ticket for ticket in visit.tickets() if is_chosen(ticket, choice, visit.at)]

    return _kept(visit, choice, "", found)


def _kept(visit: Visit, choice: Choice, how: str, compute: Callable[[], T]) -> T:
    """An answer by a choice, kept for who asks next; not where words are looked for, which hardly return."""
    return compute() if choice.q else visit.once(f"tickets {choice}{how}", compute, ON_TICKETS)


def _screen(visit: Visit, choice: Choice, sort: str, screen: int, per_screen: int) -> QueuePage:
    """One screen: of the list of all tickets where decisions were laid over it, else asked for as it is."""
    asked: dict[str, Any] = {"sort": sort, "limit": per_screen, "offset": (screen - 1) * per_screen}

    def found() -> QueuePage:
        is_told = not choice.q and not is_of_words(sort)
        if visit.known_by is None and is_told and not visit.edition.count(ON_TICKETS):
            return queue_page(visit.con, visit.office.rules, visit.at, choice, **asked)
        return page_of(visit.tickets(), choice, visit.at, **asked)

    return _kept(visit, choice, f" {asked}", found)


@standing
def build_tickets(visit: Visit, per_screen: int = PER_SCREEN) -> TicketsPage:
    params, choice = visit.request.query_params, choice_of(visit)
    sort, screen = sort_of(params, SORTS), screen_of(params)
    found = _screen(visit, choice, sort, screen, per_screen)
    screens = max(1, -(-found.total // per_screen))
    if screen > screens:
        screen, found = screens, _screen(visit, choice, sort, screens, per_screen)
    is_board = params.get("view") == "board"
    is_waiting = choice.state in ("", "待办") and not choice.due
    # What was left out of the choice has no column: an empty one would say that there is none.
    columns = [state for state in BOARD if state in OPEN or not is_waiting]
    board: dict[str, list[Ticket]] = {state: [] for state in columns}
    for ticket in chosen_tickets(visit, choice) if is_board else ():
        if ticket.state in board:
            board[ticket.state].append(ticket)
    valid = [unit.short for unit in visit.office.city.units_on(visit.as_of)]
    return TicketsPage(
        listing=Listing(found.rows, found.total, screen, screens, sort),
        board=board,
        view="板" if is_board else "表",
        counts={s: found.states[s] for s in [*OPEN, "已答复", "已办结"] if found.states[s]},
        late_count=found.late_count,
        chosen=choice,
        units=found.units,
        kinds=found.kinds,
        states=["待办", *OPEN, "已答复", "已办结", "无需回复", "全部"],
        due_words=DUE,
        all_units=valid,
    )


@see("/tickets", "own.read")
def tickets(visit: Visit) -> Response[Any]:
    """回帖."""
    return visit.show(build_tickets(visit))


@see("/tickets/export", "own.read", fresh=True)
def export(visit: Visit) -> Response[bytes]:
    """What waits, as Excel: what is chosen on the page."""
    page = build_tickets(visit, PER_FILE)
    unit = visit.scope or page.chosen.unit or None
    content = write_list(page.listing.rows, unit, visit.office.city.name, visit.as_of)
    visit.log("下载待回复清单", unit or "全市", after={"count": page.listing.total})
    return file_answer(content, f"待回复帖-{unit or '全市'}-{visit.as_of}.xlsx")


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
        lambda: move(
            register_of(visit),
            "hand_over",
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
        lambda: move(
            register_of(visit),
            "take_back",
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
