"""Owns a screen of the queue as it is asked of columns: tickets are made of those that are shown.

What is meant is said of one ticket, in analysis/queue_choice.py and by `analysis.queue.rank`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from analysis.names_column import Names
from analysis.queue import queue
from analysis.queue_choice import NOBODY, SOON, Choice, QueuePage, is_of_words, next_due, page_of
from analysis.ticket import Rules, Ticket, ticket_from
from analysis.ticket_lists import columns_of, made, ranks_of, reckon
from analysis.ticket_rows import rows_unlike, threads_beside
from analysis.ticket_spans import NAMES, plain_tickets
from analysis.warehouse import Connection, ask_arrow, moment
from analysis.workday_columns import NEVER, Column

_NONE_LEFT = np.iinfo(np.int64).min  # in the place of working days that are not counted
_FEW = 500  # tickets that are asked by their numbers; for more all are read


def queue_page(
    con: Connection,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    choice: Choice,
    known_by: dt.date | dt.datetime | None = None,
    *,
    sort: str = "",
    limit: int = 50,
    offset: int = 0,
) -> QueuePage:
    """One screen of the queue at a moment.

    Args:
        as_of: a day means its end.
        known_by: only what had been captured and decided by then; None: all that is known now.
        sort: as `page_of`.
    """
    at = moment(as_of)
    assert at is not None
    if known_by is not None or choice.q or is_of_words(sort):  # the columns read below tell none of it
        tickets = queue(con, rules, at, choice.scope, known_by, include_closed=True)
        return page_of(tickets, choice, at, sort, limit, offset)
    beside, restarts = threads_beside(con), rules.transfer_restarts
    columns, clocks = plain_tickets(con, rules, at, choice.scope)
    rows = rows_unlike(con, at, beside, restarts, columns["key"][clocks.is_odd].tolist())
    fresh = [ticket_from(row, rules, at) for row in rows if choice.scope in (None, row["unit"])]
    plain = ~clocks.is_odd
    if beside:  # by number: to compare names takes longer than all else
        moved = ask_arrow(con, "ticket_keys", threads=beside).column("key").to_numpy()
        plain &= ~np.isin(columns["key"], moved)
    lines = _Lines(
        rank=clocks.ranks(columns["urgency"]),
        opened=columns["opened_at"],
        due=np.where(clocks.is_open & clocks.is_left, clocks.due, NEVER),
        left=np.where(clocks.is_left, clocks.left, _NONE_LEFT),
        is_open=clocks.is_open,
        names={name: columns[name] for name in NAMES},
        keys=columns["key"],
    )
    lines = (lines if plain.all() else lines.of(plain)).with_tickets(fresh)
    return _page(con, rules, at, lines, fresh, choice, sort, limit, offset)


@dataclasses.dataclass(frozen=True)
class _Lines:
    """What choice and order of tickets hang on, by column. due: of the deadline that runs; NaT: none does.
    left: working days, _NONE_LEFT: none are counted."""

    rank: Column
    opened: Column
    due: Column
    left: Column
    is_open: Column
    names: dict[str, Names]
    keys: Column

    def of(self, which: Column) -> _Lines:
        """Some of them."""
        return _Lines(
            names={name: own[which] for name, own in self.names.items()},
            **{
                field.name: getattr(self, field.name)[which]
                for field in dataclasses.fields(self)
                if field.name != "names"
            },
        )

    def with_tickets(self, tickets: Sequence[Ticket]) -> _Lines:
        """The same with tickets that one has behind them."""
        if not tickets:
            return self
        found = _lines_of(tickets)
        return _Lines(
            names={name: own.joined(found.names[name]) for name, own in self.names.items()},
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(found, field.name)])
                for field in dataclasses.fields(self)
                if field.name != "names"
            },
        )


def _lines_of(tickets: Sequence[Ticket]) -> _Lines:
    left = [_NONE_LEFT if ticket.workdays_left is None else ticket.workdays_left for ticket in tickets]
    return _Lines(
        rank=ranks_of(tickets),
        opened=np.array([ticket.opened_at for ticket in tickets], "M8[us]"),
        due=np.array([next_due(ticket) for ticket in tickets], "M8[us]"),
        left=np.array(left, np.int64),
        is_open=np.array([ticket.is_open for ticket in tickets], bool),
        names={name: Names.of([getattr(ticket, name) for ticket in tickets]) for name in NAMES},
        keys=np.zeros(len(tickets), np.uint64),
    )


def _page(
    con: Connection,
    rules: Rules,
    at: dt.datetime,
    lines: _Lines,
    fresh: Sequence[Ticket],
    choice: Choice,
    sort: str,
    limit: int,
    offset: int,
) -> QueuePage:
    chosen = np.flatnonzero(_chosen(lines, choice, at))
    order, is_alike = _order(lines, chosen, sort, offset + limit)
    first, last = _whole(is_alike, offset, min(offset + limit, len(order)))
    window = order[first:last].tolist()
    left_count = len(lines.rank) - len(fresh)
    keys = {int(lines.keys[place]): place for place in window if place < left_count}
    by_place = {place: fresh[place - left_count] for place in window if place >= left_count}
    by_place |= {keys[key]: ticket for key, ticket in _tickets_of(con, rules, at, lines, keys)}
    for begin, end in _runs(is_alike[first : last - 1]):
        window[begin:end] = sorted(window[begin:end], key=lambda place: by_place[place].ticket_id)
    shown = window[offset - first :][:limit]
    return QueuePage(
        rows=[by_place[place] for place in shown],
        total=len(chosen),
        states=Counter(lines.names["state"].counts()),
        late_count=int((lines.due < np.datetime64(at, "us")).sum()),
        units=sorted(lines.names["unit"].counts()),
        kinds=sorted(lines.names["kind"].counts()),
    )


def _chosen(lines: _Lines, choice: Choice, at: dt.datetime) -> Column:
    """`is_chosen` of each line."""
    found: Column = np.ones(len(lines.rank), bool)
    if choice.state in ("", "待办"):
        if choice.due == "":
            found &= lines.is_open
    elif choice.state != "全部":
        found &= lines.names["state"].isin((choice.state,))
    unit = lines.names["unit"]
    if choice.unit:
        found &= unit.isin((choice.unit,)) | ((unit.codes < 0) & (choice.unit == NOBODY))
    for name, wanted in (("kind", choice.kind), ("urgency", choice.urgency)):
        if wanted:
            found &= lines.names[name].isin((wanted,))
    if choice.due == "late":
        found &= lines.due < np.datetime64(at, "us")
    elif choice.due == "today":
        found &= lines.due.astype("M8[D]") == np.datetime64(at.date(), "D")
    elif choice.due == "week":
        found &= (lines.left >= 0) & (lines.left <= SOON)
    elif choice.due == "none":
        found &= np.isnat(lines.due) & lines.is_open
    return found


def _order(lines: _Lines, chosen: Column, sort: str, most: int) -> tuple[Column, Column]:
    """The order of some lines, that of `queue`, within it by what is asked for; and of each but the last,
    whether it and the next one differ in their ids alone. most: how many are asked for; more may come."""
    keys = _weights(lines, chosen, sort)
    if 0 < most < len(chosen):
        # What the weightiest puts behind the last that is asked for is not put in order.
        chosen = chosen[keys[-1] <= np.partition(keys[-1], most - 1)[most - 1]]
        keys = _weights(lines, chosen, sort)
    order: Column = np.lexsort(keys)
    is_alike: Column = np.ones(max(len(order) - 1, 0), bool)
    for key in keys:
        placed = key[order]
        is_alike &= placed[1:] == placed[:-1]
    return chosen[order], is_alike


def _weights(lines: _Lines, chosen: Column, sort: str) -> list[Column]:
    """What some lines are put in order by, the weightier last."""
    opened = lines.opened[chosen]
    last = np.iinfo(np.int64).max  # where no time is known
    keys = [np.where(np.isnat(opened), last, opened.view(np.int64)), lines.rank[chosen]]
    return keys + _keys(lines, chosen, sort) if sort else keys


def _keys(lines: _Lines, chosen: Column, sort: str) -> list[Column]:
    """What some lines are sorted by, the weightier last."""
    name = sort.removeprefix("-")
    if name in lines.names:
        few = lines.names[name][chosen]
        place_of = {each: place for place, each in enumerate(sorted(few.names))}
        table = np.array([*(place_of[each] for each in few.names), -1], np.int64)
        keys, is_none = table[few.codes], few.codes < 0
    elif name == "workdays_left":
        keys = lines.left[chosen]
        is_none = keys == _NONE_LEFT
    else:
        moments = (lines.opened if name == "opened_at" else lines.due)[chosen]
        keys, is_none = moments.view(np.int64), np.isnat(moments)
    return [np.where(is_none, 0, -keys if sort.startswith("-") else keys), is_none]


def _whole(is_alike: Column, first: int, last: int) -> tuple[int, int]:
    """The span from first to last, up to the ends of the runs of like ones in which it begins and ends."""
    while 0 < first <= len(is_alike) and is_alike[first - 1]:
        first -= 1
    while 0 < last <= len(is_alike) and is_alike[last - 1]:
        last += 1
    return first, last


def _runs(is_alike: Column) -> Iterator[tuple[int, int]]:
    """Runs of at least two like ones, as spans."""
    begin = 0
    for place, alike in enumerate([*is_alike.tolist(), False]):
        if not alike:
            if place > begin:
                yield begin, place + 1
            begin = place + 1


def _tickets_of(
    con: Connection, rules: Rules, at: dt.datetime, lines: _Lines, keys: dict[int, int]
) -> Iterator[tuple[int, Ticket]]:
    """Tickets whose clocks run as the rules say, by their numbers. keys: the line of each."""
    if not keys:
        return
    few, opened = len(keys) <= _FEW, lines.opened[list(keys.values())]
    table = ask_arrow(
        con, "ticket_plain", as_of=at, is_whole=True, unit=None, restarts=False, beside=[],
        keys=sorted(keys) if few else None, first=opened.min().item(), last=opened.max().item(),
    )  # fmt: skip
    found, _ = reckon(columns_of(table), rules, at)
    order = np.flatnonzero(np.isin(found["key"], np.array(sorted(keys), np.uint64)))
    yield from zip(found["key"][order].tolist(), made(found, order), strict=True)
