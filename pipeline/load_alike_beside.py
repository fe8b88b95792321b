"""Owns the process that compares threads while they are tagged (`python -m pipeline.load_alike_beside`).

What is to be compared lies in a file, window by window; what was found is sent at the end.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import msgspec

from pipeline.tagging.alike import Alike, alike
from pipeline.tagging.alike_weights import Message

Window = tuple[list[Message], set[str]]  # messages, and the ids of those that are new
_SIZE = 8  # bytes that tell the length of a window
_decode = msgspec.msgpack.Decoder(Window).decode


def write_windows(path: Path, windows: Iterable[Window]) -> list[int]:
    """Returns how many messages of each are new."""
    sizes = []
    with path.open("wb") as file:
        for messages, new in windows:
            packed = msgspec.msgpack.encode((messages, new))
            file.write(len(packed).to_bytes(_SIZE, "big") + packed)
            sizes.append(len(new))
    return sizes


def read_windows(path: Path) -> Iterator[Window]:
    with path.open("rb") as file:
        while size := file.read(_SIZE):
            yield _decode(file.read(int.from_bytes(size, "big")))


def main(number: int) -> None:
    """Compare the windows of the file that is told on this file descriptor; end where nobody is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the loader hears it and ends this one
    with contextlib.suppress(EOFError, ConnectionError), Connection(number) as line:
        path = line.recv()
        Thread(target=_end_with, args=(line,), daemon=True).start()
        try:
            # One thread: the loader needs the other processor.
            said: list[list[Alike]] | Exception = [
                list(alike(messages, new, 1)) for messages, new in read_windows(path)
            ]
        except Exception as error:
            said = error
        line.send(said)


def _end_with(line: Connection) -> None:
    """End this process when the other end of the line is closed."""
    with contextlib.suppress(EOFError, OSError):
        line.recv()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
