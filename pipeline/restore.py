"""Owns putting a backup back: checked to the last byte beside the old data, then in its place in one step.

What was there before is moved aside, never deleted. A tar of var/ that somebody made by hand, or an earlier
version of the program was backed up with, is taken too: then its lines and captures are checked instead of
the SHA-256 that it lacks.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import datetime as dt
import os
import re
import secrets
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from filelock import FileLock, Timeout

from pipeline.archive import (
    CITY,
    DATA,
    DERIVED,
    BackupError,
    Manifest,
    Progress,
    check_name,
    read_manifest,
    silent,
    unpacking,
    verified,
)
from pipeline.backup import maintenance
from pipeline.city import City
from pipeline.decisions import DecisionError, load_decisions
from pipeline.landing import Quarantined, iter_landed
from pipeline.retention import SUFFIX
from pipeline.store import Store, ensure_folder, open_store, sync_folder

_TRUTH = ("landing", "decisions", "captures", "batches", "accounts", "bulletins", "attachments", "outbox")
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux
_AT_FDCWD = -100


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
            manifest, count, size = _unpack(path, staging, slug, progress)
            pages, decisions, notices = _look_at(staging, progress)
            notices += _other_rules(staging, city)
            for folder in (staging / CITY, *(staging / DATA / name for name in DERIVED)):
                if folder.is_dir():
                    shutil.rmtree(folder)
            _sync(staging / DATA)
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
        for name in _TRUTH
        for path in (folder / name).rglob("*")
    )


@contextlib.contextmanager
def _nobody_at_work(store: Store, warehouse: Path) -> Iterator[None]:
    """No crawl, build, act, issue or sending while data is exchanged under them.

    Raises:
        BackupError: names what is at work.
    """
    locks = [(path, f"采集（{path.stem}）") for path in sorted(store.state.glob("*.lock"))]
    locks = [pair for pair in locks if pair[0].name != "maintenance.lock"]
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


def _unpack(path: Path, staging: Path, slug: str, progress: Progress) -> tuple[Manifest | None, int, int]:
    """Manifest, number and bytes of the files written below the staging folder, each as it was listed."""
    with unpacking(path) as tar:
        manifest = read_manifest(tar, path)
        if not isinstance(manifest, Manifest):
            count, size = _unpack_by_hand(tar, manifest, staging)
            return None, count, size
        if manifest.slug != slug:
            raise BackupError(
                f"备份是“{manifest.city}”（{manifest.slug}）的，不是这个城市（{slug}）的；"
                "请用 --city 指明城市"
            )
        free = shutil.disk_usage(staging).free
        if manifest.size > free:
            raise BackupError(f"磁盘不够：恢复要 {manifest.size >> 20} MB，只剩 {free >> 20} MB")
        with contextlib.ExitStack() as stack:
            current, file = None, None
            for entry, chunk in verified(tar, manifest, progress):
                if entry is not current:
                    stack.close()
                    current, file = entry, stack.enter_context(_create(staging / entry.name, entry.mode))
                assert file is not None
                file.write(chunk)
        return manifest, len(manifest.files), manifest.size


def _unpack_by_hand(tar: tarfile.TarFile, first: tarfile.TarInfo, staging: Path) -> tuple[int, int]:
    """The files of a tar of var/, of var/<city> or of home: what lies below the folder that holds `landing`
    or `decisions`."""
    count = size = 0
    member: tarfile.TarInfo | None = first
    root: tuple[str, ...] | None = None
    while member is not None:
        parts = PurePosixPath(member.name).parts
        if member.name.startswith("/") or ".." in parts or not (member.isreg() or member.isdir()):
            raise BackupError(f"备份里有不该有的文件，拒绝恢复：{member.name[:100]!r}")
        place = next((i for i, part in enumerate(parts) if part in _TRUTH or part in DERIVED), None)
        if place is None and parts and parts[-1] in ("salt", "salt.check", "channels.yaml"):
            place = len(parts) - 1
        if member.isreg() and place is not None and parts[place] not in DERIVED:
            root = parts[:place] if root is None else root
            if parts[:place] != root:
                raise BackupError(f"备份里有几个城市的数据（{'/'.join(root)} 等），请分开打包")
            name = "/".join((DATA, *parts[place:]))
            if not (parts[-1].startswith(".") or parts[-1].endswith(".lock")):
                check_name(name)
                content = tar.extractfile(member)
                assert content is not None
                with _create(staging / name, member.mode) as file:
                    shutil.copyfileobj(content, file)
                count, size = count + 1, size + member.size
        member = tar.next()
    if not count:
        raise BackupError("备份里没有 landing、decisions 等目录，不是港情的数据")
    return count, size


@contextlib.contextmanager
def _create(path: Path, mode: int) -> Iterator[IO[bytes]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, mode & 0o644 | 0o600)
    except FileExistsError as error:
        raise BackupError(f"备份里重复：{path.name[:100]}") from error
    with os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


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


def _sync(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(place))
    sync_folder(folder.parent)


def _exchange(fresh: Path, old: Path) -> None:
    """Two folders change places: in one step where the system can, else in two."""
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        done = library.renameat2(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(old), _EXCHANGE)
        if done == 0:
            return
    between = fresh.with_name("former")
    old.rename(between)
    fresh.rename(old)
    between.rename(fresh)


def extract_city(path: Path, target: Path) -> list[str]:
    """Write the city's data of a backup into a new folder; returns the names.

    Raises:
        BackupError: the folder is there already, or the backup holds none.
    """
    if target.exists() and any(target.iterdir()):
        raise BackupError(f"{target} 不是空目录，请换一个")
    names: list[str] = []
    with unpacking(path) as tar:
        manifest = read_manifest(tar, path)
        if not isinstance(manifest, Manifest):
            raise BackupError(f"{path} 里没有城市数据")
        contents: dict[str, bytearray] = {}
        for entry, chunk in verified(tar, manifest, silent):
            if entry.name.startswith(f"{CITY}/"):
                contents.setdefault(entry.name, bytearray()).extend(chunk)
    for name, content in contents.items():
        where = target / re.sub(r"^city/", "", name)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
        names.append(name)
    return names
