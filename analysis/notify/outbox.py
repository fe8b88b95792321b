"""Owns the outbox: what was planned, tried, delivered or failed, as append-only fsynced records.

A part goes planned → attempt → delivered | failed. The attempt is on disk before the channel is asked, the
outcome before the next part. So a kill loses nothing; an attempt without an outcome may or may not have
arrived and is made again, with the same number in its text: that window is all that can double a message.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from filelock import FileLock

from analysis.notify.rules import NotifyError
from pipeline.store import append_durably


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message tells, and why; its key is told once."""

    key: str
    label: str
    why: str
    ticket: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message to one channel, in the parts in which it goes out."""

    id: str
    to: str
    role: str
    channel: str
    how: str
    slot: str | None  # of a digest: the time for which it is
    breaks_quiet: bool
    title: str
    parts: list[str]
    items: list[Item]


class Planned(
    msgspec.Struct, frozen=True, kw_only=True, tag="planned", tag_field="what", forbid_unknown_fields=True
):
    """One plan: all of its messages or, after a kill, none."""

    at: str
    messages: list[Message]


class Attempt(
    msgspec.Struct, frozen=True, kw_only=True, tag="attempt", tag_field="what", forbid_unknown_fields=True
):
    at: str
    part: str  # message id and number: 4f2a9c1b03-1


class Delivered(
    msgspec.Struct, frozen=True, kw_only=True, tag="delivered", tag_field="what", forbid_unknown_fields=True
):
    at: str
    part: str


class Failed(
    msgspec.Struct, frozen=True, kw_only=True, tag="failed", tag_field="what", forbid_unknown_fields=True
):
    """Not delivered. `is_unsure`: no answer came, so it may have arrived. `next_at` None: put aside."""

    at: str
    part: str
    why: str
    is_unsure: bool
    next_at: str | None


Entry = Planned | Attempt | Delivered | Failed
_decode = msgspec.json.Decoder(Entry).decode


@dataclasses.dataclass
class Part:
    """One part of a message and how far it is."""

    message: Message
    number: int  # from 1
    planned_at: dt.datetime
    attempt_count: int = 0
    failed_count: int = 0
    failed_at: dt.datetime | None = None  # the last time
    is_trying: bool = False  # an attempt has no outcome: the process was killed, or is at it
    delivered_at: dt.datetime | None = None
    next_at: dt.datetime | None = None
    is_aside: bool = False
    last_failure: str | None = None

    @property
    def id(self) -> str:
        return f"{self.message.id}-{self.number}"

    @property
    def text(self) -> str:
        return self.message.parts[self.number - 1]

    @property
    def is_waiting(self) -> bool:
        return self.delivered_at is None and not self.is_aside

    def is_due(self, at: dt.datetime) -> bool:
        """Whether its time has come; what a clock named that was set back since does not hold it up."""
        was_ahead = self.failed_at is not None and self.failed_at > at
        return self.next_at is None or self.next_at <= at or was_ahead


@dataclasses.dataclass
class Outbox:
    """What the records say: all parts in order of their planning, all keys ever planned, all digests made."""

    parts: dict[str, Part] = dataclasses.field(default_factory=dict)
    keys: set[str] = dataclasses.field(default_factory=set)
    slots: set[tuple[str, str]] = dataclasses.field(default_factory=set)  # channel, slot

    def waiting(self, at: dt.datetime) -> list[Part]:
        """Parts to send at a moment: planned or interrupted, or failed and due again."""
        return [part for part in self.parts.values() if part.is_waiting and part.is_due(at)]

    def take(self, entry: Entry) -> None:
        """Fold one record. One that speaks of an unknown part is ignored: its plan never reached the disk."""
        if isinstance(entry, Planned):
            for message in entry.messages:
                self.keys.update(item.key for item in message.items)
                if message.slot is not None:
                    self.slots.add((message.channel, message.slot))
                for number in range(1, len(message.parts) + 1):
                    part = Part(message, number, dt.datetime.fromisoformat(entry.at))
                    self.parts.setdefault(part.id, part)
            return
        found = self.parts.get(entry.part)
        if found is None:
            return
        found.is_trying = isinstance(entry, Attempt)
        if isinstance(entry, Attempt):
            found.attempt_count += 1
        elif isinstance(entry, Delivered):
            found.delivered_at = dt.datetime.fromisoformat(entry.at)
        else:
            found.failed_count += 1
            found.failed_at = dt.datetime.fromisoformat(entry.at)
            found.last_failure = entry.why
            found.next_at = dt.datetime.fromisoformat(entry.next_at) if entry.next_at else None
            found.is_aside = entry.next_at is None


def outbox_lock(folder: Path) -> FileLock:
    """Held by whoever plans or sends: a second one waits."""
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / ".lock")


def append_entry(folder: Path, entry: Entry) -> None:
    """Write a record durably; returns only when it is on disk. Hold `outbox_lock`.

    The files are read in the order of their months: what a clock that was set back writes goes behind what it
    wrote before, or a delivery would stand before the plan that it belongs to, and be passed over.
    """
    month = max([entry.at[:7], *(path.stem for path in folder.glob("*.jsonl"))])
    append_durably(folder / f"{month}.jsonl", msgspec.json.encode(entry) + b"\n", mode=0o600)


def load_outbox(folder: Path, until: dt.datetime | None = None) -> Outbox:
    """All records folded. Half a line (a kill while writing) is passed over: it was never acknowledged.

    Args:
        until: only what was recorded up to this moment.

    Raises:
        NotifyError: a line is no record; the message names file and line.
    """
    outbox = Outbox()
    for entry in _entries(sorted(folder.glob("*.jsonl"))):
        if until is None or dt.datetime.fromisoformat(entry.at) <= until:
            outbox.take(entry)
    return outbox


def _entries(paths: Iterable[Path]) -> Iterator[Entry]:
    for path in paths:
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                yield _decode(line)
            except msgspec.DecodeError as error:
                if "truncated" in str(error):
                    continue
                raise NotifyError(f"{path}:{number}: 不是有效的发件记录：{error}") from error
