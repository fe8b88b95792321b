"""Landed lines are read part by part; a process beside gives the same parts, and never stays behind."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from pipeline import load_parts
from pipeline.landing import iter_landed, landing_files
from pipeline.load_beside import READERS, read_beside
from pipeline.load_parts import cut, read_part, read_parts
from pipeline.warehouse import WarehouseError
from tests.analysis.case import Case
from tests.pipeline.test_landing import write
from tests.pipeline.test_load import digest, first_week, second_week

REPOSITORY = Path(__file__).resolve().parents[2]
SALT = bytes(32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files with a line that is no record and one that is not whole yet."""
    for day in range(3):
        write(tmp_path, 7, f"2017101{day}T080000-000", site=f"site{day}")
    path = tmp_path / "landing" / "site1" / "20171011T080000-000.jsonl"
    path.write_bytes(b'{"run": 5}\n' + path.read_bytes() + b'{"run":"2017')
    return tmp_path


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def _children() -> set[psutil.Process]:
    """Processes below this one; a library of another test may keep one of its own."""
    return set(psutil.Process().children())


@pytest.mark.parametrize("size", [1, 300, 2000, 10**6])
def test_ranges_hold_every_line_once(folder: Path, size: int) -> None:
    ranges = list(cut(folder, {}, size))
    covered = [each for part in ranges for each in part]
    for name in landing_files(folder):
        of_file = [(begin, end) for file, begin, end in covered if file == name]
        assert of_file[0][0] == 0 and of_file[-1][1] == (folder / "landing" / name).stat().st_size
        assert all(one[1] == other[0] for one, other in pairwise(of_file))
    parts = [read_part(folder, part, SALT) for part in ranges]
    assert sum(part.count for part in parts) == 21
    assert [bad.offset for part in parts for bad in part.bad] == [0]
    ends: dict[str, int] = {}
    for part in parts:
        ends |= part.ends
    torn = "site1/20171011T080000-000.jsonl"
    size = (folder / "landing" / torn).stat().st_size
    assert list(cut(folder, ends)) == [[(torn, ends[torn], size)]]
    tables = [part.tables["page_fetch"] for part in parts if part.count]
    urls = [url for table in tables for url in table["url"].to_pylist()]
    assert urls == [landed.url for _, _, landed in iter_landed(folder)]


def test_a_process_beside_gives_the_same_parts(folder: Path) -> None:
    ranges = list(cut(folder, {}, 2000))
    assert len(ranges) > 3
    others = _children()
    assert list(read_beside(folder, ranges, SALT)) == [read_part(folder, part, SALT) for part in ranges]
    assert _children() == others


def test_a_build_beside_gives_the_same_tables(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    first_week(case)
    second_week(case)
    report = case.build()
    before = digest(case)
    started = []
    monkeypatch.setattr(load_parts, "BESIDE_BYTES", 1)
    monkeypatch.setattr(load_parts.os, "cpu_count", lambda: 2)
    run = subprocess.Popen
    monkeypatch.setattr("pipeline.beside.subprocess.Popen", lambda *a, **k: started.append(a) or run(*a, **k))
    again = case.build(rebuild=True)
    assert len(started) == 1 and digest(case) == before
    assert (again.page_count, again.thread_count) == (report.page_count, report.thread_count)


def test_little_is_read_without_another_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.beside.subprocess.Popen", None)
    assert sum(part.count for part in read_parts(folder, {}, SALT)) == 21


def test_a_file_that_cannot_be_read_is_told_as_by_one_process(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        list(read_beside(folder, [[("site0/gone.jsonl", 0, 9)]], SALT))


@pytest.mark.parametrize("place", [0, 1])
def test_a_reader_that_was_killed_is_told(folder: Path, place: int) -> None:
    others = _children()
    parts = read_beside(folder, list(cut(folder, {}, 1)) * 5000, SALT)
    next(parts)
    children = sorted(_children() - others, key=lambda child: child.pid)
    assert len(children) == READERS
    children[place].kill()
    with pytest.raises(WarehouseError, match="意外结束"):
        list(parts)
    assert _children() == others


KILLED = """
import sys, time
from pathlib import Path
import psutil
from pipeline.load_beside import read_beside
from pipeline.load_parts import cut

folder = Path({folder!r})
parts = read_beside(folder, list(cut(folder, {{}}, 1)) * 5000, bytes(32))
next(parts)
print(*(child.pid for child in psutil.Process().children()), flush=True)
time.sleep(60)
"""


def test_a_kill_of_the_loader_leaves_no_reader_behind(folder: Path) -> None:
    script = KILLED.format(folder=str(folder))
    loader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert loader.stdout is not None
    readers = [psutil.Process(int(pid)) for pid in loader.stdout.readline().split()]
    assert len(readers) == READERS
    os.kill(loader.pid, signal.SIGKILL)
    loader.wait()
    until = time.monotonic() + 30
    while any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in readers):
        assert time.monotonic() < until
        time.sleep(0.05)
