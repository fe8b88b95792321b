"""Owns the topic of an article (the plan's seven series, or none) and its indicator (or none).

What title, lead and text are about and what the acting unit's duties say are weighed by a small learned model
(`topic_signals`, `topic_model`). The domain's rulings take pieces out: evaluation meetings, study sessions,
features and other cities have no topic; a crime case belongs to 法治建设 and has no indicator.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from pipeline.city import City
from pipeline.records import Evidence, Form
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText, weighted
from pipeline.tagging.indicator import IndicatorModel, load_indicator_model, read_candidates
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.matter_words import MatterWords, Said
from pipeline.tagging.names import county_stem
from pipeline.tagging.topic_model import TopicModel, load_topic_model
from pipeline.tagging.topic_signals import CRIME_NEEDED, LABELS, LAW, NONE, Organ, SignalReader, TopicSignals
from pipeline.tagging.units import UnitTags

_DATA = load_lexicon("topics.yaml")


class TopicTag(NamedTuple):
    """Topic and indicator with their reasons and confidences."""

    topic: str | None
    indicator: str | None
    why_topic: Evidence
    why_indicator: Evidence
    topic_confidence: float
    indicator_confidence: float
    elsewhere: bool = False  # the piece is not of this city


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
    """Decides topic and indicator for one city.

    Raises:
        ModelError: the model file is missing or damaged; the message says how to rebuild it.
    """

    def __init__(
        self,
        city: City,
        reader: CueReader,
        words: MatterWords,
        model: TopicModel | None = None,
        indicators: IndicatorModel | None = None,
    ) -> None:
        self.reader = reader
        self._words = words
        self.signals = SignalReader(city, reader, _DATA)
        self.topic_of = self.signals.topic_of
        self.organs = self.signals.organs
        self.model = model or load_topic_model()
        self.indicators = indicators or load_indicator_model()

    def judge(
        self,
        item: ArticleItem,
        units: UnitTags,
        text: ReadText,
        form: Form,
        told: Said,
        elsewhere: CueHit | None,
    ) -> TopicTag:
        """Topic and indicator. `form` comes from the form judge, `told` is what the words say, `elsewhere`
        the other place that the piece is of."""
        if elsewhere:
            why = f"写的是“{elsewhere.word}”，没有本市单位，与本市无关"
            return _nothing(text, text.evidence(elsewhere, why), 0.9)._replace(elsewhere=True)
        signals = self.signals.read(item, units, text, form, words=told.topics)
        scores = self.model.margins(signals.entries)
        top = max(scores)
        at = scores.index(top)
        confidence = 1 / sum(math.exp(score - top) for score in scores)
        topic = LABELS[at]
        hit = signals.best.get(topic)
        if topic == NONE:
            word = f"（“{hit.word}”）" if hit else ""
            why = f"不属于七个专题中的任何一个{word}" if hit else "全文没有七个专题的说法"
            return _nothing(text, text.evidence(hit, why), confidence)
        why = f"“{hit.word}”等属于{topic}" if hit else f"全文内容属于{topic}"
        if topic in signals.units:
            why = f"{signals.units[topic]}的职责属于{topic}" + (f"，文中有“{hit.word}”" if hit else "")
        evidence = text.evidence(hit, why)
        if hit is None and (named := units.place_of(signals.units.get(topic))):
            evidence = msgspec.structs.replace(named, why=why)
        indicator, why_indicator, sure = self._indicator(topic, units, text, signals, form, told)
        return TopicTag(topic, indicator, evidence, why_indicator, round(confidence, 3), round(sure, 3))

    def _indicator(
        self,
        topic: str,
        units: UnitTags,
        text: ReadText,
        signals: TopicSignals,
        form: Form,
        told: Said,
    ) -> tuple[str | None, Evidence, float]:
        organs = [self.organs.get(credit.unit) for credit in units.credits]
        own = [organ for organ in organs if organ]
        kept = {organ.indicator for organ in own if organ.indicator}
        if topic == LAW and signals.crime >= CRIME_NEEDED and LAW not in kept:
            crime = text.best["crime"].get("crime")
            sure = signals.crime / (signals.crime + 1)  # the more the piece says of the case, the surer
            return None, text.evidence(crime, "案件报道归法治建设，不对应考评指标"), sure
        candidates = read_candidates(
            self.reader, self.topic_of, self.organs, topic, units, text, form, told.indicators
        )
        if not candidates:
            return None, text.of_all(f"全文没有与{topic}的考评指标对应的内容"), 0.9
        chances = [self.indicators.probability(candidate) for candidate in candidates]
        sure = max(chances)
        chosen = candidates[chances.index(sure)]
        if sure < 0.5:
            why = f"与指标“{chosen.name}”的联系不足"
            if chosen.hit is None:
                why = f"全文没有与{topic}的考评指标对应的内容"
            return None, text.evidence(chosen.hit, why), 1 - sure
        duty = next((c.unit for c in units.credits if _serves(self.organs.get(c.unit), chosen.name)), None)
        hit = chosen.hit or self._strongest(chosen.name, text, told)
        word = f"：“{hit.word}”" if hit else ""
        by = f"，{duty}承担这项指标" if duty else ""
        return chosen.name, text.evidence(hit, f"内容对应考评指标“{chosen.name}”{word}{by}"), sure

    def _strongest(self, indicator: str, text: ReadText, told: Said) -> CueHit | None:
        """Where the word stands that speaks most for an indicator of which no cue was found."""
        for word in self._words.telling(indicator, told.tokens):
            if (at := text.whole.find(word)) >= 0:
                return CueHit(word, at, 2)
        return None

    def elsewhere(self, units: UnitTags, text: ReadText) -> CueHit | None:
        """The other place that a piece is of; None where it is or may be of this city."""
        if units.credits or units.mentions:
            return None
        _, best = self.reader.weigh(text, "place")
        strange = best.get("elsewhere")
        own = best.get("here")
        if strange is None or strange.zone == 2 or (own is not None and own.zone <= strange.zone):
            return None
        return strange


def _serves(organ: Organ | None, indicator: str) -> bool:
    return organ is not None and organ.indicator == indicator


def _nothing(text: ReadText, why: Evidence, confidence: float) -> TopicTag:
    sure = round(confidence, 3)
    return TopicTag(None, None, why, text.of_all("没有专题，也就没有考评指标"), sure, sure)


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
