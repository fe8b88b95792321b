"""Owns learning how frequent each pair of characters is in what citizens write, for finding posts alike."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.tagging.alike_weights import Frequencies, pairs

FILES = ("citizen-messages.csv.gz", "citizen-replies.csv.gz", "citizen-topics.csv.gz")
_LEAST = 3  # a pair in fewer messages is as rare as one never seen


def fit_frequencies(data_dir: Path) -> Frequencies:
    """Count in how many messages each pair of characters stands.

    Raises:
        FileNotFoundError: a file of the given data is missing.
    """
    total = 0
    parts = []
    for text in _messages(data_dir):
        parts.append(pairs(text))
        total += 1
    keys, counts = np.unique(np.concatenate(parts), return_counts=True)
    kept = counts >= _LEAST
    return Frequencies(keys[kept], np.minimum(counts[kept], 65535).astype(np.uint16), total)


def _messages(data_dir: Path) -> Iterator[str]:
    for name in FILES:
        with gzip.open(data_dir / name, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{row.get('title', '')}\n{row['text']}"
