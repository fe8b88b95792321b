"""Owns the topic of an article (the plan's seven series, or none) and its indicator (or none).

What the acting unit's duties say comes first, then what title, lead and text are about. The domain's rulings
take pieces out: evaluation meetings, study sessions, features and other cities have no topic; a crime case
belongs to 法治建设 and has no indicator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.city import City
from pipeline.records import Evidence, Form
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText, weighted
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import county_stem, load_lexicon
from pipeline.tagging.units import UnitTags

TOPICS = ("经济建设", "社会建设", "文化建设", "生态建设", "法治建设", "全面深化改革", "从严治党")
NONE = "none"
LAW, REFORM, PARTY = "法治建设", "全面深化改革", "从严治党"

_DATA = load_lexicon("topics.yaml")
_CRIME_NEEDED = 9.0
_INDICATOR_NEEDED = 9.0
_OF_INDICATOR = 0.3  # how much an indicator's cue says of its topic


class TopicTag(NamedTuple):
    """Topic and indicator with their reasons and confidences."""

    topic: str | None
    indicator: str | None
    why_topic: Evidence
    why_indicator: Evidence
    topic_confidence: float
    indicator_confidence: float
    elsewhere: bool = False  # the piece is not of this city


class Matter(NamedTuple):
    """What speaks for each topic before the decision."""

    scores: dict[str, float]
    best: dict[str, CueHit]
    units: dict[str, str]  # topic → the unit whose duties it is
    elsewhere: str | None  # why the piece is not of this city
    crime: float


def topic_cues(city: City) -> dict[str, dict[str, dict[str, float]]]:
    """The cue groups of lexicon/topics.yaml for the common automaton, with the city's places."""
    return {
        "topic": weighted({**_DATA["topics"], NONE: _DATA["none"]}),
        "indicator": weighted(_DATA["indicator_cues"]),
        "indicator_off": weighted({name: {1: words} for name, words in _DATA["indicator_off"].items()}),
        "crime": weighted({"crime": _DATA["crime"]}),
        "place": _places(city),
    }


class TopicJudge:
    """Decides topic and indicator for one city."""

    def __init__(self, city: City, reader: CueReader) -> None:
        self.reader = reader
        self.topic_of: dict[str, str] = _DATA["indicators"]
        self.columns: dict[str, str] = _DATA["columns"]
        own = city.data("topics.yaml") or {}
        self.organs = _organs(city, {**_DATA["organs"], **(own.get("organs") or {})})

    def weigh(self, item: ArticleItem, units: UnitTags, text: ReadText, form: Form) -> Matter:
        """Sum up what speaks for each topic."""
        raw, best = self.reader.weigh(text, "topic")
        measured, best_measured = self.reader.weigh(text, "indicator")
        for name, value in measured.items():
            topic = self.topic_of[name]
            raw[topic] = raw.get(topic, 0.0) + _OF_INDICATOR * value
            if topic not in best or best_measured[name].zone < best[topic].zone:
                best[topic] = best_measured[name]
        if form == "曝光":
            raw[NONE] = raw.get(NONE, 0.0) / 4  # the inspector's name stands in every exposure
        crime = self.reader.weigh(text, "crime")[0].get("crime", 0.0)
        scores = {label: 2 * math.sqrt(value) for label, value in raw.items()}
        duties: dict[str, str] = {}
        # A cadre's case belongs to 从严治党 while the party's discipline speaks louder than the court.
        is_crime = crime >= _CRIME_NEEDED and form == "报道" and raw.get(PARTY, 0.0) < 1.5 * crime
        if is_crime:
            scores[LAW] = scores.get(LAW, 0.0) + 3 + min(crime, 30) / 10
        for unit, weight in _acting(units):
            duty = self.organs.get(unit, (None, None))[0]
            if duty is None or (is_crime and duty not in (LAW, NONE)):
                continue
            if form == "曝光" and duty == REFORM:
                duty = NONE  # a service counter exposed is no reform
            elif form == "曝光" and duty == NONE:
                weight *= 0.3  # who inspects everything says nothing of the matter
            scores[duty] = scores.get(duty, 0.0) + weight
            duties.setdefault(duty, unit)
        for field in (item.column, item.kicker):
            for word, label in self.columns.items():
                if field and word in field and "绩效" not in field:
                    scores[label] = scores.get(label, 0.0) + 3
        if form == "曝光":
            scores[NONE] = scores.get(NONE, 0.0) + scores.pop(REFORM, 0.0)
        if form == "综述" and units.credits and not duties:
            scores[NONE] = scores.get(NONE, 0.0) + 4  # a county's whole year is of no single topic
        scores[NONE] = scores.get(NONE, 0.0) + 2.5 + (0.0 if units.credits else 2.0)
        if not units.credits and not _in_title(units):
            # Nobody of the city stands behind it: unless the title names the matter, it is a feature.
            leading = max((label for label in scores if label != NONE), key=scores.__getitem__, default=NONE)
            if leading not in best or best[leading].zone > 0:
                scores[NONE] += 4.5
        return Matter(scores, best, duties, self._elsewhere(item, units, text), crime)

    def judge(self, item: ArticleItem, units: UnitTags, text: ReadText, form: Form) -> TopicTag:
        """Topic and indicator. `form` comes from the form judge."""
        matter = self.weigh(item, units, text, form)
        if matter.elsewhere:
            return _nothing(Evidence(why=matter.elsewhere), 0.9)._replace(elsewhere=True)
        scores, best = matter.scores, matter.best
        order = sorted(scores, key=lambda label: (-scores[label], label))
        topic = order[0]
        margin = scores[topic] - (scores[order[1]] if len(order) > 1 else 0.0)
        confidence = 1 / (1 + math.exp(0.1 - 0.45 * margin))
        hit = best.get(topic)
        if topic == NONE:
            word = f"（“{hit.word}”）" if hit else ""
            return _nothing(text.evidence(hit, f"不属于七个专题中的任何一个{word}"), confidence)
        why = f"“{hit.word}”等属于{topic}" if hit else f"内容属于{topic}"
        if topic in matter.units:
            why = f"{matter.units[topic]}的职责属于{topic}" + (f"，文中有“{hit.word}”" if hit else "")
        indicator, why_indicator, sure = self._indicator(topic, units, text, matter, form)
        return TopicTag(
            topic, indicator, text.evidence(hit, why), why_indicator, round(confidence, 3), round(sure, 3)
        )

    def _indicator(
        self, topic: str, units: UnitTags, text: ReadText, matter: Matter, form: Form
    ) -> tuple[str | None, Evidence, float]:
        own = [self.organs.get(credit.unit, (None, None)) for credit in units.credits]
        kept = {name for _, name in own if name}
        if topic == LAW and matter.crime >= _CRIME_NEEDED and LAW not in kept:
            return None, Evidence(why="案件报道归法治建设，不对应考评指标"), 0.95
        raw, best = self.reader.weigh(text, "indicator")
        off, _ = self.reader.weigh(text, "indicator_off")
        scores = {name: value for name, value in raw.items() if self.topic_of[name] == topic}
        for name in scores:
            scores[name] -= 2.5 * off.get(name, 0.0)
        for _, of_unit in own:
            if of_unit and self.topic_of[of_unit] == topic:
                scores[of_unit] = scores.get(of_unit, 0.0) + 6 / len(own)
        if not scores:
            return None, Evidence(why=f"{topic}中没有与考评指标对应的内容"), 0.9
        name = max(scores, key=lambda n: scores[n])
        # Another field's unit stands behind the piece: the words alone must say more.
        strange = bool(own) and all(organ_topic for organ_topic, _ in own) and name not in kept
        mixed = len(own) > 1 and any(of_unit != name for organ_topic, of_unit in own if organ_topic)
        needed = _INDICATOR_NEEDED * (2.0 if strange else 1.5 if mixed else 1.0) + (
            4 if form == "曝光" else 0
        )
        margin = scores[name] - needed
        sure = 1 / (1 + math.exp(-0.25 * abs(margin) - 0.5))
        hit = best.get(name)
        if margin < 0:
            return None, text.evidence(hit, f"与指标“{name}”的联系不足"), sure
        word = f"：“{hit.word}”" if hit else ""
        return name, text.evidence(hit, f"内容对应考评指标“{name}”{word}"), sure

    def _elsewhere(self, item: ArticleItem, units: UnitTags, text: ReadText) -> str | None:
        """Why a piece is not of this city; None where it is or may be."""
        if units.credits or units.mentions:
            return None
        _, best = self.reader.weigh(text, "place")
        strange = best.get("elsewhere")
        own = best.get("here")
        if strange is None or strange.zone == 2 or (own is not None and own.zone <= strange.zone):
            return None
        return f"写的是“{strange.word}”，没有本市单位，与本市无关"


