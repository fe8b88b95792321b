"""Owns the files of a backup on their way to the disk: written below a new folder, each as it was listed.

A tar of var/ that somebody made by hand has no list: of it is taken what lies below the folder of one city.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

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

# Folders below var/<city> that hold what cannot be derived.
TRUTH = ("landing", "decisions", "captures", "batches", "accounts", "bulletins", "attachments", "outbox")


def unpack(
    path: Path,
    staging: Path,
    slug: str | None,
    progress: Progress,
    is_wanted: Callable[[str], bool] = lambda name: True,
) -> tuple[Manifest | None, int, int]:
    """Manifest, number and bytes of the files written below the staging folder, each as it was listed.

    Args:
        slug: the city that it must be of; None: any, and nothing is written of an archive without a manifest.
        is_wanted: whether a file is written, by its name; it is compared with the manifest in any case.

    Raises:
        BackupError: it is damaged, hostile, of another city, or there is no room for it.
    """
    with unpacking(path) as tar:
        manifest = read_manifest(tar, path)
        if not isinstance(manifest, Manifest):
            count, size = _unpack_by_hand(tar, manifest, staging) if slug is not None else (0, 0)
            return None, count, size
        if slug is not None and manifest.slug != slug:
            raise BackupError(
                f"备份是“{manifest.city}”（{manifest.slug}）的，不是这个城市（{slug}）的；"
                "请用 --city 指明城市"
            )
        _check_room(staging, sum(entry.size for entry in manifest.files if is_wanted(entry.name)))
        with contextlib.ExitStack() as stack:
            current, file = None, None
            for entry, chunk in verified(tar, manifest, progress):
                if not is_wanted(entry.name):
                    continue
                if entry is not current:
                    stack.close()
                    current, file = entry, stack.enter_context(_create(staging / entry.name, entry.mode))
                assert file is not None
                file.write(chunk)
        return manifest, len(manifest.files), manifest.size


def _check_room(staging: Path, size: int) -> None:
    free = shutil.disk_usage(staging).free
    if size > free:
        raise BackupError(f"磁盘不够：{staging.parent} 要 {size >> 20} MB，只剩 {free >> 20} MB")


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
        place = next((i for i, part in enumerate(parts) if part in TRUTH or part in DERIVED), None)
        if place is None and parts and parts[-1] in ("salt", "salt.check", "channels.yaml"):
            place = len(parts) - 1
        if member.isreg() and place is not None and parts[place] not in DERIVED:
            root = parts[:place] if root is None else root
            if parts[:place] != root:
                raise BackupError(f"备份里有几个城市的数据（{'/'.join(root)} 等），请分开打包")
            name = "/".join((DATA, *parts[place:]))
            if not (parts[-1].startswith(".") or parts[-1].endswith(".lock")):
                check_name(name)
                _check_room(staging, member.size)
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


def extract_city(path: Path, target: Path) -> list[str]:
    """Write the city's data of a backup into a new folder, which can be used as a city's; returns the names.
    The city that it extends lies in a folder within it.

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
        _, number, file = name.split("/", 2)
        where = _level(target, int(number)) / file
        where.parent.mkdir(parents=True, exist_ok=True)
        if file == "city.yaml":
            parent = os.path.relpath(_level(target, int(number) + 1), where.parent)
            content = bytearray(re.sub(rb"(?m)^extends:.*$", f"extends: {parent}".encode(), content))
        where.write_bytes(content)
        names.append(where.relative_to(target).as_posix())
    return names


def _level(target: Path, number: int) -> Path:
    """Where the city's own folder lies (0), the one that it extends (1), and so on."""
    return target if number == 0 else target / f"extends-{number}"
