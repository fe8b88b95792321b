"""Owns running a piece of work in a child that is struck: killed, out of disk, cut off from power.

The child is a fork, so that it starts at once with everything imported; what runs in it is the program's own
command line. A strike comes at a random moment, or at a random operation by which something becomes durable
(fsync, rename, link, truncate): these are where an order of steps can be wrong.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import importlib
import os
import pickle
import pkgutil
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.faults.disk import note

Work = Callable[[], object]
DURABLE = ("fsync", "replace", "rename", "link", "ftruncate", "unlink")
PATIENCE = 120  # seconds until a child that hangs is a failure


@dataclasses.dataclass(frozen=True)
class Strike:
    """What befalls the child, and when.

    Attributes:
        what: kill, full (ENOSPC from then on), short (no file may grow beyond `at` bytes), power (kill; what
            was not synced is lost), none.
        at: number of a durable operation, or bytes, or None.
        after: seconds, where it comes at a moment.
    """

    what: str = "none"
    at: int | None = None
    after: float | None = None


@dataclasses.dataclass(frozen=True)
class Ended:
    """How the child ended. `code` is negative for a signal, as subprocess has it."""

    code: int
    said: str
    seconds: float
    operations: int

    @property
    def was_struck(self) -> bool:
        return self.code != 0


# The parts of a tagger. The small cities of the rounds have the units of the city for which they were loaded.
_LOADED: dict[str, object] = {}
_TREE: list[Any] = []  # the command line as it was put together
_YAML: dict[bytes, bytes] = {}  # files of the city as they were read, pickled


def warm() -> None:
    """Import and load in this process what every child needs."""
    import apprise
    import typer.main

    import analysis
    import gangqing
    import pipeline
    from pipeline.city import load_city
    from pipeline.city_files import load_yaml
    from pipeline.tagging.items import ArticleItem, ThreadItem, ThreadPost
    from pipeline.tagging.tagger import Tagger
    from tests.analysis.case import REPOSITORY

    for package in (pipeline, analysis):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith("pipeline.training"):
                importlib.import_module(module.name)
    with contextlib.suppress(ImportError):
        importlib.import_module("typer._adapters")  # what reading of arguments imports late
    for plugin in apprise.plugins.N_MGR.plugins():
        assert plugin
    for path in (REPOSITORY / "city").glob("*.yaml"):
        _YAML[path.read_bytes()] = pickle.dumps(load_yaml(path))
    # Half of a short command is the tree of all commands, which is the same each time.
    _TREE.append(typer.main.get_command(gangqing.app))
    city = load_city(REPOSITORY / "city")
    loaded = Tagger(city)
    article = ArticleItem(
        id="a", title="市水利局部署冬修水利", body="市水利局召开现场会。", outlet="防城港日报"
    )
    post = ThreadPost(floor=1, author="甲", text="路灯不亮，谁来修")
    loaded.articles([article])
    loaded.threads([ThreadItem(id="t", title="路灯不亮", forum="防城港人论坛", posts=[post])])
    loaded.followups([])
    _LOADED.update(
        {name: getattr(loaded, name) for name in ("article_tagger", "thread_tagger", "followup_reader")}
    )


def command(*arguments: str) -> Work:
    """The program's command line with these arguments."""

    def work() -> None:
        import gangqing

        sys.argv = ["gangqing", *arguments]
        gangqing.main()

    return work


def choose(rng: random.Random, what: str, unbroken: Ended) -> Strike:
    """A random strike, for work that took as long and had as many durable operations unbroken."""
    if what == "full" and rng.random() < 0.4:
        return Strike("short", at=int(10 ** rng.uniform(1, 5.5)))
    if what in ("full", "power") or rng.random() < 0.6:
        return Strike(what, at=rng.randint(1, max(1, unbroken.operations)))
    return Strike(what, after=rng.uniform(0, unbroken.seconds))


def run(work: Work, strike: Strike = Strike(), log: Path | None = None) -> Ended:
    """Run work in a child and wait for its end."""
    began = time.monotonic()
    child, said = start(work, strike, log)
    if strike.after is not None:
        time.sleep(strike.after)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    return finish(child, said, began)


def start(work: Work, strike: Strike = Strike(), log: Path | None = None) -> tuple[int, Path]:
    """Start work in a child of a process group of its own; returns its id and the file of what it says."""
    handle, name = tempfile.mkstemp(prefix="gangqing-fault-")
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        os.close(handle)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(child, child)
        return child, Path(name)
    code = 70
    try:
        os.setpgid(0, 0)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        _use_loaded()
        counter = _arm(strike, log)
        try:
            work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(1, f"\n#operations {counter[0]}\n".encode())
    finally:
        os._exit(code)


def _use_loaded() -> None:
    """In the child only: every tagger has the parts that the parent loaded."""
    from pipeline.tagging.tagger import Tagger

    for name, part in _LOADED.items():
        setattr(Tagger, name, part)
    if _TREE:
        import typer.main

        from pipeline import city_files

        parse = city_files.parse_yaml
        typer.main.get_command = lambda _: _TREE[0]
        city_files.parse_yaml = lambda content, path: (
            pickle.loads(_YAML[content]) if content in _YAML else parse(content, path)
        )


def finish(child: int, said: Path, began: float) -> Ended:
    """Wait for a child that was started. Raises AssertionError where it hangs."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - began > PATIENCE:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"hung for {PATIENCE} s: {said.read_text('utf-8', 'replace')[-500:]}")
        time.sleep(0.002)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it started goes with it
    text = said.read_text("utf-8", "replace")
    said.unlink()
    body, _, count = text.rpartition("\n#operations ")
    code = os.waitstatus_to_exitcode(status)
    done = int(count) if count.strip().isdigit() else 0
    return Ended(code, body or text, time.monotonic() - began, done)


def _arm(strike: Strike, log: Path | None) -> list[int]:
    """Make the durable operations of this process count, strike, and be noted; returns the counter."""
    counter = [0]
    if strike.what == "short":
        resource.setrlimit(resource.RLIMIT_FSIZE, (strike.at or 0, strike.at or 0))
    notes = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if log is not None else None
    for name in DURABLE:
        setattr(os, name, _struck(name, getattr(os, name), strike, counter))
    if notes is not None:
        struck_fsync = os.fsync

        def noted(handle: int) -> None:
            struck_fsync(handle)
            os.write(notes, note(handle))

        os.fsync = noted
    return counter


def _struck(
    name: str, real: Callable[..., object], strike: Strike, counter: list[int]
) -> Callable[..., object]:
    def operation(*arguments: object, **more: object) -> object:
        counter[0] += 1
        if strike.at is not None:
            is_time = counter[0] == strike.at
            if strike.what in ("kill", "power") and is_time and counter[0] % 2:
                os.kill(os.getpid(), signal.SIGKILL)
            if strike.what == "full" and counter[0] >= strike.at and name in ("fsync", "link"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            done = real(*arguments, **more)
            if strike.what in ("kill", "power") and is_time:
                os.kill(os.getpid(), signal.SIGKILL)
            return done
        return real(*arguments, **more)

    return operation


def scratch(folder: Path, name: str) -> Path:
    """A fresh folder below another."""
    place = folder / name
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    return place
