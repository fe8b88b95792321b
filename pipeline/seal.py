"""Owns the seal of a published file: its SHA-256 in a file beside it, by which damage to it is seen.

A file that is derived and never written again can be compared with what was published. It is read whole once
for each file that is published, not each time it is opened. Beside the SHA-256 stands which file it was
(`pipeline.store.file_identity`): who only asks under what name a file was published need not read it at all.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from pipeline.store import file_identity, sync_folder

_lock = threading.Lock()
# Of the files that this process has read: which file it was, its SHA-256.
_digests: dict[Path, tuple[tuple[int, ...], str]] = {}


def seal_path(path: Path) -> Path:
    """Where the seal of a file lies."""
    return path.with_name(path.name + ".sha256")


def is_sealed(path: Path) -> bool:
    """Whether a file is, byte for byte, one that was published under its name. Reads it where this process
    has not read it yet; one that was written to since is read again."""
    while True:
        try:
            digest = _digest(path)
            sealed = _sealed(path)
        except FileNotFoundError:
            return False
        if any(known == digest for known, _ in sealed):
            return True
        if digest == _digest(path):  # no other was published meanwhile
            return False


def sealed_digest(path: Path) -> str | None:
    """The SHA-256 of a file that is as it was published; None for any other."""
    try:
        return _digest(path) if is_sealed(path) else None
    except FileNotFoundError:
        return None


def published_digest(path: Path) -> str | None:
    """The SHA-256 under which a file was published; None for any other file. One that nobody wrote to since
    is known by its seal and not read: what the disk alone did to it only `is_sealed` sees."""
    try:
        identity = _told(file_identity(path))
        sealed = _sealed(path)
    except FileNotFoundError:
        return None
    return next((digest for digest, known in sealed if known == identity), None) or sealed_digest(path)


def note_sealed(path: Path) -> None:
    """Write into the seal of a sealed file which file it is, where the seal does not say: it was copied, or
    published by a version that did not tell."""
    identity = _told(file_identity(path))
    if all(known != identity for _, known in _sealed(path)) and (digest := sealed_digest(path)):
        _write_seal(path, path.with_name(path.name + ".noted"), [(digest, identity)])


def publish_sealed(draft: Path, path: Path) -> None:
    """Put a whole file in the place of the old one with its seal, durably.

    The seal names the old file too until the next one, so that a kill between the two leaves a file that
    its seal knows.
    """
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    sums = [(_sum(draft), _told(file_identity(draft)))]  # it stays the same file under its new name
    if is_sealed(path):
        sums.append((_digest(path), _told(file_identity(path))))
    _write_seal(path, seal_path(draft), sums)
    draft.replace(path)
    sync_folder(path.parent)
    with _lock:
        _digests[path] = file_identity(path), sums[0][0]  # it was read whole just now


def _sealed(path: Path) -> list[tuple[str, str]]:
    """SHA-256 and identity (empty: not known) of each file that the seal knows. Raises FileNotFoundError."""
    lines = seal_path(path).read_text("ascii", "replace").splitlines()
    return [(words[0], words[1] if len(words) > 1 else "") for words in map(str.split, lines) if words]


def _write_seal(path: Path, draft: Path, sums: list[tuple[str, str]]) -> None:
    with draft.open("w", encoding="ascii") as file:
        file.write("".join(f"{digest} {identity}\n" for digest, identity in sums))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(seal_path(path))
    sync_folder(path.parent)


def _told(identity: tuple[int, ...]) -> str:
    return "-".join(map(str, identity))


def _digest(path: Path) -> str:
    """Raises FileNotFoundError."""
    with _lock:
        identity = file_identity(path)
        known = _digests.get(path)
        if known is None or known[0] != identity:
            known = _digests[path] = identity, _sum(path)
        return known[1]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
