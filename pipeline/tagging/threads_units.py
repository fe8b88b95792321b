"""Owns the suggestion of up to three units for a post: whose 职责 it is, and what the text names.

A named unit comes first where it is also responsible, last where it is not (domain.md, `unit`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec

from pipeline.city import City
from pipeline.records import Evidence
from pipeline.tagging.duties import DutyRouter, Routed
from pipeline.tagging.grams import GramModel, Known
from pipeline.tagging.threads_evidence import at_all, at_span
from pipeline.tagging.threads_phrases import Span
from pipeline.tagging.threads_rank import SIGNS, Signs, UnitRank, load_rank, read_signs
from pipeline.tagging.threads_reading import Reading
from pipeline.tagging.threads_replies import NOBODY, Repliers
from pipeline.tagging.threads_router import LearnedRouter

Place = Callable[[str], Span | None]  # short name of a unit → where the words stand that speak for it
MOST = 3
RESPONSIBLE = 0.35  # share of the best share from which a named unit is held responsible
PLACE_OWN = SIGNS.index("place_own")
LIFTED = 0.1  # log odds before the next
FAR = 4.0  # log odds behind the first from which a unit is suggested no more
REPLIED, POINTED, SENT_BACK = 0.97, 0.9, 0.6  # confidence by what officials replied
PRAISED = 0.25  # share from which the learned router names who is praised


class UnitChoice(msgspec.Struct):
    """The suggestion, best first, and why."""

    units: list[str]
    why: Evidence | None
    confidence: float

    def chance(self, calibrated: Callable[[str, float], float]) -> float:
        """0..1 that the first unit is right; that there is none was never calibrated."""
        return calibrated("units", self.confidence) if self.units else self.confidence


class UnitChooser:
    """Chooses the units of posts of one city."""

    def __init__(
        self,
        city: City,
        router: DutyRouter,
        model: GramModel | None = None,
        rank: UnitRank | None = None,
    ) -> None:
        self._rank = rank or load_rank()
        # A park, where it is named, has the matters of those whom it brought there.
        parks = {unit.short for unit in city.units if unit.kind == "园区"}
        self._institutions = router.institutions | parks
        self.learned = LearnedRouter(router.unit_of, model)
        own: dict[str, Any] = city.data("duties.yaml", {}) or {}
        self._apart = frozenset(own.get("apart", ()))
        self._vertical = frozenset(own.get("vertical", ()))

    def shares(
        self, readings: Sequence[Reading], known: Known, wanted: Sequence[int]
    ) -> dict[int, dict[str, float]]:
        """What the learned router sees in the wanted posts, by their numbers; `readings` are all, the ones
        with names first; names are judged by rule, so it sees none of them. `known` are the grams of
        `texts_to_read`."""
        named = sum(bool(reading.named) for reading in readings)
        places = [number + len(readings) if number < named else number for number in wanted]
        return dict(zip(wanted, self.learned.shares(known.pick(places)), strict=True))

    def choose(
        self,
        reading: Reading,
        shares: dict[str, float],
        praise: bool = False,
        repliers: Repliers = NOBODY,
        locate: Place | None = None,
    ) -> UnitChoice:
        """Up to three units for a post, best first; `shares` are what the learned router sees in it, `locate`
        (see `placer`) where."""
        choice = self._choose(reading, shares, praise, locate)
        first = repliers.first
        if first is None and not repliers.sent_back:
            return choice
        told = list(dict.fromkeys([*repliers.answering, *repliers.pointed]))
        own = [entry.unit for entry in reading.named] if praise else choice.units
        rest = [unit for unit in own if unit not in told]
        rest.sort(key=repliers.sent_back.__contains__)
        units = [*told, *rest][:MOST]
        if first is None:
            return UnitChoice(units, _why(reading, units, locate), min(choice.confidence, SENT_BACK))
        return UnitChoice(units, repliers.evidence(first), REPLIED if repliers.answering else POINTED)

    def placer(self, reading: Reading, known: Known, number: int, size: int) -> Place:
        """Where the learned router sees a unit in the post of this number; `known` and `size` as in `shares`,
        looked at only if asked."""
        at = number + size if reading.named else number
        return cache(lambda unit: self.learned.place(known, at, reading.text, unit))

    def _choose(
        self, reading: Reading, shares: dict[str, float], praise: bool, locate: Place | None
    ) -> UnitChoice:
        named = [entry.unit for entry in reading.named]
        if praise and named:
            return UnitChoice(named[:MOST], _why(reading, named[:1]), 0.9)
        if praise:
            return _praised(reading, shares, locate)
        signs = self.signs(reading, shares)
        rank = self._rank.scores(signs)
        _lift_own_county(rank, signs, reading)
        order = sorted(rank, key=lambda unit: (-rank[unit], unit))
        least = rank[order[0]] - FAR if order else 0.0
        chosen = [unit for unit in order[:MOST] if rank[unit] >= least]
        for unit in named:
            # A named unit is always shown, last where it is not responsible.
            if unit not in chosen:
                chosen = [*chosen[: MOST - 1], unit]
                break
        if not named:
            chosen = self._with_county(chosen, reading)
        late = self._not_responsible(reading, shares, chosen[:1])
        chosen.sort(key=late.__contains__)
        return UnitChoice(chosen, _why(reading, chosen, locate), _confidence(rank, chosen))

    def signs(self, reading: Reading, shares: dict[str, float]) -> dict[str, Signs]:
        """What speaks for each unit, for `UnitRank`."""
        return read_signs(reading, shares, self._institutions, self._apart, self._vertical)

    def _not_responsible(
        self, reading: Reading, shares: dict[str, float], first: Sequence[str]
    ) -> frozenset[str]:
        """Units that the post names though neither its words nor a router speak for them."""
        least = RESPONSIBLE * max(shares.values(), default=0.0)
        return frozenset(
            entry.unit
            for entry in reading.named
            if not (entry.county or entry.own or entry.unit in reading.routed or entry.unit in first)
            and entry.unit not in self._institutions
            and shares.get(entry.unit, 0.0) < least
        )

    def _with_county(self, chosen: list[str], reading: Reading) -> list[str]:
        """With the county of a matter last, where the title tells its place or where it lies apart: no word
        of a post says whether it or the city's bureau acts there."""
        for county in reading.counties:
            titled = any(start < reading.title_end for start, _ in reading.found["county", county])
            if chosen and county not in chosen and (titled or county in self._apart):
                return [*chosen[: MOST - 1], county]
        return chosen


