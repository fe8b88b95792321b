"""Owns looking at everything that training reads from outside the program, before anything is trained."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from pipeline.faults import ToldError
from pipeline.records import Form, Role, Sentiment, ThreadKind
from pipeline.tagging.items import ThreadPost
from pipeline.training.alike import FILES as MESSAGES
from pipeline.training.roles import GOLD
from pipeline.training.split import FOLDS
from pipeline.training_files import ARTICLES, THREADS
from pipeline.unreadable import FILE_FAULTS, LINE_FAULTS, field_fault, file_fault, line_fault

TOPICS, CHAT = "citizen-topics.csv.gz", "sentiment.csv.gz"
# Tables that must be there, with the columns that are read.
TABLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(MESSAGES, ("text",)),
    "citizen-messages.csv.gz": ("id", "title", "text"),
    "citizen-replies.csv.gz": ("title", "text", "answer"),
    TOPICS: ("topic", "text"),
    CHAT: ("source", "sentiment", "text"),
}


class TrainingDataError(ToldError, ValueError):
    """A file of the training data is missing or wrong; the message names it, and the line."""


class _Post(msgspec.Struct):
    id: str
    title: str | None
    text: str | None


class _Letter(msgspec.Struct):
    unit: str
    title: str
    text: str


class _Piece(msgspec.Struct):
    id: str
    city: str
    body: str
    published: str | None


class _Asked(msgspec.Struct):
    kind: ThreadKind
    state: str
    urgency: str
    sentiment: Sentiment
    needs_reply: bool
    units: list[str]
    first_response_floor: int | None
    answer_floor: int | None


class _Thread(msgspec.Struct):
    id: str
    posts: list[ThreadPost]
    gold: _Asked
    title: str | None = None
    board: str | None = None


class _Credit(msgspec.Struct):
    unit: str
    role: Role


class _Told(msgspec.Struct):
    """What a person said of an article; of one that was corrected, as far as it was."""

    credits: list[_Credit] = []
    exposed: list[str] = []
    topic: str | None = None
    indicator: str | None = None
    sentiment: Sentiment = "neutral"
    form: Form = "报道"
    reprint_of: str | None = None


class _Article(msgspec.Struct):
    id: str
    body: str
    gold: _Told
    title: str | None = ""


# Files of lines that may be there, with what a line is.
LINES: dict[str, Any] = {
    "forum-posts.jsonl.gz": _Post,
    "answered-letters.jsonl.gz": _Letter,
    "local-news.jsonl.gz": _Piece,
    "articles-dev.jsonl": _Article,
}


def check_inputs(data_dir: Path, corrections: Path | None = None) -> None:
    """Look at all files of the given data, and at people's corrections.

    Raises:
        TrainingDataError: one is missing, cannot be read, lacks a column or a field, or there is too little
            to learn from.
    """
    if missing := [name for name in TABLES if not (data_dir / name).is_file()]:
        raise TrainingDataError(f"{data_dir} 缺少训练数据：{'、'.join(missing)}")
    for name in TABLES:
        _check_table(data_dir / name)
    for name, kind in LINES.items():
        if (data_dir / name).is_file():
            seen = _check_lines(data_dir / name, kind)
            if kind is _Piece:
                _check_labelled(data_dir / name, seen)
    for path in sorted(data_dir.glob("threads-*.jsonl")):
        _check_lines(path, _Thread)
    if corrections is not None:
        check_corrections(corrections)


def check_corrections(folder: Path) -> None:
    """Look at what `correct export` wrote, as far as it is there. Raises TrainingDataError."""
    for name, kind in ((ARTICLES, _Article), (THREADS, _Thread)):
        if (folder / name).is_file():
            _check_lines(folder / name, kind)


def _check_table(path: Path) -> None:
    columns = TABLES[path.name]
    labels: Counter[str] = Counter()
    known: set[tuple[str, ...]] = set()

    def read() -> None:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if lacking := [name for name in columns if name not in (rows.fieldnames or ())]:
                raise TrainingDataError(f"{path} 缺少列：{'、'.join(lacking)}")
            try:
                for row in rows:
                    values = tuple(row[name] for name in columns)
                    if None in values:
                        lacking = [name for name in columns if row[name] is None]
                        raise TrainingDataError(f"{path} 第 {rows.line_num} 行缺少 {'、'.join(lacking)}")
                    if values not in known:
                        known.add(values)
                        labels["|".join(values[:-1])] += 1
            except csv.Error as error:
                raise TrainingDataError(
                    f"{path} 第 {rows.line_num + 1} 行读不通，请检查引号和换行"
                ) from error

    _readable(path, read)
    if not known:
        raise TrainingDataError(f"{path} 里没有数据")
    if path.name == CHAT:
        moods = {label.rpartition("|")[2] for label in labels}
        if wrong := sorted(moods - {"negative", "neutral", "positive"}):
            raise TrainingDataError(
                f"{path} 的 sentiment 应为 negative、neutral 或 positive，而不是 {'、'.join(wrong[:3])}"
            )
    if path.name in (TOPICS, CHAT):
        few = [label for label, count in labels.items() if count < FOLDS]
        if few or len(labels) < 2:
            raise TrainingDataError(
                f"{path} 太少：应至少有两类，每类不少于 {FOLDS} 条"
                + (f"（{'、'.join(few[:3])} 不足）" if few else "")
            )


def _check_lines(path: Path, kind: Any) -> set[str]:
    """Returns the ids."""
    seen: set[str] = set()

    def read() -> None:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                item = _line(path, number, line, kind)
                if isinstance(item, _Thread) and not item.posts:
                    raise TrainingDataError(f"{path} 第 {number} 行：posts 是空的，请补上主帖")
                seen.add(getattr(item, "id", ""))

    _readable(path, read)
    return seen


def _line(path: Path, number: int, line: bytes, kind: Any) -> Any:
    try:
        return msgspec.convert(msgspec.json.decode(line), kind)
    except msgspec.ValidationError as error:
        raise TrainingDataError(f"{path} 第 {number} 行：{field_fault(error)}") from error
    except LINE_FAULTS as error:
        raise TrainingDataError(f"{path} 第 {number} 行{line_fault(line, error)}") from error


def _check_labelled(path: Path, seen: set[str]) -> None:
    """Every piece that was labelled must be there."""
    labels = (GOLD / "local-news-labels.jsonl").read_text(encoding="utf-8").splitlines()
    if lost := [row["id"] for row in map(json.loads, labels) if row["id"] not in seen]:
        raise TrainingDataError(f"{path} 缺少 {len(lost)} 篇标注过的稿件，如 {lost[0]}；请用完整的文件")


def _readable(path: Path, read: Callable[[], None]) -> None:
    try:
        read()
    except FILE_FAULTS as error:
        raise TrainingDataError(f"{path} 读不了：{file_fault(error)}") from error
