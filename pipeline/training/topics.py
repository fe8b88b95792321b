"""Owns the training of the topic model of citizens' messages (`citizen-topics.csv.gz`)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.svm import LinearSVC

from pipeline.tagging.gram_keys import read_grams
from pipeline.tagging.grams import GramModel
from pipeline.training.fit import fit_grams
from pipeline.training.split import SEED, folds

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


def rank_held_out(pairs: Sequence[tuple[str, str]]) -> Any:
    """The topics of each message (messages, topics), the likeliest first, by a model that has not seen it."""
    labels = [topic for topic, _ in pairs]
    ranked = np.empty((len(pairs), len(set(labels))), dtype=object)
    for rest, fold in folds(labels):
        model = fit_topics([pairs[i] for i in rest])
        scores = model.scores(model.known(read_grams([pairs[i][1] for i in fold])))
        ranked[fold] = np.array(model.classes, dtype=object)[np.argsort(-scores, axis=1, kind="stable")]
    return ranked
