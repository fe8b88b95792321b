"""Owns the training of the model that tells the kind of a post, and whether anybody public is asked.

Data: posts of our own writing (`data/kinds.tsv`), the sample city's threads, and every `threads-*.jsonl` with
gold in the data folder; a person's corrections in the same format enter the next training.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from pipeline.city import load_city
from pipeline.tagging.linear import LinearModel
from pipeline.tagging.segment import segment
from pipeline.tagging.threads_features import numbers, words
from pipeline.tagging.threads_reading import PostReader
from pipeline.training.mixed import Table

OWN = Path(__file__).resolve().parent / "data" / "kinds.tsv"
SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "content" / "threads.jsonl"
ASKING = ("投诉", "求助", "咨询", "建议")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One opening post with what a person says of it."""

    id: str
    kind: str
    asked: bool  # a unit of the city is asked
    title: str
    text: str
    board: str | None = None


def load_own() -> Iterator[Example]:
    with OWN.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)):
            yield Example(
                id=f"own{number}",
                kind=row["kind"],
                asked=row["reply"] == "1",
                title=row["title"],
                text=row["text"],
            )


def load_gold(path: Path) -> Iterator[Example]:
    """Threads with gold, those opened by an official account left out: their kind is no question."""
    for line in path.read_text(encoding="utf-8").splitlines():
        thread = json.loads(line)
        opening, gold = thread["posts"][0], thread["gold"]
        if not opening.get("is_registered_official"):
            yield Example(
                id=thread["id"],
                kind=gold["kind"],
                asked=gold["state"] != "无需回复",
                title=thread.get("title") or "",
                text=opening.get("text") or "",
                board=thread.get("board"),
            )


def load_examples(data_dir: Path) -> list[Example]:
    paths = sorted(data_dir.glob("threads-*.jsonl")) + ([SAMPLE] if SAMPLE.is_file() else [])
    return [*load_own(), *(example for path in paths for example in load_gold(path))]


def fit_kinds(examples: Sequence[Example]) -> LinearModel:
    """One model: scores of the kinds, then of whether a unit is asked (learned on asking kinds only)."""
    reader = PostReader(load_city())
    rows: list[list[str]] = []
    dense: list[list[float]] = []
    for example in examples:
        dense.append(numbers(reader.read(example.title, example.text), example.board))
        rows.append(post_features(example.title, example.text))
    table = Table(rows, dense)
    kinds = table.fit("thread-kind", [e.kind for e in examples])
    asking = [i for i, e in enumerate(examples) if e.kind in ASKING]
    labels = ["asked" if examples[i].asked else "unasked" for i in asking]
    asked = table.fit("thread-asked", labels, rows=asking)
    return LinearModel(
        name="thread-kind",
        classes=(*kinds.classes, *asked.classes),
        vocabulary=kinds.vocabulary,
        rows=np.hstack([kinds.rows, asked.rows]),
        idf=kinds.idf,
        bias=np.concatenate([kinds.bias, asked.bias]),
        dense=np.hstack([kinds.dense, asked.dense]),
    )


def post_features(title: str, text: str) -> list[str]:
    head = segment(title)
    return list(dict.fromkeys(words(head, [*head, *segment(text)])))
