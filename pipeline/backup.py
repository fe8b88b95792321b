"""Owns making a backup: everything of a city that cannot be derived, as it stood at one moment, in one file.

It can be made while people decide and crawls land. Files that grow are taken up to the length that they had,
at the end of a line; lengths are noted while no act is half done, lines before the captures that they point
to. The warehouse is not in it: it is rebuilt.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from pipeline.archive import (
    CITY,
    DATA,
    DERIVED,
    FORMAT,
    MANIFEST,
    BackupError,
    Entry,
    Manifest,
    Progress,
    add_bytes,
    hash_of,
    packing,
    read_manifest,
    silent,
    unpacking,
    verified,
)
from pipeline.captures import end_of_members
from pipeline.city import City
from pipeline.faults import os_fault
from pipeline.records import to_json
from pipeline.repair import end_of_lines
from pipeline.store import Store, ensure_folder, open_store, sync_folder, write_durably

WAIT_SECONDS = 120.0
LAST_BACKUP = "backup.json"  # in state/: when the last one was made, for the page 运行状况
_COUNTED = {"landing": "采集结果", "decisions": "决定", "audit": "日志", "outbox": "通知记录"}


@dataclasses.dataclass(frozen=True)
class Part:
    """One file to take: up to `length` bytes."""

    name: str
    path: Path
    length: int


@contextlib.contextmanager
def maintenance(store: Store) -> Iterator[None]:
    """Held by whoever copies, replaces or shortens a city's data as a whole: one at a time.

    Raises:
        BackupError: another one is at it.
    """
    ensure_folder(store.state)
    lock = FileLock(store.state / "maintenance.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BackupError("另一项备份、恢复或清除正在进行，请等它结束再运行") from error
    try:
        yield
    finally:
        lock.release()


def write_backup(
    city: City, home: Path, target: Path, at: dt.datetime, program: str, progress: Progress = silent
) -> Manifest:
    """Write a backup and read it again to the last byte before it gets its name.

    Args:
        home: the folder in which var/ lies.
        at: wall-clock time of China.
        program: version of this program.

    Raises:
        BackupError: there is nothing to take, the file exists, or what was written is not what was read.
    """
    if target.exists():
        raise BackupError(f"{target} 已存在，请换一个文件名（不覆盖旧备份）")
    store = open_store(home, city)
    if not store.salt.exists() and store.salt.with_name(f"{store.salt.name}.check").exists():
        raise BackupError(f"{store.salt}：化名用的密钥文件不见了，备份里也会没有；请先从旧备份取回")
    with maintenance(store):
        parts = [*_moment(store), *_of_city(city)]
        if not any(part.name.startswith(f"{DATA}/") for part in parts):
            raise BackupError(f"{store.folder} 里还没有数据，没有可备份的")
        manifest = Manifest(
            format=FORMAT,
            program=program,
            city=city.name,
            slug=store.folder.name,
            made_at=at.isoformat(timespec="seconds"),
            counts=_counts(parts),
            files=[_entry(part, number, len(parts), progress) for number, part in enumerate(parts)],
            is_sealed=True,
        )
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            _pack(draft, manifest, parts, at, progress)
            check_backup(draft, progress)
            draft.replace(target)
            sync_folder(target.parent.resolve())
            note = {"at": manifest.made_at, "size": target.stat().st_size}
            write_durably(store.state / LAST_BACKUP, msgspec.json.encode(note))
        except OSError as error:
            error.filename = str(target)
            raise BackupError(f"备份写不下去：{os_fault(error)}") from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
    return manifest


def check_backup(path: Path, progress: Progress = silent) -> Manifest:
    """Read a backup to its end and compare every file with the manifest. Nothing is written.

    Raises:
        BackupError: it is damaged, or has no manifest to compare with.
    """
    with unpacking(path) as tar:
        manifest = read_manifest(tar, path)
        if not isinstance(manifest, Manifest):
            raise BackupError(f"{path} 没有清单，不是 gangqing backup 做的，无法逐个核对")
        for _ in verified(tar, manifest, progress):
            pass
    return manifest


def _moment(store: Store) -> list[Part]:
    """All files of a city with their lengths of one moment.

    Acts hold the locks in this order, so nobody waits for another in a circle.
    """
    folders = [(store.decisions, ".acts.lock"), (store.bulletins, ".lock")]
    folders += [(store.batches, ".lock"), (store.decisions, ".lock")]
    found: dict[Path, int] = {}
    with contextlib.ExitStack() as stack:
        for folder, name in folders:
            if folder.is_dir():
                try:
                    stack.enter_context(FileLock(folder / name, timeout=WAIT_SECONDS))
                except Timeout as error:
                    raise BackupError("有人正在办理或印发，请稍后再备份") from error
        # Lines first: what they point to was written before them.
        for path in _files(store.folder):
            if path.suffix == ".jsonl":
                with contextlib.suppress(FileNotFoundError):  # a run without a page removes its file
                    if length := end_of_lines(path):
                        found[path] = length
        found |= _whole(store)
    # A crawl may have begun since: its captures are evidence, its lines come with the next backup.
    names = {path: path.relative_to(store.folder).as_posix() for path in found}
    return [Part(f"{DATA}/{names[path]}", path, found[path]) for path in sorted(found, key=names.__getitem__)]


def _whole(store: Store) -> dict[Path, int]:
    """Files that do not grow, or grow by whole members: a capture file that is written now ends with one."""
    newest = {max(captures) for captures in _captures(store).values()}
    found = {}
    for path in _files(store.folder):
        if path.suffix != ".jsonl":
            found[path] = end_of_members(path) if path in newest else path.stat().st_size
    return found


def _captures(store: Store) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = {}
    for path in store.captures.glob("*/*.warc.gz"):
        found.setdefault(path.parent, []).append(path)
    return found


def _refuse(error: OSError) -> None:
    raise BackupError(f"读不出，备份会缺一块：{os_fault(error)}") from error


def _files(folder: Path) -> list[Path]:
    """Every file that is no draft, no lock and not derived. Links are not followed."""
    found = []
    for place, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(place)
        folders[:] = [
            name for name in folders if not (name.startswith(".") or (here == folder and name in DERIVED))
        ]
        found += [
            here / name
            for name in names
            if not name.startswith(".") and not name.endswith(".lock") and not (here / name).is_symlink()
        ]
    return sorted(found)


def _of_city(city: City) -> list[Part]:
    """The city's own data too: by which rules the figures came about."""
    return [
        Part(f"{CITY}/{number}/{path.name}", path, path.stat().st_size)
        for number, folder in enumerate(city.folders)
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]


