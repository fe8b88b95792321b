"""Owns starting a module of this program as a process beside this one, with a line between the two.

The module's command line names the file descriptor of its end of the line. Where either process ends,
whatever the reason, the other finds the line dead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent


class Beside(NamedTuple):
    """A process, and the line to it."""

    line: Connection
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()


def start_beside(module: str) -> Beside:
    ours, theirs = Pipe()
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-m", module, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": paths},
    )
    theirs.close()
    return Beside(ours, process)
