"""Owns the splits that every score is measured on: fixed seed, stratified, the same for all candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

SEED = 20171001
FOLDS = 5
HELD_OUT = 0.2  # share of the chat texts that no candidate learns from


def folds(labels: Sequence[str] | np.ndarray) -> Iterator[tuple[list[int], list[int]]]:
    """(rest, fold) as lists of row numbers."""
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for rest, fold in split.split(np.zeros(len(labels)), labels):
        yield rest.tolist(), fold.tolist()


def held_out(labels: Sequence[str]) -> tuple[list[int], list[int]]:
    """(rest, held out) as lists of row numbers."""
    rest, test = train_test_split(
        np.arange(len(labels)), test_size=HELD_OUT, random_state=SEED, stratify=list(labels)
    )
    return sorted(rest.tolist()), sorted(test.tolist())
