"""Owns the landing: append-only files of one line a page, written durably, repaired after a kill, read again.

A page is landed once its line is fsynced. Captures are fsynced before the lines that point to them, so a line
never points to nothing. Lines are fsynced in groups; what a kill leaves half-written was never landed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.captures import CaptureError, CaptureWriter, Exchange, read_capture
from pipeline.masks import masked
from pipeline.records import Landed, RecordError, from_json, to_json
from pipeline.store import ensure_folder, sync_folder

__all__ = [
    "CaptureError",
    "Exchange",
    "LandingWriter",
    "Quarantined",
    "iter_landed",
    "landing_files",
    "next_run",
    "read_capture",
    "read_lines",
    "read_records",
]

MAX_LINE_BYTES = 64 * 1024 * 1024
READ_BYTES = 1024 * 1024  # of a landing file at once
_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Quarantined:
    """A line that is no valid record: kept where it stands, reported, never loaded."""

    file: str
    offset: int  # where the line begins, bytes
    length: int  # bytes
    reason: str


class LandingWriter:
    """Lands the pages of one site in one run.

    Args:
        folder: the city's data folder (var/<city>).
        group_pages, group_seconds: lines are made durable together, at the latest after so many pages, or at
            the first `add` or `tick` after so many seconds.
        on_landed: called with each record once it is durable.
    """

    def __init__(
        self,
        folder: Path,
        site: str,
        run: str,
        *,
        group_pages: int = 64,
        group_seconds: float = 0.5,
        on_landed: Callable[[Landed], None] | None = None,
    ) -> None:
        self._path = folder / "landing" / site / f"{run}.jsonl"
        self._warc_path = folder / "captures" / site / f"{run}.warc.gz"
        self.warc = f"{site}/{run}.warc.gz"
        self._group_pages = group_pages
        self._group_seconds = group_seconds
        self._on_landed = on_landed
        self._pending: list[Landed] = []
        self._oldest = 0.0
        self._captures: CaptureWriter | None = None
        self.landed = 0
        ensure_folder(self._path.parent)
        ensure_folder(self._warc_path.parent)
        self._file = self._path.open("ab", buffering=0)
        self._size = self._path.stat().st_size
        sync_folder(self._path.parent)

    def add(self, record: Landed, exchange: Exchange | None = None) -> Landed:
        """Take one page, its texts masked. With an exchange, it is captured and the record points to the
        capture.

        Returns the record as it will be landed; it is durable only after the next `sync`.
        """
        record = masked(record)
        if exchange is not None:
            if self._captures is None:
                self._captures = CaptureWriter(self._warc_path)
            offset = self._captures.add(exchange)
            record = msgspec.structs.replace(record, warc=self.warc, warc_offset=offset)
        if not self._pending:
            self._oldest = time.monotonic()
        self._pending.append(record)
        if len(self._pending) >= self._group_pages:
            self.sync()
        else:
            self.tick()
        return record

    def tick(self) -> None:
        """Make the open group durable if it is old enough."""
        if self._pending and time.monotonic() - self._oldest >= self._group_seconds:
            self.sync()

    def sync(self) -> None:
        """Make everything added so far durable: first the captures, then the lines."""
        if not self._pending:
            return
        if self._captures is not None:
            self._captures.sync()
        self._append(b"".join(to_json(record) + b"\n" for record in self._pending))
        group, self._pending = self._pending, []
        self.landed += len(group)
        if self._on_landed is not None:
            for record in group:
                self._on_landed(record)

    def _append(self, lines: bytes) -> None:
        """Write all or nothing: a full disk must not leave half a line in front of the next try."""
        try:
            rest = memoryview(lines)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), self._size)
            raise
        self._size += len(lines)

    def close(self) -> None:
        """Land what is open and close the files. May be called twice. A run without a page leaves no file."""
        if self._file.closed:
            return
        self.sync()
        self._file.close()
        if self._captures is not None:
            self._captures.close()
        if self._size == 0:
            self._path.unlink()


def landing_files(folder: Path, site: str | None = None) -> list[str]:
    """Relative names (<site>/<run>.jsonl) of all landing files of a city, or of one site, in the order of
    reading. An empty one is none: a run that ends without a page removes it, while others read."""
    root = folder / "landing"
    files = [path.relative_to(root) for path in root.glob(f"{site or '*'}/*.jsonl") if _has_lines(path)]
    return [path.as_posix() for path in sorted(files, key=lambda path: (path.stem, path.as_posix()))]


def _has_lines(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


def next_run(folder: Path, sites: Sequence[str], start: dt.datetime, number: int = 0) -> str:
    """An id for a run of these sites: the time, and a number; after all their earlier runs, even if the
    clock was set back. `number`: the first to take, where several write at once."""
    stamp = start.strftime("%Y%m%dT%H%M%S")
    earlier = max((run for site in sites for run in _runs(folder, site)), default="")
    last_stamp, _, last_number = earlier.rpartition("-")
    if last_stamp >= stamp and last_number.isdigit():
        stamp, number = last_stamp, number + int(last_number) + 1
    return f"{stamp}-{number:03d}"


def _runs(folder: Path, site: str) -> set[str]:
    landed = {path.stem for path in (folder / "landing" / site).glob("*.jsonl")}
    return landed | {p.name.removesuffix(".warc.gz") for p in (folder / "captures" / site).glob("*.warc.gz")}


def iter_landed(
    folder: Path,
    after: Mapping[str, int] | None = None,
    *,
    quarantine: Callable[[Quarantined], None] | None = None,
    site: str | None = None,
) -> Iterator[tuple[str, int, Landed]]:
    """All landed pages, by run, file and offset.

    Args:
        folder: the city's data folder (var/<city>).
        after: per relative file name the offset in bytes up to which it was read before.
        quarantine: called with each line that is no valid record; without it they go to the log.
        site: only this site's files.

    Yields:
        relative file name, offset after the line in bytes, record. A last line without its end is not landed
        yet and is left for the next reading.
    """
    report = quarantine if quarantine is not None else _warn
    for name in landing_files(folder, site):
        for end_offset, record in read_records(folder, name, report, (after or {}).get(name, 0)):
            yield name, end_offset, record


def read_records(
    folder: Path, name: str, report: Callable[[Quarantined], None], start: int = 0, end: int | None = None
) -> Iterator[tuple[int, Landed]]:
    """The pages of one landing file whose lines begin at `start` or later, before `end`; each with the offset
    after its line. What is no valid record is reported."""
    for begin, line in read_lines(folder / "landing" / name, start, name, report, end):
        try:
            record = from_json(line, Landed)
        except RecordError as error:
            report(Quarantined(name, begin, len(line), str(error)[:500]))
            continue
        yield begin + len(line), record


def read_lines(
    path: Path,
    start: int,
    name: str,
    report: Callable[[Quarantined], None] | None = None,
    end: int | None = None,
) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of each whole line of a file that begins before `end`; a line beyond all bounds is
    reported and passed over."""
    report = report if report is not None else _warn
    with path.open("rb", READ_BYTES) as file:
        file.seek(start)
        begin = start
        while (end is None or begin < end) and (line := file.readline(MAX_LINE_BYTES)):
            if line.endswith(b"\n"):
                yield begin, line
                begin += len(line)
                continue
            if len(line) < MAX_LINE_BYTES:
                return  # being written, or torn: not landed
            length = len(line)
            while (more := file.readline(MAX_LINE_BYTES)) and not more.endswith(b"\n"):
                length += len(more)
            length += len(more)
            report(Quarantined(name, begin, length, "一行超过 64 MB"))
            begin += length


def _warn(bad: Quarantined) -> None:
    _log.warning("landing/%s: bytes %d+%d are no record: %s", bad.file, bad.offset, bad.length, bad.reason)
