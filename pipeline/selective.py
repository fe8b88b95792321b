"""Owns coverage against precision: what share of the tags a threshold leaves to the program, and how many of
those are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Judged(NamedTuple):
    """One tag beside gold."""

    confidence: float
    right: bool


class ThresholdRow(msgspec.Struct, frozen=True):
    """What a threshold does: `share` of the tags that reach it, `precision` of those (None: none does)."""

    threshold: float
    share: float
    precision: float | None
    decided: int
    left: int  # tags for a person's list


def coverage_rows(judged: Sequence[Judged], thresholds: Iterable[float] = THRESHOLDS) -> list[ThresholdRow]:
    """A row for each threshold; nothing where there are no tags."""
    rows = []
    for threshold in thresholds if judged else ():
        kept = [j.right for j in judged if j.confidence >= threshold]
        precision = sum(kept) / len(kept) if kept else None
        left = len(judged) - len(kept)
        rows.append(ThresholdRow(threshold, len(kept) / len(judged), precision, len(kept), left))
    return rows
