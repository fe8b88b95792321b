"""Owns what people's corrections teach: regression cases, training data, accuracy over time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from analysis.warehouse import Connection, ask
from pipeline.training_files import ARTICLES, THREADS

ITEM = (
    "id",
    "title",
    "body",
    "outlet",
    "published",
    "page",
    "lead",
    "column",
    "kicker",
    "subtitle",
    "byline",
    "source",
)
TAGS = (
    "credits",
    "exposed",
    "topic",
    "indicator",
    "form",
    "sentiment",
    "has_editor_note",
    "plan_column",
    "reprint_of",
)
ACCURACY_COLUMNS = {
    "month": "月份",
    "name": "单位或专题",
    "right_count": "对",
    "wrong_count": "错",
    "missed_count": "漏",
    "precision": "准确率",
    "recall": "召回率",
}


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How right the rules were where a person looked, for one unit or topic in one month (YYYY-MM)."""

    month: str
    name: str
    right_count: int
    wrong_count: int
    missed_count: int | None  # None for topics: every article has one answer

    @property
    def precision(self) -> float | None:
        said = self.right_count + self.wrong_count
        return self.right_count / said if said else None

    @property
    def recall(self) -> float | None:
        if self.missed_count is None:
            return None
        there = self.right_count + self.missed_count
        return self.right_count / there if there else None


def accuracy_of_units(con: Connection, known_by: dt.datetime | None = None) -> list[Accuracy]:
    """Per month of the decision and unit; only what a person looked at counts."""
    return [
        Accuracy(
            row["month"],
            row["unit"],
            int(row["right_count"]),
            int(row["wrong_count"]),
            int(row["missed_count"]),
        )
        for row in ask(con, "accuracy_unit", known_by=known_by)
    ]


def accuracy_of_topics(con: Connection, known_by: dt.datetime | None = None) -> list[Accuracy]:
    """Per month of the decision and topic; only articles whose topic a person confirmed or corrected."""
    return [
        Accuracy(row["month"], row["topic"], int(row["right_count"]), int(row["wrong_count"]), None)
        for row in ask(con, "accuracy_topic", known_by=known_by)
    ]


def accuracy_of_threads(con: Connection, known_by: dt.datetime | None = None) -> list[Accuracy]:
    """Per month of the decision and unit: the first unit of posts that a person handed on or corrected."""
    return [
        Accuracy(
            row["month"],
            row["unit"],
            int(row["right_count"]),
            int(row["wrong_count"]),
            int(row["missed_count"]),
        )
        for row in ask(con, "accuracy_thread", known_by=known_by)
    ]


def export_corrections(con: Connection, folder: Path) -> dict[str, int]:
    """Write what people corrected as gold, one file for articles and one for threads; returns lines by file.

    `gold` of an article holds only what a person decided, `stood` the other tags as they stood: `evaluate`
    scores the former, so that a file is a regression case; `train --corrections` learns from both. A thread's
    gold is whole, as the training of posts wants it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        ARTICLES: [_article(row) for row in ask(con, "corrected_article", known_by=None)],
        THREADS: [_thread(con, row) for row in ask(con, "corrected_thread", known_by=None)],
    }
    for name, lines in written.items():
        content = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        (folder / name).write_bytes(content)
    return {name: len(lines) for name, lines in written.items()}


def _article(row: dict[str, Any]) -> dict[str, Any]:
    decided = set(row["decided"])
    return {
        **{key: row[key] for key in ITEM},
        "gold": {key: row[key] for key in TAGS if key in decided},
        "stood": {key: row[key] for key in TAGS if key not in decided},
    }


def _thread(con: Connection, row: dict[str, Any]) -> dict[str, Any]:
    posts = ask(con, "posts_of_thread", thread_id=row["id"])
    keys = ("kind", "needs_reply", "units", "unit_named", "sentiment", "state", "urgency")
    floors = ("first_response_floor", "answer_floor")
    return {
        "id": row["id"],
        "title": row["title"],
        "forum": row["forum"],
        "board": row["board"],
        "posts": posts,
        "gold": {key: row[key] for key in (*keys, *floors)},
    }
