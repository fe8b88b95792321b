"""Owns kept screenshots."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from pipeline.store import Store


@dataclasses.dataclass(frozen=True)
class Screenshot:
    """A kept picture of a page."""

    url: str
    page_sha256: str
    sha256: str
    taken_at: dt.datetime | None
    path: Path


def kept_screenshots(store: Store) -> list[Screenshot]:
    return []
