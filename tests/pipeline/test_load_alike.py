"""Threads on the same matter are found by a process beside the build as by the build, and it never stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline import load_alike
from pipeline.edition import windows_path
from pipeline.load_alike import looked_for_links
from pipeline.tagging.linear import ModelError
from pipeline.warehouse import Warehouse, WarehouseError
from tests.analysis.case import Case
from tests.pipeline.tagging.test_alike import POSTS
from tests.pipeline.test_load import ask, digest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Threads of two years, some of them on one matter; any number of threads is many."""
    made = Case(tmp_path)
    for year in (2016, 2017):
        for number, (title, text) in enumerate(POSTS.values()):
            at = f"{year}-10-0{number + 1}T08:00:00"
            made.thread(f"{year}{number}", title, [("某某", at, text)], at=at)
    monkeypatch.setattr(load_alike, "BESIDE_THREADS", 1)
    monkeypatch.setattr("pipeline.load_alike.os.cpu_count", lambda: 2)
    return made


@pytest.fixture
def built(case: Case) -> Warehouse:
    case.build()
    return Warehouse(case.warehouse, read_only=True)


def _ids(warehouse: Warehouse) -> set[str]:
    return {thread for (thread,) in warehouse.rows("SELECT thread_id FROM thread_now")}


def test_a_build_beside_finds_the_same_pairs(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    run = subprocess.Popen
    monkeypatch.setattr("pipeline.beside.subprocess.Popen", lambda *a, **k: started.append(a) or run(*a, **k))
    case.build()
    before = digest(case)
    assert len(started) == 1 and ask(case, "SELECT COUNT(*) FROM thread_alike") > [(0,)]
    monkeypatch.setattr(load_alike, "BESIDE_THREADS", 10_000)
    case.build(rebuild=True)
    assert len(started) == 1 and digest(case) == before


def test_what_fails_beside_or_within_leaves_neither_process_nor_file(built: Warehouse) -> None:
    others = set(psutil.Process().children())
    with pytest.raises(WarehouseError, match="意外结束"), looked_for_links(built, _ids(built)) as found:
        (child,) = set(psutil.Process().children()) - others
        child.kill()
        list(found)
    with pytest.raises(ModelError), looked_for_links(built, _ids(built)):
        raise ModelError("of the tagger")
    assert set(psutil.Process().children()) == others
    assert not windows_path(built.path).exists()


def test_a_file_that_cannot_be_written_is_told(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, windows: object) -> None:
        raise OSError(errno.ENOSPC, "No space left", str(path))

    monkeypatch.setattr("pipeline.load_alike_beside.write_windows", full)
    with pytest.raises(WarehouseError, match="腾出空间"), looked_for_links(built, _ids(built)):
        pass


KILLED = """
import sys, time
from pathlib import Path
import psutil
from pipeline import load_alike
from pipeline.warehouse import Warehouse

load_alike.BESIDE_THREADS, load_alike.os.cpu_count = 1, lambda: 2
warehouse = Warehouse(Path({path!r}), read_only=True)
windows = [*load_alike._read(warehouse, {ids!r})]
load_alike._read = lambda *of: windows * 5000  # minutes of work
with load_alike.looked_for_links(warehouse, {ids!r}):
    print(psutil.Process().children()[0].pid, flush=True)
    time.sleep(60)
"""


def test_a_kill_of_the_build_ends_the_process_beside(built: Warehouse) -> None:
    script = KILLED.format(path=str(built.path), ids=_ids(built))
    loader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert loader.stdout is not None
    beside = psutil.Process(int(loader.stdout.readline()))
    os.kill(loader.pid, signal.SIGKILL)
    loader.wait()
    until = time.monotonic() + 30
    while beside.is_running() and beside.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.05)
