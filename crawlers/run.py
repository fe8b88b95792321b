"""Owns the crawl as its caller sees it: start the process, show how far it is, give back the report."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawlers.job import Job, Message
from crawlers.report import CrawlReport
from pipeline.city import City, Site
from pipeline.faults import ToldError
from pipeline.progress import tell

PROCESS_MODULE = "crawlers.process"
_ROOT = Path(__file__).resolve().parent.parent


class CrawlError(ToldError, RuntimeError):
    """The crawl could not be started or broke down; the message, in Chinese, says why."""


def crawl(
    city: City,
    sites: list[str] | None = None,
    *,
    home: Path,
    first_day: dt.date,
    last_day: dt.date,
    clock: Callable[[], dt.datetime],
    limit: int | None = None,
    per_kind: int | None = None,
    pages: Sequence[Site] = (),
    progress: bool = True,
) -> CrawlReport:
    """Crawl sites of a city and land what is new.

    All sites are crawled in one process of their own, different hosts in parallel. Ctrl-C and SIGTERM end it
    with everything landed that was fetched; the report says `interrupted`.

    Args:
        sites: slugs of outlets.yaml; None for all.
        home: the folder in which var/<city>/ lies.
        first_day, last_day: the days wanted, both included: editions of a paper, articles that a list dates.
        clock: wall-clock time of China, or of a replayed day; asked once, real time is added to it.
        limit: pages per site at most.
        per_kind: lists, articles and threads per site at most: a look at a site, no crawl.
        pages: what is no site of the city, crawled instead of its sites: see crawlers.pages.
        progress: show a bar on stderr.

    Raises:
        CrawlError: no such site, or the process broke down.
    """
    known = [site.slug for site in (pages or city.sites)]
    wanted = known if sites is None else list(dict.fromkeys(sites))
    if unknown := [slug for slug in wanted if slug not in known]:
        raise CrawlError(f"没有这个站点：{'、'.join(unknown)}；可用的有：{'、'.join(known) or '（无）'}")
    if not wanted:
        return CrawlReport()
    job = Job(
        city=str(city.folder.resolve()),
        home=str(home.resolve()),
        sites=wanted,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
        start=clock().replace(tzinfo=None).isoformat(),
        limit=limit,
        per_kind=per_kind,
        pages=list(pages),
    )
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", PROCESS_MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    assert process.stdin and process.stdout and process.stderr
    log: list[bytes] = []
    reader = threading.Thread(target=_keep_tail, args=(process.stderr, log), daemon=True)
    reader.start()
    with _forwarded_term(process), _bar(wanted, progress) as show:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(job) + b"\n")
            process.stdin.close()
        answer = _answer(process, show)
    reader.join(timeout=5)
    if answer is not None and answer.is_told and answer.error is not None:
        raise CrawlError(answer.error)
    if answer is None or answer.report is None:
        reason = answer.error if answer else f"退出码 {process.returncode}"
        tail = b"".join(log).decode("utf-8", "replace").strip()
        raise CrawlError(f"抓取进程意外结束（{reason}）" + (f"：\n{tail}" if tail else ""))
    return answer.report


def _answer(process: subprocess.Popen[bytes], show: Callable[[Message], None]) -> Message | None:
    """Read messages to the end; Ctrl-C asks the process to end and goes on reading."""
    last: Message | None = None
    assert process.stdout is not None
    while True:
        try:
            for line in process.stdout:
                with contextlib.suppress(msgspec.DecodeError):
                    message = msgspec.json.decode(line, type=Message)
                    show(message)
                    last = message if message.progress is None else last
            process.wait()
            return last
        except KeyboardInterrupt:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()


@contextlib.contextmanager
def _forwarded_term(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """SIGTERM to us ends the crawl cleanly. Handlers can only be set in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def forward(number: int, frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()

    before = signal.signal(signal.SIGTERM, forward)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _bar(sites: list[str], shown: bool) -> Iterator[Callable[[Message], None]]:
    if not shown:
        yield lambda message: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {slug: bar.add_task(slug, total=None) for slug in sites}

        def show(message: Message) -> None:
            counts = message.progress.done if message.progress else {}
            for slug, (done, requested) in counts.items():
                bar.update(tasks[slug], completed=done, total=max(requested, 1))
            if counts:
                done, requested = (sum(each) for each in zip(*counts.values(), strict=True))
                tell("采集网页", done, requested)

        yield show


def _keep_tail(stream: IO[bytes], into: list[bytes], lines: int = 30) -> None:
    for line in stream:
        into.append(line)
        del into[:-lines]
