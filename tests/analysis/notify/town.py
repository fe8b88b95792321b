"""Owns a town for tests of notifications: a case with posts handed over, rules, channels, plans."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from analysis.notify.channels import Channel
from analysis.notify.events import Event, parent_bodies, running_clocks, ticket_events
from analysis.notify.outbox import Outbox, Planned
from analysis.notify.plan import Plan
from analysis.notify.rules import NotifyRules, load_notify_rules
from analysis.notify.run import compute_plan
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from tests.analysis.case import REPOSITORY, Case

DESK = "市委宣传部"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


class Town(Case):
    """A case with the default notification rules, without alarms unless they are asked for."""

    def __init__(self, folder: Path, alarms: bool = False) -> None:
        super().__init__(folder)
        rules = (REPOSITORY / "city" / "notify-rules.yaml").read_text("utf-8")
        if not alarms:
            rules = re.sub(r"alarms:\n(  .*\n)+", "", rules)
        (self.city.folder / "notify-rules.yaml").write_text(rules, "utf-8")

    @property
    def rules(self) -> NotifyRules:
        return load_notify_rules(self.city)

    def post(self, tid: str, title: str, when: str, *, handed: str | None = None, more: tuple = ()) -> str:
        """Land a thread; `handed`: when a person handed its ticket to the unit. Returns the ticket's id."""
        posts = [("网友-abcdefgh", when, "内容"), *more]
        ticket = self.thread(tid, title, posts, at=max(post[1] for post in posts)) + "-1"
        if handed is not None:
            self.decide("state_change", ticket, handed, after={"state": "待签收"})
        return ticket

    def plan(self, moment: str, channels: list[Channel], outbox: Outbox | None = None) -> Plan:
        con = open_warehouse(self.warehouse)
        try:
            box = outbox if outbox is not None else Outbox()
            found = compute_plan(con, self.city, self.rules, channels, box, at(moment))
        finally:
            con.close()
        if outbox is not None:
            outbox.take(Planned(at=moment, messages=found.messages))
        return found

    def events(self, moment: str) -> list[Event]:
        con = open_warehouse(self.warehouse)
        try:
            reply = load_rules(self.city)
            running = running_clocks(con, reply, at(moment))
        finally:
            con.close()
        parents = parent_bodies([(u.short, u.parent) for u in self.city.units], self.city.name, self.rules)
        return ticket_events(running, self.rules, reply.calendar, parents, at(moment))


def webhook(unit: str, role: str = "联系人", **more: object) -> Channel:
    return Channel(name=f"{unit}-{role}", unit=unit, role=role, url="json://127.0.0.1:9", **more)  # type: ignore[arg-type]
