"""Owns the check of an import file: every line is read, and what is there twice is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping

from analysis.imports import kinds
from analysis.imports.line import Fault, Item, Line
from analysis.imports.sheet import read_sheet
from analysis.plan import Plan
from pipeline.attachments import plain_name
from pipeline.city import City
from pipeline.privacy import mask_personal


@dataclasses.dataclass(frozen=True)
class Checked:
    """An import as checked. It may be recorded where there are no faults. In `name` numbers are masked."""

    name: str
    sha256: str
    items: list[Item]
    faults: list[Fault]


def check_import(
    content: bytes,
    name: str,
    city: City,
    plan: Plan,
    *,
    files: Mapping[str, bytes],
    today: dt.date,
) -> Checked:
    """Check every line of an import file.

    Args:
        content: of the Excel or CSV file; name: what it is called.
        files: attachments by name.
        today: nothing can have happened after it.

    Raises:
        SheetError: the file as a whole cannot be read.
    """
    name = plain_name(name)
    rows = read_sheet(content, name, kinds.HEADINGS, kinds.NEEDED)
    faults: list[Fault] = []
    items: list[Item] = []
    first: dict[str, int] = {}
    photos: dict[str, int] = {}
    for row in rows:
        line = Line(row, city, plan, files, today)
        item = line.item()
        if item is not None and item.key in first:
            line.fault("", f"与第 {first[item.key]} 行重复，请删去一行")
        if item is not None and item.attachment is not None and not line.faults:
            other = photos.setdefault(item.attachment.sha256, row.number)
            if other != row.number:
                line.fault(kinds.FILE, f"与第 {other} 行是同一张照片，请各报各的")
        if item is not None:
            first.setdefault(item.key, row.number)
            items.append(item)
        faults += line.faults
    return Checked(
        mask_personal(name), hashlib.sha256(content).hexdigest(), items if not faults else [], faults
    )
