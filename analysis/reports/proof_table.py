"""Owns of what the tables of a proof package's index are made: cells of texts, links, files, days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from analysis.reports.official_text import chinese_day, chinese_time


@dataclasses.dataclass(frozen=True)
class Part:
    """A piece of a cell: text, a number of a file (code), a link, or a picture that is one."""

    text: str
    href: str | None = None
    code: bool = False
    image: bool = False
    out: bool = False  # leads out of the package


@dataclasses.dataclass(frozen=True)
class Cell:
    parts: list[Part]
    style: str | None = None
    id: str | None = None
    day: dt.date | None = None  # or time: what the text says, for a sheet

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts)

    @property
    def link(self) -> Part | None:
        return next((part for part in self.parts if part.href), None)


@dataclasses.dataclass(frozen=True)
class Table:
    id: str
    name: str
    note: str
    heads: list[str]
    widths: list[float]
    rows: list[list[Cell]]


def text(value: Any, style: str | None = None) -> Cell:
    """A cell of anything; a day or time as documents write it."""
    if isinstance(value, dt.date):
        return Cell([Part(chinese_time(value))], style, day=value)
    return Cell([Part("" if value is None else str(value))], style)


def exact_time(at: dt.datetime | None) -> Cell:
    """A cell of a moment that is evidence, to the second."""
    if at is None:
        return text(at)
    return Cell([Part(f"{chinese_day(at)} {at:%H:%M:%S}")], day=at)
