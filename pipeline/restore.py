"""Owns putting a backup back: checked to the last byte beside the old data, then in its place in one step.

What was there before is moved aside, never deleted. A tar of var/ that somebody made by hand, or an earlier
version of the program was backed up with, is taken too: then its lines and captures are checked instead of
the SHA-256 that it lacks.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.archive import (
    CITY,
    DATA,
    DERIVED,
    BackupError,
    Manifest,
    Progress,
    silent,
)
from pipeline.backup import maintenance
from pipeline.city import City
from pipeline.exchange import exchange_at_once, sync_folders
from pipeline.restore_files import TRUTH, unpack
from pipeline.restore_look import look_at, sizes_of
from pipeline.store import DESK_LOCK, Store, ensure_folder, open_store, sync_folder


@dataclasses.dataclass(frozen=True)
class Restored:
    """What was put back. `aside`: where the former data lies now; None: there was none."""

    manifest: Manifest | None  # None: a tar made by hand
    file_count: int
    size: int  # bytes
    page_count: int  # landed lines
    decision_count: int
    aside: Path | None
    notices: tuple[str, ...]  # in Chinese


def restore_backup(
    path: Path,
    city: City,
    home: Path,
    warehouse: Path,
    at: dt.datetime,
    *,
    replace: bool = False,
    progress: Progress = silent,
) -> Restored:
    """Put a backup in the place of a city's data. The warehouse is removed: build it next.

    A kill at any moment leaves the data as it was or as the backup says.

    Args:
        replace: data that is there is moved aside; without it nothing is done where there is any.

    Raises:
        BackupError: the backup is damaged, hostile, of another city; there is data already; or something is
            at work on it.
    """
    slug = open_store(home, city).folder.name
    store = Store(home / "var" / slug)
    if _has_data(store.folder) and not replace:
        raise BackupError(
            f"{store.folder} 里已有数据；确要换成备份里的，请加 --replace（原数据移到旁边保留）"
        )
    with maintenance(store), _nobody_at_work(store, warehouse):
        staging = store.folder.with_name(f".{slug}.restoring-{secrets.token_hex(4)}")
        staging.mkdir(mode=0o700)
        aside = store.folder.with_name(f"{slug}.replaced-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}")
        fresh: int | None = None
        try:
            manifest, count, size = unpack(path, staging, slug, progress)
            pages, decisions, notices = look_at(staging, sizes_of(staging), progress)
            notices += _other_rules(staging, city)
            for folder in (staging / CITY, *(staging / DATA / name for name in DERIVED)):
                if folder.is_dir():
                    shutil.rmtree(folder)
            (staging / DATA).chmod(0o700)
            sync_folders(staging / DATA)
            fresh = (staging / DATA).stat().st_ino
            for derived in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
                derived.unlink(missing_ok=True)
            # What holds the locks of this process stays where it is: state/ moves with the old data.
            _exchange(staging / DATA, store.folder)
        finally:  # also where somebody stops it right after the exchange
            _keep_former(staging, store.folder, fresh, aside)
            shutil.rmtree(staging, ignore_errors=True)
    ensure_folder(store.state)
    had_data = aside.is_dir()
    earlier = [each for each in sorted(store.folder.parent.glob(f"{slug}.replaced-*")) if each != aside]
    if earlier:
        size_of_all = sum(
            file.stat().st_size for each in earlier for file in each.rglob("*") if file.is_file()
        )
        notices.append(
            f"以前换下的数据还有 {len(earlier)} 份，共 {size_of_all >> 20} MB，"
            f"在 {store.folder.parent}/{slug}.replaced-*；确认不用后可自行删除"
        )
    return Restored(manifest, count, size, pages, decisions, aside if had_data else None, tuple(notices))


def _keep_former(staging: Path, folder: Path, fresh: int | None, aside: Path) -> None:
    """What was there before the exchange is moved aside, if it took place. `fresh`: the inode of the data
    that was unpacked; None before it is complete."""
    former = staging / "former"
    if fresh is not None and former.is_dir() and not folder.exists():  # between two steps: as it was
        former.rename(folder)
        return
    for place in (staging / DATA, former):
        is_former = fresh is not None and place.is_dir() and place.stat().st_ino != fresh
        if is_former and _has_data(place):
            place.rename(aside)
            sync_folder(folder.parent)


def _has_data(folder: Path) -> bool:
    return any(
        path.is_file() and not path.name.startswith(".") and path.suffix != ".lock"
        for name in TRUTH
        for path in (folder / name).rglob("*")
    )


@contextlib.contextmanager
def _nobody_at_work(store: Store, warehouse: Path) -> Iterator[None]:
    """No crawl, build, act, issue or sending while data is exchanged under them.

    Raises:
        BackupError: names what is at work.
    """
    locks = [(path, f"采集（{path.stem}）") for path in sorted(store.state.glob("*.lock"))]
    locks = [pair for pair in locks if pair[0].name not in ("maintenance.lock", DESK_LOCK)]
    locks += [(store.state / DESK_LOCK, "办公台")]
    locks += [(warehouse.with_name(warehouse.name + ".lock"), "建库")]
    locks += [(store.decisions / ".acts.lock", "办理"), (store.bulletins / ".lock", "印发")]
    locks += [(store.batches / ".lock", "导入"), (store.decisions / ".lock", "记录决定")]
    locks += [(store.outbox / ".lock", "发通知")]
    with contextlib.ExitStack() as stack:
        for path, what in locks:
            if path.parent.is_dir():
                try:
                    stack.enter_context(FileLock(path, timeout=2))
                except Timeout as error:
                    raise BackupError(f"{what}正在进行，请等它结束，并停掉办公台，再恢复") from error
        yield


def _other_rules(staging: Path, city: City) -> list[str]:
    """Names of the city's files that are not as they were when the backup was made: figures may differ."""
    if not (staging / CITY).is_dir():
        return []
    differing = []
    for number, folder in enumerate(city.folders):
        then = {p.name: p.read_bytes() for p in (staging / CITY / str(number)).glob("*") if p.is_file()}
        now = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name[0] != "."}
        differing += sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    return [f"城市数据与备份时不同：{'、'.join(differing)}；数字可能因此不同"] if differing else []


def _exchange(fresh: Path, old: Path) -> None:
    """Two folders change places: in one step where the system can, else in two."""
    if exchange_at_once(fresh, old):
        return
    between = fresh.with_name("former")
    old.rename(between)
    fresh.rename(old)
    between.rename(fresh)
