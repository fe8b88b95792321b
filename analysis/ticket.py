"""Owns a ticket and its two clocks: deadlines from reply-rules.yaml, decisions and the working calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from analysis.worktime import Calendar, UnknownYear, WorktimeError, load_calendar
from pipeline.city import City, load_mapping
from pipeline.records import ThreadKind

OPEN = ("待研判", "待签收", "办理中", "已初步回应", "退回改派", "延期", "暂停")


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of reply-rules.yaml: a misspelt key is an error, since it would rule nothing."""


Days = Annotated[int, msgspec.Meta(ge=0, le=250)]  # working days; a year has no more


class UrgentSpans(Strict, frozen=True, kw_only=True):
    """Spans of 紧急 posts where they differ."""

    first_response_days: Days | None = None
    answer_days: Days | None = None


class CalendarYear(Strict, frozen=True, kw_only=True):
    """A year that the calendar library does not know yet."""

    holidays: list[dt.date] = []
    workdays: list[dt.date] = []


class RulesFile(Strict, frozen=True, kw_only=True):
    """reply-rules.yaml; the defaults are those of the domain. All spans are working days."""

    business_hours: list[str] | None = None
    after_hours: Literal["same_day", "next_working_day"] = "same_day"
    first_response_days: Days = 1
    answer_days: dict[ThreadKind, Days] = {}
    urgent: UrgentSpans = UrgentSpans()
    extension_max_days: Days = 15
    send_back_days: Days = 1
    transfer_restarts: bool = False
    calendar: dict[int, CalendarYear] = {}


@dataclasses.dataclass(frozen=True)
class Rules:
    """The two clocks, from reply-rules.yaml. All spans are working days."""

    calendar: Calendar
    first_response_days: int
    answer_days: dict[str, int]  # by kind of post
    urgent: UrgentSpans
    extension_max_days: int
    send_back_days: int
    transfer_restarts: bool

    def spans(self, kind: str, urgency: str) -> tuple[int, int]:
        """Working days for the first response and for the answer."""
        first, answer = self.urgent.first_response_days, self.urgent.answer_days
        if urgency != "紧急":
            first = answer = None
        usual = self.answer_days.get(kind, max(self.answer_days.values()))
        return (self.first_response_days if first is None else first, usual if answer is None else answer)


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
    path = city.file("reply-rules.yaml")
    return parse_rules(load_mapping(path) if path is not None else {})


def parse_rules(raw: dict[str, Any]) -> Rules:
    """Rules from the content of reply-rules.yaml; {} gives the defaults. Raises WorktimeError."""
    try:
        file = msgspec.convert(raw, RulesFile)
    except msgspec.ValidationError as error:
        raise WorktimeError(f"reply-rules.yaml：{_told(str(error))}") from error
    return Rules(
        calendar=load_calendar(raw),
        first_response_days=file.first_response_days,
        answer_days={"咨询": 5, "建议": 5, "投诉": 7, "求助": 7} | file.answer_days,
        urgent=file.urgent,
        extension_max_days=file.extension_max_days,
        send_back_days=file.send_back_days,
        transfer_restarts=file.transfer_restarts,
    )


def _told(message: str) -> str:
    """What the library says of a wrong file, in Chinese before its own words."""
    if "unknown field" in message:
        return f"有不认识的名称，请检查拼写（{message}）"
    if "`int`" in message:
        return f"天数应为整数（{message}）"
    return f"内容有误（{message}）"


def ticket_from(row: dict[str, Any], rules: Rules, at: dt.datetime) -> Ticket:
    """A ticket with its two clocks, from a row of sql/ticket.sql."""
    notes: list[str] = []
    first_due = answer_due = None
    start = clock_start(row, rules)
    if start is None:
        notes.append("发帖时间未能识别，无法计算时限")
    else:
        first_days, answer_days = clock_days(row, rules)
        try:
            first_due = due_at(row, rules, start, first_days, at)
            answer_due = due_at(row, rules, start, answer_days, at)
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
    send_back_due, is_sent_back_late = _send_back(row, rules, start)
    if is_sent_back_late:
        notes.append(f"退回改派超过 {rules.send_back_days} 个工作日")
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
        is_first_response_overdue=not closed_by_person and _is_late(responded, first_due, at),
        is_answer_overdue=not closed_by_person and _is_late(answered, answer_due, at),
        workdays_left=left,
        send_back_due=send_back_due,
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


def due_at(row: dict[str, Any], rules: Rules, start: dt.datetime, days: int, at: dt.datetime) -> dt.datetime:
    """When a clock of `days` working days from `start` runs out, seen at a moment. Raises UnknownYear."""
    return rules.calendar.due(start, days, skipped_days(row, rules, start, days, at))


def skipped_days(
    row: dict[str, Any], rules: Rules, start: dt.datetime, days: int, at: dt.datetime
) -> frozenset[dt.date]:
    """Days on which a clock stood still: from the day of a pause up to the day before it went on.

    A pause that came when the clock had run out already moves nothing: late stays late. Raises UnknownYear.
    """
    skipped: frozenset[dt.date] = frozenset()
    for first, last in _pauses(row["pauses"], at):
        if first > rules.calendar.due(start, days, skipped):
            break
        span = (last.date() - first.date()).days
        skipped |= {first.date() + dt.timedelta(days=n) for n in range(span)}
    return skipped


def _pauses(
    entries: list[dict[str, Any]] | None, at: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Pauses with their ends, in order; one that goes on lasts to the end of the day asked about."""
    since: dt.datetime | None = None
    for entry in [*(entries or []), {"kind": "resume", "at": at + dt.timedelta(days=1)}]:
        if entry["kind"] == "pause":
            since = since or entry["at"]
        elif since is not None:
            yield since, entry["at"]
            since = None


def _send_back(
    row: dict[str, Any], rules: Rules, start: dt.datetime | None
) -> tuple[dt.datetime | None, bool]:
    """Until when the unit may send the post back, counted from when it was handed to it, else from the post;
    and whether it did so later."""
    handed = row["handed_at"] or start
    if handed is None:
        return None, False
    try:
        due = rules.calendar.due(handed, rules.send_back_days)
    except UnknownYear:  # the note on the clocks says it
        return None, False
    sent = row["sent_back_at"]
    return due, sent is not None and sent > due


def _until(event: dt.datetime | None, at: dt.datetime) -> dt.datetime | None:
    return event if event is not None and event <= at else None


def _is_late(done: dt.datetime | None, due: dt.datetime | None, at: dt.datetime) -> bool:
    """Late stays late: done after it was due, or not done and due has passed, even if it is paused now."""
    if due is None:
        return False
    return done > due if done is not None else at > due
