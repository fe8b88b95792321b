"""Owns what all linear models share: where they lie, numbers, softmax, what a damaged file raises."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.faults import ToldError

MODELS = Path(__file__).resolve().parent.parent / "models"

Floats = npt.NDArray[np.float32]
Card = TypeVar("Card", bound=msgspec.Struct)


class ModelError(ToldError, ValueError):
    """A model file is missing or damaged; the message says which and how to rebuild it."""


def damaged(name: str, error: Exception) -> ModelError:
    """What to raise for a file that cannot be used."""
    return ModelError(f"模型 {name} 缺失或损坏（{error}），请运行 gangqing train 重建")


def read_card(path: Path, kind: type[Card]) -> Card:
    """A model that is one struct in JSON.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise damaged(path.name, error) from error


def softmax(scores: Floats) -> Floats:
    """Scores as shares that add up to 1, along the last axis."""
    power = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = power / power.sum(axis=-1, keepdims=True)
    return result
