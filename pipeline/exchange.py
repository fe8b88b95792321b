"""Owns exchanging two folders in one step, and making sure that what is in a folder outlives a power cut."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from pipeline.store import sync_folder

_AT_FDCWD = -100  # the working folder, for calls of Linux that take a folder's number
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux


def exchange_at_once(one: Path, other: Path) -> bool:
    """Two folders change places in one step; False, and nothing is done, where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    done: int = library.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    return done == 0


def sync_folders(folder: Path) -> None:
    """Sync a folder with all below it, and its name."""
    for place, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(place))
    sync_folder(folder.parent)
