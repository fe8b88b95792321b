"""Owns what there is to tell at a moment: the stages that tickets have reached; computed, never stored.

Each recipient gets of each clock the latest stage that is addressed to it, so that a plan made late does not
repeat what is past. The key of an event holds the deadline: one that is moved makes new events.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from analysis.notify.rules import TIMED, How, NotifyRules, Recipient, Stage
from analysis.notify.stages import Clock, reached_at, stage_label, why_reached
from analysis.queue import CLOCKS, ticket_rows
from analysis.ticket import Rules, Ticket, ticket_from
from analysis.ticket_clocks import run_clocks
from analysis.warehouse import Connection
from analysis.worktime import Calendar, UnknownYear

UNTRIAGED = ("待研判", "退回改派")


@dataclasses.dataclass(frozen=True)
class Event:
    """One thing to tell one recipient.

    Attributes:
        key: the same thing to the same recipient has the same key, whenever it is computed.
        to: unit (short name); `role`: 联系人, or 分管领导 where its leader is meant.
        at: since when it is so.
        breaks_quiet: goes out at any hour.
        why: why this is told now, in Chinese.
    """

    key: str
    to: str
    role: str
    how: How
    at: dt.datetime
    label: str
    why: str
    breaks_quiet: bool = False
    ticket: Ticket | None = None
    clock: str | None = None
    due: dt.datetime | None = None
    text: str | None = None  # of an alarm


@dataclasses.dataclass(frozen=True)
class Running:
    """An open ticket with the clocks that run: not done, not paused. When a person last handed it to a unit
    and when one last sent it back tell its second hand-over, its second return from the first."""

    ticket: Ticket
    clocks: list[Clock]
    handed_at: dt.datetime | None = None
    sent_back_at: dt.datetime | None = None

    @property
    def is_handed(self) -> bool:
        """Whether a person handed it over since it last came back."""
        handed, back = self.handed_at, self.sent_back_at
        return handed is not None and (back is None or back < handed)


CONTACT, LEADER = "联系人", "分管领导"


def running_clocks(
    con: Connection, rules: Rules, at: dt.datetime, known_by: dt.datetime | None = None
) -> list[Running]:
    """All tickets that are open at a moment."""
    found = []
    for row in ticket_rows(con, at, known_by):
        ticket = ticket_from(row, rules, at)
        if not ticket.is_open:
            continue
        clocks: list[Clock] = []
        done = (ticket.first_response_at, ticket.answer_at)
        if ticket.state != "暂停":
            running = run_clocks(row, rules, at)
            spans = (
                (running.first_days, running.first_skipped, running.first_due),
                (running.answer_days, running.answer_skipped, running.answer_due),
            )
            for name, (span, skipped, due), done_at in zip(CLOCKS, spans, done, strict=True):
                if running.start is None or due is None or done_at is not None:
                    continue  # of a year that is not known the ticket's note says it
                notes = rules.calendar.explain(running.start, span, skipped)
                counted = tuple(n.day for n in notes if n.is_counted)
                clocks.append(Clock(name, running.start, counted, due))
        found.append(Running(ticket, clocks, row["handed_at"], row["sent_back_at"]))
    return found


def ticket_events(
    tickets: Iterable[Running],
    rules: NotifyRules,
    calendar: Calendar,
    parents: Mapping[str, str],
    at: dt.datetime,
) -> list[Event]:
    """What there is to tell of tickets at a moment, in a fixed order.

    Args:
        parents: unit → its parent body, by short name; one without has none.
    """
    found: dict[str, Event] = {}
    for running in tickets:
        for event in _of_ticket(running, rules, calendar, parents, at):
            found.setdefault(event.key, event)
    return sorted(found.values(), key=lambda e: (e.to, e.role, e.at, e.key))


def _of_ticket(
    running: Running,
    rules: NotifyRules,
    calendar: Calendar,
    parents: Mapping[str, str],
    at: dt.datetime,
) -> Iterator[Event]:
    ticket = running.ticket
    is_triage = ticket.unit is None or ticket.state in UNTRIAGED
    is_new = ticket.first_response_at is None and (ticket.state != "暂停" or running.is_handed)
    if is_triage or is_new:
        name = "triage" if is_triage else "new"
        rule = next(
            (s for s in rules.stages if s.stage == name and s.fits(ticket.kind, ticket.urgency)), None
        )
        if rule is not None:
            since = ticket.opened_at or at
            why = (_why_triage(ticket) if is_triage else _why_new(ticket)) + _dues(running.clocks)
            mark = f"{_passed(running, is_triage)}#{ticket.round_number}"
            for to, role in recipients(ticket, rule, rules, parents):
                key = "|".join((ticket.ticket_id, name, mark, ticket.unit or "", to, role))
                yield _event(key, to, role, rule, since, why, ticket)
    for clock in running.clocks:
        told: set[tuple[str, str]] = set()
        for reached, rule in _reached(clock, ticket, rules, calendar, at):
            for to, role in recipients(ticket, rule, rules, parents):
                if (to, role) in told:
                    continue
                told.add((to, role))
                due = f"{clock.due:%Y%m%dT%H%M}"
                key = "|".join((ticket.ticket_id, clock.name, due, rule.id, to, role))
                why = why_reached(clock, rule, reached)
                yield _event(key, to, role, rule, reached, why, ticket, clock)


def _passed(running: Running, is_triage: bool) -> str:
    """What tells one hand-over from the next, and one return: they can follow each other on one day."""
    handed, back = running.handed_at, running.sent_back_at
    if not is_triage:
        return f"{handed:%Y%m%dT%H%M%S}" if handed else ""
    if running.ticket.state != UNTRIAGED[1]:
        return running.ticket.state
    last = max((moment for moment in (handed, back) if moment), default=None)
    return UNTRIAGED[1] + (f"{last:%Y%m%dT%H%M%S}" if last else "")


def _reached(
    clock: Clock, ticket: Ticket, rules: NotifyRules, calendar: Calendar, at: dt.datetime
) -> list[tuple[dt.datetime, Stage]]:
    """The stages that a clock has reached, the latest first; of each only the first rule that fits."""
    first: dict[str, Stage] = {}
    for rule in rules.stages:
        if rule.stage in TIMED and rule.fits(ticket.kind, ticket.urgency, clock.name):
            first.setdefault(rule.id, rule)
    found = []
    for rule in first.values():
        try:
            reached = reached_at(clock, rule, calendar)
        except UnknownYear:
            continue
        if reached is not None and clock.start < reached <= at:
            found.append((reached, rule))
    return sorted(found, key=lambda pair: (pair[0], TIMED.index(pair[1].stage)), reverse=True)


def recipients(
    ticket: Ticket, rule: Stage, rules: NotifyRules, parents: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Whom a rule means for a ticket: (unit, role). Before a person said whose it is, that is the desk."""
    is_triage = ticket.unit is None or ticket.state in UNTRIAGED
    found: dict[tuple[str, str], None] = {}
    for name in rule.to:
        for pair in _meant(name, ticket.unit, is_triage and not rule.before_triage, rules, parents):
            found[pair] = None
    return list(found)


