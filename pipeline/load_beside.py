"""Owns the processes that read landed lines beside the one that loads (`python -m pipeline.load_beside`).

They read in turn: to read a part takes longer than to load it. Each speaks with the loader over one pair of
sockets, which holds little: it waits with a part until the loader comes to it. Where either ends, whatever
the reason, the other finds the line dead: the reader ends, the loader tells it.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Generator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.beside import Beside, start_beside
from pipeline.load_parts import Part, Range, read_part

READERS = 2  # no less is gained where there are more processors: the loader is the slower one then


def read_beside(folder: Path, ranges: Sequence[Sequence[Range]], salt: bytes) -> Generator[Part, None, None]:
    """The parts of these ranges, in their order, read by other processes.

    Raises:
        OSError: a landing file cannot be read.
        WarehouseError: a process ended before it should.
    """
    from pipeline.warehouse import WarehouseError  # which a reader does not need

    count = min(READERS, len(ranges))
    readers: list[Beside] = []
    try:
        try:
            for place in range(count):
                readers.append(start_beside(__name__))
                readers[place].line.send((folder, ranges[place::count], salt))
            for number in range(len(ranges)):
                said = readers[number % count].line.recv()
                if isinstance(said, Exception):
                    raise said
                yield said
        except (EOFError, ConnectionError) as error:
            raise WarehouseError("读取采集行的进程意外结束（内存不足？），请再运行一次") from error
    finally:
        for reader in readers:
            reader.end()


def main(number: int) -> None:
    """Read the ranges that are asked for on this file descriptor, until all are read or nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the loader hears it and ends this one
    with contextlib.suppress(EOFError, ConnectionError), Connection(number) as line:
        folder, ranges, salt = line.recv()
        for part in ranges:
            try:
                said: Part | Exception = read_part(folder, part, salt)
            except Exception as error:
                said = error
            line.send(said)


if __name__ == "__main__":
    main(int(sys.argv[1]))