def _counts(parts: list[Part]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for part in parts:
        top = part.name.split("/")[1]
        if part.name.startswith(DATA) and top in _COUNTED and part.path.suffix == ".jsonl":
            with part.path.open("rb") as file:
                left = part.length
                while left and (chunk := file.read(min(left, 1 << 20))):
                    counts[_COUNTED[top]] += chunk.count(b"\n")
                    left -= len(chunk)
        elif part.name.startswith(f"{DATA}/bulletins/") and part.path.name == "issue.json":
            counts["印发的报表"] += 1
        elif part.name.startswith(f"{DATA}/attachments/"):
            counts["附件"] += 1
        elif part.name.startswith(f"{DATA}/captures/"):
            counts["存证文件"] += 1
    return dict(counts)


def _entry(part: Part, number: int, total: int, progress: Progress) -> Entry:
    progress("计算校验和", number, total)
    path = _present(part.path)
    return Entry(
        name=part.name,
        size=part.length,
        sha256=hash_of(path, part.length),
        mode=path.stat().st_mode & 0o777,
    )


def _present(path: Path) -> Path:
    """Where a file lies now: a batch that was open may have been finished meanwhile, with the same bytes."""
    return path if path.suffix != ".open" or path.exists() else path.with_suffix(".done")


def _pack(draft: Path, manifest: Manifest, parts: list[Part], at: dt.datetime, progress: Progress) -> None:
    sheet = msgspec.json.format(to_json(manifest), indent=1)
    with packing(draft) as tar:
        add_bytes(tar, MANIFEST, len(sheet), io.BytesIO(sheet), at)
        for number, part in enumerate(parts):
            with _present(part.path).open("rb") as content:
                add_bytes(tar, part.name, part.length, content, at)
            progress("写备份", number + 1, len(parts))
