"""Owns computing the plan of a moment from the warehouse, the rules, the channels and the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from analysis.hot import load_hot_rules
from analysis.notify.alarms import alarm_events, rise_events, undelivered_events
from analysis.notify.channels import Channel
from analysis.notify.events import Event, parent_bodies, running_clocks, ticket_events
from analysis.notify.outbox import Outbox
from analysis.notify.plan import Plan, plan_messages
from analysis.notify.rules import NotifyRules
from analysis.plan import load_plan
from analysis.ticket import load_rules
from analysis.warehouse import Connection
from pipeline.city import City


def compute_plan(
    con: Connection,
    city: City,
    rules: NotifyRules,
    channels: Sequence[Channel],
    outbox: Outbox,
    at: dt.datetime,
    known_by: dt.datetime | None = None,
) -> Plan:
    """What to send as of a moment. The same warehouse, rules, outbox and moment give the same plan."""
    reply = load_rules(city)
    running = running_clocks(con, reply, at, known_by)
    parents = parent_bodies([(unit.short, unit.parent) for unit in city.all_units], city.name, rules)
    events: list[Event] = ticket_events(running, rules, reply.calendar, parents, at)
    events += alarm_events(con, load_plan(city), rules, reply.calendar, at, known_by)
    events += rise_events(con, load_hot_rules(city), rules, at, known_by)
    events += undelivered_events(outbox, rules, at)
    tickets = [each.ticket for each in running]
    return plan_messages(events, outbox, rules, reply.calendar, channels, tickets, at)
