"""Owns the file of an edition: copied for a build, published in one step, never written again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.faults import os_fault
from pipeline.store import sync_folder
from pipeline.warehouse import Warehouse, WarehouseError

Progress = Callable[[str, int, int | None], None]  # stage in Chinese, done, total
COMPACTED_BYTES = 64 * 1024 * 1024  # a smaller file may be as empty as it likes
EMPTY_SHARE = 0.1  # of a file; more is given back
_FICLONE = 0x40049409  # ioctl of Linux: share the blocks of another file


def copy_edition(warehouse: Path, draft: Path) -> None:
    """A draft to work on. Raises WarehouseError where the disk is full."""
    try:
        clone(warehouse, draft)
    except OSError as error:
        raise WarehouseError(f"{draft} 写入失败，请腾出空间后再运行（{os_fault(error)}）") from error


def clone(source: Path, target: Path) -> None:
    """A copy that shares its blocks where the file system can (XFS, Btrfs), else of every byte."""
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new, _FICLONE, old.fileno())
        except OSError:
            shutil.copyfile(source, target)


def compact(draft: Path) -> None:
    """Write a draft anew, table by table, where much of its file is empty: a build commits on its way, and
    each time writes the last rows of every table once more. Takes a twentieth of the build's time.

    Raises:
        WarehouseError: the disk is full.
    """
    if draft.stat().st_size < COMPACTED_BYTES:
        return
    source = Warehouse(draft, read_only=True)
    size, empty = source.sizes()
    source.close()
    if empty < EMPTY_SHARE * size:
        return
    fresh = _fresh(draft)
    target = Warehouse(fresh)
    try:
        target.create()
        target.take_over(draft)
    finally:
        target.close()
    fresh.replace(draft)


def publish(draft: Path, warehouse: Path) -> None:
    """Put a whole file in the place of the old one, durably. Readers keep the old one until they close it."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    # A log that a killed program left beside the old file must not be replayed into the new one.
    _wal(warehouse).unlink(missing_ok=True)
    draft.replace(warehouse)
    sync_folder(warehouse.parent)


@contextlib.contextmanager
def build_lock(warehouse: Path, wait_seconds: float, say: Progress) -> Iterator[None]:
    """One build of a warehouse at a time; another waits. Raises WarehouseError when it waited too long."""
    lock = FileLock(warehouse.with_name(warehouse.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("另一个构建正在进行，等待其结束", 0, None)
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise WarehouseError(f"另一个构建在 {wait_seconds:.0f} 秒内没有结束，请稍后再试") from error
    try:
        yield
    finally:
        lock.release()


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def remove(path: Path) -> None:
    """Delete a draft, what of it was written anew, their logs, and its windows, if there are any."""
    fresh = _fresh(path)
    for each in (path, _wal(path), fresh, _wal(fresh), windows_path(path)):
        each.unlink(missing_ok=True)


def windows_path(draft: Path) -> Path:
    """Where threads lie that a process beside the build compares."""
    return draft.with_name(draft.name + ".windows")


def _fresh(draft: Path) -> Path:
    return draft.with_name(draft.name + ".fresh")
