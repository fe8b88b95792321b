"""Owns where a city's collected data lies: the paths of var/<city>/ and durable file operations on them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
from pathlib import Path

from pipeline.city import City
from pipeline.faults import ToldError


class StoreError(ToldError):
    """A part of a city's data cannot be read; the message says which, in Chinese."""


@dataclasses.dataclass(frozen=True)
class Store:
    """The folder of one city's data. Truth is `landing`, `captures`, `decisions`,
    `attachments` and `batches`; the rest is derived."""

    folder: Path

    @property
    def landing(self) -> Path:
        """One line a page: landing/<site>/<run>.jsonl."""
        return self.folder / "landing"

    @property
    def captures(self) -> Path:
        """The bytes as fetched: captures/<site>/<run>.warc.gz."""
        return self.folder / "captures"

    @property
    def decisions(self) -> Path:
        """What a person decided."""
        return self.folder / "decisions"

    @property
    def accounts(self) -> Path:
        """Who may sign in at the desk."""
        return self.folder / "accounts"

    @property
    def audit(self) -> Path:
        """What was done at the desk: audit/<year>.jsonl."""
        return self.folder / "audit"

    @property
    def jobs(self) -> Path:
        """Long work that the desk started: a record and a log each."""
        return self.folder / "jobs"

    @property
    def desk(self) -> Path:
        """The desk's secret and its sessions: may be deleted, then all must sign in again."""
        return self.folder / "desk"

    @property
    def attachments(self) -> Path:
        """Files that people handed in, by their SHA-256."""
        return self.folder / "attachments"

    @property
    def batches(self) -> Path:
        """What was handed in at once: a journal, so that all of a batch counts or none."""
        return self.folder / "batches"

    @property
    def bulletins(self) -> Path:
        """Issued reports, frozen: bulletins/<id>/. Truth too."""
        return self.folder / "bulletins"

    @property
    def screenshots(self) -> Path:
        """Pictures of captured pages, by SHA-256, with an index. Truth too: a later browser draws another."""
        return self.folder / "screenshots"

    @property
    def state(self) -> Path:
        """Crawl state and locks, derived from `landing`: may be deleted."""
        return self.folder / "state"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def outbox(self) -> Path:
        """Notifications: planned, tried, delivered, failed. Truth too: without it they go out again."""
        return self.folder / "outbox"

    @property
    def channels(self) -> Path:
        """By which channel a unit is reached: the administrator's, with secrets, mode 0600."""
        return self.folder / "channels.yaml"

    @property
    def salt(self) -> Path:
        """The secret behind the pseudonyms: without it no poster can be told from another run's."""
        return self.folder / "salt"


DESK_LOCK = "desk.lock"  # in `Store.state`: held while a desk is open on this data
MAX_WORKERS = 64  # that crawl one site on one folder together


def crawl_locks(state: Path, site: str) -> list[Path]:
    """What crawls of a site hold: the first, who crawls it alone; one of the others each, who shares it."""
    return [state / f"{name}.lock" for name in (site, *(f"{site}.w{n}" for n in range(MAX_WORKERS)))]


def open_store(home: Path, city: City) -> Store:
    """The store of a city below `home`, the folder in which var/ lies. Its folder is created, for its owner
    alone: captures hold names and numbers of people.

    Raises:
        StoreError: a folder in it may not be read. What lies there would be taken for nothing.
    """
    store = Store(home / "var" / str(city.settings.get("slug") or city.folder.resolve().name))
    if not store.folder.is_dir():
        ensure_folder(store.folder)
        store.folder.chmod(0o700)
    _check_readable(store.folder, 2)
    return store


def _check_readable(folder: Path, levels: int) -> None:
    try:
        with os.scandir(folder) as entries:
            below = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:  # removed meanwhile
        return
    except PermissionError as error:
        raise StoreError(
            f"{folder}：没有读取的权限，里面的记录会被当成没有。请换有权限的用户运行，或改正权限"
            "（chmod -R u+rwX）"
        ) from error
    if levels:
        for path in below:
            _check_readable(path, levels - 1)


def ensure_folder(folder: Path) -> None:
    """Create a folder so that it is still there after a power cut: every new entry's parent is fsynced."""
    missing = [folder, *folder.parents]
    missing = missing[: next((i for i, path in enumerate(missing) if path.is_dir()), len(missing))]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def append_durably(path: Path, lines: bytes, mode: int = 0o666) -> None:
    """Add whole lines to a file, synced before it returns. Half a line that a kill left behind is ended
    first, so that it spoils no other. The caller holds a lock."""
    new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode), "ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Put a file in its place, whole and synced before it returns. Two writers at once, threads too, do not
    disturb each other."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_once(path: Path, line: str) -> None:
    """Write a file of one line, whole and durable, for its owner only; one that is there already stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def file_identity(path: Path) -> tuple[int, int, int, int]:
    """Device, inode, size, time of change in ns: another for each file in its place, after each write.

    Raises:
        FileNotFoundError: there is none.
    """
    stat = path.stat()
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns


def sync_folder(folder: Path) -> None:
    """fsync a directory, so that names created in it survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
