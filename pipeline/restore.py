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
from collections import Counter
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
from pipeline.decisions import DecisionError, load_decisions
from pipeline.exchange import exchange_at_once, sync_folders
from pipeline.landing import Quarantined, iter_landed
from pipeline.restore_files import TRUTH, unpack
from pipeline.retention import SUFFIX
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
        try:
            manifest, count, size = unpack(path, staging, slug, progress)
            pages, decisions, notices = _look_at(staging, progress)
            notices += _other_rules(staging, city)
            for folder in (staging / CITY, *(staging / DATA / name for name in DERIVED)):
                if folder.is_dir():
                    shutil.rmtree(folder)
            (staging / DATA).chmod(0o700)
            sync_folders(staging / DATA)
            aside = store.folder.with_name(f"{slug}.replaced-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}")
            for derived in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
                derived.unlink(missing_ok=True)
            # What holds the locks of this process stays where it is: state/ moves with the old data.
            _exchange(staging / DATA, store.folder)
            had_data = _has_data(staging / DATA)
            if had_data:
                (staging / DATA).rename(aside)
            sync_folder(store.folder.parent)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    ensure_folder(store.state)
    return Restored(manifest, count, size, pages, decisions, aside if had_data else None, tuple(notices))


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


def _look_at(staging: Path, progress: Progress) -> tuple[int, int, list[str]]:
    """How many pages and decisions can be read from what was unpacked, and what to tell of the rest."""
    folder, notices = staging / DATA, list[str]()
    bad: list[Quarantined] = []
    lost: Counter[str] = Counter()
    pages = 0
    sizes = {p.relative_to(folder / "captures").as_posix(): p.stat().st_size for p in
             (folder / "captures").glob("*/*")}  # fmt: skip
    for _, _, landed in iter_landed(folder, quarantine=bad.append):
        pages += 1
        is_kept = landed.warc is not None and f"{landed.warc}{SUFFIX}" not in sizes
        if is_kept and landed.warc is not None and (landed.warc_offset or 0) >= sizes.get(landed.warc, 0):
            lost[landed.warc] += 1
        if pages % 2000 == 0:
            progress("核对采集结果", pages, None)
    if bad:
        notices.append(f"{len(bad)} 行采集结果读不出，如 {bad[0].file} 第 {bad[0].offset} 字节起")
    if lost:
        notices.append(f"{lost.total()} 条采集结果没有存证，如 {min(lost)}")
    passed_over: list[str] = []
    try:
        decisions = sum(1 for _ in load_decisions(folder / "decisions", passed_over))
    except DecisionError as error:
        raise BackupError(f"备份里的决定记录读不出（{error}），请换一份备份") from error
    if passed_over:
        notices.append(f"决定记录里有半行（从未确认）：{'、'.join(passed_over)}")
    if pages and not (folder / "salt").is_file():
        notices.append("备份里没有 salt（化名用的密钥）：已采集的发帖人将无法与以后的对应")
    return pages, decisions, notices


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
