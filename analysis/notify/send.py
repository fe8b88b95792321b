"""Owns sending what the outbox holds: attempt recorded, channel asked, outcome recorded, part by part."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from analysis.notify.channels import Channel
from analysis.notify.delivery import Answer
from analysis.notify.outbox import (
    Attempt,
    Delivered,
    Failed,
    Part,
    append_entry,
    load_outbox,
    outbox_lock,
)
from analysis.notify.rules import NotifyRules
from analysis.worktime import Calendar

# After so many failures in a row a channel is left alone until its parts are due again.
DOWN_AFTER = 2


class Deliver(Protocol):
    def __call__(self, channel: Channel, title: str, text: str, part: str) -> Answer: ...


@dataclasses.dataclass
class SendReport:
    """What a run of sending came to, in parts."""

    delivered: list[Part] = dataclasses.field(default_factory=list)
    failed: list[tuple[Part, Answer]] = dataclasses.field(default_factory=list)
    again_count: int = 0  # attempts of parts whose earlier attempt was cut off: these may have arrived twice
    later_count: int = 0  # left for a later run: quiet hours, a rest day, or their channel is down


def send_waiting(
    folder: Path,
    channels: Sequence[Channel],
    rules: NotifyRules,
    calendar: Calendar,
    clock: Callable[[], dt.datetime],
    deliver: Deliver,
) -> SendReport:
    """Send all parts that are due. A second sender waits for the first and then finds nothing left.

    Raises:
        NotifyError: the outbox is damaged.
    """
    by_name = {channel.name: channel for channel in channels}
    report = SendReport()
    with outbox_lock(folder):
        failures: Counter[str] = Counter()
        for part in load_outbox(folder).waiting(clock()):
            name = part.message.channel
            is_held = rules.is_held(clock(), calendar) and not part.message.breaks_quiet
            if is_held or failures[name] >= DOWN_AFTER:
                report.later_count += 1
                continue
            report.again_count += part.is_trying
            append_entry(folder, Attempt(at=_stamp(clock()), part=part.id))
            channel = by_name.get(name)
            is_its_own = channel is not None and channel.unit == part.message.to
            if channel is None:
                answer = Answer(False, f"渠道 {name} 已不在 channels.yaml")
            elif channel.unit != part.message.to:  # the name was given to another since: it is not its news
                answer = Answer(False, f"渠道 {name} 已改为{channel.unit}的，不能再发{part.message.to}的通知")
            else:
                answer = deliver(channel, part.message.title, part.text, part.id)
            if answer.is_delivered:
                append_entry(folder, Delivered(at=_stamp(clock()), part=part.id))
                report.delivered.append(part)
                failures[name] = 0
            else:
                append_entry(folder, _failed(part, answer, rules, clock()))
                report.failed.append((part, answer))
                failures[name] += is_its_own  # else the channel was not tried, and is not down
    return report


def _failed(part: Part, answer: Answer, rules: NotifyRules, at: dt.datetime) -> Failed:
    next_at = at + rules.retry_after(part.failed_count + 1)
    # Behind a week of rest days the hours are over when it was tried once: it is tried some times.
    is_over = next_at - part.planned_at > dt.timedelta(
        hours=rules.give_up_hours
    ) and part.failed_count + 1 >= len(rules.retry_minutes)
    return Failed(
        at=_stamp(at),
        part=part.id,
        why=answer.why,
        is_unsure=answer.is_unsure,
        next_at=None if is_over else _stamp(next_at),
    )


def _stamp(at: dt.datetime) -> str:
    return at.replace(microsecond=0).isoformat()
