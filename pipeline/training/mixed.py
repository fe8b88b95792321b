"""Owns fitting models of words beside numbers: logistic regression, for a few hundred labelled texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from pipeline.tagging.linear import LinearModel

WORDS = 2.0  # weight of the words beside the numbers


class Table:
    """Distinct words and numbers of texts, as one matrix; `fit` any labels on any of its rows."""

    def __init__(self, rows: Sequence[list[str]], numbers: Sequence[list[float]]) -> None:
        counts: dict[str, int] = {}
        for row in rows:
            for feature in row:
                counts[feature] = counts.get(feature, 0) + 1
        self._vocabulary = tuple(sorted(feature for feature, count in counts.items() if count >= 2))
        known = np.array([counts[feature] for feature in self._vocabulary])
        self._idf = np.log((1 + len(rows)) / (1 + known)) + 1.0
        number = {feature: i for i, feature in enumerate(self._vocabulary)}
        self._matrix = hstack(
            [WORDS * _presence(rows, number, self._idf), csr_matrix(np.array(numbers, dtype=np.float64))]
        ).tocsr()

    def fit(
        self,
        name: str,
        labels: Sequence[str],
        *,
        rows: Sequence[int] | None = None,
        penalty: float = 1.0,
        balanced: bool = True,
        weights: Sequence[float] | None = None,
    ) -> LinearModel:
        matrix = self._matrix if rows is None else self._matrix[list(rows)]
        model = LogisticRegression(
            C=penalty, max_iter=4000, class_weight="balanced" if balanced else None
        ).fit(matrix, list(labels), sample_weight=None if weights is None else list(weights))
        coefficients, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            coefficients = np.vstack([-coefficients[0], coefficients[0]]) / 2
            bias = np.array([-bias[0], bias[0]]) / 2
        split = len(self._vocabulary)
        return LinearModel(
            name=name,
            classes=tuple(str(label) for label in model.classes_),
            vocabulary=self._vocabulary,
            rows=(WORDS * coefficients[:, :split].T * self._idf[:, None]).astype(np.float32),
            idf=self._idf.astype(np.float32),
            bias=bias.astype(np.float32),
            dense=np.ascontiguousarray(coefficients[:, split:].T).astype(np.float32),
        )


def _presence(rows: Sequence[list[str]], number: dict[str, int], idf: np.ndarray) -> csr_matrix:
    """Rows of distinct features as idf, each row of length 1."""
    indptr, indices = [0], []
    data: list[float] = []
    for row in rows:
        ids = [number[feature] for feature in row if feature in number]
        values = idf[ids]
        data.extend(values / (float(np.sqrt(np.square(values).sum())) or 1.0))
        indices.extend(ids)
        indptr.append(len(indices))
    return csr_matrix((data, indices, indptr), shape=(len(rows), len(number)))
