"""Owns what turns the raw confidence of a thread's tag into a probability that a person would say the same.

A scale per tag (Platt: slope and shift of the log odds), fitted by `pipeline.training.confidence` on threads
that the models had not seen. A tag without a scale keeps its raw confidence.
"""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from pipeline.tagging.linear import MODELS, read_card

FILE = "confidence.json"
SURE = 0.985  # no more than this is ever claimed, and no less than what it leaves


class Calibration(msgspec.Struct, frozen=True):
    """`scales`: tag → slope and shift."""

    scales: dict[str, tuple[float, float]]

    def chance(self, tag: str, raw: float) -> float:
        """0..1: how often a tag of this raw confidence is right."""
        scale = self.scales.get(tag)
        if scale is None:
            return raw
        chance = 1 / (1 + math.exp(-(scale[0] * log_odds(raw) + scale[1])))
        return min(SURE, max(1 - SURE, chance))


RAW = Calibration({})


def log_odds(raw: float) -> float:
    """Of a confidence, which is never taken as certain."""
    share = min(0.995, max(0.005, raw))
    return math.log(share / (1 - share))


def load_calibration(path: Path = MODELS / FILE) -> Calibration:
    """Read the scales.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_card(path, Calibration)
