"""Owns many tickets at once: clocks that run as the rules say, reckoned by column. One by one it is done in
analysis/ticket.py, which says what is meant; here is the same, quicker."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.ticket import Rules, Ticket
from analysis.ticket_moves import ENDED, OPEN
from analysis.worktime import UnknownYear

Column = npt.NDArray[Any]
_NOBODY, _BLIND = "尚未确定责任单位", "时限之后论坛未再采集到，是否已答复无法判定"
_NOTES = (None, _NOBODY, _BLIND, f"{_NOBODY}；{_BLIND}")
_NEVER = np.datetime64("NaT", "us")
_MOMENTS = (
    "opened_at", "first_response_due", "first_response_at", "answer_due", "answer_at", "send_back_due",
    "checked_at", "ended_at", "clocks_from", "decided_at",
)  # fmt: skip
_AS_ASKED = (
    "ticket_id", "thread_id", "title", "url", "forum", "board", "kind", "urgency", "unit", "is_unit_decided",
    "state", "first_response_floor", "answer_floor", "sha256", "is_shared_thread", "seen",
)  # fmt: skip


def reckon(columns: dict[str, Column], rules: Rules, at: dt.datetime) -> tuple[dict[str, Column], Column]:
    """Columns of sql/ticket_plain.sql with what `Ticket` says of the clocks, and which rows cannot be told
    so, since a span reaches into a year whose holidays are not known."""
    found = {name: _plain(column) for name, column in columns.items()}
    opened, state = found["opened_at"], found["state"]
    spans = {}
    firsts, answers = np.empty(len(opened), np.int64), np.empty(len(opened), np.int64)
    for place, key in enumerate(zip(found["kind"].tolist(), found["urgency"].tolist(), strict=True)):
        if key not in spans:
            spans[key] = rules.spans(*key)
        firsts[place], answers[place] = spans[key]
    handed = np.where(np.isnat(found["handed_at"]), opened, found["handed_at"])
    workdays = _Workdays.around(opened, rules, at)
    first_due, answer_due = workdays.dues(opened, firsts, rules), workdays.dues(opened, answers, rules)
    odd = np.isnat(first_due) | np.isnat(answer_due)
    moment = np.datetime64(at, "us")
    answered = np.where(found["answer_at"] <= moment, found["answer_at"], _NEVER)
    responded = np.fmin(
        np.where(found["first_response_at"] <= moment, found["first_response_at"], _NEVER), answered
    )
    is_done = np.isin(state, ("已答复", *ENDED))
    due = np.where(is_done, _NEVER, np.where(np.isnat(responded), first_due, answer_due))
    counting = np.where(state == "暂停", _NEVER, due)
    is_left = ~np.isnat(counting)
    until = np.where(is_left, counting, moment).astype("M8[D]").astype(np.int64)
    left, is_left_known = workdays.between(_number(at.date()), until)
    is_counted, ended = state != "无需回复", found["ended_at"]
    checked = found["checked_at"]
    is_blind = (moment > due) & (np.isnat(checked) | (checked < due))
    found |= {
        "clocks_from": opened,
        "first_response_due": first_due,
        "answer_due": answer_due,
        "first_response_at": responded,
        "answer_at": answered,
        "send_back_due": workdays.dues(handed, rules.send_back_days, rules),
        "is_first_response_overdue": is_counted & _late(responded, ended, first_due, moment),
        "is_answer_overdue": is_counted & _late(answered, ended, answer_due, moment),
        "workdays_left": left,
        "is_left": is_left,
        "is_open": np.isin(state, OPEN),
        "note": is_blind * 2 + np.array([unit is None for unit in found["unit"].tolist()], bool),  # in _NOTES
    }
    return found, odd | is_left & ~is_left_known


def places(found: dict[str, Column]) -> Column:
    """The order of `queue` of reckoned rows (`analysis.queue.rank`)."""
    late = found["is_first_response_overdue"] | found["is_answer_overdue"]
    left = found["workdays_left"] + (1 << 20)
    packed = (
        (~found["is_open"]).astype(np.int64) << 40
        | (found["urgency"] != "紧急").astype(np.int64) << 39
        | (~late).astype(np.int64) << 38
        | (~found["is_left"]).astype(np.int64) << 37
        | left.astype(np.int64)
    )
    order: Column = np.lexsort((found["opened_at"], packed))
    packed, opened = packed[order], found["opened_at"][order]
    alike = np.flatnonzero((packed[1:] == packed[:-1]) & (opened[1:] == opened[:-1]))
    for run in np.split(alike, np.flatnonzero(np.diff(alike) > 1) + 1) if len(alike) else []:
        part = slice(run[0], run[-1] + 2)
        order[part] = sorted(order[part], key=lambda place: found["ticket_id"][place])
    return order


def made(found: dict[str, Column], order: Column) -> list[Ticket]:
    """The tickets of reckoned rows in an order."""
    lists: dict[str, Sequence[Any]] = {name: found[name][order].tolist() for name in (*_AS_ASKED, *_MOMENTS)}
    names: dict[str, list[str]] = {}
    for told in found["candidates"][order].tolist():
        names.setdefault(told, told.split("\n") if told else [])
    lists["candidates"] = [names[told].copy() for told in found["candidates"][order].tolist()]
    for name in ("is_first_response_overdue", "is_answer_overdue"):
        lists[name] = found[name][order].tolist()
    lists["workdays_left"] = [
        days if is_left else None
        for days, is_left in zip(
            found["workdays_left"][order].tolist(), found["is_left"][order].tolist(), strict=True
        )
    ]
    lists["note"] = [_NOTES[place] for place in found["note"][order].tolist()]
    fixed = {"round_number": 1, "extension_days": None}
    keys, make, fill = (*lists, *fixed), Ticket.__new__, object.__setattr__
    tickets = []
    # A frozen dataclass sets its fields one by one, which takes four times as long as all the rest.
    for values in zip(*lists.values(), *map(repeat, fixed.values())):  # noqa: B905 - they repeat for ever
        ticket = make(Ticket)
        fill(ticket, "__dict__", dict(zip(keys, values)))  # noqa: B905 - as many
        tickets.append(ticket)
    return tickets


def _plain(column: Column) -> Column:
    """A column as DuckDB gives it, with None and NaT for what is missing."""
    if not np.ma.isMaskedArray(column):
        return column
    if column.dtype.kind == "M":
        return column.filled(np.datetime64("NaT"))
    if column.mask is np.ma.nomask or not column.mask.any():
        return np.asarray(column.data)
    whole = column.data.astype(object)
    whole[column.mask] = None
    return whole


@dataclasses.dataclass(frozen=True)
class _Workdays:
    """The working days of years in a row, of which all are known, as numbers of days since 1970."""

    days: Column
    first: int  # the first day of these years
    last: int

    @classmethod
    def around(cls, starts: Column, rules: Rules, at: dt.datetime) -> _Workdays:
        """From the year of the first moment on, to the last year that is known."""
        years = starts.astype("M8[Y]").astype(np.int64) + 1970
        first = int(min([*years, at.year]))
        last = min(int(max([*years, at.year])) + 2, dt.MAXYEAR)
        known: list[dt.date] = []
        for year in range(first, last + 1):
            try:
                known += rules.calendar.workdays_of(year)
            except UnknownYear:
                if known:
                    last = year - 1
                    break
                first = year + 1
        days = np.array(known, "M8[D]").astype(np.int64)
        if not known:
            return cls(days, _number(dt.date.max) + 2, -1)
        return cls(days, _number(dt.date(first, 1, 1)), _number(dt.date(last, 12, 31)))

    def after(self, days: Column, count: Column | int) -> tuple[Column, Column]:
        """The so-manieth working day after each day (0: itself), and where it is known."""
        place = np.searchsorted(self.days, days, side="right") + count - 1
        is_known = (place < len(self.days)) & (days >= self.first - 1)
        found = self.days[np.where(is_known, place, 0)] if len(self.days) else days
        is_same = np.equal(count, 0)
        return np.where(is_same, days, found), is_known | is_same

    def between(self, start: int, ends: Column) -> tuple[Column, Column]:
        """`Calendar.workdays_between` of one day and many, and where it is known."""
        count = np.searchsorted(self.days, ends, side="right") - np.searchsorted(
            self.days, start, side="right"
        )
        is_known = (np.maximum(ends, start) <= self.last) & (np.minimum(ends, start) + 1 >= self.first)
        return count, is_known | (ends == start)

    def dues(self, starts: Column, count: Column | int, rules: Rules) -> Column:
        """When spans of so many working days end (`Calendar.due`); NaT: in a year that is not known."""
        dates = starts.astype("M8[D]")
        days = dates.astype(np.int64)
        close = rules.calendar.close
        after_close = np.timedelta64(_microseconds(close), "us")
        is_known = np.ones(len(days), bool)
        if rules.calendar.after_hours_is_next_day:
            before = np.searchsorted(self.days, days, side="left")
            is_rest = np.searchsorted(self.days, days, side="right") == before
            next_day, _ = self.after(days, 1)
            is_known = (days >= self.first) & (days <= self.last) & (next_day > days)
            days = np.where(is_rest | (starts - dates > after_close), next_day, days)
        found, is_found = self.after(days, count)
        return np.where(is_known & is_found, found.astype("M8[D]") + after_close, _NEVER)


def _number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _microseconds(time: dt.time) -> int:
    """From midnight."""
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond


def _late(done: Column, ended: Column, due: Column, at: np.datetime64) -> Column:
    """Done or ended after it was due, or neither, and it is due."""
    done = np.where(np.isnat(done), ended, done)
    late: Column = np.where(np.isnat(done), at > due, done > due)
    return late
