"""Owns the lake: the tables of many cities' warehouses as Parquet, one folder a city (city.yaml: lake).

Each city's own machine writes its own folder, many at once, without a server between them; DuckDB reads
one city or all of them. An edition is a folder of its own; `current` names it and is replaced in one
step, so that a reader sees whole editions only. The last two are kept for those who still read.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from pipeline.city import City
from pipeline.faults import os_fault
from pipeline.store import sync_folder
from pipeline.warehouse import Warehouse, WarehouseError, told_in_chinese

CURRENT = "current"
KEPT = 2  # editions
_NUMBER = re.compile(r"[0-9]{8}")  # of an edition: its folder's name


def lake_folder(city: City) -> Path | None:
    """Where this city's tables lie in the lake; None: it has no lake."""
    setting = city.settings.get("lake")
    return Path(str(setting)) / str(city.settings.get("slug") or city.name) if setting else None


def publish_lake(edition: Path, city: City, wait_seconds: float = 600) -> None:
    """Write the tables of an edition that is about to be published into the lake, if the city has one.

    Args:
        wait_seconds: how long to wait for another machine that writes into the same folder.

    Raises:
        WarehouseError: the lake cannot be written, or holds another city under this slug; the message says
            where. What was current there stays so.
    """
    folder = lake_folder(city)
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=wait_seconds):
            _refuse_another_city(folder, city)
            for left in folder.glob(".*.building"):  # of a program that was killed
                _remove(left)
            _publish(edition, folder)
    except Timeout as error:
        raise WarehouseError(
            f"city.yaml 的 lake：{folder} 正由另一台机器写入，{wait_seconds:.0f} 秒内没有结束，请稍后再运行"
        ) from error
    except OSError as error:
        raise WarehouseError(f"city.yaml 的 lake：{folder} 写不进去（{os_fault(error)}）") from error


def _publish(edition: Path, folder: Path) -> None:
    number = max((int(path.name) for path in _editions(folder)), default=0) + 1
    draft, pointer = folder / f".{number:08d}.building", folder / f".{CURRENT}.building"
    whole, before = folder / f"{number:08d}", _current(folder)
    try:
        draft.mkdir()
        with contextlib.closing(Warehouse(edition, read_only=True)) as warehouse, told_in_chinese(folder):
            warehouse.export(draft)
        for path in draft.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(draft)
        draft.rename(whole)
        pointer.write_text(whole.name, encoding="ascii")
        with pointer.open("rb+") as file:
            os.fsync(file.fileno())
        pointer.replace(folder / CURRENT)
    except BaseException:
        for left in (draft, pointer):  # a disk that is full has no room for what nobody reads
            _remove(left)
        if _current(folder) != whole:
            _remove(whole)
        raise
    sync_folder(folder)
    for old in _editions(folder)[:-KEPT]:
        if old != before:  # behind it stands one that a kill left before anybody was led to it
            _remove(old)


def _current(folder: Path) -> Path | None:
    with contextlib.suppress(OSError):
        return current_edition(folder)
    return None


def _refuse_another_city(folder: Path, city: City) -> None:
    """Raises WarehouseError where what is current there is another city's: two have one slug."""
    from pyarrow import parquet  # which a reader does not need

    try:
        meta = parquet.read_table(current_edition(folder) / "meta.parquet").to_pydict()
    except (OSError, pa.ArrowException):  # nothing there, or damaged: it is written anew
        return
    owner = dict(zip(meta.get("key", []), meta.get("value", []), strict=False)).get("city")
    if owner not in (None, city.name):
        raise WarehouseError(
            f"city.yaml 的 lake：{folder} 里已是“{owner}”的数据，没有改动；"
            f"“{city.name}”请在 city.yaml 换一个 slug（城市改了名的，先移走这个文件夹）"
        )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def current_edition(folder: Path) -> Path:
    """The folder of the edition that a city's folder of the lake points to.

    Raises:
        FileNotFoundError: nothing was published there, or what names it is damaged.
    """
    name = (folder / CURRENT).read_text(encoding="ascii", errors="replace").strip()
    if not _NUMBER.fullmatch(name):
        raise FileNotFoundError(f"{folder / CURRENT} 已损坏")
    return folder / name


def _editions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and _NUMBER.fullmatch(path.name))
