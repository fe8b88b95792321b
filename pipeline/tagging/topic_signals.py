"""Owns what speaks for each topic of an article: cues, duties, columns, form and place as numbers.

One row per label (the seven topics and none), one column per signal. The same weight counts for every label,
so that what is learned from frequent topics holds for rare ones. Weights are in `topic_model`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pipeline.city import City
from pipeline.records import Form
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.linear import Floats
from pipeline.tagging.units import UnitTags

TOPICS = ("经济建设", "社会建设", "文化建设", "生态建设", "法治建设", "全面深化改革", "从严治党")
NONE = "none"
LABELS = (*TOPICS, NONE)
LAW, REFORM, PARTY = "法治建设", "全面深化改革", "从严治党"
CRIME_NEEDED = 9.0
_PLACE = {label: at for at, label in enumerate(LABELS)}
_NONE, _LAW = _PLACE[NONE], _PLACE[LAW]

# Signals that any label may have, then those of 法治建设 and of none alone.
SIGNALS = (
    "cues",
    "cue_share",
    "cue_in_head",
    "cue_in_lead",
    "indicator_cues",
    "duty",
    "duty_exposing",
    "duty_in_title",
    "duty_mentioned",
    "duty_exposed",
    "column",
    "crime",
    "is_crime",
    "words",  # the log share that the words of the piece give the label
    "uncredited",
    "nobody",
    "exposure",
    "roundup",
    "roundup_of_county",
    "elsewhere",
    "notice",
    "all_cues",
)
_AT = {name: at for at, name in enumerate(SIGNALS)}
WORDS = _AT["words"]
_INDICATOR_CUES, _UNCREDITED, _ALL_CUES = _AT["indicator_cues"], _AT["uncredited"], _AT["all_cues"]


class Organ(NamedTuple):
    """What a unit's name says of its daily work."""

    topic: str
    indicator: str | None = None
    weight: float = 1.0  # how much the name alone says of the matter


Entry = tuple[int, int, float]  # places of a label and of a signal, and the number to add there


class TopicSignals(NamedTuple):
    """`entries` are the numbers that are not 0; `best` the strongest cue of a label, `units` whose duties
    it is."""

    entries: list[Entry]
    best: dict[str, CueHit]
    units: dict[str, str]
    crime: float

    @property
    def values(self) -> Floats:
        """All numbers, (labels, signals)."""
        values = np.zeros((len(LABELS), len(SIGNALS)), dtype=np.float32)
        for label, signal, value in self.entries:
            values[label, signal] += value
        return values


