"""Owns fitting a linear model on grams, pruned to those that appear most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.tagging.grams import GramModel, read_grams


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
    singles: bool = True,
) -> GramModel:
    """Fit a scikit-learn linear classifier. `sharpness` scales margins before the softmax; `weights` are of
    the texts, 1 each where missing; without `singles` only pairs of characters are looked at."""
    documents = [read_grams(text) for text in texts]
    seen, counts = np.unique(np.concatenate([keys for keys, _ in documents]), return_counts=True)
    if not singles:
        seen, counts = seen[(seen & 0xFFFF) != 0], counts[(seen & 0xFFFF) != 0]
    order = np.lexsort((seen, -counts))[:most_grams]
    kept = np.sort(order[counts[order] >= min_count])
    grams, counts = seen[kept], counts[kept]
    # The weights are learned on the idf that the artefact will hold.
    idf = (np.log((1 + len(texts)) / (1 + counts)) + 1.0).astype(np.float16).astype(np.float64)
    indptr, indices, data = [0], [], []
    for keys, times in documents:
        places = np.minimum(np.searchsorted(grams, keys), len(grams) - 1)
        known = grams[places] == keys
        ids = places[known]
        values = times[known].astype(np.float64) * idf[ids]
        indices.append(ids)
        data.append(values / (float(np.sqrt(np.square(values).sum())) or 1.0))
        indptr.append(indptr[-1] + len(ids))
    shape = (len(documents), len(grams))
    model = classifier.fit(
        csr_matrix((np.concatenate(data), np.concatenate(indices), indptr), shape=shape),
        list(labels),
        **({} if weights is None else {"sample_weight": list(weights)}),
    )
    coefficients, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, bias = (
            np.vstack([-coefficients[0], coefficients[0]]) / 2,
            np.array([-bias[0], bias[0]]) / 2,
        )
    return GramModel(
        name=name,
        classes=tuple(str(label) for label in model.classes_),
        keys=grams,
        rows=(coefficients.T * idf[:, None] * sharpness).astype(np.float32),
        idf=idf.astype(np.float32),
        bias=(bias * sharpness).astype(np.float32),
    )
