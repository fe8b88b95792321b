"""Owns what the desk starts by itself: crawls and checks at the times that the city names (APScheduler)."""

from __future__ import annotations

import contextlib
import logging

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from analysis.desk.jobs import JobError
from analysis.desk.office import Office
from pipeline.china import CHINA

BY = "定时"
LATE_SECONDS = 3600  # a start that was missed (the machine slept) is made up for so long
_LOG = logging.getLogger("gangqing.desk")


def start_schedule(office: Office) -> BackgroundScheduler | None:
    """Start the clockwork; None where nothing is to be started, as in the sample city."""
    times = [(kind, time) for kind, each in office.settings.times().items() for time in each]
    if not times or office.is_sample:
        return None
    clockwork = BackgroundScheduler(timezone=CHINA, executors={"default": ThreadPoolExecutor(1)})
    for kind, time in times:
        clockwork.add_job(
            _start,
            CronTrigger(hour=int(time[:2]), minute=int(time[3:]), timezone=CHINA),
            args=(office, kind),
            id=f"{kind}-{time}",
            misfire_grace_time=LATE_SECONDS,
            coalesce=True,
        )
    clockwork.start()
    return clockwork


def _start(office: Office, kind: str) -> None:
    """One that still runs is not started again; the next time is."""
    with contextlib.suppress(JobError):
        job = office.start_job(kind, BY)
        _LOG.info("%s %s", kind, job.id)
