"""Owns when a clock reaches a stage: a share of its time gone, so many working days left or late; and why."""

from __future__ import annotations

import dataclasses
import datetime as dt

from analysis.notify.rules import Stage
from analysis.worktime import Calendar


@dataclasses.dataclass(frozen=True)
class Clock:
    """One of a ticket's two clocks as it runs: its counted working days in order, and when it runs out.

    Attributes:
        name: 初步回应 or 正式答复.
        days: the working days that count; those on which the clock stood still are not among them.
    """

    name: str
    start: dt.datetime
    days: tuple[dt.date, ...]
    due: dt.datetime


def reached_at(clock: Clock, stage: Stage, calendar: Calendar) -> dt.datetime | None:
    """When a clock reaches a stage; None: never, such as one working day left of a span of one.

    Raises:
        UnknownYear: working days after the deadline reach into a year whose holidays are not known.
    """
    value = stage.value or 0
    if stage.stage == "share":
        return _share_at(clock, value, calendar) if clock.days else None
    if stage.stage == "days_left":
        position = len(clock.days) - 1 - int(value)
        if position < 0:
            return None
        return dt.datetime.combine(clock.days[position], calendar.hours[0][0])
    if stage.stage == "days_late":
        if not value:
            return clock.due
        day = clock.due.date()
        for _ in range(int(value)):
            day = calendar.next_workday(day)
        return dt.datetime.combine(day, calendar.hours[0][0])
    return None


def why_reached(clock: Clock, stage: Stage, at: dt.datetime) -> str:
    """Why a clock is at a stage, in Chinese, for whoever asks why this push came now."""
    count, value = len(clock.days), stage.value or 0
    span = f"{clock.name}时限 {count} 个工作日，{clock.due:%Y-%m-%d %H:%M} 到期"
    if stage.stage == "share":
        return f"{span}；按工作时间计，{at:%m-%d %H:%M} 已过 {value:.0%}"
    if stage.stage == "days_left":
        left = f"还剩 {value:g} 个工作日" if value else "今天是最后一个工作日"
        return f"{span}；{at:%m-%d} 起{left}"
    if not value:
        return f"{span}，已到期而未见{clock.name}"
    return f"{span}，计到 {at:%m-%d}"


def stage_label(stage: Stage) -> str:
    """The heading of a stage in a message."""
    value = stage.value or 0
    if stage.stage == "triage":
        return "待研判"
    if stage.stage == "new":
        return "新转办"
    if stage.stage == "share":
        return "时间过半" if value == 0.5 else f"时间已过 {value:.0%}"
    if stage.stage == "days_left":
        return f"剩 {value:g} 个工作日" if value else "今天到期"
    return f"超时满 {value:g} 个工作日" if value else "已超时"


def _share_at(clock: Clock, share: float, calendar: Calendar) -> dt.datetime:
    """The moment at which a share of the business hours of the counted days has gone."""
    spans = [
        (dt.datetime.combine(day, start), dt.datetime.combine(day, end))
        for day in clock.days
        for start, end in calendar.hours
    ]
    left = share * sum((end - start).total_seconds() for start, end in spans)
    for start, end in spans:
        length = (end - start).total_seconds()
        if left <= length:
            return start + dt.timedelta(seconds=round(left))
        left -= length
    return clock.due
