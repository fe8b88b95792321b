"""Owns the seal of a published file: its SHA-256 in a file beside it, by which damage to it is seen.

A file that is derived and never written again can be compared with what was published. It is read whole once
for each file that is published, not each time it is opened.
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
            sealed = seal_path(path).read_text("ascii", "replace").split()
        except FileNotFoundError:
            return False
        if digest in sealed:
            return True
        if digest == _digest(path):  # no other was published meanwhile
            return False


def sealed_digest(path: Path) -> str | None:
    """The SHA-256 of a file that is as it was published; None for any other."""
    try:
        return _digest(path) if is_sealed(path) else None
    except FileNotFoundError:
        return None


def publish_sealed(draft: Path, path: Path) -> None:
    """Put a whole file in the place of the old one with its seal, durably.

    The seal names the old file too until the next one, so that a kill between the two leaves a file that
    its seal knows.
    """
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    sums = [_sum(draft)]
    if is_sealed(path):
        sums.append(_digest(path))
    fresh = seal_path(draft)
    with fresh.open("w", encoding="ascii") as file:
        file.write("\n".join(sums) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(seal_path(path))
    sync_folder(path.parent)
    draft.replace(path)
    sync_folder(path.parent)
    with _lock:
        _digests[path] = file_identity(path), sums[0]  # it was read whole just now


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
