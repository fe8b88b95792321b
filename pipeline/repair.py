"""Owns the repair of what a kill left half-written: torn last lines and torn last captures of a site."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from pipeline.captures import end_of_members
from pipeline.landing import read_lines
from pipeline.records import Landed, RecordError, from_json
from pipeline.store import sync_folder


@dataclasses.dataclass(frozen=True)
class Torn:
    """What was cut off, and the file beside the original in which it is kept."""

    file: Path
    length: int  # bytes
    kept_in: Path


def repair_site(folder: Path, site: str) -> list[Torn]:
    """Cut off what a kill left half-written in the newest run of a site; call it under the site's lock.

    Older runs were repaired when the run after them began. Whole captures without a line stay: they are
    evidence that nobody points to.
    """
    torn: list[Torn] = []
    known = {p.stem: p for p in (folder / "landing" / site).glob("*.jsonl")}
    warcs = {p.name.removesuffix(".warc.gz"): p for p in (folder / "captures" / site).glob("*.warc.gz")}
    if not known and not warcs:
        return torn
    newest = max([*known, *warcs])
    good = 0
    if newest in known:
        path = known[newest]
        end = end_of_lines(path)
        if end < path.stat().st_size:
            torn.append(_cut(path, end))
        name = f"{site}/{newest}.jsonl"
        offsets = [
            record.warc_offset
            for _, line in read_lines(path, 0, name)
            if (record := _landed_or_none(line)) is not None
            and record.warc == f"{site}/{newest}.warc.gz"
            and record.warc_offset is not None
        ]
        good = max(offsets, default=0)
    if newest in warcs:
        path = warcs[newest]
        end = end_of_members(path, min(good, path.stat().st_size))
        if end < path.stat().st_size:
            torn.append(_cut(path, end))
    return torn


def _landed_or_none(line: bytes) -> Landed | None:
    try:
        return from_json(line, Landed)
    except RecordError:
        return None


def end_of_lines(path: Path, block: int = 1 << 16) -> int:
    """The offset after the last newline, read from the end."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - block)
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
    return 0


def _cut(path: Path, end: int) -> Torn:
    """Move everything after `end` to a .torn file; keep first, cut then, so that a kill loses none."""
    kept_in = path.with_name(f"{path.name}.{end}.torn")
    with path.open("r+b") as file:
        file.seek(end)
        tail = file.read()
        with kept_in.open("wb") as keep:
            keep.write(tail)
            keep.flush()
            os.fsync(keep.fileno())
        sync_folder(path.parent)
        file.truncate(end)
        file.flush()
        os.fsync(file.fileno())
    return Torn(path, len(tail), kept_in)
