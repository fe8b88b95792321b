"""Owns the sample city's content: articles and threads with their gold labels, read from JSON lines.

A published or posted time is compared with the time served (`as_of`), so that the same content serves every
day of the season. All times are naive wall-clock times of China, as in `pipeline.records`.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

CONTENT = Path(__file__).resolve().parent / "content"
WECHAT = Path(__file__).resolve().parent / "wechat.yaml"


class ContentError(ValueError):
    """A content file is missing or a line of it is wrong; the message names the file and the line."""


class Numbered(msgspec.Struct, kw_only=True):
    id: str

    @property
    def number(self) -> int:
        """A number for addresses, the same on every start: sa018 is 10018, sb018 is 20018."""
        letters, digits = re.fullmatch(r"([a-z]+)(\d{1,4})", self.id).groups()  # type: ignore[union-attr]
        return (ord(letters[-1]) - ord("a") + 1) * 10_000 + int(digits)


class Piece(Numbered, kw_only=True):
    """One article of the content files; the keys are those of the gold data."""

    outlet: str
    title: str
    body: str
    published: str
    story_id: str | None = None
    page: str | None = None
    lead: bool = False
    column: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    source: str | None = None
    gold: dict[str, Any] = {}

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.published[:10])

    @property
    def moment(self) -> dt.datetime:
        """The time of publication; 00:00 where only the day is known."""
        return dt.datetime.fromisoformat(self.published)

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.body.split("\n") if line.strip()]

    @property
    def origin(self) -> str:
        """The source without the printed label: 防城港日报."""
        return re.sub(r"^(?:来源|稿源)\s*[:：]\s*", "", self.source or "").strip()


class Comment(msgspec.Struct, kw_only=True):
    author: str
    text: str


class Quoted(msgspec.Struct, kw_only=True):
    author: str | None = None
    text: str = ""


class Floor(msgspec.Struct, kw_only=True):
    """One post of a thread. `author` says 匿名 where `anonymous` is set; `text` is empty where `blocked`."""

    floor: int
    time: str
    author: str | None = None
    text: str | None = None
    is_registered_official: bool = False
    anonymous: bool = False
    blocked: bool = False
    quote: Quoted | None = None
    edited: str | None = None
    images: list[str] = []
    rate: str | None = None
    comments: list[Comment] = []

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.time)


class Thread(Numbered, kw_only=True):
    forum: str
    board: str
    title: str
    posts: list[Floor]
    type: str | None = None
    flags: list[str] = []
    gold: dict[str, Any] = {}

    def shown(self, as_of: dt.datetime) -> list[Floor]:
        """The posts that stand in the thread at a time."""
        return [post for post in self.posts if post.moment <= as_of]


class Content(msgspec.Struct, kw_only=True):
    articles: list[Piece]
    threads: list[Thread]
    wechat: list[Piece] = []


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day: what is shown "as of" it."""
    return dt.datetime.combine(day, dt.time(23, 59, 59))


def load_content(folder: Path | str | None = None) -> Content:
    """Read `articles*.jsonl` and `threads*.jsonl` of a folder.

    Raises:
        ContentError: no such files, a wrong line, or an id that occurs twice.
    """
    folder = Path(folder) if folder is not None else CONTENT
    articles = [piece for path in sorted(folder.glob("articles*.jsonl")) for piece in _lines(path, Piece)]
    threads = [thread for path in sorted(folder.glob("threads*.jsonl")) for thread in _lines(path, Thread)]
    if not articles and not threads:
        raise ContentError(f"{folder}: 没有 articles*.jsonl 或 threads*.jsonl")
    wechat = msgspec.convert(yaml.safe_load(WECHAT.read_text(encoding="utf-8")), list[Piece])
    seen: set[str] = set()
    for item in [*articles, *threads, *wechat]:
        if item.id in seen:
            raise ContentError(f"{folder}: 编号重复：{item.id}")
        seen.add(item.id)
    return Content(articles=articles, threads=threads, wechat=wechat)


def _lines(path: Path, kind: type[Any]) -> list[Any]:
    decoder = msgspec.json.Decoder(kind)
    items = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            items.append(decoder.decode(line))
            _ = items[-1].number
        except (msgspec.ValidationError, msgspec.DecodeError, AttributeError) as error:
            raise ContentError(f"{path}:{number}: {error}") from error
    return items