def _acting(units: UnitTags) -> list[tuple[str, float]]:
    """Units that stand behind the piece, with the weight of their duties."""
    if units.credits:
        share = 5.0 / math.sqrt(len(units.credits))
        return [(credit.unit, share) for credit in units.credits]
    named = _in_title(units)
    return [(unit, 3.0) for unit in named] or [(unit, 1.5) for unit in units.mentions[:1]]


def _in_title(units: UnitTags) -> list[str]:
    """Units that the title names although they earn no credit."""
    return [
        unit for unit in units.mentions if unit in units.evidence and units.evidence[unit].field == "title"
    ]


def _nothing(why: Evidence, confidence: float) -> TopicTag:
    sure = round(confidence, 3)
    return TopicTag(None, None, why, Evidence(why="没有专题，也就没有考评指标"), sure, sure)


def _organs(city: City, table: Mapping[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Unit → topic and indicator of its daily work, by the longest piece of its name."""
    pieces = sorted(table, key=lambda piece: (-len(piece), piece))
    found: dict[str, tuple[str | None, str | None]] = {}
    for unit in city.units:
        if unit.is_county:
            continue
        piece = next((p for p in pieces if p in unit.short or p in unit.official), None)
        if piece is not None:
            value = table[piece]
            topic, indicator = value if isinstance(value, list) else (value, None)
            found[unit.short] = (topic, indicator)
    return found


def _places(city: City) -> dict[str, dict[str, float]]:
    """Cues that say of which city a piece is: the city's own places, all other cities, wider authorities."""
    data = load_lexicon("units_places.yaml")
    cues: dict[str, dict[str, float]] = {word: {"elsewhere": 1.0} for word in _DATA["elsewhere"]}
    ambiguous = set(data["ambiguous_stems"])
    for stems in (data["municipalities"], *data["provinces"].values()):
        for stem in stems:
            cues[f"{stem}市"] = {"elsewhere": 1.0}
            if stem not in ambiguous:
                cues[stem] = {"elsewhere": 1.0}
    own = [city.stem, city.name, *_DATA["here"]]
    for unit in city.units:
        if unit.is_county:
            own += [unit.short, county_stem(unit.short)]
    cues |= {word: {"here": 1.0} for word in own if len(word) > 1}
    return cues
