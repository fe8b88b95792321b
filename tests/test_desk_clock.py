"""The desk's clock on a day that is played: as of its end, and its acts one after the other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from commands import desk
from pipeline.decisions import Decision, append_decision

DAY = dt.date(2018, 2, 26)


def test_which_day_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "wall_clock", lambda: dt.datetime(2018, 3, 1, 9))
    assert desk._played(None, is_sample=False) is None
    assert desk._played(DAY, is_sample=False) == DAY
    assert desk._played(dt.date(2018, 3, 1), is_sample=False) is None  # today: the wall clock's
    assert desk._played(None, is_sample=True) is not None


def test_acts_on_a_played_day_come_after_all_that_happened_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2026, 11, 28, 9)
    monkeypatch.setattr(desk, "wall_clock", lambda: now)
    clock = desk._clock_of(DAY, tmp_path)
    assert clock() == dt.datetime(2018, 2, 26, 23)
    now = dt.datetime(2026, 11, 28, 17)
    later = clock()
    assert dt.datetime(2018, 2, 26, 23) < later < dt.datetime(2018, 2, 26, 23, 59, 59)
    append_decision(
        tmp_path, Decision(id="a", at=later.isoformat(timespec="seconds"), who="甲", kind="pause", target="t")
    )
    now = dt.datetime(2026, 11, 29, 8)  # the next morning, started anew
    assert desk._clock_of(DAY, tmp_path)() > later
    monkeypatch.setattr(desk, "wall_clock", lambda: dt.datetime(2027, 1, 1))
    assert clock() == dt.datetime(2018, 2, 26, 23, 59, 59)  # never past the day
