"""A lake in which something is damaged or that holds more than editions is told of, or written as ever."""

from __future__ import annotations

import concurrent.futures
import contextlib
import errno
import re
import threading
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

import pipeline.lake
from analysis.warehouse import WarehouseError, open_warehouse
from pipeline.lake import publish_lake
from pipeline.warehouse import Warehouse
from pipeline.warehouse import WarehouseError as BuildError
from tests.analysis.case import Case


@pytest.fixture
def lake(tmp_path: Path) -> tuple[Case, Path]:
    """A city with one edition in a lake, and its folder there."""
    case = Case(tmp_path / "home")
    case.city.settings["lake"] = str(tmp_path / "lake")
    case.article("2017-10-09", "[市水利局:byline] 一")
    case.build()
    (folder,) = (tmp_path / "lake").iterdir()
    return case, folder


@pytest.mark.parametrize("said", [b"", b"garbage", b"../../..", b"00000009", b"\xff\xfe", b"\x00" * 8])
def test_a_damaged_pointer_is_told(lake: tuple[Case, Path], said: bytes) -> None:
    _, folder = lake
    open_warehouse(folder).close()
    (folder / "current").write_bytes(said)
    with pytest.raises(WarehouseError, match="数据湖"):
        open_warehouse(folder)


def test_folders_that_are_no_editions_are_left_alone(lake: tuple[Case, Path]) -> None:
    case, folder = lake
    for name in ("²", "１２３４５６７８", "2018", "旧"):
        (folder / name).mkdir()
    case.article("2017-10-10", "[市水利局:byline] 二")
    case.build()
    assert (folder / "current").read_text() == "00000002"
    assert {each.name for each in folder.iterdir()} == {
        *("²", "１２３４５６７８", "2018", "旧"),
        *("00000001", "00000002", "current", ".lock"),
    }


def answers(folder: Path) -> int:
    with contextlib.closing(open_warehouse(folder)) as con:
        ((count,),) = con.execute("SELECT COUNT(*) FROM article").fetchall()
    return int(count)


def test_two_machines_that_publish_at_once_write_one_after_the_other(lake: tuple[Case, Path]) -> None:
    case, folder = lake
    start = threading.Barrier(2)

    def publish(_: int) -> None:
        start.wait()
        for _ in range(3):
            publish_lake(case.warehouse, case.city)
            assert answers(folder) == 1, "who opens it meanwhile sees a whole edition"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(publish, range(2)))
    assert (folder / "current").read_text() == "00000007"
    assert sorted(each.name for each in folder.iterdir() if each.name != ".lock") == [
        *("00000006", "00000007", "current")
    ]


def test_a_machine_that_waits_too_long_is_told(lake: tuple[Case, Path]) -> None:
    case, folder = lake
    with FileLock(folder / ".lock"), pytest.raises(BuildError, match="另一台机器"):
        publish_lake(case.warehouse, case.city, wait_seconds=0.1)


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        KeyboardInterrupt(),
    ],
)
@pytest.mark.parametrize("where", ["export", "rename", "pointer"])
def test_a_lake_that_fills_up_in_the_middle_keeps_what_was_current(
    lake: tuple[Case, Path], monkeypatch: pytest.MonkeyPatch, fault: BaseException, where: str
) -> None:
    case, folder = lake
    case.article("2017-10-10", "[市水利局:byline] 二")
    before = case.warehouse.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise fault

    if where == "export":
        whole = Warehouse.export
        monkeypatch.setattr(Warehouse, "export", lambda self, draft: (whole(self, draft), fail()))
    elif isinstance(fault, duckdb.Error):
        return
    elif where == "rename":
        monkeypatch.setattr(pipeline.lake, "sync_folder", fail)
    else:
        monkeypatch.setattr(Path, "write_text", fail)
    expected = BaseException if isinstance(fault, KeyboardInterrupt) else BuildError
    with pytest.raises(expected, match=None if expected is BaseException else re.escape(str(folder))):
        case.build()
    assert case.warehouse.read_bytes() == before
    assert answers(folder) == 1
    assert {each.name for each in folder.iterdir()} <= {"00000001", "current", ".lock"}
    monkeypatch.undo()
    case.build()
    assert answers(folder) == 2


def test_what_a_kill_left_in_a_lake_is_removed(lake: tuple[Case, Path]) -> None:
    case, folder = lake
    (folder / ".00000009.building").mkdir()
    (folder / ".00000009.building" / "article.parquet").write_bytes(b"half")
    (folder / ".current.building").write_text("00000009")
    case.build()
    assert not [each for each in folder.glob(".*") if each.name != ".lock"]


def test_what_was_current_is_kept_for_its_readers_behind_an_edition_that_a_kill_left(
    lake: tuple[Case, Path],
) -> None:
    case, folder = lake
    with contextlib.closing(open_warehouse(folder)) as reader:
        (folder / "00000002").mkdir()  # whole, and nobody was led to it
        case.build()
        assert (folder / "current").read_text() == "00000003" and (folder / "00000001").is_dir()
        assert reader.execute("SELECT COUNT(*) FROM article").fetchall() == [(1,)]
    case.build()
    assert {each.name for each in folder.iterdir()} == {"00000003", "00000004", "current", ".lock"}


def test_another_city_of_the_same_slug_is_refused(lake: tuple[Case, Path], tmp_path: Path) -> None:
    case, folder = lake
    other = Case(tmp_path / "other")
    other.city.settings |= {"lake": str(folder.parent), "slug": folder.name}
    other.city.name = "另一市"
    with pytest.raises(BuildError, match="换一个 slug"):
        other.build()
    assert answers(folder) == 1 and not other.warehouse.exists()
    (folder / "00000001" / "meta.parquet").write_bytes(b"damaged")
    case.build()
    assert answers(folder) == 1
