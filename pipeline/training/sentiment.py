"""Owns the training of the sentiment model of chat (`sentiment.csv.gz`: a car forum and 微博)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from sklearn.linear_model import LogisticRegression

from pipeline.tagging.grams import GramModel
from pipeline.training.fit import fit_grams


def load_chat(data_dir: Path) -> list[tuple[str, str, str]]:
    """(source, label, text) of each short text, once each."""
    with gzip.open(data_dir / "sentiment.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [(row["source"], row["sentiment"], row["text"]) for row in csv.DictReader(file)]
    return list(dict.fromkeys(rows))


def fit_chat(rows: Sequence[tuple[str, str, str]]) -> GramModel:
    """Classes are source|sentiment, so that each source keeps its own share of neutral texts."""
    return fit_grams(
        "chat-sentiment",
        [text for _, _, text in rows],
        [f"{source}|{label}" for source, label, _ in rows],
        LogisticRegression(C=4.0, class_weight="balanced", max_iter=1000),
        min_count=3,
        most_grams=40_000,
    )
