"""Owns the learned decision whether a unit is credited: named features in, a probability out.

A logistic regression whose weights lie in models/roles/credit.json; training is in `pipeline.training.roles`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.tagging.linear import MODELS, read_card

PATH = MODELS / "roles" / "credit.json"


class RoleModel(msgspec.Struct, frozen=True):
    """Weights by feature name; `threshold` is the probability from which a unit is credited."""

    bias: float
    threshold: float
    weights: dict[str, float]

    def probability(self, features: Iterable[str]) -> float:
        """0..1: how likely a person would credit the unit. A feature never seen in training says nothing."""
        get = self.weights.get
        margin = self.bias
        for feature in features:
            margin += get(feature, 0.0)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, margin))))


def load_role_model(path: Path = PATH) -> RoleModel:
    """Read the weights.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_card(path, RoleModel)
