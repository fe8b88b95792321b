"""Owns the learned router: which public function (公安, 供电 …) a post is about, by the words it is told in.

It stands beside the phrases of `pipeline/lexicon/duties.yaml`: a single incidental word ("工资", "渔民") does
not carry a post whose other words speak of something else. Classes are functions, not units, so that another
city with nothing but its units.csv is routed too. Training is in `pipeline.training.matters`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.tagging.gram_place import Span, find_place
from pipeline.tagging.grams import GramModel, Known, load_gram_model
from pipeline.tagging.linear import softmax

MODEL = "duty"
LEAST = 0.02  # smaller shares say nothing


class LearnedRouter:
    """Shares of a city's units in posts, by the functions that the model sees in them."""

    def __init__(self, unit_of: dict[str, str], model: GramModel | None = None) -> None:
        self._model = model or load_gram_model(MODEL)
        units = sorted({unit_of[name] for name in self._model.classes if name in unit_of})
        self._units = units
        self._classes: dict[str, list[str]] = {}  # of each unit
        for name in self._model.classes:
            if name in unit_of:
                self._classes.setdefault(unit_of[name], []).append(name)
        column = [units.index(unit_of[n]) if n in unit_of else len(units) for n in self._model.classes]
        self._unit_of_class = np.zeros((len(column), len(units) + 1), dtype=np.float32)
        self._unit_of_class[np.arange(len(column)), column] = 1.0

    @property
    def model(self) -> GramModel:
        return self._model

    def place(self, known: Known, number: int, text: str, unit: str) -> Span | None:
        """Where the word stands that speaks most for a unit in a text, that of this number in `known`."""
        return find_place(self._model, known, number, text, self._classes.get(unit, ()))

    def read(self, posts: Sequence[str]) -> list[dict[str, float]]:
        """`shares` of texts."""
        return self.shares(self._model.read(posts))

    def shares(self, known: Known) -> list[dict[str, float]]:
        """Short name → share, 0..1, for each post; units without a function of the model are left out."""
        parts = softmax(self._model.scores(known)) @ self._unit_of_class
        parts[self._model.norms(known) == 0] = 0.0
        result: list[dict[str, float]] = [{} for _ in range(len(parts))]
        texts, columns = np.nonzero(parts[:, :-1] >= LEAST)
        for text, column, share in zip(
            texts.tolist(), columns.tolist(), parts[texts, columns].tolist(), strict=True
        ):
            result[text][self._units[column]] = share
        return result


def functions_of(unit_of: dict[str, str], preferred: frozenset[str]) -> dict[str, str]:
    """Short name → the function that stands for the unit in training: one with phrases of its own first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for function, unit in unit_of.items():
        found[unit].append(function)
    return {
        unit: next((name for name in names if name in preferred), names[0]) for unit, names in found.items()
    }
