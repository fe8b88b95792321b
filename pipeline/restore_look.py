"""Owns the look at what a backup holds: whether a city could work with it, be it checked only or put back."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pipeline.archive import DATA, BackupError, Manifest, Progress, silent
from pipeline.decisions import DecisionError, load_decisions
from pipeline.landing import Quarantined, iter_landed
from pipeline.privacy import SaltError, load_salt
from pipeline.restore_files import unpack
from pipeline.retention import SUFFIX

_SALT = ("salt", "salt.check")
_LOOKED_AT = tuple(f"{DATA}/{name}" for name in ("landing/", "decisions/", *_SALT))
_CAPTURES = f"{DATA}/captures/"
_MOST_SALT = 1024  # bytes; it has 65


def examine_backup(path: Path, progress: Progress = silent) -> tuple[Manifest, list[str]]:
    """Read a backup to its end, compare every file with the manifest and look at it as a restore does;
    returns its manifest and what to tell of it. What is looked at is unpacked beside, for so long.

    Raises:
        BackupError: it is damaged, cannot be used, or has no manifest to compare with.
    """
    with tempfile.TemporaryDirectory(prefix="gangqing-") as name:
        manifest, _, _ = unpack(path, Path(name), None, progress, lambda each: each.startswith(_LOOKED_AT))
        if manifest is None:
            raise BackupError(f"{path} 没有清单，不是 gangqing backup 做的，无法逐个核对")
        sizes = {
            each.name.removeprefix(_CAPTURES): each.size
            for each in manifest.files
            if each.name.startswith(_CAPTURES)
        }
        _, _, notices = look_at(Path(name), sizes, progress)
    return manifest, notices


def sizes_of(staging: Path) -> dict[str, int]:
    """The files of captures that were unpacked, each with its size in bytes."""
    folder = staging / DATA / "captures"
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.glob("*/*")}


def look_at(staging: Path, sizes: Mapping[str, int], progress: Progress) -> tuple[int, int, list[str]]:
    """How many pages and decisions can be read from what was unpacked, and what to tell of the rest.

    Args:
        sizes: of the files of captures, by name.

    Raises:
        BackupError: no city could work with it.
    """
    folder, notices = staging / DATA, list[str]()
    bad: list[Quarantined] = []
    lost: Counter[str] = Counter()
    pages = 0
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
        said = str(error).replace(f"{folder}/", "")
        raise BackupError(f"备份里的决定记录读不出（{said}），请换一份备份") from error
    if passed_over:
        notices.append(f"决定记录里有半行（从未确认）：{'、'.join(passed_over)}")
    _check_salt(folder)
    if pages and not (folder / "salt").is_file():
        notices.append("备份里没有 salt（化名用的密钥）：已采集的发帖人将无法与以后的对应")
    return pages, decisions, notices


def _check_salt(folder: Path) -> None:
    """Raises BackupError where a build would refuse the salt: it is gone, damaged or another one."""
    found = [folder / name for name in _SALT if (folder / name).is_file()]
    if not found:
        return
    try:
        with tempfile.TemporaryDirectory(prefix="gangqing-") as name:  # what is looked at is not changed
            for each in found:
                if each.stat().st_size > _MOST_SALT:
                    raise SaltError(f"{each}：过长")
                shutil.copyfile(each, Path(name) / each.name)
            load_salt(Path(name) / "salt")
    except SaltError as error:
        raise BackupError(
            "备份里没有可用的 salt（化名用的密钥）：缺少、损坏或不是采集时所用的，"
            "恢复后无法建库，请换一份备份"
        ) from error
