"""Owns long work that the desk starts: child processes with a record and a log each, which outlive the page
that started them and the desk itself. What runs is the command line's own commands, so both do the same."""

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

from pipeline.progress import PROGRESS, Progress, read_progress
from pipeline.store import ensure_folder

State = Literal["进行中", "完成", "失败", "已取消", "中断"]
_LOG_TAIL = 20_000  # bytes of a log that a page shows
_ID = re.compile(r"[0-9]{14}-[0-9a-f]{6}")
_GRACE_SECONDS = 20  # from asking a child to end until it is made to


class JobError(ValueError):
    """A job cannot be started or found; the message says why, in Chinese."""


class Job(msgspec.Struct, kw_only=True):
    """One piece of long work. `steps` run one after the other; the first that fails ends it."""

    id: str
    kind: str
    label: str  # in Chinese
    by: str  # who started it
    steps: list[list[str]]  # arguments of `gangqing`
    started_at: dt.datetime
    state: State = "进行中"
    step: int = 0  # number of the step that runs, from 0
    pid: int | None = None
    code: int | None = None  # exit code of the last step
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
        self._watched: set[str] = set()
        self._cancelled: set[str] = set()

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
            self._write(job)
            self._watched.add(job.id)
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.id}", daemon=True).start()
        return job

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
            self._cancelled.add(job.id)
            if job.pid is not None:
                _signal(job.pid, signal.SIGINT)
                threading.Timer(_GRACE_SECONDS, _signal, (job.pid, signal.SIGKILL)).start()
        return job

    def _run(self, job: Job) -> None:
        environment = os.environ | {PROGRESS: str(self._progress_path(job)), "PYTHONUNBUFFERED": "1"}
        code = 0
        with self._log_path(job).open("ab") as log:
            for number, arguments in enumerate(job.steps):
                with self._lock:
                    if job.id in self._cancelled:
                        break
                    child = subprocess.Popen(  # noqa: S603 - our own program, arguments are a list
                        [*self._program, *arguments],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env=environment,
                        start_new_session=True,
                        preexec_fn=_heed_interrupts,
                    )
                    job.step, job.pid = number, child.pid
                    self._write(job)
                code = child.wait()
                if code:
                    break
        with self._lock:
            is_cancelled = job.id in self._cancelled
            job.state = "已取消" if is_cancelled else "失败" if code else "完成"
            job.code, job.pid, job.ended_at = code, None, self._clock().replace(microsecond=0)
            self._write(job)
            self._watched.discard(job.id)

    def _read(self, path: Path) -> Job | None:
        try:
            job = msgspec.json.decode(path.read_bytes(), type=Job)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        # The desk that watched it is gone: it runs on by itself, or it ended with nobody there to see how.
        if job.is_running and job.id not in self._watched and (job.pid is None or not _is_alive(job.pid)):
            with self._lock:
                if job.id not in self._watched:
                    job.state, job.pid = "中断", None
                    self._write(job)
        return job

    def _write(self, job: Job) -> None:
        path = self.folder / f"{job.id}.json"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(job)))
        fresh.replace(path)

    def _log_path(self, job: Job) -> Path:
        return self.folder / f"{job.id}.log"

    def _progress_path(self, job: Job) -> Path:
        return self.folder / f"{job.id}.progress"


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _is_alive(pid: int) -> bool:
    """Whether the process group that a job leads still runs."""
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _heed_interrupts() -> None:
    """A desk started in the background ignores Ctrl-C, and so would its children, who are ended by it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
