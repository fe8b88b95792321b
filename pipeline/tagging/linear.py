"""Owns what all linear models share: where they lie, numbers, softmax, what a damaged file raises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.faults import ToldError

MODELS = Path(__file__).resolve().parent.parent / "models"

Floats = npt.NDArray[np.float32]


class ModelError(ToldError, ValueError):
    """A model file is missing or damaged; the message says which and how to rebuild it."""


def softmax(scores: Floats) -> Floats:
    """Scores as shares that add up to 1, along the last axis."""
    power = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = power / power.sum(axis=-1, keepdims=True)
    return result
