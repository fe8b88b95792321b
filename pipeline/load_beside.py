"""Owns the process that reads landed lines beside the one that loads them (`python -m pipeline.load_beside`).

The two speak over one pair of sockets, which holds little: the reader waits with a part until the one before
is being loaded. Where either ends, whatever the reason, the other finds the line dead: the reader ends, the
loader tells it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.load_parts import Part, Range, read_part

_ROOT = Path(__file__).resolve().parent.parent


def read_beside(folder: Path, ranges: Sequence[Sequence[Range]], salt: bytes) -> Generator[Part, None, None]:
    """The parts of these ranges, in their order, read by another process.

    Raises:
        OSError: a landing file cannot be read.
        WarehouseError: the process ended before it should.
    """
    from pipeline.warehouse import WarehouseError  # which the reader does not need

    ours, theirs = Pipe()
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    child = subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-m", __name__, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": paths},
    )
    theirs.close()
    try:
        for number in range(len(ranges)):
            try:
                if number == 0:
                    ours.send((folder, ranges, salt))
                said = ours.recv()
            except (EOFError, ConnectionError) as error:
                raise WarehouseError("读取采集行的进程意外结束（内存不足？），请再运行一次") from error
            if isinstance(said, Exception):
                raise said
            yield said
    finally:
        ours.close()
        child.kill()
        child.wait()


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
