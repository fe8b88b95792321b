"""Owns which messages go to whom: events by recipient and channel, quiet hours, digests, nothing twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from hashlib import sha256

from analysis.notify.channels import Channel, channels_of
from analysis.notify.events import CONTACT, LEADER, Event
from analysis.notify.messages import harmless, item_text, split_parts
from analysis.notify.outbox import Item, Message, Outbox
from analysis.notify.rules import NotifyRules
from analysis.ticket import Ticket
from analysis.worktime import Calendar


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to send now, what waits for its hour or digest, and what nobody can be told."""

    messages: list[Message]
    held: list[Event]
    unreachable: list[Event]


def plan_messages(
    events: Iterable[Event],
    outbox: Outbox,
    rules: NotifyRules,
    calendar: Calendar,
    channels: Sequence[Channel],
    tickets: Sequence[Ticket],
    at: dt.datetime,
) -> Plan:
    """The messages that a moment asks for, given what was planned before. The same arguments give the same.

    Args:
        tickets: the open ones, for the closing line of a digest.
    """
    known = list(channels)
    fresh = _addressed(events, known)
    groups: dict[tuple[Channel, str, str, str], list[Event]] = {}
    held: list[Event] = []
    unreachable: list[Event] = []
    slot = digest_slot(rules, calendar, at)
    is_held = rules.is_held(at, calendar)
    for event in fresh:
        if event.key in outbox.keys:
            continue
        ways = channels_of(known, event.to, event.role) or channels_of(known, rules.desk, CONTACT)
        if not ways:
            unreachable.append(event)
        elif (event.how == "now" and is_held and not event.breaks_quiet) or (
            event.how == "digest"
            and (
                slot is None
                or event.at > slot
                or is_held
                or all((w.name, _stamp(slot)) in outbox.slots for w in ways)
            )
        ):
            held.append(event)
        else:
            for way in ways:
                mark = _stamp(slot) if event.how == "digest" and slot is not None else ""
                urgent = "1" if event.breaks_quiet else ""
                groups.setdefault((way, event.how, mark, urgent), []).append(event)
    messages = [
        _message(way, how, mark or None, bool(urgent), group, tickets, at, rules)
        for (way, how, mark, urgent), group in groups.items()
    ]
    return Plan(sorted(messages, key=lambda m: (m.channel, m.how, m.id)), held, unreachable)


def digest_slot(rules: NotifyRules, calendar: Calendar, at: dt.datetime) -> dt.datetime | None:
    """The latest time of a digest today up to a moment; one that was missed goes out with the next."""
    if not calendar.is_likely_workday(at.date()):
        return None
    times = [time for time in rules.digest_times() if time <= at.time()]
    return dt.datetime.combine(at.date(), times[-1]) if times else None


def _addressed(events: Iterable[Event], channels: list[Channel]) -> list[Event]:
    """Events with a leader who has no channel of their own given to the contact, each of them once."""
    leaders = {channel.unit for channel in channels if channel.role == LEADER}
    found: dict[str, Event] = {}
    for event in events:
        if event.role == LEADER and event.to not in leaders:
            key = event.key.removesuffix(LEADER) + CONTACT
            event = dataclasses.replace(event, role=CONTACT, key=key)
        found.setdefault(event.key, event)
    return list(found.values())


def _message(
    channel: Channel,
    how: str,
    slot: str | None,
    breaks_quiet: bool,
    events: list[Event],
    tickets: Sequence[Ticket],
    at: dt.datetime,
    rules: NotifyRules,
) -> Message:
    events = sorted(events, key=_rank)
    keys = [event.key for event in events]
    number = sha256("\n".join([channel.name, how, slot or "", *keys]).encode()).hexdigest()[:10]
    kind = "待办摘要" if how == "digest" else "待办提醒"
    heading = f"【港情】{channel.unit} {kind}（截至 {at:%Y-%m-%d %H:%M}）"
    by_ticket: dict[str, list[Event]] = {}
    for event in events:
        by_ticket.setdefault(event.ticket.ticket_id if event.ticket else event.key, []).append(event)
    items = [item_text(group, channel.unit) for group in by_ticket.values()]
    closing = _closing(channel.unit, tickets, rules) if how == "digest" else ""
    first = events[0]
    subject = f"{first.label}：{harmless(first.ticket.title, 30)}" if first.ticket else first.label
    more = f" 等 {len(items)} 件" if len(items) > 1 else ""
    return Message(
        id=number,
        to=channel.unit,
        role=channel.role,
        channel=channel.name,
        how=how,
        slot=slot,
        breaks_quiet=breaks_quiet,
        title=f"【港情】{subject}{more}（编号 {number}）",
        parts=split_parts(heading, number, items, closing, channel.limit()),
        items=[
            Item(key=e.key, label=e.label, why=e.why, ticket=e.ticket.ticket_id if e.ticket else None)
            for e in events
        ],
    )


def _closing(unit: str, tickets: Sequence[Ticket], rules: NotifyRules) -> str:
    own = [t for t in tickets if t.unit == unit or unit == rules.desk]
    late = sum(t.is_first_response_overdue or t.is_answer_overdue for t in own)
    return f"{'全市' if unit == rules.desk else '本单位'}在办 {len(own)} 件，其中超时 {late} 件。"


def _rank(event: Event) -> tuple[bool, bool, dt.datetime, str]:
    urgent = event.ticket is not None and event.ticket.urgency == "紧急"
    return not urgent, event.due is None, event.due or event.at, event.key


def _stamp(slot: dt.datetime) -> str:
    return f"{slot:%Y-%m-%dT%H:%M}"
