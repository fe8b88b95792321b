"""Alarms of sources that cannot be read: while it is news."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from analysis.notify import alarms
from analysis.notify.rules import Alarm, Alarms, NotifyRules
from analysis.source_causes import Cause
from analysis.worktime import load_calendar
from tests.analysis.notify.town import at

RULES = NotifyRules(desk="市委宣传部", alarms=Alarms(silence=Alarm()))


@pytest.mark.parametrize(
    ("day", "count"), [("2017-12-03", 1), ("2017-11-27", 1), ("2017-11-26", 0), ("2017-06-01", 0)]
)
def test_a_cause_is_told_for_a_week_after_the_last_crawl(
    monkeypatch: pytest.MonkeyPatch, day: str, count: int
) -> None:
    seen = dt.date.fromisoformat(day)
    cause = Cause(site="gov", outlet="某网", unit=None, day=seen, kind="guarded", text="网站要求验证")
    monkeypatch.setattr(alarms, "source_causes", lambda *_: {"gov": [cause]})
    monkeypatch.setattr(alarms, "load_sources", lambda *_: [])
    con: Any = None
    events = alarms.alarm_events(con, None, RULES, load_calendar({}), at("2017-12-04T08:00:00"))
    assert [event.label for event in events] == ["来源读不全"] * count


def test_the_advice_holds_for_any_city() -> None:
    day = dt.date(2017, 12, 3)
    causes = [
        Cause(site="gov", outlet="某网", unit=None, day=day, kind=kind, text="")
        for kind in ("guarded", "rebuilt")
    ]
    assert all("outlets.yaml" in cause.advice and "city/" not in cause.advice for cause in causes)
