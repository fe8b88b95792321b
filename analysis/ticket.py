"""Owns a ticket and its two clocks: deadlines from reply-rules.yaml, decisions and the working calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from analysis.worktime import Calendar, UnknownYear, load_calendar
from pipeline.city import City

OPEN = ("待研判", "待签收", "办理中", "已初步回应", "退回改派", "延期", "暂停")


@dataclasses.dataclass(frozen=True)
class Rules:
    """The two clocks, from reply-rules.yaml. All spans are working days."""

    calendar: Calendar
    first_response_days: int
    answer_days: dict[str, int]  # by kind of post
    urgent: dict[str, int]  # first_response_days, answer_days of 紧急 posts where they differ
    extension_max_days: int
    send_back_days: int
    transfer_restarts: bool

    def spans(self, kind: str, urgency: str) -> tuple[int, int]:
        """Working days for the first response and for the answer."""
        urgent = self.urgent if urgency == "紧急" else {}
        return (
            urgent.get("first_response_days", self.first_response_days),
            urgent.get("answer_days", self.answer_days.get(kind, max(self.answer_days.values()))),
        )


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
    checked_at: dt.datetime | None  # when the forum was last looked at
    sha256: str | None
    note: str | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def load_rules(city: City) -> Rules:
    """The city's reply rules, with the defaults of the domain where it says nothing.

    Raises:
        WorktimeError, CityError: the file is wrong.
    """
    return parse_rules(city.data("reply-rules.yaml") or {})


def parse_rules(raw: dict[str, Any]) -> Rules:
    """Rules from the content of reply-rules.yaml; {} gives the defaults. Raises WorktimeError."""
    return Rules(
        calendar=load_calendar(raw),
        first_response_days=int(raw.get("first_response_days", 1)),
        answer_days={"咨询": 5, "建议": 5, "投诉": 7, "求助": 7} | (raw.get("answer_days") or {}),
        urgent=raw.get("urgent") or {},
        extension_max_days=int(raw.get("extension_max_days", 15)),
        send_back_days=int(raw.get("send_back_days", 1)),
        transfer_restarts=bool(raw.get("transfer_restarts", False)),
    )


def ticket_from(row: dict[str, Any], rules: Rules, at: dt.datetime) -> Ticket:
    """A ticket with its two clocks, from a row of sql/ticket.sql."""
    notes: list[str] = []
    first_due = answer_due = None
    start = clock_start(row, rules)
    if start is None:
        notes.append("发帖时间未能识别，无法计算时限")
    else:
        first_days, answer_days = clock_days(row, rules)
        skipped = paused_days(row["pauses"], at)
        try:
            first_due = rules.calendar.due(start, first_days, skipped)
            answer_due = rules.calendar.due(start, answer_days, skipped)
        except UnknownYear as error:
            notes.append(str(error))
    answered, responded = _until(row["answer_at"], at), _until(row["first_response_at"], at)
    # An answer with no earlier response stops both clocks.
    responded = min((m for m in (responded, answered) if m is not None), default=None)
    is_paused = row["state"] == "暂停"
    is_done = row["state"] in ("已答复", "已办结", "无需回复")
    next_due = None if is_done else (first_due if responded is None else answer_due)
    left = None
    if next_due is not None and not is_paused:
        try:
            left = rules.calendar.workdays_between(at.date(), next_due.date())
        except UnknownYear as error:
            notes.append(str(error))
    closed_by_person = is_done and answered is None
    if row["unit"] is None:
        notes.append("尚未确定责任单位")
    if row["extension_days"] is not None:
        notes.append(f"已延期：{row['extension_why'] or '未写理由'}")
    if next_due is not None and at > next_due and (row["checked_at"] is None or row["checked_at"] < next_due):
        notes.append("时限之后论坛未再采集到，是否已答复无法判定")
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
        first_response_due=first_due,
        first_response_at=responded,
        first_response_floor=row["first_response_floor"],
        answer_due=answer_due,
        answer_at=answered,
        answer_floor=row["answer_floor"],
        is_first_response_overdue=not closed_by_person and _is_late(responded, first_due, at, is_paused),
        is_answer_overdue=not closed_by_person and _is_late(answered, answer_due, at, is_paused),
        workdays_left=left,
        checked_at=row["checked_at"],
        sha256=row["sha256"],
        note="；".join(notes) or None,
    )


def clock_start(row: dict[str, Any], rules: Rules) -> dt.datetime | None:
    """When the clocks started: the opening post, or the transfer where the rules restart them."""
    if rules.transfer_restarts and row["transferred_at"] is not None:
        restarted: dt.datetime = row["transferred_at"]
        return restarted
    opened: dt.datetime | None = row["opened_at"]
    return opened


def clock_days(row: dict[str, Any], rules: Rules) -> tuple[int, int]:
    """Working days of both clocks; an extension replaces the second, up to its limit."""
    first, answer = rules.spans(row["kind"], row["urgency"])
    if row["extension_days"] is not None:
        answer = max(answer, min(int(row["extension_days"]), rules.extension_max_days))
    return first, answer


def paused_days(pauses: list[dict[str, Any]] | None, at: dt.datetime) -> frozenset[dt.date]:
    """Days on which the clock stood still: from the day of a pause up to the day before it went on."""
    days: set[dt.date] = set()
    since: dt.date | None = None
    for entry in [*(pauses or []), {"kind": "resume", "at": at + dt.timedelta(days=1)}]:
        day = entry["at"].date()
        if entry["kind"] == "pause":
            since = since or day
        elif since is not None:
            days |= {since + dt.timedelta(days=n) for n in range((day - since).days)}
            since = None
    return frozenset(days)


def _until(event: dt.datetime | None, at: dt.datetime) -> dt.datetime | None:
    return event if event is not None and event <= at else None


def _is_late(done: dt.datetime | None, due: dt.datetime | None, at: dt.datetime, is_paused: bool) -> bool:
    """Late stays late: done after it was due, or not done and due has passed."""
    if due is None:
        return False
    return done > due if done is not None else at > due and not is_paused
