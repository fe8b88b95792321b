"""Owns the posts on which a verdict stands: of each unit, which were answered in time and which came late."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

import numpy as np

from analysis.names_column import Names
from analysis.ticket import Rules, Ticket, ticket_from
from analysis.ticket_lists import classed_columns, clocks_of, columns_of, placed, ranks_of
from analysis.ticket_rows import rows_unlike, threads_beside
from analysis.warehouse import Connection, ask_arrow, moment
from analysis.workday_columns import Column

_UNASKED = "无需回复"
PostTally = dict[str | None, "Posts"]  # by unit; None: nobody knows yet whose they are


@dataclasses.dataclass
class Posts:
    """The tickets of one unit, in the order of the queue.

    Attributes:
        in_time, late: ids of those that are not late, and of those that are or may be.
        blind: of the late ones, how many may have been answered in time: open in a forum that was not looked
            at since they were due, or answered nobody knows when.
        unseen: of these, which forum was not looked at since when or did not tell it, in Chinese.
    """

    in_time: list[str] = dataclasses.field(default_factory=list)
    late: list[str] = dataclasses.field(default_factory=list)
    blind: int = 0
    unseen: set[str] = dataclasses.field(default_factory=set)

    def joined(self, other: Posts) -> Posts:
        """These and the others behind them."""
        return Posts(
            [*self.in_time, *other.in_time], [*self.late, *other.late],
            self.blind + other.blind, self.unseen | other.unseen,
        )  # fmt: skip


def tally_of(tickets: Iterable[Ticket], first: dt.date, last: dt.date) -> PostTally:
    """Of tickets that one has, in the order of the queue: those opened on these days or nobody knows when,
    but for those that need no answer (docs/ticket-states.md)."""
    found: PostTally = {}
    for ticket in tickets:
        if ticket.opened_at is not None and not first <= ticket.opened_at.date() <= last:
            continue
        if ticket.state == _UNASKED:
            continue
        own = found.setdefault(ticket.unit, Posts())
        if not ticket.was_late and not ticket.is_unsure:
            own.in_time.append(ticket.ticket_id)
            continue
        own.late.append(ticket.ticket_id)
        if _is_blind(ticket):
            own.blind += 1
            own.unseen.add(_unseen(ticket.forum, ticket.checked_at, ticket.is_unsure))
    return found


def _is_blind(ticket: Ticket) -> bool:
    """Whether a late ticket may have been answered in time, where nobody looked."""
    if ticket.is_unsure:
        return True
    due = ticket.first_response_due if ticket.first_response_at is None else ticket.answer_due
    return ticket.is_open and (ticket.checked_at is None or (due is not None and ticket.checked_at < due))


def _unseen(forum: str | None, checked_at: dt.datetime | None, is_unsure: bool) -> str:
    if is_unsure:
        return f"{forum} 官方回帖的时间未能识别"
    return f"{forum} {checked_at or ''} 之后未采集"


def tally(
    con: Connection, rules: Rules, as_of: dt.date | dt.datetime, first: dt.date, last: dt.date
) -> PostTally:
    """`tally_of` of all tickets by what is known now, told of columns."""
    at = moment(as_of)
    assert at is not None
    begin, end = dt.datetime.combine(first, dt.time()), dt.datetime.combine(last, dt.time.max)
    beside, restarts = threads_beside(con), rules.transfer_restarts
    table = ask_arrow(
        con, "ticket_season", as_of=at, first=begin, last=end, restarts=restarts, beside=beside
    )  # fmt: skip
    columns = classed_columns(con, columns_of(table))
    clocks, _ = clocks_of(columns, rules, at)
    rows = rows_unlike(con, at, beside, restarts, columns["key"][clocks.is_odd].tolist())
    fresh = [
        ticket_from(row, rules, at)
        for row in rows
        if (row["opened_at"] is None or begin <= row["opened_at"] <= end) and row["state"] != _UNASKED
    ]
    late, checked = clocks.was_late, columns["checked_at"]
    blind = late & clocks.is_open & (np.isnat(checked) | (checked < clocks.due))
    rank = clocks.ranks(columns["urgency"])
    plain = ~clocks.is_odd & ~columns["state"].isin((_UNASKED,))
    return _grouped(
        _Season(
            rank[plain], columns["opened_at"][plain], columns["ticket_id"][plain], columns["unit"][plain],
            late[plain], blind[plain], columns["forum"][plain], checked[plain], np.zeros(plain.sum(), bool),
        ),
        _season_of(fresh),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Season:
    """What a tally hangs on, by column: tickets of the season in any order."""

    rank: Column
    opened: Column
    ids: Column
    unit: Names
    late: Column
    blind: Column
    forum: Names
    checked: Column
    unsure: Column


def _season_of(tickets: list[Ticket]) -> _Season:
    return _Season(
        rank=ranks_of(tickets),
        opened=np.array([ticket.opened_at for ticket in tickets], "M8[us]"),
        ids=np.array([ticket.ticket_id for ticket in tickets], object),
        unit=Names.of([ticket.unit for ticket in tickets]),
        late=np.array([ticket.was_late or ticket.is_unsure for ticket in tickets], bool),
        blind=np.array(
            [(ticket.was_late or ticket.is_unsure) and _is_blind(ticket) for ticket in tickets], bool
        ),
        forum=Names.of([ticket.forum for ticket in tickets]),
        checked=np.array([ticket.checked_at for ticket in tickets], "M8[us]"),
        unsure=np.array([ticket.is_unsure for ticket in tickets], bool),
    )


def _grouped(*parts: _Season) -> PostTally:
    def whole(name: str) -> Column:
        return np.concatenate([getattr(part, name) for part in parts])

    ids, late, blind = whole("ids"), whole("late"), whole("blind")
    unit, forum, checked, unsure = parts[0].unit, parts[0].forum, whole("checked"), whole("unsure")
    for part in parts[1:]:
        unit, forum = unit.joined(part.unit), forum.joined(part.forum)
    order = placed(whole("rank"), whole("opened"), lambda place: str(ids[place]))
    codes = unit.codes[order]
    order = order[np.argsort(codes, kind="stable")]
    ends = np.cumsum(np.bincount(codes + 1, minlength=len(unit.names) + 1)).tolist()
    found: PostTally = {}
    for name, begin, end in zip([None, *unit.names], [0, *ends], ends, strict=False):
        own = order[begin:end]
        if len(own):
            unseen = own[blind[own]]
            found[name] = Posts(
                ids[own[~late[own]]].tolist(),
                ids[own[late[own]]].tolist(),
                len(unseen),
                {
                    _unseen(*each)
                    for each in set(
                        zip(*(column[unseen].tolist() for column in (forum, checked, unsure)), strict=True)
                    )
                },
            )
    return found
