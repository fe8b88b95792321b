"""Owns fitting linear models on the words of news: presence by tf-idf, with numbers beside them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from pipeline.tagging.linear import Floats
from pipeline.tagging.news_sentiment_model import TAIL, TAIL_MARK, WORD_WEIGHT, NewsModel

MIN_COUNT = 2
NEVER = -20.0  # bias of a label that no example has


def fit_words(
    texts: Sequence[Sequence[str]],
    said: Sequence[str],
    labels: Sequence[str],
    *,
    penalty: float,
    numbers: Floats | None = None,
    weights: Sequence[float] | None = None,
    tail: bool = False,
    balanced: bool = False,
) -> NewsModel:
    """Fit `labels` on texts already cut into words; the same texts in the same order give the same model.

    Args:
        said: the label of each text.
        penalty: C of the logistic regression: the higher, the more freely it learns.
        tail: the words at the end of a text stand out too.
        balanced: each label weighs the same, however rare it is.
    """
    documents = [{*tokens, *(TAIL_MARK + t for t in tokens[-TAIL:] if tail)} for tokens in texts]
    counts = Counter(token for document in documents for token in document if _is_word(token))
    vocabulary = tuple(sorted(token for token, count in counts.items() if count >= MIN_COUNT))
    number = {token: at for at, token in enumerate(vocabulary)}
    idf = np.array([math.log((1 + len(documents)) / (1 + counts[token])) + 1 for token in vocabulary])
    matrix = _matrix(documents, number, idf)
    if numbers is not None:
        matrix = hstack([matrix, csr_matrix(numbers)]).tocsr()
    fitted = LogisticRegression(C=penalty, max_iter=300, class_weight="balanced" if balanced else None).fit(
        matrix, said, sample_weight=weights
    )
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    learned = np.zeros((matrix.shape[1], len(labels)), dtype=np.float32)
    bias = np.full(len(labels), NEVER, dtype=np.float32)
    for row, intercept, label in zip(coefficients, intercepts, fitted.classes_, strict=True):
        learned[:, labels.index(label)] = row
        bias[labels.index(label)] = intercept
    return NewsModel(
        vocabulary=vocabulary,
        rows=learned[: len(vocabulary)],
        idf=idf.astype(np.float32),
        numbers=learned[len(vocabulary) :],
        bias=bias,
    )


def _matrix(documents: list[set[str]], number: dict[str, int], idf: Floats) -> csr_matrix:
    """Tf-idf rows (presence, not counts) of length `WORD_WEIGHT`."""
    indptr: list[int] = [0]
    indices: list[int] = []
    data: list[float] = []
    for document in documents:
        ids = sorted(number[token] for token in document if token in number)
        values = idf[ids]
        norm = float(np.sqrt(values @ values)) or 1.0
        indices.extend(ids)
        data.extend(values * (WORD_WEIGHT / norm))
        indptr.append(len(indices))
    return csr_matrix((data, indices, indptr), shape=(len(documents), len(number)))


def _is_word(token: str) -> bool:
    token = token.removeprefix(TAIL_MARK)
    return not token.isspace() and not token.isdigit()
