"""Owns the process that runs a job's steps and writes down how they ended, whether the desk is there or not.
Told on standard input which job; asked to end by a file (jobs.py)."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from analysis.desk.jobs import Job, cancel_path, mark_of, progress_path, write_job
from pipeline.progress import PROGRESS

GRACE_SECONDS = 20  # from asking a step to end until it is made to
_LOOK_SECONDS = 0.2
PARTLY = 1  # exit code of a command that did its work and found faults: what the other sites gave is built


class _Terminated(Exception):
    """The machine, or the service manager of the desk, ends all processes."""


def main(folder: Path, program: list[str]) -> int:
    """Run the job that standard input names; the record in `folder` tells how it went."""
    told = sys.stdin.buffer.read()
    if not told:
        return 1  # the desk ended before it told
    job = msgspec.json.decode(told, type=Job)
    signal.signal(signal.SIGTERM, _terminate)
    began = time.monotonic()
    try:
        for number, arguments in enumerate(job.steps):
            if cancel_path(folder, job).exists():
                break
            job.step = number
            code = _run(folder, job, [*program, *arguments])
            job.code = job.code or code
            if code not in (0, PARTLY):
                break
        is_cancelled = cancel_path(folder, job).exists()
        job.state = "已取消" if is_cancelled else "失败" if job.code else "完成"
    except _Terminated:
        job.state = "中断"
    except OSError as error:
        sys.stdout.write(f"出错：{error}\n")
        job.state = "失败"
    # The desk's clock may play another day: what passed here is added to what it showed at the start.
    passed = dt.timedelta(seconds=round(time.monotonic() - began))
    job.runner, job.child, job.ended_at = None, None, job.started_at + passed
    write_job(folder, job)
    return 0


def _run(folder: Path, job: Job, command: list[str]) -> int:
    child = subprocess.Popen(  # noqa: S603 - our own program, arguments are a list
        command,
        stdin=subprocess.DEVNULL,
        env=os.environ | {PROGRESS: str(progress_path(folder, job)), "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )
    job.child = mark_of(child.pid)
    write_job(folder, job)
    asked: float | None = None
    try:
        while True:
            try:
                return child.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if asked is None and cancel_path(folder, job).exists():
                    os.killpg(child.pid, signal.SIGINT)
                    asked = time.monotonic()
                elif asked is not None and time.monotonic() - asked > GRACE_SECONDS:
                    os.killpg(child.pid, signal.SIGKILL)
    except _Terminated:
        os.killpg(child.pid, signal.SIGINT)
        raise


def _terminate(number: int, frame: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Terminated


def _heed_interrupts() -> None:
    """A desk started in the background ignores Ctrl-C, and so would its children, who are ended by it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
