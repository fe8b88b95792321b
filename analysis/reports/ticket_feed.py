"""Owns the calendar feed (ICS) of deadlines: one event for each open clock, with an alarm.

An event moves when its deadline moves. What is answered is gone with the calendar's next look at the feed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from analysis.notify.messages import harmless, safe_link
from analysis.queue import CLOCKS
from analysis.ticket import Ticket
from analysis.warehouse import Connection, ask, moment

CHINA = ZoneInfo("Asia/Shanghai")
LENGTH = dt.timedelta(minutes=30)  # the event ends at the deadline
ALARM = dt.timedelta(hours=-3)


def change_counts(
    con: Connection,
    tickets: Sequence[Ticket],
    as_of: dt.date | dt.datetime,
    known_by: dt.datetime | None = None,
) -> dict[str, int]:
    """How many decisions each ticket has seen up to a moment: grows with all that can move a deadline."""
    at = moment(as_of)
    assert at is not None
    named = {name: t.ticket_id for t in tickets for name in (t.ticket_id, t.thread_id, t.url)}
    rows = ask(con, "decisions_on", targets=list(named), ids=[], known_by=known_by)
    return Counter(named[row["target"]] for row in rows if row["decided_at"] <= at)


def write_feed(
    tickets: Sequence[Ticket], unit: str | None, city: str, day: dt.date, changes: Mapping[str, int]
) -> bytes:
    """The .ics of open deadlines: the same bytes for the same tickets, changes and day.

    Args:
        changes: of `change_counts`, for SEQUENCE: a calendar believes the higher one.
        unit: short name, for the name of the calendar; None: the whole city.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//gangqing//reply queue//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{unit or city}回帖时限")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"value": "DURATION"})
    found = [event for ticket in tickets for event in _events(ticket, day, changes.get(ticket.ticket_id, 0))]
    for event in sorted(found, key=_order):
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _order(event: icalendar.Event) -> tuple[dt.datetime, str]:
    start: Any = event["dtstart"]
    return start.dt, str(event["uid"])


def _events(ticket: Ticket, day: dt.date, change_count: int) -> list[icalendar.Event]:
    if ticket.state == "暂停":  # no deadline runs
        return []
    clocks = (
        (ticket.first_response_due, ticket.first_response_at),
        (ticket.answer_due, ticket.answer_at),
    )
    return [
        _event(ticket, clock, due, day, change_count)
        for clock, (due, done) in zip(CLOCKS, clocks, strict=True)
        if due is not None and done is None and ticket.is_open
    ]


def _event(ticket: Ticket, clock: str, due: dt.datetime, day: dt.date, change_count: int) -> icalendar.Event:
    event = icalendar.Event()
    # The same clock of the same ticket keeps its UID, so that a calendar moves the event and adds none.
    event.add("uid", f"{sha256(f'{ticket.ticket_id}|{clock}'.encode()).hexdigest()[:24]}@gangqing")
    event.add("sequence", change_count)
    event.add("dtstamp", dt.datetime.combine(day, dt.time(), dt.UTC))
    event.add("dtstart", (due - LENGTH).replace(tzinfo=CHINA))
    event.add("dtend", due.replace(tzinfo=CHINA))
    urgent = "【紧急】" if ticket.urgency == "紧急" else ""
    title = harmless(ticket.title)
    event.add("summary", f"{urgent}{clock}到期：{title}")
    link = safe_link(ticket.url)
    lines = [
        f"帖号 {ticket.ticket_id}",
        f"责任单位：{ticket.unit or '未定'}；{ticket.kind}；{ticket.state}",
        f"{clock}时限 {due:%Y-%m-%d %H:%M}",
        *([link] if link else []),
    ]
    event.add("description", "\n".join(lines))
    if link:
        event.add("url", link)
    event.add("categories", [ticket.kind])
    event.add("priority", 1 if ticket.urgency == "紧急" else 5)
    event.add("transp", "TRANSPARENT")
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{clock}将到期：{title}")
    alarm.add("trigger", ALARM)
    event.add_component(alarm)
    return event