class SignalReader:
    """Reads the signals of articles of one city."""

    def __init__(self, city: City, reader: CueReader, data: Mapping[str, Any]) -> None:
        self.reader = reader
        self.topic_of: dict[str, str] = data["indicators"]
        self.columns: dict[str, str] = data["columns"]
        own = city.data("topics.yaml") or {}
        self.organs = _organs(city, {**data["organs"], **(own.get("organs") or {})})

    def read(
        self,
        item: ArticleItem,
        units: UnitTags,
        text: ReadText,
        form: Form,
        *,
        elsewhere: bool = False,
        known_city: bool = True,
        words: Sequence[float] = (),
    ) -> TopicSignals:
        """Numbers for each label. `known_city` is False where the city's units are not at hand; `words` are
        the log shares that the words give the labels, where they were read."""
        entries: list[Entry] = [(label, WORDS, share) for label, share in enumerate(words)]
        add = entries.append
        raw, best = self.reader.weigh(text, "topic")
        crime = self.reader.weigh(text, "crime")[0].get("crime", 0.0)
        exposing, reform = form == "曝光", "改革" in item.title
        if exposing:
            # The inspector's name stands in every exposure; a service counter exposed is no reform, but where
            # the title says so.
            raw = dict(raw)
            raw[NONE] = raw.get(NONE, 0.0) / 4 + (0.0 if reform else raw.pop(REFORM, 0.0))
        total = sum(raw.values())
        for label, value in raw.items():
            place = _PLACE[label]
            add((place, 0, math.sqrt(value)))
            if total:
                add((place, 1, value / total))
            if label in best:
                zone = best[label].zone
                if zone < 2:
                    add((place, 2 + zone, 1.0))
        for name, value in self.reader.weigh(text, "indicator")[0].items():
            add((_PLACE[self.topic_of[name]], _INDICATOR_CUES, math.sqrt(value)))
        duties = self._duties(entries, units, exposing, reform)
        for field in (item.column, item.kicker):
            if field and "绩效" not in field:
                for word, label in self.columns.items():
                    if word in field:
                        add((_PLACE[label], _AT["column"], 1.0))
        # A cadre's case belongs to 从严治党 while the party's discipline speaks louder than the court.
        if crime:
            add((_LAW, _AT["crime"], math.sqrt(crime)))
            if crime >= CRIME_NEEDED and form == "报道" and raw.get(PARTY, 0.0) < 1.5 * crime:
                add((_LAW, _AT["is_crime"], 1.0))
        holds = (
            known_city and not units.credits and not units.exposed,
            known_city and not units.credits and not units.exposed and not units.mentions,
            exposing,
            form == "综述",
            form == "综述" and bool(units.credits) and not duties,
            elsewhere,
            form == "公告",
        )
        entries += [(_NONE, signal, 1.0) for signal, held in enumerate(holds, _UNCREDITED) if held]
        if total:
            add((_NONE, _ALL_CUES, math.sqrt(total)))
        return TopicSignals(entries, best, duties, crime)

    def _duties(self, entries: list[Entry], units: UnitTags, exposing: bool, reform: bool) -> dict[str, str]:
        """Add what the duties of the units say; topic → first unit whose duties it is."""
        found: dict[str, str] = {}
        share = 1 / math.sqrt(len(units.credits)) if units.credits else 0.0
        for credit in units.credits:
            organ = self.organs.get(credit.unit)
            if organ is None or (exposing and organ.topic == NONE):
                continue
            topic = NONE if exposing and organ.topic == REFORM and not reform else organ.topic
            entries.append((_PLACE[topic], _AT["duty"], share * organ.weight))
            if exposing:
                entries.append((_PLACE[topic], _AT["duty_exposing"], share * organ.weight))
            found.setdefault(topic, credit.unit)
        if not units.credits and units.exposed:  # a paper's own exposure is about the work of those it blames
            for unit in units.exposed:
                self._add(entries, unit, "duty", 1 / math.sqrt(len(units.exposed)))
            return found
        if not units.credits:
            for unit in units.titled or units.mentions[:1]:
                self._add(entries, unit, "duty_in_title", 1.0)
            for unit in units.mentions[:3]:
                self._add(entries, unit, "duty_mentioned", 0.5)
        for unit in units.exposed:
            self._add(entries, unit, "duty_exposed", 1.0)
        return found

    def _add(self, entries: list[Entry], unit: str, signal: str, value: float) -> None:
        organ = self.organs.get(unit)
        if organ is not None:
            entries.append((_PLACE[organ.topic], _AT[signal], value * organ.weight))


def _organs(city: City, table: Mapping[str, Any]) -> dict[str, Organ]:
    """Unit → its daily work, by the longest piece of its name; counties have none."""
    pieces = sorted(table, key=lambda piece: (-len(piece), piece))
    found: dict[str, Organ] = {}
    for unit in city.all_units:
        if unit.is_county:
            continue
        piece = next((p for p in pieces if p in unit.short or p in unit.official), None)
        if piece is not None:
            value: Any = table[piece]
            found[unit.short] = Organ(*value) if isinstance(value, list) else Organ(value)
    return found


def spelled(indicator: str | None) -> str | None:
    """An indicator as this program spells it, however somebody else does."""
    spellings: dict[str, str] = load_topics()["indicator_spellings"]
    return indicator if indicator is None else spellings.get(indicator, indicator)


def load_topics() -> dict[str, Any]:
    """The data of lexicon/topics.yaml."""
    return load_lexicon("topics.yaml")


assert _AT["uncredited"] == len(SIGNALS) - 8
