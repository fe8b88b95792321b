"""Owns what the desk tells of notifications: each with its recipient, its state, why, and what comes next.

It only reads: the outbox, as far as a day, and what the rules would tell at a moment (docs/notifications.md).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from analysis.desk.office import Office
from analysis.notify.channels import Channel
from analysis.notify.events import Event
from analysis.notify.messages import harmless, item_text
from analysis.notify.outbox import Message, Outbox, Part
from analysis.notify.plan import Plan
from analysis.notify.rules import NotifyRules

DELIVERED, WAITING, AGAIN, CUT_OFF = "已送达", "待发", "待重试", "发送中断"
ASIDE, NO_CHANNEL, LATER = "已搁置", "没有渠道", "等时刻"
STATES = (DELIVERED, WAITING, AGAIN, CUT_OFF, ASIDE, NO_CHANNEL, LATER)
HOW = {"now": "即时", "digest": "摘要"}
HIDDEN = "****"
_MAIL = re.compile(r"([^@\s:/?&,]+)@([A-Za-z0-9.-]+)")


@dataclasses.dataclass(kw_only=True)
class NoticeRow:
    """One part of a message, or something that no message was made of yet.

    Attributes:
        at: when it was put into the outbox; of what is not there yet, since when it is so.
        to: unit whose channel it is; `role`: 联系人 or 分管领导.
        subject: what it is about; `text`: word for word, as it went out.
        why: why it is told at that moment, for each thing that it tells.
        tickets: of which it speaks.
        how: 即时 or 摘要.
        channel: its name; `service`: 企业微信, 邮件 …; `address`: masked; None where it is not known.
        state: one of STATES.
        attempt_count: how often it was tried.
        delivered_at: when the channel took it.
        next_at: before which it is not tried again.
        trouble: why it did not arrive.
        ahead: what comes next, and what a person should do.
        id: number, as it stands in the text; "" for what is not in the outbox yet.
    """

    at: dt.datetime
    to: str
    role: str
    subject: str
    text: str
    why: list[str]
    tickets: list[str]
    how: str
    channel: str | None = None
    service: str | None = None
    address: str | None = None
    state: str
    attempt_count: int = 0
    delivered_at: dt.datetime | None = None
    next_at: dt.datetime | None = None
    trouble: str | None = None
    ahead: str = ""
    id: str = ""


def masked_address(channel: Channel) -> str:
    """Where a channel leads, so that people can tell it from another and nobody can use it: of a mail address
    the first letter and the host; of anything else, whose address is the secret, nothing."""
    if channel.service() != "邮件":
        return HIDDEN
    to = [value for key, value in parse_qsl(urlsplit(channel.address()).query) if key == "to"]
    found = _MAIL.fullmatch(to[0].strip()) if len(to) == 1 else None
    return f"{found[1][0]}***@{found[2]}" if found else HIDDEN


def sent_rows(outbox: Outbox, rules: NotifyRules | None, office: Office) -> list[NoticeRow]:
    """What the outbox holds, the newest first.

    Args:
        rules: of quiet hours and of giving up; None where they cannot be read.
    """
    rows = []
    for part in reversed(outbox.parts.values()):
        state = _state(part)
        row = _of_message(
            part.message, part.number, part.planned_at, state, _ahead(part, state, rules, office)
        )
        row.id, row.attempt_count, row.delivered_at = part.id, part.attempt_count, part.delivered_at
        if state != DELIVERED:
            row.trouble = part.last_failure
            row.next_at = part.next_at if part.is_waiting else None
        rows.append(row)
    return rows


def name_channels(rows: Sequence[NoticeRow], channels: Sequence[Channel]) -> None:
    """Say of each row by which service it goes, and where to; of a channel that is gone only its name."""
    known = {channel.name: (channel.service(), masked_address(channel)) for channel in channels}
    for row in rows:
        row.service, row.address = known.get(row.channel or "", (None, None))


def _state(part: Part) -> str:
    if part.delivered_at is not None:
        return DELIVERED
    if part.is_aside:
        return ASIDE
    if part.is_trying:
        return CUT_OFF
    return AGAIN if part.failed_count else WAITING


def _ahead(part: Part, state: str, rules: NotifyRules | None, office: Office) -> str:
    to = part.message.to
    if state == DELIVERED:
        return ""
    if state == ASIDE:
        return f"不再自动发送：请电话告知{to}，并请管理员检查渠道{part.message.channel}"
    run = next_run(office)
    if state == CUT_OFF:
        return f"正在发，或上次发到一半中断、是否送达不明：会重发，编号相同的是同一条；{run}"
    if state == AGAIN:
        assert part.next_at is not None
        over = part.planned_at + dt.timedelta(hours=rules.give_up_hours) if rules else None
        until = ""
        if over is not None:
            until = (
                "；再试几次还送不到就搁置"
                if over < part.next_at
                else f"；到 {over:%m-%d %H:%M} 还送不到就搁置"
            )
        return f"{part.next_at:%m-%d %H:%M} 以后再试：{run}{until}。急的请先电话告知"
    now = office.clock()
    if rules is not None and rules.is_held(now, office.rules.calendar) and not part.message.breaks_quiet:
        held = f"不打扰的时段（{rules.quiet}）" if rules.is_quiet(now) else "休息日"
        return f"现在是{held}，过后再发：{run}"
    return run


def next_run(office: Office) -> str:
    """When messages are sent, as the city has set it."""
    times = office.settings.notify_at
    if times:
        return f"每天 {'、'.join(times)} 自动发送，宣传部、绩效办也可以在“任务”里“发出到期的通知”"
    return "没有设自动发送的时刻，由宣传部、绩效办在“任务”里“发出到期的通知”"


def coming_rows(plan: Plan, rules: NotifyRules, office: Office) -> list[NoticeRow]:
    """What is to be told and stands in no outbox yet: what nobody can be told, what waits, what goes next."""
    run, at = next_run(office), office.clock().replace(microsecond=0)
    none = f"该单位和{rules.desk}都没有登记渠道：请管理员登记；登记以前请电话告知"
    quiet = f"不打扰的时段（{rules.quiet}）或休息日过后再发" if rules.quiet else "休息日过后再发"
    digest = f"工作日 {'、'.join(rules.digest_at)} 并入摘要"
    rows = [_coming(event, NO_CHANNEL, none) for event in plan.unreachable]
    for event in plan.held:
        when = digest if event.how == "digest" else quiet
        rows.append(_coming(event, LATER, f"{when}：{run}"))
    for message in plan.messages:
        rows += [
            _of_message(message, number, at, WAITING, run) for number in range(1, len(message.parts) + 1)
        ]
    return rows


def _of_message(message: Message, number: int, at: dt.datetime, state: str, ahead: str) -> NoticeRow:
    subject, count = message.title.removeprefix("【港情】"), len(message.parts)
    subject = subject.removesuffix(f"（编号 {message.id}）")
    return NoticeRow(
        at=at,
        to=message.to,
        role=message.role,
        subject=subject + (f"（第 {number}/{count} 条）" if count > 1 else ""),
        text=message.parts[number - 1],
        why=list(dict.fromkeys(f"{item.label}：{item.why}" for item in message.items)),
        tickets=list(dict.fromkeys(item.ticket for item in message.items if item.ticket)),
        how=HOW.get(message.how, message.how),
        channel=message.channel,
        state=state,
        ahead=ahead,
    )


def _coming(event: Event, state: str, ahead: str) -> NoticeRow:
    return NoticeRow(
        at=event.at,
        to=event.to,
        role=event.role,
        subject=f"{event.label}：{harmless(event.ticket.title)}" if event.ticket else event.label,
        text=item_text([event], event.to),
        why=[f"{event.label}：{event.why}"],
        tickets=[event.ticket.ticket_id] if event.ticket else [],
        how=HOW[event.how],
        state=state,
        ahead=ahead,
    )
