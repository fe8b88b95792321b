"""Owns reading append-only files of JSON lines from their end: what came last is told without reading all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)
BLOCK = 64 * 1024  # bytes that are read at once


def records_back(
    paths: Iterable[Path], kind: type[R], fault: type[Exception], before: str = ""
) -> Iterator[tuple[str, R]]:
    """The records of several files from the last one back, each with its mark. Half a line (a kill while
    writing, never acknowledged) is passed over.

    Args:
        paths: files in the order in which they were written.
        fault: raised for a line that is damaged otherwise, with the file and the place.
        before: a mark: only what stands before it; "", or the mark of a file that is not there: all.
    """
    decoder = msgspec.json.Decoder(kind)
    for path, offset, line in _lines_back(sorted(paths, reverse=True), before):
        try:
            yield f"{path.name}:{offset}", decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if "truncated" not in str(error):
                said = f"{path} 第 {offset} 字节起的一行损坏，请从备份恢复这个文件（{error}）"
                raise fault(said) from error


def _lines_back(paths: list[Path], before: str) -> Iterator[tuple[Path, int, bytes]]:
    """File, offset and bytes of each line that is not empty."""
    name, _, place = before.rpartition(":")
    end: int | None = None
    if place.isascii() and place.isdigit() and len(place) < 16 and name in {path.name for path in paths}:
        paths, end = [path for path in paths if path.name <= name], int(place)
    for path in paths:
        yield from _of_file(path, end)
        end = None


def _of_file(path: Path, end: int | None) -> Iterator[tuple[Path, int, bytes]]:
    with path.open("rb") as file:
        size = path.stat().st_size
        start = size if end is None else min(end, size)
        rest = b""  # of a line that begins further in front
        while start > 0:
            stop, start = start, max(0, start - BLOCK)
            file.seek(start)
            lines = (file.read(stop - start) + rest).split(b"\n")
            rest = lines.pop(0) if start else b""
            offset = start + (len(rest) + 1 if start else 0) + sum(len(line) + 1 for line in lines)
            for line in reversed(lines):
                offset -= len(line) + 1
                if line.strip():
                    yield path, offset, line
