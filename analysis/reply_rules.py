"""Owns the city's reply rules: spans of the two clocks, extensions, sending back, business hours."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any, Literal

import msgspec

from analysis.worktime import Calendar, UnknownYear, WorktimeError, load_calendar
from pipeline.city import City
from pipeline.records import ThreadKind


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of reply-rules.yaml: a misspelt key is an error, since it would rule nothing."""


Days = Annotated[int, msgspec.Meta(ge=0, le=250)]  # working days; a year has no more

# Until a post is answered, by its kind, where the city says nothing else.
ANSWER_DAYS: dict[str, int] = {"咨询": 5, "建议": 5, "投诉": 7, "求助": 7}


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
    min_cases: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
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
    min_cases: int = 5  # below so many cases no rate and no median is given

    def spans(self, kind: str, urgency: str) -> tuple[int, int]:
        """Working days for the first response and for the answer."""
        first, answer = self.urgent.first_response_days, self.urgent.answer_days
        if urgency != "紧急":
            first = answer = None
        usual = self.answer_days.get(kind, max(self.answer_days.values()))
        return (self.first_response_days if first is None else first, usual if answer is None else answer)

    def overdue_day(self, at: dt.datetime) -> dt.date:
        """The last day of which a post can be late with its first response at a moment; in a year whose
        holidays are not known the moment's own day."""
        urgent = self.urgent.first_response_days
        days = self.first_response_days if urgent is None else min(urgent, self.first_response_days)
        day = at.date()
        try:
            while self.calendar.due(dt.datetime.combine(day, dt.time()), days) >= at:
                day -= dt.timedelta(days=1)
        except UnknownYear:
            return at.date()
        return day


def load_rules(city: City) -> Rules:
    """The city's reply rules, with the defaults of the domain where it says nothing.

    Raises:
        WorktimeError, CityError: the file is wrong.
    """
    return parse_rules(city.mapping("reply-rules.yaml"))


def parse_rules(raw: dict[str, Any]) -> Rules:
    """Rules from the content of reply-rules.yaml; {} gives the defaults. Raises WorktimeError."""
    try:
        file = msgspec.convert(raw, RulesFile)
    except msgspec.ValidationError as error:
        raise WorktimeError(f"reply-rules.yaml：{_told(str(error))}") from error
    return Rules(
        calendar=load_calendar(raw),
        first_response_days=file.first_response_days,
        answer_days=ANSWER_DAYS | file.answer_days,
        urgent=file.urgent,
        extension_max_days=file.extension_max_days,
        send_back_days=file.send_back_days,
        transfer_restarts=file.transfer_restarts,
        min_cases=file.min_cases,
    )


def _told(message: str) -> str:
    """What the library says of a wrong file, in Chinese before its own words."""
    if "unknown field" in message:
        return f"有不认识的名称，请检查拼写（{message}）"
    if "`int`" in message:
        return f"天数应为整数（{message}）"
    return f"内容有误（{message}）"
