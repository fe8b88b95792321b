"""Owns telling how far long work is, to whoever started the process: a small file, replaced as it goes on.

The desk names the file in GANGQING_PROGRESS (analysis/desk/jobs.py reads it); without one nothing is written.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import msgspec

PROGRESS = "GANGQING_PROGRESS"
_EVERY_SECONDS = 0.5
_last: dict[str, Any] = {"stage": "", "at": 0.0}


class Progress(msgspec.Struct, kw_only=True):
    """How far it is: the stage's name in Chinese, how many are done, of how many (None: unknown)."""

    stage: str = ""
    done: int = 0
    total: int | None = None


def tell(stage: str, done: int, total: int | None) -> None:
    """Say how far a stage is; at most twice a second, and at its end. Never ends the work it tells of."""
    path = os.environ.get(PROGRESS)
    now = time.monotonic()
    is_due = stage != _last["stage"] or done == total or now - _last["at"] >= _EVERY_SECONDS
    if not path or not is_due:
        return
    _last.update(stage=stage, at=now)
    with contextlib.suppress(OSError):
        fresh = Path(f"{path}.new")
        fresh.write_bytes(msgspec.json.encode(Progress(stage=stage, done=done, total=total)))
        fresh.replace(path)


def read_progress(path: Path) -> Progress:
    """What was told last; an empty one where nothing was."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        return Progress()
