"""Owns the labelled posts that the thread model learns from.

Data: posts of our own writing (`data/`), the sample city's threads, and every `threads-*.jsonl` with gold in
the data folder, gold that has been looked at; a person's corrections in the same format enter the next
training.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec

DATA = Path(__file__).resolve().parent / "data"
ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample" / "content" / "threads.jsonl"
# Half of its threads lie at borders: with them learned, threads at large come out worse.
UNLEARNED = frozenset({"threads-tuned-30.jsonl"})
# Gold that has been looked at; `threads-unseen-*` is for scoring alone.
TUNED = ROOT / "tests" / "gold"


# Real messages whose title says what they are; the telling word is taken off before learning.
TELLING = {"投诉": "投诉", "举报": "投诉", "曝光": "投诉", "咨询": "咨询", "请问": "咨询", "建议": "建议"}
TOLD_MOST = 80  # of one kind
TOLD_LONGEST = 400  # characters
TOLD_WEIGHT = 0.3

# Real posts of that forum that were read, with kind and asking; the texts stay in the data folder.
FORUM_LABELS = DATA / "forum-labels.tsv"  # id, kind, asked
LABELLED_WEIGHT = 0.6

# Source of short chat → the sentiments whose texts ask nobody for anything.
CHATTER = {"car-forum": ("neutral", "positive"), "public-affairs-weibo": ("positive",)}
CHATTER_MOST = 50  # of one source
CHATTER_WEIGHT = 0.2


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One opening post with what a person says of it; None where nobody said."""

    id: str
    title: str
    text: str
    board: str | None = None
    kind: str | None = None
    asked: bool | None = None  # a unit of the city is asked
    urgent: bool | None = None
    sentiment: str | None = None
    weight: float = 1.0


def load_examples(data_dir: Path, without: Collection[str] = ()) -> list[Example]:
    """All labelled posts, in a fixed order; `without` names files of gold that are held out."""
    return [
        *(e for path in own_tables() for e in _own_table(path)),
        *(e for path in sorted(DATA.glob("posts-*.jsonl")) for e in _own_posts(path)),
        *(e for path in gold_files(data_dir) if path.name not in without for e in load_threads(path)),
        *load_told(data_dir),
        *load_labelled(data_dir),
        *load_chatter(data_dir),
    ]


def gold_files(data_dir: Path) -> list[Path]:
    """Files of threads with gold that are learned from, in a fixed order."""
    found = [SAMPLE, *sorted(data_dir.glob("threads-*.jsonl")), *sorted(TUNED.glob("threads-tuned-*.jsonl"))]
    return [path for path in found if path.is_file() and path.name not in UNLEARNED]


def load_told(data_dir: Path) -> list[Example]:
    """Real posts of another city's forum whose title begins with its kind."""
    seen: Counter[str] = Counter()
    found: list[Example] = []
    for name, title, text in forum_posts(data_dir):
        word = next((word for word in TELLING if title.startswith(word)), None)
        if word is None or len(text) > TOLD_LONGEST or seen[TELLING[word]] >= TOLD_MOST:
            continue
        seen[TELLING[word]] += 1
        title = title.removeprefix(word)
        found.append(
            Example(
                id=f"told{name}",
                title=title,
                text=text,
                kind=TELLING[word],
                asked=True,
                weight=TOLD_WEIGHT,
            )
        )
    return found


def load_labelled(data_dir: Path) -> list[Example]:
    """Real posts of that forum that were read and labelled: curt complaints that the model doubted."""
    labels = {row["id"]: row for row in load_rows(FORUM_LABELS)}
    return [
        Example(
            id=f"read{name}",
            title=title,
            text=text,
            kind=labels[name]["kind"],
            asked=labels[name]["asked"] == "1",
            weight=LABELLED_WEIGHT,
        )
        for name, title, text in forum_posts(data_dir)
        if name in labels
    ]


def forum_posts(data_dir: Path) -> Iterator[tuple[str, str, str]]:
    """Id, title and text of the real posts, where they are given."""
    path = data_dir / "forum-posts.jsonl.gz"
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                post = json.loads(line)
                yield post["id"], post["title"] or "", post["text"] or ""


def own_tables() -> list[Path]:
    """Tables of short posts of our own: kind, reply, functions, title, text."""
    return sorted(DATA.glob("kinds*.tsv"))


def load_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


# Column `reply`: 1 or 0, then what the text's mood is where somebody said, then ! where danger is now.
MOODS = {"-": "negative", "0": "neutral", "+": "positive"}


def load_chatter(data_dir: Path) -> list[Example]:
    """Real chat that asks nobody for anything: a car forum, and friendly 微博."""
    path = data_dir / "sentiment.csv.gz"
    if not path.is_file():
        return []
    rows: dict[str, list[dict[str, str]]] = {source: [] for source in CHATTER}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["sentiment"] in CHATTER.get(row["source"], ()):
                rows[row["source"]].append(row)
    return [
        Example(
            id=f"chat-{source}-{number}",
            title="",
            text=row["text"],
            kind="讨论",
            asked=False,
            urgent=False,
            sentiment=row["sentiment"],
            weight=CHATTER_WEIGHT,
        )
        for source, found in rows.items()
        for number, row in enumerate(found[:: max(1, len(found) // CHATTER_MOST)][:CHATTER_MOST])
    ]


def _own_table(path: Path) -> Iterator[Example]:
    for number, row in enumerate(load_rows(path)):
        reply = row["reply"]
        yield Example(
            id=f"own-{path.stem}-{number}",
            title=row["title"],
            text=row["text"],
            kind=row["kind"],
            asked=reply[0] == "1",
            sentiment=MOODS.get(reply[1:2]),
            urgent=reply.endswith("!") if len(reply) > 1 else None,
        )


def _own_posts(path: Path) -> Iterator[Example]:
    for line in path.read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        if post["kind"] != "公告":
            yield _example(post["id"], post["title"], post["text"], None, post, post["needs_reply"])


def load_threads(path: Path) -> Iterator[Example]:
    """Threads with gold, those opened by an official account left out: their kind is no question."""
    for line in path.read_text(encoding="utf-8").splitlines():
        thread = json.loads(line)
        opening, gold = thread["posts"][0], thread["gold"]
        if not opening.get("is_registered_official"):
            title, text = thread.get("title") or "", opening.get("text") or ""
            asked = gold["state"] != "无需回复"
            yield _example(thread["id"], title, text, thread.get("board"), gold, asked)


def _example(name: str, title: str, text: str, board: str | None, gold: Any, asked: bool) -> Example:
    return Example(
        id=name,
        title=title,
        text=text,
        board=board,
        kind=gold["kind"],
        asked=asked,
        urgent=gold["urgency"] == "紧急",
        sentiment=gold["sentiment"],
    )
