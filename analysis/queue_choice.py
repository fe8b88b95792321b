"""Owns what may be asked of the queue: which tickets are chosen, how they are sorted; a screen of a list."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from analysis.sorting import ordered
from analysis.ticket import Ticket
from analysis.warehouse import moment

SOON = 3  # working days
NOBODY = "未定"  # a choice: tickets of which nobody knows yet whose they are


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """Which tickets are wanted; "": any.

    Attributes:
        state: a state, 待办 (as "", unless `due` is chosen: those that wait) or 全部.
        due: late, today, week (within SOON), none (no deadline runs).
        q: what stands in title or id.
        scope: only this unit's, and nothing of the others is counted: a liaison's. None: of all.
    """

    state: str = ""
    unit: str = ""
    kind: str = ""
    urgency: str = ""
    due: str = ""
    q: str = ""
    scope: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueuePage:
    """One screen of the queue.

    Attributes:
        rows: the tickets that are shown; total: how many are chosen.
        states: how many there are in each state, whatever is chosen; late_count: whose deadline is over.
        units, kinds: of all.
    """

    rows: list[Ticket]
    total: int
    states: Counter[str]
    late_count: int
    units: list[str]
    kinds: list[str]


def next_due(ticket: Ticket) -> dt.datetime | None:
    """The deadline that runs; None: none does."""
    if not ticket.is_open or ticket.state == "暂停":
        return None
    return ticket.first_response_due if ticket.first_response_at is None else ticket.answer_due


def is_late(ticket: Ticket, at: dt.date | dt.datetime) -> bool:
    """Whether the deadline that runs is over at a moment; a day means its end."""
    due, now = next_due(ticket), moment(at)
    return due is not None and now is not None and due < now


def is_chosen(ticket: Ticket, choice: Choice, at: dt.date | dt.datetime) -> bool:
    """Whether a ticket is wanted, as of a moment."""
    state = choice.state
    if state in ("", "待办") and not ticket.is_open and choice.due == "":
        return False
    if state not in ("", "待办", "全部") and ticket.state != state:
        return False
    if choice.unit and (ticket.unit or NOBODY) != choice.unit:
        return False
    if choice.kind and ticket.kind != choice.kind:
        return False
    if choice.urgency and ticket.urgency != choice.urgency:
        return False
    if choice.q and choice.q.lower() not in f"{ticket.title} {ticket.ticket_id}".lower():
        return False
    return _is_due(ticket, choice.due, at)


def _is_due(ticket: Ticket, due: str, at: dt.date | dt.datetime) -> bool:
    end = next_due(ticket)
    if due == "late":
        return is_late(ticket, at)
    if due == "today":
        return end is not None and end.date() == _day(at)
    if due == "week":
        return ticket.workdays_left is not None and 0 <= ticket.workdays_left <= SOON
    return not (due == "none" and (end is not None or not ticket.is_open))


def _day(at: dt.date | dt.datetime) -> dt.date:
    return at.date() if isinstance(at, dt.datetime) else at


SORTS: Mapping[str, Callable[[Ticket], Any]] = {
    # The code of the standard has the common characters by their sound, as a reader looks for them.
    "title": lambda ticket: ticket.title.encode("gb18030", "replace"),
    "opened_at": attrgetter("opened_at"),
    "next_due": next_due,
    "workdays_left": attrgetter("workdays_left"),
    "unit": attrgetter("unit"),
    "kind": attrgetter("kind"),
    "state": attrgetter("state"),
}


def is_of_words(sort: str) -> bool:
    """Whether tickets are sorted by what only they themselves say, not the columns of the queue."""
    return sort.removeprefix("-") == "title"


def page_of(
    tickets: Sequence[Ticket], choice: Choice, at: dt.date | dt.datetime, sort: str, limit: int, offset: int
) -> QueuePage:
    """One screen of tickets that one has, in the order of `queue`.

    Args:
        sort: a key of SORTS, with a - before it downwards; those without a value stand last. "": as they are.
    """
    own = [ticket for ticket in tickets if choice.scope in (None, ticket.unit)]
    found = [ticket for ticket in own if is_chosen(ticket, choice, at)]
    return QueuePage(
        rows=[*ordered(found, SORTS, sort)[offset : offset + limit]],
        total=len(found),
        states=Counter(ticket.state for ticket in own),
        late_count=sum(is_late(ticket, at) for ticket in own),
        units=sorted({ticket.unit for ticket in own if ticket.unit}),
        kinds=sorted({ticket.kind for ticket in own}),
    )
