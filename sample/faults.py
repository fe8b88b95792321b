"""Owns what goes wrong on the sample sites, as data: `faults.yaml` says where, what and from when to when.

`changes.yaml` has, besides, what befalls sites that did well for months: guards before them, new layouts.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from pipeline.records import Outcome

FAULTS = Path(__file__).resolve().parent / "faults.yaml"
CHANGES = FAULTS.with_name("changes.yaml")

Kind = Literal[
    "down", "not_found", "error_page", "login_wall", "redirect", "huge", "charset", "captcha", "redesign"
]


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault. `path` is a regex for the whole path; dates are inclusive, of the day served."""

    name: str
    site: str
    path: str
    kind: Kind
    since: dt.date | None = None
    until: dt.date | None = None
    status: int | None = None
    location: str | None = None
    charset: str | None = None
    size: int = 0  # bytes
    text: str = ""


class Entry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A list entry that leads to trouble."""

    name: str
    site: str
    list: str  # path of the channel
    date: dt.date
    title: str
    href: str
    outcome: Outcome | None = None  # the one that a crawl must end in; None: not fetched at all


class HostilePost(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Text that is put in front of one post of a thread, as a hostile poster would."""

    name: str
    thread: str
    floor: int
    text: str


class Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    answers: list[Fault] = []
    entries: list[Entry] = []
    posts: list[HostilePost] = []
    self_redirect: list[str] = []  # threads that send a first guest to themselves once
    day: dt.date = dt.date.max  # the day served

    def answer(self, site: str, path: str) -> Fault | None:
        """The fault that replaces a page, if any."""
        beside = ("charset", "redesign")  # the page is the site's own
        return next((f for f in self.answers if f.kind not in beside and self._applies(f, site, path)), None)

    def is_rebuilt(self, site: str, path: str) -> bool:
        """Does the page stand in the site's new layout, under new addresses?"""
        return any(f.kind == "redesign" and self._applies(f, site, path) for f in self.answers)

    def charset(self, site: str, path: str) -> str | None:
        """The charset of the bytes where it is not the one that header and meta tag claim."""
        return next(
            (f.charset for f in self.answers if f.kind == "charset" and self._applies(f, site, path)), None
        )

    def list_entries(self, site: str, path: str) -> list[Entry]:
        return [e for e in self.entries if e.site == site and e.list == path and e.date <= self.day]

    def hostile(self, thread: str, floor: int) -> str:
        """What a hostile poster wrote in front of a post's own text; mostly nothing."""
        return "".join(p.text for p in self.posts if p.thread == thread and p.floor == floor)

    def _applies(self, fault: Fault, site: str, path: str) -> bool:
        return (
            fault.site == site
            and (fault.since is None or fault.since <= self.day)
            and (fault.until is None or self.day <= fault.until)
            and re.fullmatch(fault.path, path) is not None
        )


def load_faults(day: dt.date, path: Path = FAULTS) -> Faults:
    faults = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Faults)
    faults.day = day
    return faults
