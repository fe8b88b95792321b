"""Owns the training of the thread model: heads kind, asked (a unit of the city), public, urgent and mood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.city import City
from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel
from pipeline.tagging.threads_features import LENGTH, numbers
from pipeline.tagging.threads_reading import PostReader, Reading
from pipeline.training.examples import Example
from pipeline.training.fit import GramTable, Odds

# Kinds whose sentiment is not settled by the kind.
OPEN_MOOD = ("求助", "咨询", "建议", "讨论")
ASKING = ("投诉", "求助", "咨询", "建议")
PENALTY = 3.0  # inverse strength of the regularisation
MOST_GRAMS = 20_000  # with twice as many, threads of writers left out come out worse
# Files left out, needs_reply has one error in fifteen fewer with the odds than without. Twice as much is
# hardly better, and posts of a dozen characters suffer.
ODDS = Odds(worth=0.05, smoothing=0.1)

Row = tuple[Reading, list[float]]


def read_rows(examples: Sequence[Example], city: City) -> list[Row]:
    """What stands in each post, and its numbers."""
    reader = PostReader(city)
    readings = [reader.read(post.title, post.text) for post in examples]
    return [(reading, numbers(reading, post.board)) for reading, post in zip(readings, examples, strict=True)]


def fit_threads(examples: Sequence[Example], rows: Sequence[Row]) -> GramModel:
    """Fit all heads. Classes are named head|label; a head learns from the examples that have its label."""
    table = GramTable(
        read_grams([reading.text for reading, _ in rows], [reading.title_end for reading, _ in rows]),
        most_grams=MOST_GRAMS,
        numbers=np.array([values for _, values in rows], dtype=np.float32),
        size=LENGTH,
    )
    heads: dict[str, list[str | None]] = {
        "kind": [post.kind for post in examples],
        # Whether a unit is asked: among the kinds that ask, and of any post.
        "asked": [_flag(post.asked if post.kind in ASKING else None, "asked") for post in examples],
        "public": [_flag(post.asked, "public") for post in examples],
        "urgent": [_flag(post.urgent, "urgent") for post in examples],
        "mood": [post.sentiment if post.kind in OPEN_MOOD else None for post in examples],
    }
    fitted: list[GramModel] = []
    for head, labels in heads.items():
        known = [i for i, label in enumerate(labels) if label is not None]
        fitted.append(
            table.fit(
                head,
                [f"{head}|{labels[i]}" for i in known],
                LogisticRegression(C=PENALTY, max_iter=4000, class_weight="balanced"),
                rows=known,
                weights=[examples[i].weight for i in known],
                odds=ODDS if head in ("kind", "asked", "public") else None,
            )
        )
    return GramModel(
        name="thread",
        classes=tuple(name for model in fitted for name in model.classes),
        keys=fitted[0].keys,
        rows=np.hstack([model.rows for model in fitted]),
        idf=fitted[0].idf,
        bias=np.concatenate([model.bias for model in fitted]),
        dense=np.hstack([model.dense for model in fitted]),
    )


def _flag(value: bool | None, name: str) -> str | None:
    return None if value is None else name if value else f"not {name}"
