"""Owns why a deadline of a ticket is so: the days that its clocks count, and how they stand, in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from analysis.queue import CLOCKS, named_row
from analysis.ticket import Rules, Ticket, ticket_from, undated_words
from analysis.ticket_clocks import earliest, is_in_time, run_clocks
from analysis.warehouse import Connection, moment
from analysis.worktime import DayNote, UnknownYear


@dataclasses.dataclass(frozen=True)
class ClockDay:
    """One day of one of a ticket's clocks."""

    clock: str  # 初步回应 or 正式答复
    day: dt.date
    is_counted: bool
    number: int | None
    why: str


EXPLAIN_COLUMNS = ("clock", "day", "is_counted", "number", "why")


def explain(
    con: Connection,
    rules: Rules,
    ticket: str,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> tuple[Ticket, list[ClockDay]]:
    """Each day of both clocks of a ticket, counted or not, and why.

    Args:
        ticket: its id, the beginning of it, or the thread's address.

    Raises:
        TicketError: none or several fit.
        UnknownYear: both spans reach into a year whose holidays are not known; of one of them no day is told.
    """
    row, at = named_row(con, ticket, as_of, known_by)
    return ticket_from(row, rules, at), days_of(row, rules, at)


def days_of(row: dict[str, Any], rules: Rules, at: dt.datetime) -> list[ClockDay]:
    """The same from a row of sql/ticket.sql that one has. Raises UnknownYear."""
    clocks = run_clocks(row, rules, at)
    days: list[ClockDay] = []
    if clocks.start is not None:
        if clocks.unknown is not None and clocks.first_due is None and clocks.answer_due is None:
            raise clocks.unknown
        spans = (
            (clocks.first_days, clocks.first_skipped, clocks.first_due),
            (clocks.answer_days, clocks.answer_skipped, clocks.answer_due),
        )
        for clock, (span, skipped, due) in zip(CLOCKS, spans, strict=True):
            if due is None:
                continue
            days += [_clock_day(clock, note) for note in rules.calendar.explain(clocks.start, span, skipped)]
    return days


def clock_lines(ticket: Ticket, rules: Rules, as_of: dt.date | dt.datetime) -> list[str]:
    """A sentence in Chinese for each clock: by when, done when and where, how late or how long yet."""
    at = moment(as_of)
    assert at is not None
    ends = (
        (ticket.first_response_due, ticket.first_response_at, ticket.first_response_floor),
        (ticket.answer_due, ticket.answer_at, ticket.answer_floor),
    )
    return [
        f"{clock}：{_deadline(due)}，{_outcome(ticket, due, done, floor, rules, at)}"
        for clock, (due, done, floor) in zip(CLOCKS, ends, strict=True)
    ]


def _deadline(due: dt.datetime | None) -> str:
    return f"时限 {due:%Y-%m-%d %H:%M}" if due is not None else "时限无法计算"


def _outcome(
    ticket: Ticket,
    due: dt.datetime | None,
    done: dt.datetime | None,
    floor: int | None,
    rules: Rules,
    at: dt.datetime,
) -> str:
    if done is not None and floor in ticket.undated_floors:
        stop = earliest(done, ticket.ended_at) or done
        told = undated_words([is_in_time(done, ticket.ended_at, due)])
        closed = f"{stop:%Y-%m-%d %H:%M} 办结，" if stop < done else ""
        return f"至迟 {done:%Y-%m-%d %H:%M} 已答（{floor} 楼，发表时间未能识别），{closed}{told}"
    if done is not None:
        where = f"（{floor} 楼）" if floor is not None else ""
        said = f"{done:%Y-%m-%d %H:%M} 已答{where}"
        if due is None:
            return said
        if ticket.ended_at is not None and ticket.ended_at < done:
            return f"{said}，在办结（{ticket.ended_at:%Y-%m-%d %H:%M}）之后"
        return f"{said}，按时" if done <= due else f"{said}，晚 {_distance(due, done, rules)}"
    if not ticket.is_open:
        return f"论坛上未见，状态为{ticket.state}"
    if due is None or ticket.state == "暂停":
        return "尚未答" + ("，时钟暂停" if ticket.state == "暂停" else "")
    if at <= due:
        return f"尚未答，还剩 {_distance(at, due, rules)}"
    return f"尚未答，已超时 {_distance(due, at, rules)}"


def _distance(start: dt.datetime, end: dt.datetime, rules: Rules) -> str:
    """From one moment to a later one: in working days, or in hours where no working day lies between."""
    try:
        count = rules.calendar.workdays_between(start.date(), end.date())
    except UnknownYear:
        return f"{(end - start).days} 天（不知当年的节假日，按自然日计）"
    hours = max(1, round((end - start).total_seconds() / 3600))
    return f"{count} 个工作日" if count else f"{hours} 小时"


def _clock_day(clock: str, note: DayNote) -> ClockDay:
    return ClockDay(clock, note.day, note.is_counted, note.number, note.why)
