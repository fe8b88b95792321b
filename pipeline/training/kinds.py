"""Owns the training of the thread model: heads kind, asked (a unit of the city), urgent and mood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.city import City
from pipeline.tagging.linear import LinearModel
from pipeline.tagging.segment import segment
from pipeline.tagging.threads_features import numbers, words
from pipeline.tagging.threads_reading import PostReader
from pipeline.training.examples import Example
from pipeline.training.mixed import Table

# Kinds whose sentiment is not settled by the kind.
OPEN_MOOD = ("求助", "咨询", "建议", "讨论")
ASKING = ("投诉", "求助", "咨询", "建议")


def fit_threads(examples: Sequence[Example], city: City) -> LinearModel:
    """Fit all heads. Classes are named head|label; a head learns from the examples that have its label."""
    reader = PostReader(city)
    table = Table(
        [post_features(post.title, post.text) for post in examples],
        [numbers(reader.read(post.title, post.text), post.board) for post in examples],
    )
    heads: dict[str, list[str | None]] = {
        "kind": [post.kind for post in examples],
        "asked": [_flag(post.asked if post.kind in ASKING else None, "asked") for post in examples],
        "urgent": [_flag(post.urgent, "urgent") for post in examples],
        "mood": [post.sentiment if post.kind in OPEN_MOOD else None for post in examples],
    }
    fitted: list[LinearModel] = []
    for head, labels in heads.items():
        known = [i for i, label in enumerate(labels) if label is not None]
        weights = [examples[i].weight for i in known]
        fitted.append(
            table.fit(
                head,
                [f"{head}|{labels[i]}" for i in known],
                rows=known,
                balanced=head != "mood",
                weights=weights,
            )
        )
    return LinearModel(
        name="thread",
        classes=tuple(name for model in fitted for name in model.classes),
        vocabulary=fitted[0].vocabulary,
        rows=np.hstack([model.rows for model in fitted]),
        idf=fitted[0].idf,
        bias=np.concatenate([model.bias for model in fitted]),
        dense=np.hstack([model.dense for model in fitted]),
    )


def _flag(value: bool | None, name: str) -> str | None:
    return None if value is None else name if value else f"not {name}"


def post_features(title: str, text: str) -> list[str]:
    """The distinct word features of a post."""
    return list(dict.fromkeys(words(segment(title), segment(f"{title}\n{text}"))))
