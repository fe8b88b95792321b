"""Owns the moment at which an act is recorded: the wall clock's, or that of a day which is played.

The sample city's day is 2018-02-26, whatever the wall clock shows: its desk and its command line must mean
the same moment, or an act by the one would lie years ahead of the other's.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

SAMPLE_START, SAMPLE_DAY = dt.date(2017, 9, 18), dt.date(2018, 2, 26)


def played_clock(day: dt.date, decisions: Path, now: Callable[[], dt.datetime]) -> Callable[[], dt.datetime]:
    """The clock of a day that is over: in its last hour a day of the wall clock passes, and it never lies
    before a decision of that day, whoever recorded it. So acts come one after the other, and after all that
    happened on the day.

    Args:
        decisions: folder of the record.
        now: the wall clock.
    """
    from pipeline.decisions import decisions_state, load_decisions

    start, end = dt.datetime.combine(day, dt.time(23)), dt.datetime.combine(day, dt.time(23, 59, 59))
    opened, last = now(), start
    state: str | None = None
    lock = threading.Lock()

    def clock() -> dt.datetime:
        with lock:
            return look()

    def look() -> dt.datetime:
        nonlocal last, state, opened
        if (found := decisions_state(decisions)) != state:
            state = found
            done = [d.at for d in load_decisions(decisions) if d.at[:10] == day.isoformat()]
            latest = dt.datetime.fromisoformat(max(done)) + dt.timedelta(seconds=1) if done else start
            if latest > last + (now() - opened) / 24:
                last, opened = latest, now()
        return min(end, last + (now() - opened) / 24)

    return clock