def _lift_own_county(rank: dict[str, float], signs: dict[str, Signs], reading: Reading) -> None:
    """A county that lies apart answers for its own streets and villages, unless a city unit is named."""
    own = next((county for county in reading.counties if signs[county][PLACE_OWN]), None)
    if own is not None and all(entry.county for entry in reading.named):
        rank[own] = max(rank[own], max(rank.values()) + LIFTED)


def texts_to_read(readings: Sequence[Reading]) -> tuple[list[str], list[int]]:
    """The texts of posts and where their titles end; then, of those with names, the text without them.

    Args:
        readings: those with names first.
    """
    named = [reading for reading in readings if reading.named]
    texts = [reading.text for reading in readings] + [_without_names(reading) for reading in named]
    return texts, [reading.title_end for reading in (*readings, *named)]


def _without_names(reading: Reading) -> str:
    parts, at = [], 0
    for start, end in sorted(entry.span for entry in reading.named):
        parts += [reading.text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, reading.text[at:]])


def _praised(reading: Reading, shares: dict[str, float], locate: Place | None) -> UnitChoice:
    """Who is praised where nobody is named: a public service that the phrases or the words tell of."""
    if not reading.has("praised_public"):
        return UnitChoice([], None, 0.8)
    order = sorted(reading.routed, key=lambda unit: (-reading.routed[unit].score, unit))
    order += sorted((u for u in shares if shares[u] >= PRAISED), key=lambda unit: (-shares[unit], unit))
    return UnitChoice(order[:1], _why(reading, order[:1], locate), 0.6)


def _why(reading: Reading, chosen: list[str], locate: Place | None = None) -> Evidence | None:
    """Why the first unit is suggested; `locate` tells where the learned router sees it."""
    if not chosen:
        return None
    first = chosen[0]
    named = next((entry for entry in reading.named if entry.unit == first), None)
    if named is not None:
        words = reading.text[slice(*named.span)]
        return at_span(reading, named.span, f"帖中点名“{words}”，即{first}")
    routed = reading.routed.get(first) or Routed()
    if routed.span is None and first in reading.counties:
        return at_span(reading, reading.found["county", first][0], f"事情发生在{first}")
    if routed.span is None:
        why = f"所说的事与{first}办理过的同类来帖最相近"
        span = locate(first) if locate else None
        if span is None:
            return at_all(reading, f"全文{why}")
        return at_span(reading, span, f"{why}，最近的说法：“{reading.text[slice(*span)]}”")
    words = reading.text[slice(*routed.span)]
    return at_span(reading, routed.span, f"“{words}”属“{routed.matter}”，是{first}的职责")


def _confidence(rank: dict[str, float], chosen: list[str]) -> float:
    """0..1 that the first is the right one, before it is calibrated."""
    if not chosen:
        return 0.2
    first = rank[chosen[0]]
    return 1 / sum(math.exp(min(50.0, score - first)) for score in rank.values())
