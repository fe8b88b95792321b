"""Owns the training of the topic model of citizens' messages (`citizen-topics.csv.gz`)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from sklearn.svm import LinearSVC

from pipeline.tagging.grams import GramModel
from pipeline.training.fit import fit_grams
from pipeline.training.split import SEED

SHARPNESS = 3.0  # margins to calibrated shares


def load_topics(data_dir: Path) -> list[tuple[str, str]]:
    """(topic, text) of each message, once each."""
    with gzip.open(data_dir / "citizen-topics.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(dict.fromkeys((row["topic"], row["text"]) for row in csv.DictReader(file)))


def fit_topics(pairs: Sequence[tuple[str, str]]) -> GramModel:
    return fit_grams(
        "citizen-topic",
        [text for _, text in pairs],
        [topic for topic, _ in pairs],
        LinearSVC(C=1.0, class_weight="balanced", random_state=SEED),
        most_grams=25_000,
        sharpness=SHARPNESS,
    )
