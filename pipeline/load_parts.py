"""Owns reading what was landed part by part, each as the Arrow tables that are to be loaded.

A part is some megabytes of landing files. Where there is much to read a process beside this one reads the
next part while this one loads the last (`pipeline.load_beside`); the parts are the same.
"""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.floors import REPEATED, repeated_floors
from pipeline.landing import Quarantined, landing_files, read_records
from pipeline.load_landing import Rows, load_landed, thread_id

PART_BYTES = 4 * 1024 * 1024  # some 2,000 pages
BESIDE_BYTES = 32 * 1024 * 1024  # from so much on, to start a process costs less than it saves

Range = tuple[str, int, int]  # landing file, offsets of the first line and after the last


@dataclasses.dataclass(frozen=True)
class Part:
    """What some ranges of landing files hold."""

    tables: Mapping[str, pa.Table]  # rows by the table into which they go
    count: int  # lines
    ends: Mapping[str, int]  # per file the offset after the last line that could be read
    threads: frozenset[str]  # ids of those that had a line
    told: Sequence[str]  # for the user, in Chinese
    bad: Sequence[Quarantined]


def read_parts(folder: Path, after: Mapping[str, int], salt: bytes) -> Generator[Part, None, None]:
    """What was landed after the offsets that were read before, in the order of landing.

    Raises:
        OSError: a landing file cannot be read.
        WarehouseError: the process beside ended before it should.
    """
    ranges = list(cut(folder, after))
    waiting = sum(end - begin for part in ranges for _, begin, end in part)
    if waiting >= BESIDE_BYTES and (os.cpu_count() or 1) > 1:
        from pipeline.load_beside import read_beside

        yield from read_beside(folder, ranges, salt)
    else:
        for part in ranges:
            yield read_part(folder, part, salt)


def cut(folder: Path, after: Mapping[str, int], size: int = PART_BYTES) -> Iterator[list[Range]]:
    """The landing files behind these offsets in ranges of whole lines, some `size` bytes together."""
    part: list[Range] = []
    left = size
    for name in landing_files(folder):
        path, begin = folder / "landing" / name, after.get(name, 0)
        total = path.stat().st_size
        while begin < total:
            end = _line_end(path, begin + left) if begin + left < total else total
            part.append((name, begin, end))
            left -= end - begin
            begin = end
            if left <= 0:
                yield part
                part, left = [], size
    if part:
        yield part


def _line_end(path: Path, offset: int) -> int:
    """The first end of a line at this offset or after it."""
    with path.open("rb") as file:
        file.seek(offset - 1)
        while (line := file.readline(1 << 20)) and not line.endswith(b"\n"):
            pass
        return file.tell()


def read_part(folder: Path, ranges: Sequence[Range], salt: bytes) -> Part:
    """What these ranges hold. Raises OSError."""
    rows: Rows = defaultdict(list)
    ends: dict[str, int] = {}
    threads: set[str] = set()
    told: list[str] = []
    bad: list[Quarantined] = []
    count = 0
    for name, begin, end in ranges:
        for end_offset, landed in read_records(folder, name, bad.append, begin, end):
            load_landed(rows, name, end_offset, landed, salt)
            ends[name] = end_offset
            count += 1
            if landed.thread is not None:
                threads.add(thread_id(landed.thread.forum, landed.thread.tid))
                if repeated := repeated_floors(landed.thread.posts):
                    told.append(f"楼层号重复：{landed.url} {repeated}，后面的各加 {REPEATED} 记")
    tables = {table: _table(of_table) for table, of_table in rows.items() if of_table}
    return Part(tables, count, ends, frozenset(threads), told, bad)


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in rows[0]})
