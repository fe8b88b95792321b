"""Owns the played clock of a soak, and the program under it: `python -m tools.soak.played CLOCK …`.

A day passes in so many seconds. Everything that asks the program's one clock (`commands.common.wall_clock`)
is told the played time, the desk and the work that it starts included.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import pkgutil
import sys
import time
from pathlib import Path

import msgspec


class PlayedClock(msgspec.Struct, frozen=True):
    """Since `began` (seconds of the epoch) a day passes in `day_seconds`, from `start` on."""

    began: float
    start: dt.datetime
    day_seconds: float

    def now(self) -> dt.datetime:
        passed = (time.time() - self.began) / self.day_seconds
        return (self.start + dt.timedelta(days=passed)).replace(microsecond=0)

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self))


def read_clock(path: Path) -> PlayedClock:
    """The clock that a soak wrote down."""
    return msgspec.json.decode(path.read_bytes(), type=PlayedClock)


def program(clock: Path) -> list[str]:
    """What runs the command line under a played clock."""
    return [sys.executable, "-m", "tools.soak.played", str(clock)]


def main() -> None:
    """The command line of the program under the clock of a file."""
    import commands
    import gangqing
    from analysis.desk import jobs

    path = Path(sys.argv.pop(1))
    clock = read_clock(path)
    for module in pkgutil.iter_modules(commands.__path__):
        loaded = importlib.import_module(f"commands.{module.name}")
        if hasattr(loaded, "wall_clock"):
            loaded.wall_clock = clock.now  # type: ignore[attr-defined]
    jobs.Jobs.__init__ = functools.partialmethod(jobs.Jobs.__init__, program=program(path))  # type: ignore[assignment,method-assign]
    gangqing.main()


if __name__ == "__main__":
    main()
