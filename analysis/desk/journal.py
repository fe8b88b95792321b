"""Owns the desk's append-only files of JSON lines: accounts, audit. A line is on disk before it counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from filelock import FileLock

from pipeline.faults import ToldError
from pipeline.store import append_durably, ensure_folder

R = TypeVar("R", bound=msgspec.Struct)


class JournalError(ToldError, ValueError):
    """A line of a journal cannot be read; the message names file and line, in Chinese."""


class Journal(Generic[R]):
    """One file of records of one type, only ever appended to; several processes may write it."""

    def __init__(self, path: Path, record: type[R], mode: int = 0o600) -> None:
        self.path, self._record, self._mode = path, record, mode
        self._lock = threading.Lock()

    def append(self, *records: R) -> None:
        """Returns only after the lines are on disk."""
        ensure_folder(self.path.parent)
        lines = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
        with self._lock, FileLock(f"{self.path}.lock"):
            append_durably(self.path, lines, self._mode)

    def __iter__(self) -> Iterator[R]:
        """All records in order. Half a line (a kill while writing, never acknowledged) is passed over.

        Raises:
            JournalError: a line is damaged otherwise: who was shut out must not come in by it.
        """
        if not self.path.exists():
            return
        decoder = msgspec.json.Decoder(self._record)
        for number, line in enumerate(self.path.read_bytes().split(b"\n"), 1):
            if line.strip():
                try:
                    yield decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    if "truncated" not in str(error):
                        said = f"{self.path} 第 {number} 行损坏，请从备份恢复这个文件（{error}）"
                        raise JournalError(said) from error

    def state(self) -> tuple[int, int]:
        """Changes with every record."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (stat.st_size, stat.st_mtime_ns)
