"""Owns the training of the topic model of citizens' messages (`citizen-topics.csv.gz`)."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from pipeline.tagging.linear import LinearModel
from pipeline.tagging.segment import segment
from pipeline.training.fit import fit_linear


def load_topics(data_dir: Path) -> list[tuple[str, str]]:
    """(topic, text) of each message, once each."""
    with gzip.open(data_dir / "citizen-topics.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(dict.fromkeys((row["topic"], row["text"]) for row in csv.DictReader(file)))


def fit_topics(pairs: list[tuple[str, str]]) -> LinearModel:
    return fit_linear("citizen-topic", [segment(text) for _, text in pairs], [topic for topic, _ in pairs])
