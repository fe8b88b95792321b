"""Owns reading a file of messages (CSV or JSON lines) whose hot issues are asked for without a warehouse."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.hot import HotIssue, HotRules, Member, group
from pipeline.tagging.alike import alike
from pipeline.tagging.alike_weights import Message
from pipeline.unreadable import FILE_FAULTS, file_fault, line_fault

_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
MAX_BYTES = 200_000_000  # unpacked; a larger file is refused


class MessagesError(ValueError):
    """The file cannot be read as messages; the message says which line and what is missing."""


def hot_messages(path: Path, rules: HotRules, as_of: dt.date | None = None) -> list[HotIssue]:
    """Hot issues among the messages of a file, the hottest first.

    Args:
        path: columns or keys id, title, text, posted_at and, where known, author, upvotes, downvotes.
        as_of: messages later than this day are left out, and the rules' window ends on it; None: all messages
            count, and the newest one's day is the day of the question.

    Raises:
        MessagesError: no such columns, or the file is too large or of another kind.
    """
    members, messages = {}, []
    for number, row in enumerate(_rows(path), 1):
        id_ = str(row.get("id") or number)
        opened = _time(str(row.get("posted_at") or ""))
        if id_ in members:
            raise MessagesError(f"{path.name} 第 {number} 条：编号 {id_} 重复")
        members[id_] = Member(
            id=id_,
            title=str(row.get("title") or ""),
            url=None,
            opened_at=opened,
            opener=str(row["author"]) if row.get("author") else None,
            vote_count=_count(row.get("upvotes")) + _count(row.get("downvotes")),
        )
        messages.append(
            Message(id_, members[id_].title, str(row.get("text") or ""), opened.date() if opened else None)
        )
    times = [m.opened_at for m in members.values() if m.opened_at is not None]
    if as_of is None:
        at = max(times, default=dt.datetime(1, 1, 1))  # noqa: DTZ001
    else:
        at = dt.datetime.combine(as_of, dt.time(23, 59, 59))
        first = at - dt.timedelta(days=rules.window_days)
        members = {i: m for i, m in members.items() if m.opened_at is None or first <= m.opened_at <= at}
        messages = [m for m in messages if m.id in members]
    pairs = ((p.first, p.second, p.strength, p.words) for p in alike(messages))
    return group(members, pairs, rules, at)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise MessagesError(f"{path.name} 超过 {MAX_BYTES // 1_000_000} MB，请分开处理")
        text = raw.decode("utf-8-sig")
    except FILE_FAULTS as error:
        raise MessagesError(
            f"{path} 读不了：{file_fault(error)}；应为 UTF-8 的 CSV 或 JSON 行，可为 .gz"
        ) from error
    if ".csv" in path.suffixes:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        if not {"title", "text"} <= set(reader.fieldnames or ()):
            raise MessagesError(
                f"{path.name} 应有 title、text 两列（另可有 id、posted_at、upvotes、downvotes）"
            )
        yield from reader
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise MessagesError(f"{path.name} 第 {number} 行{line_fault(line, error)}") from error
            if not isinstance(row, dict) or not ("title" in row or "text" in row):
                raise MessagesError(f"{path.name} 第 {number} 行没有 title、text")
            yield row


def _time(text: str) -> dt.datetime | None:
    for form in _FORMATS:
        try:
            return dt.datetime.strptime(text.strip().replace("/", "-").replace("T", " "), form)  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _count(value: Any) -> int:
    text = str(value or "0").strip()
    return int(text) if text.isdecimal() and len(text) < 19 else 0
