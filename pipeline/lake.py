"""Owns the lake: the tables of many cities' warehouses as Parquet, one folder a city (city.yaml: lake).

Each city's own machine writes its own folder, many at once, without a server between them; DuckDB reads
one city or all of them. An edition is a folder of its own; `current` names it and is replaced in one
step, so that a reader sees whole editions only. The last two are kept for those who still read.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from pipeline.city import City
from pipeline.faults import os_fault
from pipeline.store import sync_folder
from pipeline.warehouse import Warehouse, WarehouseError

CURRENT = "current"
KEPT = 2  # editions
_NUMBER = re.compile(r"[0-9]{8}")  # of an edition: its folder's name


def lake_folder(city: City) -> Path | None:
    """Where this city's tables lie in the lake; None: it has no lake."""
    setting = city.settings.get("lake")
    return Path(str(setting)) / str(city.settings.get("slug") or city.name) if setting else None


def publish_lake(edition: Path, city: City) -> None:
    """Write the tables of an edition that is about to be published into the lake, if the city has one.

    Raises:
        WarehouseError: the lake cannot be written; the message says where.
    """
    folder = lake_folder(city)
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = max((int(path.name) for path in _editions(folder)), default=0) + 1
        draft = folder / f".{number:08d}.building"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        warehouse = Warehouse(edition, read_only=True)
        try:
            warehouse.export(draft)
        finally:
            warehouse.close()
        for path in draft.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(draft)
        draft.rename(folder / f"{number:08d}")
        pointer = folder / f".{CURRENT}.building"
        pointer.write_text(f"{number:08d}", encoding="ascii")
        with pointer.open("rb+") as file:
            os.fsync(file.fileno())
        pointer.replace(folder / CURRENT)
        sync_folder(folder)
        for old in _editions(folder)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise WarehouseError(f"city.yaml 的 lake：{folder} 写不进去（{os_fault(error)}）") from error


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
