"""Owns the weights of the topic signals: read from a small file, one product per article.

Training is in `pipeline.training.news_topic`; the file names every signal and label, so that a person can
read what counts how much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pipeline.tagging.linear import Floats, damaged
from pipeline.tagging.news_sentiment_model import FOLDER
from pipeline.tagging.topic_signals import LABELS, SIGNALS, Entry

FILE = "topic.json"


@dataclass(frozen=True)
class TopicModel:
    """Weight per signal (`SIGNALS`) and bias per label (`LABELS`)."""

    weights: dict[str, float]
    bias: dict[str, float]

    @cached_property
    def _weights(self) -> Floats:
        return np.array([self.weights[name] for name in SIGNALS], dtype=np.float32)

    @cached_property
    def _bias(self) -> Floats:
        return np.array([self.bias[label] for label in LABELS], dtype=np.float32)

    def margins(self, entries: Iterable[Entry]) -> list[float]:
        """Score per label from the numbers that are not 0."""
        weights, bias = self._lists
        margins = bias.copy()
        for label, signal, value in entries:
            margins[label] += weights[signal] * value
        return margins

    @cached_property
    def _lists(self) -> tuple[list[float], list[float]]:
        return self._weights.tolist(), self._bias.tolist()

    def scores(self, values: Floats) -> Floats:
        """Score per label from (labels, signals)."""
        return values @ self._weights + self._bias


def load_topic_model(folder: Path = FOLDER) -> TopicModel:
    """Read `<folder>/topic.json`.

    Raises:
        ModelError: the file is missing, damaged or of other signals.
    """
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        model = TopicModel(
            weights={name: float(data["weights"][name]) for name in SIGNALS},
            bias={label: float(data["bias"][label]) for label in LABELS},
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise damaged(FILE, error) from error
    return model
