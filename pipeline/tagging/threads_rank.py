"""Owns how much speaks for a unit to be the first of a post: one weight for each sign, learned.

The signs are what the learned router and the phrases of duties say, whether the text names the unit and how,
and whether the matter plays in its county. Training is in `pipeline.training.unit_rank`, on what routers say
of posts that they have not seen: so a router is believed as far as it is right.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from operator import mul
from pathlib import Path

import msgspec

from pipeline.tagging.duties import Routed
from pipeline.tagging.linear import MODELS, ModelError, read_card
from pipeline.tagging.threads_names import Named
from pipeline.tagging.threads_reading import Reading

FILE = "unit-rank.json"
PLAIN = 6.0  # points of one matter beyond which the post says it in so many words
_LOUD = 10.0  # points of a matter that count as one
# Before a place: where somebody comes from, not where the matter plays.
_FROM = ("户口", "户口在", "我是", "老家", "老家在", "家在", "嫁去", "嫁到", "户籍", "从", "回", "去", "到")

ALL = ("share_log", "share", "matter", "matter_most", "matter_plain")
NAMED = (
    "named", "named_county", "named_called", "called_share", "institution", "named_first", "named_in_title",
)  # fmt: skip
PLACE = ("place", "place_in_title", "place_twice", "place_village", "place_apart", "place_own")
SIGNS = (*ALL, *NAMED, *PLACE)
_UNNAMED = (0.0,) * len(NAMED)
_NO_DUTY = Routed()

Signs = Sequence[float]  # in the order of `SIGNS`; what is missing at its end is nought


class UnitRank(msgspec.Struct, frozen=True):
    """`weights`: sign → what it is worth, in log odds."""

    weights: dict[str, float]

    def scores(self, signs: Mapping[str, Signs]) -> dict[str, float]:
        """Short name → log odds, up to a constant, that the unit is the first."""
        weights = [self.weights[sign] for sign in SIGNS]
        return {unit: sum(map(mul, found, weights)) for unit, found in signs.items()}


def load_rank(path: Path = MODELS / FILE) -> UnitRank:
    """Read the weights.

    Raises:
        ModelError: the file is missing or damaged.
    """
    rank = read_card(path, UnitRank)
    if set(rank.weights) != set(SIGNS):
        raise ModelError(f"模型 {path.name} 的特征与程序不一致，请运行 gangqing train 重建")
    return rank


def read_signs(
    reading: Reading,
    shares: Mapping[str, float],
    institutions: Collection[str],
    apart: Collection[str],
    vertical: Collection[str],
) -> dict[str, Signs]:
    """What speaks for each unit that anything speaks for, by short name.

    Args:
        shares: what the learned router sees in the post.
        institutions: whom a post names for what happened there.
        apart: counties that lie apart and have bureaus of their own.
        vertical: units that answer for all counties.
    """
    routed = reading.routed
    strongest = max((found.score for found in routed.values()), default=0.0)
    signs: dict[str, Signs] = {}
    for unit in {**shares, **routed}:
        share, duty = shares.get(unit, 0.0), routed.get(unit, _NO_DUTY)
        signs[unit] = (
            math.log1p(100 * share),
            share,
            duty.best / _LOUD,
            1.0 if duty.score == strongest > 0 else 0.0,
            min(1.0, max(0.0, duty.best / PLAIN - 1)),
        )
    nothing = (0.0,) * len(ALL)
    for place, entry in reversed(list(enumerate(reading.named))):  # the first of a unit's names counts
        unit = entry.unit
        before = signs.get(unit, nothing)[: len(ALL)]
        signs[unit] = (*before, *_of_name(reading, entry, not place, before[0], unit in institutions))
    if reading.counties:
        is_vertical = max(shares, key=shares.__getitem__, default="") in vertical
        for unit in reading.counties:
            before = signs.get(unit, nothing)
            filled = before if len(before) > len(ALL) else (*before, *_UNNAMED)
            signs[unit] = (*filled, *_of_place(reading, unit, unit in apart, is_vertical))
    return signs


def _of_name(reading: Reading, entry: Named, is_first: bool, share_log: float, is_institution: bool) -> Signs:
    is_called = any(other.addressed or other.together for other in reading.named if other.unit == entry.unit)
    return (
        1.0,
        float(entry.county),
        float(is_called),
        share_log if is_called else 0.0,
        float(is_institution or entry.own),
        float(is_first),
        float(entry.span[0] < reading.title_end),
    )


def _of_place(reading: Reading, county: str, is_apart: bool, is_vertical: bool) -> Signs:
    spans = [span for span in reading.found["county", county] if not reading.text.endswith(_FROM, 0, span[0])]
    is_titled = any(start < reading.title_end for start, _ in spans)
    is_local = is_titled or len(spans) > (1 if reading.has("village") else 2)
    return (
        1.0,
        float(is_titled),
        float(len(spans) > 1),
        float(reading.has("village")),
        float(is_apart),
        float(is_apart and is_local and not is_vertical),
    )
