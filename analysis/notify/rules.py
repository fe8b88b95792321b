"""Owns notify-rules.yaml: who is told what of the reply queue, when, and how. Addresses: channels.py."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

import msgspec

from analysis.worktime import Calendar
from pipeline.city import City
from pipeline.faults import ToldError
from pipeline.records import ThreadKind

Urgency = Literal["普通", "紧急"]
StageName = Literal["triage", "new", "share", "days_left", "days_late"]
Recipient = Literal["unit", "leader", "desk", "parent"]
How = Literal["now", "digest"]

TIMED: tuple[StageName, ...] = ("share", "days_left", "days_late")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class NotifyError(ToldError, ValueError):
    """Rules, channels or the outbox are wrong; the message says in Chinese what to mend."""


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of notify-rules.yaml: a misspelt key is an error, since it would tell nobody."""


class Stage(Strict, frozen=True, kw_only=True):
    """At which point of a clock whom to tell. `value`: a share of the time, or working days."""

    stage: StageName
    to: Annotated[list[Recipient], msgspec.Meta(min_length=1)]
    how: How
    value: Annotated[float, msgspec.Meta(ge=0, le=250)] | None = None
    kinds: list[ThreadKind] = []
    urgency: list[Urgency] = []
    clocks: list[Literal["初步回应", "正式答复"]] = []
    before_triage: bool = False

    @property
    def id(self) -> str:
        """What tells a stage from others: days_late-3."""
        return self.stage if self.value is None else f"{self.stage}-{self.value:g}"

    def fits(self, kind: str, urgency: str, clock: str | None = None) -> bool:
        """Whether the rule speaks of such a post; an empty list means all."""
        pairs = ((self.kinds, kind), (self.urgency, urgency), (self.clocks, clock))
        return all(not wanted or found in wanted for wanted, found in pairs)


class Alarm(Strict, frozen=True, kw_only=True):
    """What is told of the sources and of exposures. `days`: silent for so many days in a row."""

    to: list[Literal["desk"]] = msgspec.field(default_factory=lambda: ["desk"])
    how: How = "digest"
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 1


class Alarms(Strict, frozen=True, kw_only=True):
    exposure: Alarm | None = None
    silence: Alarm | None = None
    undelivered: Alarm | None = None
    confirm: Alarm | None = None
    rise: Alarm | None = None


Minutes = Annotated[int, msgspec.Meta(ge=1, le=10_080)]


class NotifyRules(Strict, frozen=True, kw_only=True):
    """notify-rules.yaml; the city's file is the only source, there are no rules without it."""

    desk: str
    city_body: str | None = None
    quiet: str | None = None
    rest_days: Literal["hold", "send"] = "hold"
    digest_at: list[str] = msgspec.field(default_factory=lambda: ["08:30"])
    stages: list[Stage] = []
    alarms: Alarms = Alarms()
    retry_minutes: Annotated[list[Minutes], msgspec.Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [2, 10, 30, 120, 360]
    )
    give_up_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 120

    def is_quiet(self, at: dt.datetime) -> bool:
        """Whether nothing goes out at this time of day."""
        if self.quiet is None:
            return False
        start, end = (dt.time.fromisoformat(part) for part in self.quiet.split("-"))
        clock = at.time()
        return start <= clock < end if start <= end else clock >= start or clock < end

    def is_held(self, at: dt.datetime, calendar: Calendar) -> bool:
        """Whether what is not 紧急 waits at this moment: quiet hours, and rest days where they hold."""
        return self.is_quiet(at) or (self.rest_days == "hold" and not calendar.is_likely_workday(at.date()))

    def digest_times(self) -> list[dt.time]:
        return sorted(dt.time.fromisoformat(text) for text in self.digest_at)

    def retry_after(self, failed_count: int) -> dt.timedelta:
        """How long to wait after so many failures (1: the first)."""
        return dt.timedelta(minutes=self.retry_minutes[min(failed_count, len(self.retry_minutes)) - 1])


def load_notify_rules(city: City) -> NotifyRules:
    """The city's rules.

    Raises:
        NotifyError: there are none, or they are wrong.
        CityError: the file is no YAML.
    """
    if city.content("notify-rules.yaml") is None:
        raise NotifyError(
            f"{city.folder} 没有 notify-rules.yaml，不知道该通知谁：请管理员从默认城市复制一份，放进去"
        )
    return parse_notify_rules(city.mapping("notify-rules.yaml"), city)


def parse_notify_rules(raw: dict[str, Any], city: City) -> NotifyRules:
    """Rules from the content of notify-rules.yaml. Raises NotifyError."""
    try:
        rules = msgspec.convert(raw, NotifyRules)
    except msgspec.ValidationError as error:
        raise NotifyError(f"notify-rules.yaml：内容有误，请检查名称拼写和取值（{error}）") from error
    for name in (rules.desk, rules.city_body):
        if name is not None and name not in city.unit_by_short:
            raise NotifyError(f"notify-rules.yaml：单位“{name}”不在 units.csv")
    if rules.quiet is not None and not _SPAN.fullmatch(rules.quiet):
        raise NotifyError(f"notify-rules.yaml：quiet 应写成 20:00-07:30，而不是 {rules.quiet!r}")
    try:
        rules.digest_times()
    except ValueError as error:
        raise NotifyError(f"notify-rules.yaml：digest_at 应写成 08:30（{error}）") from error
    for stage in rules.stages:
        if (stage.stage in TIMED) != (stage.value is not None):
            said = "要写" if stage.stage in TIMED else "不要写"
            raise NotifyError(f"notify-rules.yaml：阶段 {stage.stage} {said} value")
        if stage.stage == "share" and not 0 < (stage.value or 0) < 1:
            raise NotifyError(f"notify-rules.yaml：share 的 value 应在 0 与 1 之间，而不是 {stage.value:g}")
        if stage.stage.startswith("days") and stage.value != int(stage.value or 0):
            raise NotifyError(f"notify-rules.yaml：{stage.stage} 的 value 应为整数个工作日")
    return rules
