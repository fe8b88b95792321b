"""Owns long work that the desk starts, with a record and a log each. What runs is the command line's own
commands, so both do the same. A process of its own runs them (runner.py) and writes down how they ended, so
that neither needs the page that started them or the desk.

A process is known by its number and the time at which it began: numbers are given out anew, after a restart
of the machine to strangers at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from pipeline.progress import Progress, read_progress
from pipeline.store import ensure_folder

State = Literal["进行中", "完成", "失败", "已取消", "中断"]
_LOG_TAIL = 20_000  # bytes of a log that a page shows
_ID = re.compile(r"[0-9]{14}-[0-9a-f]{6}")
_SAME_SECONDS = 2.0  # a clock that is set right moves the times at which all processes began, a little
_RUNNER = "analysis.desk.runner"


class JobError(ValueError):
    """A job cannot be started or found; the message says why, in Chinese."""


class ProcessMark(msgspec.Struct, frozen=True):
    """One process and no other."""

    pid: int
    began: float  # seconds since 1970, as the system tells it

    @property
    def is_alive(self) -> bool:
        """Whether this very process runs."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.began) <= _SAME_SECONDS
            return is_same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a process that runs; None where it is over."""
    try:
        return ProcessMark(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


class Job(msgspec.Struct, kw_only=True):
    """One piece of long work. `steps` run one after the other; one that fails ends it, one that
    found faults (exit code 1: a site was not reached) does not."""

    id: str
    kind: str
    label: str  # in Chinese
    by: str  # who started it
    steps: list[list[str]]  # arguments of `gangqing`
    started_at: dt.datetime
    state: State = "进行中"
    step: int = 0  # number of the step that runs, from 0
    runner: ProcessMark | None = None  # what runs the steps
    child: ProcessMark | None = None  # the step that runs; it leads its process group
    code: int | None = None  # the first exit code that is not 0, else 0
    ended_at: dt.datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.state == "进行中"


class Jobs:
    """All jobs of a city. One kind runs once at a time."""

    def __init__(
        self, folder: Path, clock: Callable[[], dt.datetime], program: list[str] | None = None
    ) -> None:
        """Args:
        program: what is run with the steps' arguments; None: this program's own command line.
        """
        self.folder, self._clock = folder, clock
        self._program = program or [sys.executable, "-m", "gangqing"]
        self._lock = threading.RLock()

    def start(self, kind: str, label: str, steps: list[list[str]], by: str) -> Job:
        """Start a job in the background.

        Raises:
            JobError: one of its kind is running.
        """
        with self._lock:
            for job in self.all():
                if job.is_running and job.kind == kind:
                    raise JobError(
                        f"“{job.label}”正在进行（{job.by} 于 {job.started_at:%H:%M} 启动），请等它结束"
                    )
            now = self._clock()
            job = Job(
                id=f"{now:%Y%m%d%H%M%S}-{secrets.token_hex(3)}",
                kind=kind,
                label=label,
                by=by,
                steps=steps,
                started_at=now.replace(microsecond=0),
            )
            ensure_folder(self.folder)
            self._launch(job)
        return job

    def _launch(self, job: Job) -> None:
        """Start the runner. It is told what to run only when the record names it: a job that runs is never
        one that nobody knows of."""
        with self._log_path(job).open("ab") as log:
            runner = subprocess.Popen(  # noqa: S603 - our own program, arguments are a list
                [sys.executable, "-m", _RUNNER, str(self.folder.resolve()), *self._program],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        job.runner = mark_of(runner.pid)
        write_job(self.folder, job)
        assert runner.stdin is not None
        with contextlib.suppress(BrokenPipeError), runner.stdin as pipe:
            pipe.write(msgspec.json.encode(job))
        # A child that nobody waits for stays in the table of processes.
        threading.Thread(target=runner.wait, name=f"job-{job.id}", daemon=True).start()

    def all(self) -> list[Job]:
        """Newest first."""
        found = [self._read(path) for path in sorted(self.folder.glob("*.json"), reverse=True)]
        return [job for job in found if job is not None]

    def get(self, job_id: str) -> Job:
        """Raises JobError."""
        job = self._read(self.folder / f"{job_id}.json") if _ID.fullmatch(job_id) else None
        if job is None:
            raise JobError(f"没有这项任务：{job_id[:40]}")
        return job

    def log(self, job: Job) -> str:
        """The end of what a job printed."""
        with contextlib.suppress(FileNotFoundError), self._log_path(job).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL))
            return file.read().decode("utf-8", "replace")
        return ""

    def progress(self, job: Job) -> Progress:
        """How far it is; an empty one where it has not told."""
        return read_progress(self._progress_path(job))

    def cancel(self, job_id: str) -> Job:
        """Ask a job to end as Ctrl-C does: what has landed stays. Raises JobError where it is over."""
        with self._lock:
            job = self.get(job_id)
            if not job.is_running:
                raise JobError(f"“{job.label}”已经结束（{job.state}）")
            cancel_path(self.folder, job).touch()  # the runner sees it
            if job.child is not None and not (job.runner and job.runner.is_alive) and job.child.is_alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(job.child.pid, signal.SIGINT)
        return job

    def _read(self, path: Path) -> Job | None:
        """A job; one whose processes are gone without having told how they ended was broken off."""
        job = _load(path)
        if job is None or not job.is_running or _is_alive(job):
            return job
        with self._lock:
            job = _load(path)  # it may have told its end since
            if job is not None and job.is_running and not _is_alive(job):
                job.state = "已取消" if cancel_path(self.folder, job).exists() else "中断"
                write_job(self.folder, job)
        return job

    def _log_path(self, job: Job) -> Path:
        return self.folder / f"{job.id}.log"

    def _progress_path(self, job: Job) -> Path:
        return progress_path(self.folder, job)


def write_job(folder: Path, job: Job) -> None:
    """Put a job's record in its place."""
    fresh = folder / f"{job.id}.new"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(job)))
    fresh.replace(folder / f"{job.id}.json")


def progress_path(folder: Path, job: Job) -> Path:
    """Where its steps tell how far they are."""
    return folder / f"{job.id}.progress"


def cancel_path(folder: Path, job: Job) -> Path:
    """The file that asks it to end."""
    return folder / f"{job.id}.cancel"


def _load(path: Path) -> Job | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Job)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _is_alive(job: Job) -> bool:
    """Whether what runs it, or the step that was left alone by what ran it, still runs."""
    return any(mark is not None and mark.is_alive for mark in (job.runner, job.child))
