"""Owns lines that wait until all have been read: some in memory, the rest in a file that ends with them."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain
from typing import IO

IN_MEMORY = 32 << 20  # bytes of lines; what comes after them lies in the file


class Spool(AbstractContextManager["Spool"]):
    """Lines by number, in the order in which they were added. Close it after use; its file has no name.

    Raises:
        OSError: the disk is full, when a line is added.
    """

    def __init__(self, most: int | None = None) -> None:
        self._room = IN_MEMORY if most is None else most
        self._kept: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._ends = array("Q", [0])  # of the lines in the file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def in_memory(self) -> bool:
        """Whether all lines so far are in memory."""
        return self._file is None

    def append(self, line: bytes) -> None:
        if self._file is None:
            self._room -= len(line)
            if self._room >= 0:
                self._kept.append(line)
                return
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._file.seek(self._ends[-1])
        self._file.write(line)
        self._ends.append(self._ends[-1] + len(line))

    def extend(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.append(line)

    def __len__(self) -> int:
        return len(self._kept) + len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        """Raises IndexError where there is no such line."""
        if number < len(self._kept):
            return self._kept[number]
        at = number - len(self._kept)
        begin, end = self._ends[at], self._ends[at + 1]
        assert self._file is not None
        self._file.seek(begin)
        return self._file.read(end - begin)

    def __iter__(self) -> Iterator[bytes]:
        return chain(self._kept, (self[number] for number in range(len(self._kept), len(self))))
