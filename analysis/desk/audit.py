"""Owns the audit log of the desk: who did what when, with the state before and after. Append-only.

Telephone, identity and card numbers are masked in all that it says: it is kept for ever, and read by many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from analysis.desk.journal import Journal
from analysis.masking import masked


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act at the desk, also one that was refused."""

    at: dt.datetime  # wall-clock time of China, as the desk's clock shows it
    who: str  # name of the account; "" where nobody was signed in
    role: str = ""
    act: str  # in Chinese, as the page 日志 shows it
    target: str = ""  # ticket, article, unit, account, report …
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    why: str = ""
    decision: str = ""  # id of the decision that was recorded, where one was
    address: str = ""  # of the client
    refused: str = ""  # why it was refused; "" where it was done


class AuditLog:
    """The log, one file a year: audit/<year>.jsonl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, entry: AuditEntry) -> None:
        """Returns only after the entry is on disk, personal numbers masked."""
        entry = msgspec.structs.replace(
            entry,
            target=masked(entry.target),
            before=masked(entry.before),
            after=masked(entry.after),
            why=masked(entry.why),
            refused=masked(entry.refused),
        )
        Journal(self.folder / f"{entry.at.year}.jsonl", AuditEntry).append(entry)

    def entries(self) -> Iterator[AuditEntry]:
        """All entries in order."""
        for path in sorted(self.folder.glob("*.jsonl")):
            yield from Journal(path, AuditEntry)