def _meant(
    name: Recipient, unit: str | None, is_desks: bool, rules: NotifyRules, parents: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if name == "desk" or unit is None or (is_desks and name in ("unit", "leader")):
        yield rules.desk, CONTACT
    elif name in ("unit", "leader"):
        yield unit, CONTACT if name == "unit" else LEADER
    elif not is_desks and unit in parents:
        yield parents[unit], CONTACT


def parent_bodies(units: Iterable[tuple[str, str]], city: str, rules: NotifyRules) -> dict[str, str]:
    """unit → the body above it, from (short, parent) of units.csv; for the city that of the rules."""
    listed = list(units)
    known = {short for short, _ in listed}
    found = {}
    for short, parent in listed:
        above = parent if parent in known else rules.city_body if parent == city else None
        if above is not None and above != short:
            found[short] = above
    return found


def _event(
    key: str,
    to: str,
    role: str,
    rule: Stage,
    at: dt.datetime,
    why: str,
    ticket: Ticket,
    clock: Clock | None = None,
) -> Event:
    return Event(
        key=key,
        to=to,
        role=role,
        how=rule.how,
        at=at,
        label=stage_label(rule),
        why=why,
        breaks_quiet=ticket.urgency == "紧急" and rule.how == "now",
        ticket=ticket,
        clock=clock.name if clock else None,
        due=clock.due if clock else None,
    )


def _why_new(ticket: Ticket) -> str:
    if ticket.round_number > 1:
        return f"发帖人不认可答复或重新办理（第 {ticket.round_number} 轮），两个时限重新起算"
    return f"转交 {ticket.unit} 办理"


def _dues(clocks: list[Clock]) -> str:
    """By when what is new must be responded to and answered; nothing while the clocks stand still."""
    dues = [
        f"{clock.name}时限 {len(clock.days)} 个工作日，{clock.due:%Y-%m-%d %H:%M} 到期" for clock in clocks
    ]
    return "".join(f"；{due}" for due in dues)


def _why_triage(ticket: Ticket) -> str:
    if ticket.unit is None:
        return "尚未确定责任单位"
    if ticket.state == "退回改派":
        return f"{ticket.unit} 退回，需改派"
    return f"建议单位 {ticket.unit}，待人工研判后转办"
