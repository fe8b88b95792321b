"""Owns the training of the topic's weights: a softmax over signals, held near what a clerk would guess."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pipeline.tagging.topic_model import FILE, TopicModel
from pipeline.tagging.topic_signals import LABELS, NONE, SIGNALS
from pipeline.training.news_examples import REAL, Example

# What the weights are pulled to where the data say little: set by reading, before any fitting.
GUESS = {
    "cues": 1.0,
    "cue_share": 1.0,
    "indicator_cues": 0.3,
    "duty": 2.2,
    "duty_exposing": -1.0,
    "duty_in_title": 1.0,
    "duty_mentioned": 0.7,
    "column": 1.0,
    "crime": 0.5,
    "is_crime": 1.0,
    "words": 0.3,
    "uncredited": 1.5,
    "nobody": 1.5,
    "exposure": 0.5,
    "roundup": 1.0,
    "roundup_of_county": 1.5,
    "elsewhere": 3.0,
    "notice": 1.0,
    "all_cues": 0.5,
}
PULL, BIAS_PULL = 1.0, 10.0
REAL_WEIGHT = 0.2  # other cities, years and kinds of text

Matrix = npt.NDArray[np.float64]


def guessed_topic_model() -> TopicModel:
    """The weights as a clerk would guess them: the candidate without any learning."""
    return TopicModel({name: GUESS.get(name, 0.0) for name in SIGNALS}, dict.fromkeys(LABELS, 0.0))


def fit_topic_model(examples: Sequence[Example]) -> TopicModel:
    """Fit the weights; the same examples give the same model."""
    values = np.array([example.signals for example in examples], dtype=np.float64)
    gold = np.array([LABELS.index(example.topic or NONE) for example in examples])
    share = np.array([REAL_WEIGHT if e.file == REAL else 1.0 for e in examples])[:, None]
    guess = np.array([GUESS.get(name, 0.0) for name in SIGNALS])
    truth = np.eye(len(LABELS))[gold]

    def loss(point: Matrix) -> tuple[float, Matrix]:
        weights, bias = point[: len(SIGNALS)], point[len(SIGNALS) :]
        scores = values @ weights + bias
        scores -= scores.max(axis=1, keepdims=True)
        log_share = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = (np.exp(log_share) - truth) * share
        off = weights - guess
        value = -float((log_share * truth * share).sum())
        value += PULL / 2 * float(off @ off) + BIAS_PULL / 2 * float(bias @ bias)
        slope = np.einsum("nl,nls->s", wrong, values) + PULL * off
        return value, np.concatenate([slope, wrong.sum(axis=0) + BIAS_PULL * bias])

    start = np.concatenate([guess, np.zeros(len(LABELS))])
    point = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return TopicModel(
        {name: round(float(x), 3) for name, x in zip(SIGNALS, point, strict=False)},
        {label: round(float(x), 3) for label, x in zip(LABELS, point[len(SIGNALS) :], strict=True)},
    )


def save_topic_model(model: TopicModel, folder: Path) -> None:
    """Write `topic.json`; the same model gives the same bytes."""
    text = json.dumps({"weights": model.weights, "bias": model.bias}, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
