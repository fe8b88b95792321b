"""Owns whose 职责 a matter is: phrases of everyday language → public function → unit of the city.

The general lexicon (`pipeline/lexicon/duties.yaml`) names no city; a city adds its own matters, places and
account names in its `duties.yaml`. Which unit has a function is found in `units.csv` by names, so a city with
nothing but that file is routed too (domain.md, "Forum posts", `unit`).
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from pipeline.city import City, Unit, load_own_yaml
from pipeline.tagging.segment import begins_word
from pipeline.tagging.threads_phrases import PhraseIndex, Span

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "duties.yaml"

# A matter's second and third unit count for less than its first.
SHARE = (1.0, 0.6, 0.45)
TITLE = 1.7  # factor for a phrase in the title
REPEAT = 0.12  # per further phrase of the same matter, at most four
# Characters that segmentation sticks to the word behind them: 三个|月工资.
LOOSE = frozenset("一二三四五六七八九十几两半个月年天日的了我你他们这那没不")
SURE = 2  # a longer phrase begins where a word begins
_PLACES = ("local", "county")  # kinds of keys of the shared index
DUTY_WEIGHT = 0.5  # a word of the city's own duties column


class Matter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the lexicon: what citizens write about, and whose duty it is."""

    name: str
    any: str
    units: list[str]
    with_: str = msgspec.field(name="with", default="")
    without: str = ""
    weight: float | None = None

    @property
    def points(self) -> float:
        return self.weight if self.weight is not None else (3.0 if self.with_ else 2.0)


class Routed(msgspec.Struct):
    """What speaks for one unit."""

    score: float = 0.0
    matter: str = ""  # the strongest matter
    span: Span | None = None
    best: float = 0.0


def split(phrases: str) -> list[str]:
    return [phrase for phrase in phrases.split("|") if phrase]


def units_of_functions(city: City, functions: dict[str, str]) -> dict[str, str]:
    """Function → short name of the city's unit that has it; functions without a unit are left out."""
    own = [unit for unit in city.units if not unit.is_county]
    found: dict[str, str] = {}
    for function, fragments in functions.items():
        for fragment in split(fragments):
            unit = next((unit for unit in own if _named(unit, fragment)), None)
            if unit is not None:
                found[function] = unit.short
                break
    return found


def _named(unit: Unit, fragment: str) -> bool:
    return any(fragment in name for name in unit.names)


class DutyRouter:
    """Scores the units of one city for a text whose phrases were found in the shared index."""

    def __init__(self, city: City, index: PhraseIndex[tuple[str, str]]) -> None:
        raw = load_own_yaml(LEXICON)
        own: dict[str, Any] = city.data("duties.yaml", {}) or {}
        self.functions: dict[str, str] = raw["functions"]
        self.unit_of = units_of_functions(city, self.functions)
        self.institutions = frozenset(
            self.unit_of[function] for function in raw["institutions"] if function in self.unit_of
        )
        known = city.unit_by_short
        matters = [msgspec.convert(entry, Matter) for entry in [*own.get("matters", []), *raw["matters"]]]
        self._matters: list[tuple[Matter, list[str]]] = []
        for matter in matters:
            units = [self.unit_of.get(name) or (name if name in known else "") for name in matter.units]
            units = list(dict.fromkeys(unit for unit in units if unit))
            if not units:
                continue
            key = str(len(self._matters))
            self._matters.append((matter, units))
            index.add(split(matter.any), ("any", key))
            index.add(split(matter.with_), ("with", key), is_mark=True)
            index.add(split(matter.without), ("without", key), is_mark=True)
        self._duty_unit: dict[str, str] = {}
        for unit in city.units:
            for duty in unit.duties:
                word = duty.strip("《》")
                if len(word) >= 2 and not unit.is_county and unit.kind != "园区":
                    self._duty_unit.setdefault(word, unit.short)
                    index.add([word], ("duty", word))

    def route(self, found: dict[tuple[str, str], list[Span]], text: str, title_end: int) -> dict[str, Routed]:
        """Short name → what speaks for it. `title_end` is where the title ends in the text; a phrase
        counts only where a word begins: 动车 is not in 电动车; and none inside the name of a place: neither
        公车 in 公车镇 nor 金花茶 in 金花茶大道."""
        result: dict[str, Routed] = defaultdict(Routed)
        places = [span for key, spans in found.items() if key[0] in _PLACES for span in spans]
        for kind, key in found:
            if kind == "any":
                matter, units = self._matters[int(key)]
                if matter.with_ and ("with", key) not in found:
                    continue
                if ("without", key) in found:
                    continue
                spans = found[kind, key]
                first = next(
                    (span for span in spans if _begins(text, span) and not _is_of_place(span, places)), None
                )
                if first is None:
                    continue
                score = matter.points
                if len(spans) > 1:
                    score *= 1 + REPEAT * min(4, len(set(spans)) - 1)
                if first[0] < title_end:
                    score *= TITLE
                for unit, share in zip(units, SHARE, strict=False):
                    _add(result[unit], score * share, matter.name, first)
            elif kind == "duty":
                unit = self._duty_unit[key]
                _add(result[unit], DUTY_WEIGHT, key, found[kind, key][0])
        return dict(result)


def _begins(text: str, span: Span) -> bool:
    """Whether a word begins where a phrase stands; three characters hardly ever begin inside a word."""
    start, end = span
    return end - start > SURE or not start or text[start - 1] in LOOSE or begins_word(text, start)


def _is_of_place(span: Span, places: list[Span]) -> bool:
    """Whether a phrase is but a part of a place's name."""
    return any(
        start <= span[0] and span[1] <= end and end - start > span[1] - span[0] for start, end in places
    )


def _add(routed: Routed, score: float, matter: str, span: Span) -> None:
    routed.score += score
    if score > routed.best:
        routed.best, routed.matter, routed.span = score, matter, span
