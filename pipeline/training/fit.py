"""Owns fitting linear models on grams, pruned to those that appear most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.naive_bayes import ComplementNB

from pipeline.tagging.gram_keys import Grams, read_grams
from pipeline.tagging.grams import GramModel
from pipeline.tagging.linear import Floats


class Odds(NamedTuple):
    """What the odds of complement naive Bayes (how much oftener a gram stands in a class than in others) are
    worth beside a classifier's margins, and how they are smoothed. The sum is one linear model still."""

    worth: float
    smoothing: float


class GramTable:
    """Texts as one matrix of grams, and of numbers beside them where there are; `fit` any labels on its rows.

    `size` is the length of a text's grams beside its numbers.
    """

    def __init__(
        self,
        grams: Grams,
        *,
        min_count: int = 2,
        most_grams: int = 60_000,
        numbers: Floats | None = None,
        size: float = 1.0,
    ) -> None:
        seen, counts = np.unique(grams.keys, return_counts=True)
        order = np.lexsort((seen, -counts))[:most_grams]
        kept = np.sort(order[counts[order] >= min_count])
        self._keys, counts = seen[kept], counts[kept]
        # The weights are learned on the idf that the artefact will hold.
        self._idf = (np.log((1 + len(grams)) / (1 + counts)) + 1.0).astype(np.float16).astype(np.float64)
        places = np.minimum(np.searchsorted(self._keys, grams.keys), len(self._keys) - 1)
        known = self._keys[places] == grams.keys
        ids = places[known]
        starts = np.concatenate(([0], np.cumsum(known)))[grams.starts]
        values = grams.times[known].astype(np.float64) * self._idf[ids]
        norms = np.sqrt(np.add.reduceat(np.append(np.square(values), 0.0), starts[:-1]))
        norms[starts[:-1] == starts[1:]] = 1.0
        values *= size / np.repeat(norms, np.diff(starts))
        self._size = size
        self._matrix = csr_matrix((values, ids, starts), shape=(len(grams), len(self._keys)))
        if numbers is not None:
            self._matrix = hstack([self._matrix, csr_matrix(numbers.astype(np.float64))]).tocsr()

    def fit(
        self,
        name: str,
        labels: Sequence[str],
        classifier: Any,
        *,
        rows: Sequence[int] | None = None,
        weights: Sequence[float] | None = None,
        sharpness: float = 1.0,
        odds: Odds | None = None,
    ) -> GramModel:
        """Fit a scikit-learn linear classifier on `rows` (all where missing), whose labels and weights are
        given. `sharpness` scales margins before the softmax."""
        table = self._matrix if rows is None else self._matrix[list(rows)]
        more = {} if weights is None else {"sample_weight": list(weights)}
        model = classifier.fit(table, list(labels), **more)
        coefficients, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            coefficients = np.vstack([-coefficients[0], coefficients[0]]) / 2
            bias = np.array([-bias[0], bias[0]]) / 2
        split = len(self._keys)
        if odds is not None:
            counted = ComplementNB(alpha=odds.smoothing).fit(table[:, :split], list(labels), **more)
            said = counted.feature_log_prob_
            coefficients[:, :split] += odds.worth * (said - said.mean(axis=0))
        weighted = coefficients[:, :split].T * self._idf[:, None] * (sharpness * self._size)
        return GramModel(
            name=name,
            classes=tuple(str(label) for label in model.classes_),
            keys=self._keys,
            rows=weighted.astype(np.float32),
            idf=self._idf.astype(np.float32),
            bias=(bias * sharpness).astype(np.float32),
            dense=np.ascontiguousarray(coefficients[:, split:].T * sharpness).astype(np.float32),
        )


def fit_grams(
    name: str,
    texts: Sequence[str],
    labels: Sequence[str],
    classifier: Any,
    *,
    min_count: int = 2,
    most_grams: int = 60_000,
    sharpness: float = 1.0,
    weights: Sequence[float] | None = None,
    odds: Odds | None = None,
) -> GramModel:
    """Fit a scikit-learn linear classifier on texts alone."""
    table = GramTable(read_grams(texts), min_count=min_count, most_grams=most_grams)
    return table.fit(name, labels, classifier, sharpness=sharpness, weights=weights, odds=odds)


def say(model: GramModel, texts: Sequence[str]) -> list[str]:
    """The best class of each text."""
    return [model.classes[i] for i in model.scores(model.known(read_grams(texts))).argmax(axis=1)]
