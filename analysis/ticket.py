"""Owns a ticket: one post that one unit must answer, with its two clocks, as it stood at a moment."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection
from functools import cached_property
from typing import Any

from analysis.reply_rules import Rules, load_rules, parse_rules
from analysis.ticket_clocks import NO_CLOCKS, Span, earliest, is_in_time, run_clocks, send_back, spans_of
from analysis.ticket_moves import OPEN
from analysis.worktime import UnknownYear

__all__ = ["OPEN", "Rules", "Ticket", "load_rules", "parse_rules", "ticket_from"]


@dataclasses.dataclass(frozen=True)
class Ticket:
    """One post that one unit must answer, as it stood. Overdue flags stay set once something came late."""

    ticket_id: str
    thread_id: str
    title: str
    url: str
    forum: str
    board: str | None
    kind: str
    urgency: str
    unit: str | None  # None: nobody knows yet whose it is
    candidates: list[str]
    is_unit_decided: bool
    state: str
    opened_at: dt.datetime | None
    first_response_due: dt.datetime | None
    first_response_at: dt.datetime | None
    first_response_floor: int | None
    answer_due: dt.datetime | None
    answer_at: dt.datetime | None
    answer_floor: int | None
    is_first_response_overdue: bool
    is_answer_overdue: bool
    workdays_left: int | None  # to the next open deadline; 0: today, negative: so many days late
    send_back_due: dt.datetime | None  # until when the unit may send the post back (退回改派)
    # When the forum was last looked at; the thread, if it cannot be read since.
    checked_at: dt.datetime | None
    sha256: str | None
    note: str | None
    clocks_from: dt.datetime | None = None  # when the clocks of the present round started
    round_number: int = 1  # 2 and more: reopened, e.g. after 二次反映
    round_at: dt.datetime | None = None  # when the present round began; None: it is the first
    is_shared_thread: bool = False  # other units have tickets of the same thread
    extension_days: int | None = None  # working days of the answer clock where it was extended
    ended_at: dt.datetime | None = None  # when a person closed it, or the floor on which that rests was said
    seen: str = "/"  # ids of the newest decisions on the ticket and its thread: an act says what it saw
    decided_at: dt.datetime | None = None  # when the newest decision on the ticket was taken
    # Floors that stop a clock at the latest that they can have been said.
    undated_floors: tuple[int, ...] = ()

    @cached_property  # lists of tens of thousands ask it again and again
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def was_late(self) -> bool:
        """Whether one of its clocks was ever late."""
        return self.is_first_response_overdue or self.is_answer_overdue

    @property
    def is_unsure(self) -> bool:
        """Whether nobody can tell if it was late: it was seen late what cannot be read when it was said."""
        ends = (
            (self.first_response_floor, self.first_response_at, self.first_response_due),
            (self.answer_floor, self.answer_at, self.answer_due),
        )
        return not self.was_late and any(
            floor in self.undated_floors and done is not None and due is not None
            and not is_in_time(done, self.ended_at, due)
            for floor, done, due in ends
        )  # fmt: skip


def ticket_from(row: dict[str, Any], rules: Rules, at: dt.datetime) -> Ticket:
    """A ticket with its two clocks, from a row of sql/ticket.sql."""
    notes: list[str] = []
    clocks, late_before = NO_CLOCKS, (False, False)
    *past, span = spans_of(row, rules)
    start = span.start
    if start is None:
        notes.append("发帖时间未能识别，无法计算时限")
    else:
        clocks = run_clocks(row, rules, at, span)
        late_before = _past_lateness(row, rules, past)
        if clocks.unknown is not None:
            notes.append(str(clocks.unknown))
    first_due, answer_due = clocks.first_due, clocks.answer_due
    answered, responded = _until(row["answer_at"], at), _until(row["first_response_at"], at)
    # An answer with no earlier response stops both clocks.
    responded = earliest(responded, answered)
    is_done = row["state"] in ("已答复", "已办结", "无需回复")
    next_due = None if is_done else (first_due if responded is None else answer_due)
    left = None
    if next_due is not None and row["state"] != "暂停":
        try:
            left = rules.calendar.workdays_between(at.date(), next_due.date())
        except UnknownYear as error:
            notes.append(str(error))
    send_back_due, is_sent_back_late = send_back(row, rules)
    if is_sent_back_late:
        notes.append(f"退回改派超过 {rules.send_back_days} 个工作日")
    if row["unit"] is None:
        notes.append("尚未确定责任单位")
    if clocks.extended_why is not None:
        notes.append(f"已延期：{clocks.extended_why or '未写理由'}")
    if clocks.too_late_why is not None:
        notes.append(f"时限过后才批的延期不改时限：{clocks.too_late_why or '未写理由'}")
    if row["round_count"] and start is not None:
        notes.append(f"二次办理，第 {row['round_count'] + 1} 轮自 {start:%Y-%m-%d %H:%M} 起算")
    if next_due is not None and at > next_due and (row["checked_at"] is None or row["checked_at"] < next_due):
        notes.append("时限之后论坛未再采集到，是否已答复无法判定")
    is_counted = row["state"] != "无需回复"
    ended = row["ended_at"]
    undated = tuple(row["undated_floors"] or ())
    first_late, answer_late = (
        is_counted
        and (before or (_is_late(earliest(done, ended), due, at) and not (done and floor in undated)))
        for done, due, before, floor in (
            (responded, first_due, late_before[0], row["first_response_floor"]),
            (answered, answer_due, late_before[1], row["answer_floor"]),
        )
    )
    for floor in undated:
        in_time = [
            is_in_time(done, ended, due)
            for stop, done, due in (
                (row["first_response_floor"], responded, first_due),
                (row["answer_floor"], answered, answer_due),
            )
            if stop == floor
        ]
        notes.append(f"{floor} 楼的发表时间未能识别，按最迟之时记，{undated_words(in_time)}")
    return Ticket(
        ticket_id=row["ticket_id"],
        thread_id=row["thread_id"],
        title=row["title"],
        url=row["url"],
        forum=row["forum"],
        board=row["board"],
        kind=row["kind"],
        urgency=row["urgency"],
        unit=row["unit"],
        candidates=list(row["candidates"] or []),
        is_unit_decided=bool(row["is_unit_decided"]),
        state=row["state"],
        opened_at=row["opened_at"],
        clocks_from=clocks.start,
        round_number=row["round_count"] + 1,
        round_at=row["round_at"],
        is_shared_thread=row["is_shared_thread"],
        first_response_due=first_due,
        first_response_at=responded,
        first_response_floor=row["first_response_floor"],
        answer_due=answer_due,
        answer_at=answered,
        answer_floor=row["answer_floor"],
        is_first_response_overdue=first_late,
        is_answer_overdue=answer_late,
        workdays_left=left,
        extension_days=clocks.answer_days if clocks.extended_why is not None else None,
        send_back_due=send_back_due,
        checked_at=row["checked_at"],
        sha256=row["sha256"],
        ended_at=row["ended_at"],
        seen=row["seen"],
        decided_at=row["decided_at"],
        undated_floors=undated,
        note="；".join(notes) or None,
    )


def undated_words(in_time: Collection[bool]) -> str:
    """What is known of clocks, in their order, that a floor stopped whose latest time alone is known."""
    if len(set(in_time)) < 2:
        return "按时" if all(in_time) else "是否按时无法判定"
    return "，".join(
        f"{name}{'按时' if is_in_time else '是否按时无法判定'}"
        for name, is_in_time in zip(("初步回应", "正式答复"), in_time, strict=True)
    )


def _until(event: dt.datetime | None, at: dt.datetime) -> dt.datetime | None:
    return event if event is not None and event <= at else None


def _is_late(done: dt.datetime | None, due: dt.datetime | None, at: dt.datetime) -> bool:
    """Late stays late: done after it was due, or not done and due has passed, even if it is paused now."""
    if due is None:
        return False
    return done > due if done is not None else at > due


def _past_lateness(row: dict[str, Any], rules: Rules, past: list[Span]) -> tuple[bool, bool]:
    """Whether an earlier span of the ticket's clocks was late in its response, in its answer."""
    late = [False, False]
    for span in past:
        until = span.until
        assert until is not None
        clocks = run_clocks(row, rules, until, span)
        for which, (done, due) in enumerate(
            zip(span.stops, (clocks.first_due, clocks.answer_due), strict=True)
        ):
            late[which] |= _is_late(_until(done, until), due, until)
    return late[0], late[1]
