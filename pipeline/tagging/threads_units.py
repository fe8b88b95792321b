"""Owns the suggestion of up to three units for a post: whose 职责 it is, and what the text names.

A named unit comes first where it is also responsible, last where it is not (domain.md, `unit`).
"""

from __future__ import annotations

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
from pipeline.tagging.threads_reading import Reading
from pipeline.tagging.threads_replies import NOBODY, Repliers
from pipeline.tagging.threads_router import LearnedRouter

Place = Callable[[str], Span | None]  # short name of a unit → where the words stand that speak for it
MOST = 3
# Before a place: where somebody comes from, not where the matter plays.
_FROM = ("户口", "户口在", "我是", "老家", "老家在", "家在", "嫁去", "嫁到", "户籍", "从", "回", "去", "到")
RESPONSIBLE = 0.35  # share of the best score from which a named unit is held responsible
NAMED = 2.0  # what being called upon adds for a responsible unit
TOLD = 0.5  # what being told of adds for a responsible unit
WORTH = 0.04  # share of the best score from which a unit is suggested at all
PHRASES = 0.25  # worth of the strongest phrases beside the learned router's whole share
ENOUGH = 3.0  # points of phrases that count in full
PLAIN = 6.0  # points of one matter beyond which it counts up to twice: the post says it in so many words
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

    def __init__(self, city: City, router: DutyRouter, model: GramModel | None = None) -> None:
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
        scores = dict(shares)
        strongest = max((routed.score for routed in reading.routed.values()), default=0.0)
        for unit, routed in reading.routed.items():
            part = PHRASES * routed.score / max(strongest, ENOUGH)
            part += PHRASES * min(1.0, max(0.0, routed.best - PLAIN) / PLAIN)
            scores[unit] = scores.get(unit, 0.0) + part
        best = max(scores.values(), default=0.0)
        rank: dict[str, float] = dict(scores)
        called = {entry.unit for entry in reading.named if entry.addressed or entry.together}
        counties = {entry.unit for entry in reading.named if entry.county}
        acting = {entry.unit for entry in reading.named if entry.own}
        institutions = self._institutions & {
            unit for unit in named if unit in called or scores.get(unit, 0.0) >= RESPONSIBLE * best
        }
        late: set[str] = set()
        for place, unit in enumerate(named):
            own = scores.get(unit, 0.0)
            if unit in counties:
                rank[unit] = best + 2 * NAMED - place * 0.1
            elif best == 0.0 or own >= RESPONSIBLE * best or unit in acting or unit in institutions:
                base = max(own, best) if unit in acting or unit in institutions else own
                rank[unit] = base + (NAMED - 0.1 * min(place, 2) if unit in called else TOLD)
            else:
                rank[unit] = max(own, 0.3 * best)
                late.add(unit)
        self._add_county(rank, best, reading, bool(set(named) - counties))
        order = sorted(rank, key=lambda unit: (-rank[unit], unit))
        top = rank[order[0]] if order else 0.0
        chosen = [unit for unit in order if rank[unit] >= WORTH * min(top, best or top)][:MOST]
        for unit in named:
            # A named unit is always shown, last where it is not responsible.
            if unit not in chosen:
                chosen = [*chosen[: MOST - 1], unit]
                break
        if not named:
            chosen = self._with_county(chosen, reading)
        chosen.sort(key=late.__contains__)
        return UnitChoice(chosen, _why(reading, chosen, locate), _confidence(rank, chosen, named))

    def _with_county(self, chosen: list[str], reading: Reading) -> list[str]:
        """With the county of a matter last, where the title tells its place or where it lies apart: no word
        of a post says whether it or the city's bureau acts there."""
        for county in reading.counties:
            titled = any(start < reading.title_end for start, _ in reading.found["county", county])
            if chosen and county not in chosen and (titled or county in self._apart):
                return [*chosen[: MOST - 1], county]
        return chosen

    def _add_county(self, rank: dict[str, float], best: float, reading: Reading, city_named: bool) -> None:
        """A county that lies apart answers for its own streets and villages, not for vertical branches."""
        county = next((name for name in reading.counties if name in self._apart), None)
        if county is None and reading.counties and reading.has("village"):
            rank.setdefault(reading.counties[0], 0.5 * best)
        if county is None or rank.get(county, 0.0) > best:
            return
        spans = [
            span for span in reading.found["county", county] if not reading.text.endswith(_FROM, 0, span[0])
        ]
        local = (
            any(start < reading.title_end for start, _ in spans)
            or len(spans) >= 3
            or (len(spans) == 2 and reading.has("village"))
        )
        vertical = max(rank, key=lambda unit: rank[unit], default="") in self._vertical
        rank[county] = 1.05 * best if local and not vertical and not city_named else 0.5 * best


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


def _confidence(rank: dict[str, float], chosen: list[str], named: list[str]) -> float:
    if not chosen:
        return 0.2
    second = rank.get(chosen[1], 0.0) if len(chosen) > 1 else 0.0
    lead = 1.0 - second / rank[chosen[0]] if rank[chosen[0]] > 0 else 0.0
    return min(0.97, 0.5 + 0.4 * lead + (0.15 if chosen[0] in named else 0.0))
