"""Properties of what is told: nothing twice, nothing of what is closed or paused, whatever happens."""

from __future__ import annotations

import dataclasses
import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.notify.events import Event, Running, ticket_events
from analysis.notify.outbox import Outbox, Planned
from analysis.notify.plan import plan_messages
from analysis.notify.rules import load_notify_rules
from analysis.notify.stages import Clock
from analysis.ticket import Ticket
from analysis.worktime import load_calendar
from pipeline.city import load_city
from tests.analysis.notify.town import webhook

CITY = load_city()
RULES = load_notify_rules(CITY)
CALENDAR = load_calendar({})
UNITS = ("市水利局", "市住建委", "市公安局")
CHANNELS = [webhook(unit) for unit in (*UNITS, "市委宣传部", "市政府办")]
PARENTS = dict.fromkeys(UNITS, "市政府办")


@dataclasses.dataclass(frozen=True)
class Life:
    """A made-up ticket: when it was opened, handed over, responded to, answered, paused, extended."""

    number: int
    unit: str
    kind: str
    urgency: str
    opened: dt.datetime
    handed_after: dt.timedelta
    responded_after: dt.timedelta | None
    answered_after: dt.timedelta | None
    paused_days: frozenset[int]
    extended_after: dt.timedelta | None

    def at(self, now: dt.datetime) -> Running | None:
        if now < self.opened:
            return None
        responded, answered = (
            self.opened + after if after is not None and self.opened + after <= now else None
            for after in (self.responded_after, self.answered_after)
        )
        extended = self.extended_after is not None and self.opened + self.extended_after <= now
        days = (1, 12 if extended else 7)
        skipped = frozenset(
            self.opened.date() + dt.timedelta(days=n)
            for n in self.paused_days
            if self.opened.date() + dt.timedelta(days=n) <= now.date()
        )
        is_paused = now.date() in skipped
        dues = [CALENDAR.due(self.opened, count, skipped) for count in days]
        state = "已答复" if answered else "暂停" if is_paused else "已初步回应" if responded else "待签收"
        if now < self.opened + self.handed_after and state == "待签收":
            state = "待研判"
        ticket = Ticket(
            ticket_id=f"t{self.number}-1", thread_id=f"t{self.number}", title=f"帖{self.number}",
            url="http://b.test/1",
            forum="论坛", board=None, kind=self.kind, urgency=self.urgency, unit=self.unit,
            candidates=[self.unit],
            is_unit_decided=True, state=state, opened_at=self.opened, first_response_due=dues[0],
            first_response_at=responded or answered, first_response_floor=None, answer_due=dues[1],
            answer_at=answered, answer_floor=None, is_first_response_overdue=False, is_answer_overdue=False,
            workdays_left=None, send_back_due=None, checked_at=None, sha256=None, note=None,
        )  # fmt: skip
        clocks = [
            Clock(
                name,
                self.opened,
                tuple(n.day for n in CALENDAR.explain(self.opened, count, skipped) if n.is_counted),
                due,
            )
            for name, count, due, done in zip(
                ("初步回应", "正式答复"), days, dues, (responded or answered, answered), strict=True
            )
            if done is None and not is_paused
        ]
        handed_at = self.opened + self.handed_after
        return Running(ticket, clocks, handed_at if handed_at <= now else None)


hours = st.integers(0, 24 * 20).map(lambda n: dt.timedelta(hours=n, minutes=7))
lives = st.builds(
    Life,
    number=st.integers(0, 10_000),
    unit=st.sampled_from(UNITS),
    kind=st.sampled_from(["投诉", "求助", "咨询", "建议"]),
    urgency=st.sampled_from(["普通", "紧急"]),
    opened=st.datetimes(dt.datetime(2017, 9, 20), dt.datetime(2017, 10, 12)),
    handed_after=st.integers(0, 40).map(lambda n: dt.timedelta(hours=n)),
    responded_after=st.none() | hours,
    answered_after=st.none() | hours,
    paused_days=st.frozensets(st.integers(1, 12), max_size=4),
    extended_after=st.none() | hours,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(lives, min_size=1, max_size=6, unique_by=lambda life: life.number),
    st.lists(st.integers(1, 30), min_size=10, max_size=60),
)
def test_whatever_happens_and_whenever_it_is_planned_nothing_is_told_twice_or_too_late(
    found: list[Life], steps: list[int]
) -> None:
    """National Day 2017 lies in the span; the plan is made at irregular hours."""
    outbox, now = Outbox(), dt.datetime(2017, 9, 20, 6)
    told: list[str] = []
    for step in steps:
        now += dt.timedelta(hours=step)
        seen = [one for life in found if (one := life.at(now)) is not None]
        open_ones = [one for one in seen if one.ticket.is_open]
        events = ticket_events(open_ones, RULES, CALENDAR, PARENTS, now)
        by_key: dict[str, Event] = {event.key: event for event in events}
        assert len(by_key) == len(events)
        states = {one.ticket.ticket_id: one.ticket.state for one in seen}
        for event in events:
            assert event.ticket is not None and event.at <= now
            assert states[event.ticket.ticket_id] != "已答复"
            assert event.clock is None or states[event.ticket.ticket_id] != "暂停"
            if event.to in UNITS:
                assert event.to == event.ticket.unit
        plan = plan_messages(events, outbox, RULES, CALENDAR, CHANNELS, [], now)
        assert plan == plan_messages(events, outbox, RULES, CALENDAR, CHANNELS, [], now)
        for message in plan.messages:
            told += [item.key for item in message.items]
            assert message.breaks_quiet or not RULES.is_quiet(now)
            assert message.breaks_quiet or CALENDAR.is_workday(now.date())
        outbox.take(Planned(at=now.isoformat(), messages=plan.messages))
    assert len(told) == len(set(told))


def test_a_new_round_is_told_anew() -> None:
    """A dispute that a person confirmed starts the clocks again: the unit hears of it as of a new post."""
    opened = dt.datetime(2017, 9, 20, 9)
    life = Life(1, UNITS[0], "投诉", "普通", opened, dt.timedelta(), None, None, frozenset(), None)
    one = life.at(opened + dt.timedelta(hours=1))
    assert one is not None
    again = dataclasses.replace(one, ticket=dataclasses.replace(one.ticket, round_number=2))
    first, second = (
        {e.key: e for e in ticket_events([each], RULES, CALENDAR, PARENTS, opened + dt.timedelta(hours=1))}
        for each in (one, again)
    )
    assert [e.label for e in second.values()] == ["新转办"] and not first.keys() & second.keys()
    assert "第 2 轮" in next(iter(second.values())).why
