"""Owns many tickets at once: clocks that run as the rules say, reckoned by column. One by one it is done in
analysis/ticket.py, which says what is meant; here is the same, quicker."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.kept import as_built
from analysis.names_column import Names
from analysis.ticket import Rules, Ticket
from analysis.ticket_moves import ENDED, OPEN
from analysis.warehouse import Connection, ask_arrow
from analysis.workday_columns import NEVER, Column, Workdays, day_number

_NOBODY, _BLIND = "尚未确定责任单位", "时限之后论坛未再采集到，是否已答复无法判定"
_NOTES = (None, _NOBODY, _BLIND, f"{_NOBODY}；{_BLIND}")
_MOMENTS = (
    "opened_at", "first_response_due", "first_response_at", "answer_due", "answer_at", "send_back_due",
    "checked_at", "ended_at", "clocks_from", "decided_at",
)  # fmt: skip
_AS_ASKED = (
    "ticket_id", "thread_id", "title", "url", "forum", "board", "kind", "urgency", "unit", "is_unit_decided",
    "state", "sha256", "is_shared_thread", "seen",
)  # fmt: skip
_FLOORS = ("first_response_floor", "answer_floor")
_FEW = frozenset({"kind", "urgency", "unit", "state", "forum"})  # columns of few names


@dataclasses.dataclass(frozen=True)
class ClockColumns:
    """What `Ticket` says of the clocks of many tickets. `is_odd`: those of which it cannot be told so, since
    a span reaches into a year whose holidays are not known."""

    first_due: Column
    answer_due: Column
    responded: Column
    answered: Column
    due: Column  # of the clock that is looked at; NaT: it is answered or ended
    is_first_late: Column
    is_answer_late: Column
    is_open: Column
    left: Column
    is_left: Column
    is_odd: Column

    @property
    def was_late(self) -> Column:
        """`Ticket.was_late` of each."""
        found: Column = self.is_first_late | self.is_answer_late
        return found

    def ranks(self, urgency: Names) -> Column:
        """`ranks` of each."""
        return ranks(self.is_open, urgency.isin(("紧急",)), self.was_late, self.is_left, self.left)


def classed_columns(con: Connection, columns: dict[str, Any]) -> dict[str, Any]:
    """Columns that have the numbers of sql/ticket_class.sql in the place of names, with these names."""
    classes = as_built(con, "ticket classes", lambda: columns_of(ask_arrow(con, "ticket_class")))
    return columns | {name: classes[name][columns["class"]] for name in _FEW}


def columns_of(table: pa.Table) -> dict[str, Any]:
    """The columns of an Arrow table: few names as `Names`, all else as numpy arrays, NaT where a moment is
    missing, NaN where a number is."""
    found: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if name in _FEW:
            coded = column.dictionary_encode()
            codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            found[name] = Names(codes, coded.dictionary.to_pylist())
        else:
            found[name] = column.to_numpy(zero_copy_only=False)
    return found


def clocks_of(columns: Mapping[str, Any], rules: Rules, at: dt.datetime) -> tuple[ClockColumns, Workdays]:
    """The clocks of columns of sql/ticket_plain.sql, and the calendar by which they were reckoned."""
    workdays = Workdays.around(columns["opened_at"], rules, at)
    return clocks_by(columns, dues_of(columns, rules, workdays), workdays, at), workdays


def dues_of(columns: Mapping[str, Any], rules: Rules, workdays: Workdays) -> tuple[Column, Column]:
    """When both spans of each end, whatever the moment; NaT: in a year whose holidays are not known."""
    firsts, answers = _spans(columns["kind"], columns["urgency"], rules)
    from_days, is_known = workdays.event_days(columns["opened_at"], rules)
    return workdays.end(from_days, is_known, firsts, rules), workdays.end(from_days, is_known, answers, rules)


def clocks_by(
    columns: Mapping[str, Any], dues: tuple[Column, Column], workdays: Workdays, at: dt.datetime
) -> ClockColumns:
    """The clocks of columns at a moment; `dues` are their `dues_of`."""
    first_due, answer_due = dues
    state, ended = columns["state"], columns["ended_at"]
    moment = np.datetime64(at, "us")
    answered = np.where(columns["answer_at"] <= moment, columns["answer_at"], NEVER)
    responded = columns["first_response_at"]
    responded = np.fmin(np.where(responded <= moment, responded, NEVER), answered)
    is_done = state.isin(("已答复", *ENDED))
    due = np.where(is_done, NEVER, np.where(np.isnat(responded), first_due, answer_due))
    is_left = ~(np.isnat(due) | state.isin(("暂停",)))
    until = np.where(is_left, due, moment).astype("M8[D]").astype(np.int64)
    left, is_left_known = workdays.between(day_number(at.date()), until)
    is_counted = ~state.isin(("无需回复",))
    return ClockColumns(
        first_due=first_due,
        answer_due=answer_due,
        responded=responded,
        answered=answered,
        due=due,
        is_first_late=is_counted & _late(responded, ended, first_due, moment),
        is_answer_late=is_counted & _late(answered, ended, answer_due, moment),
        is_open=state.isin(OPEN),
        left=left,
        is_left=is_left,
        is_odd=np.isnat(first_due) | np.isnat(answer_due) | is_left & ~is_left_known,
    )


def _spans(kind: Names, urgency: Names, rules: Rules) -> tuple[Column, Column]:
    """Of each row, its two spans in working days."""
    width = len(urgency.names) + 1  # the last is for none
    pairs = (kind.codes % (len(kind.names) + 1)) * width + urgency.codes % width
    kinds: list[Any] = [*kind.names, None]
    urgencies: list[Any] = [*urgency.names, None]
    table = np.zeros((len(kinds) * width, 2), np.int64)
    for pair in np.flatnonzero(np.bincount(pairs)).tolist():
        table[pair] = rules.spans(kinds[pair // width], urgencies[pair % width])
    return table[pairs, 0], table[pairs, 1]


def reckon(columns: Mapping[str, Any], rules: Rules, at: dt.datetime) -> tuple[dict[str, Any], Column]:
    """Columns of sql/ticket_plain.sql with all that `Ticket` says of the clocks, and which rows cannot be
    told so (`ClockColumns.is_odd`)."""
    clocks, workdays = clocks_of(columns, rules, at)
    moment, checked = np.datetime64(at, "us"), columns["checked_at"]
    opened = columns["opened_at"]
    handed = np.where(np.isnat(columns["handed_at"]), opened, columns["handed_at"])
    is_blind = (moment > clocks.due) & (np.isnat(checked) | (checked < clocks.due))
    found = dict(columns) | {
        "clocks_from": opened,
        "first_response_due": clocks.first_due,
        "answer_due": clocks.answer_due,
        "first_response_at": clocks.responded,
        "answer_at": clocks.answered,
        "send_back_due": workdays.dues(handed, rules.send_back_days, rules),
        "is_first_response_overdue": clocks.is_first_late,
        "is_answer_overdue": clocks.is_answer_late,
        "workdays_left": clocks.left,
        "is_left": clocks.is_left,
        "is_open": clocks.is_open,
        "note": is_blind * 2 + (columns["unit"].codes < 0),  # in _NOTES
    }
    return found, clocks.is_odd


def places(found: Mapping[str, Any]) -> Column:
    """The order of `queue` of reckoned rows (`analysis.queue.rank`)."""
    late = found["is_first_response_overdue"] | found["is_answer_overdue"]
    rank = ranks(
        found["is_open"], found["urgency"].isin(("紧急",)), late, found["is_left"], found["workdays_left"]
    )
    return placed(rank, found["opened_at"], lambda place: str(found["ticket_id"][place]))


def ranks(is_open: Column, is_urgent: Column, is_late: Column, is_left: Column, left: Column) -> Column:
    """As a number, what `analysis.queue.rank` says of tickets before it looks at when they were opened."""
    rank: Column = (
        (~is_open).astype(np.int64) << 40
        | (~is_urgent).astype(np.int64) << 39
        | (~is_late).astype(np.int64) << 38
        | (~is_left).astype(np.int64) << 37
        | np.where(is_left, left, 0).astype(np.int64) + (1 << 20)
    )
    return rank


def ranks_of(tickets: Sequence[Ticket]) -> Column:
    """`ranks` of tickets that one has."""
    return ranks(
        np.array([ticket.is_open for ticket in tickets], bool),
        np.array([ticket.urgency == "紧急" for ticket in tickets], bool),
        np.array([ticket.was_late for ticket in tickets], bool),
        np.array([ticket.workdays_left is not None for ticket in tickets], bool),
        np.array([ticket.workdays_left or 0 for ticket in tickets], np.int64),
    )


def placed(rank: Column, opened: Column, id_of: Callable[[int], str]) -> Column:
    """The order by rank, then by opening (NaT: last), then by id."""
    order: Column = np.lexsort((opened, rank))
    rank, opened = rank[order], opened[order].view(np.int64)
    alike = np.flatnonzero((rank[1:] == rank[:-1]) & (opened[1:] == opened[:-1]))
    for run in np.split(alike, np.flatnonzero(np.diff(alike) > 1) + 1) if len(alike) else []:
        part = slice(run[0], run[-1] + 2)
        order[part] = sorted(order[part], key=id_of)
    return order


def made(found: Mapping[str, Any], order: Column) -> list[Ticket]:
    """The tickets of reckoned rows in an order."""
    with _uncollected():
        return _made(found, order)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Tickets hold no cycles: to look for some among a hundred thousand takes as long as to make them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _made(found: Mapping[str, Any], order: Column) -> list[Ticket]:
    lists: dict[str, Sequence[Any]] = {name: found[name][order].tolist() for name in (*_AS_ASKED, *_MOMENTS)}
    for name in _FLOORS:
        lists[name] = [None if floor != floor else int(floor) for floor in found[name][order].tolist()]
    told = found["candidates"][order].tolist()
    names = {units: units.split("\n") if units else [] for units in dict.fromkeys(told)}
    lists["candidates"] = [names[units].copy() for units in told]
    for name in ("is_first_response_overdue", "is_answer_overdue"):
        lists[name] = found[name][order].tolist()
    lists["workdays_left"] = [
        days if is_left else None
        for days, is_left in zip(
            found["workdays_left"][order].tolist(), found["is_left"][order].tolist(), strict=True
        )
    ]
    lists["note"] = [_NOTES[place] for place in found["note"][order].tolist()]
    fixed = {"round_number": 1, "round_at": None, "extension_days": None, "undated_floors": ()}
    keys, make, fill = (*lists, *fixed), Ticket.__new__, object.__setattr__
    tickets = []
    # A frozen dataclass sets its fields one by one, which takes four times as long as all the rest.
    for values in zip(*lists.values(), *map(repeat, fixed.values())):  # noqa: B905 - they repeat for ever
        ticket = make(Ticket)
        fill(ticket, "__dict__", dict(zip(keys, values)))  # noqa: B905 - as many
        tickets.append(ticket)
    return tickets


def _late(done: Column, ended: Column, due: Column, at: np.datetime64) -> Column:
    """Done or ended, whichever came first, after it was due; or neither, and it is due."""
    done = np.fmin(done, ended)
    late: Column = np.where(np.isnat(done), at > due, done > due)
    return late
