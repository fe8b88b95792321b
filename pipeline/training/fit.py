"""Owns fitting a linear text model: tf-idf, linear SVC per class, calibrated margins, pruned weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from pipeline.tagging.linear import LinearModel, features

SEED = 20171001


def fit_linear(
    name: str,
    documents: Sequence[list[str]],
    labels: Sequence[str],
    *,
    min_count: int = 2,
    most_features: int = 60_000,
    penalty: float = 1.0,
    sharpness: float = 3.0,
) -> LinearModel:
    """Fit one model on tokenised documents. `sharpness` scales margins to calibrated softmax scores."""
    rows = [features(document) for document in documents]
    counts: dict[str, int] = {}
    for row in rows:
        for feature in row:
            counts[feature] = counts.get(feature, 0) + 1
    kept = sorted((f for f, n in counts.items() if n >= min_count), key=lambda f: (-counts[f], f))[
        :most_features
    ]
    vocabulary = tuple(sorted(kept))
    number = {feature: i for i, feature in enumerate(vocabulary)}
    idf = np.log((1 + len(rows)) / (1 + np.array([counts[f] for f in vocabulary]))) + 1.0
    idf = idf.astype(np.float16).astype(np.float64)
    matrix = sparse(rows, number, idf)
    classes = tuple(sorted(set(labels)))
    model = LinearSVC(C=penalty, class_weight="balanced", random_state=SEED).fit(matrix, list(labels))
    weights = model.coef_ if len(classes) > 2 else np.vstack([-model.coef_[0], model.coef_[0]])
    bias = model.intercept_ if len(classes) > 2 else np.array([-model.intercept_[0], model.intercept_[0]])
    return LinearModel(
        name=name,
        classes=classes,
        vocabulary=vocabulary,
        rows=(weights.T * idf[:, None] * sharpness).astype(np.float32),
        idf=idf.astype(np.float32),
        bias=(bias * sharpness).astype(np.float32),
    )


def sparse(rows: Sequence[list[str]], number: dict[str, int], idf: np.ndarray) -> csr_matrix:
    """Rows of features as an L2-normalised tf-idf matrix (presence, not counts)."""
    indptr, indices, data = [0], [], []
    for row in rows:
        ids = [number[f] for f in row if f in number]
        values = idf[ids]
        norm = float(np.sqrt(np.square(values).sum())) or 1.0
        indices.extend(ids)
        data.extend(values / norm)
        indptr.append(len(indices))
    return csr_matrix((data, indices, indptr), shape=(len(rows), len(number)))
