"""Owns the training of the indicators' weights: one logistic regression over those of a piece's topic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.tagging.indicator import FILE, SIGNALS, Candidate, IndicatorModel
from pipeline.training.news_examples import REAL, Example

PENALTY = 1.0


def fit_indicator_model(examples: Sequence[Example]) -> IndicatorModel:
    """Fit on pieces whose labelled topic has indicators; the same examples give the same model."""
    rows = [
        (candidate, candidate.name == example.gold["indicator"])
        for example in examples
        if example.file != REAL
        for candidate in example.candidates
    ]
    names = sorted({candidate.name for candidate, _ in rows})
    matrix = np.array([[*c.values, *(float(c.name == name) for name in names)] for c, _ in rows])
    fitted = LogisticRegression(C=PENALTY, max_iter=3000, tol=1e-8).fit(matrix, [label for _, label in rows])
    learned = [round(float(weight), 4) for weight in fitted.coef_[0]]
    return IndicatorModel(
        weights=dict(zip(SIGNALS, learned, strict=False)),
        bias=dict(zip(names, learned[len(SIGNALS) :], strict=True)),
        base=round(float(fitted.intercept_[0]), 4),
    )


def choose(model: IndicatorModel, candidates: Sequence[Candidate]) -> str | None:
    """The indicator that a model gives."""
    best = max(candidates, key=model.probability, default=None)
    return best.name if best is not None and model.probability(best) >= 0.5 else None


def save_indicator_model(model: IndicatorModel, folder: Path) -> None:
    """Write `indicator.json`; the same model gives the same bytes."""
    data = {"base": model.base, "bias": dict(model.bias), "weights": dict(model.weights)}
    (folder / FILE).write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
