"""Owns the learned router: which public function (公安, 供电 …) a post is about, by the words it is told in.

It stands beside the phrases of `pipeline/lexicon/duties.yaml`: a single incidental word ("工资", "渔民") does
not carry a post whose other words speak of something else. Classes are functions, not units, so that another
city with nothing but its units.csv is routed too. Training is in `pipeline.training.matters`.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np

from pipeline.tagging.grams import GramModel, load_gram_model, read_grams
from pipeline.tagging.linear import softmax

MODEL = "duty"
_SENTENCE = re.compile(r"[^。！!；;\n？?]+[。！!；;\n？?]*")
_ASKS = re.compile(r"请|求|希望|能不能|能否|可否|哪个部门|建议|怎么|如何|管管|[？?]|吗")


def stressed(title: str, text: str) -> str:
    """The post with what it asks for said twice: its title, and the sentences that ask."""
    asking = "\n".join(part for part in _SENTENCE.findall(text) if _ASKS.search(part))
    return f"{title}\n{title}\n{text}\n{asking}"


class LearnedRouter:
    """Shares of a city's units in a post, by the functions that the model sees in it."""

    def __init__(self, unit_of: dict[str, str], model: GramModel | None = None) -> None:
        self._model = model or load_gram_model(MODEL)
        units = sorted({unit_of[name] for name in self._model.classes if name in unit_of})
        self._units = units
        self._column = np.array(
            [units.index(unit_of[name]) if name in unit_of else len(units) for name in self._model.classes]
        )

    def shares(self, title: str, text: str) -> dict[str, float]:
        """Short name → share, 0..1; units without a function of the model are left out."""
        keys, times = read_grams(stressed(title, text))
        known = self._model.known(keys, times)
        if not len(known[0]):
            return {}
        parts = softmax(self._model.scores(*known))
        total = np.bincount(self._column, weights=parts, minlength=len(self._units) + 1)
        return dict(zip(self._units, total.tolist(), strict=False))


def functions_of(unit_of: dict[str, str], preferred: frozenset[str]) -> dict[str, str]:
    """Short name → the function that stands for the unit in training: one with phrases of its own first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for function, unit in unit_of.items():
        found[unit].append(function)
    return {
        unit: next((name for name in names if name in preferred), names[0]) for unit, names in found.items()
    }
