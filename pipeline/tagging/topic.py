"""Owns the topic of an article (the plan's seven series, or none) and its indicator (or none).

What the acting unit's duties say comes first, then what title, lead and text are about; the domain's rulings
take some pieces out: evaluation meetings, study sessions, features and other cities have no topic, crime cases
belong to 法治建设 without an indicator.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from pipeline.city import City
from pipeline.records import Evidence
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText, weighted
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import load_lexicon
from pipeline.tagging.units import UnitTags

TOPICS = ("经济建设", "社会建设", "文化建设", "生态建设", "法治建设", "全面深化改革", "从严治党")
NONE = "none"

_FOREIGN = re.compile(r"新华社|人民日报|经济日报|光明日报|中新社|中新网|央视|新华网|人民网")
_PAPER = re.compile(r"(?:日报|晚报|早报|晨报|都市报|卫视|电视台|发布|网)$")


class TopicTag(NamedTuple):
    """Topic and indicator with their reasons."""

    topic: str | None
    indicator: str | None
    why_topic: Evidence
    why_indicator: Evidence
    topic_confidence: float
    indicator_confidence: float


def topic_cues() -> dict[str, dict[str, dict[str, float]]]:
    """The cue groups of lexicon/topics.yaml for the common automaton."""
    data = load_lexicon("topics.yaml")
    return {
        "topic": weighted({**data["topics"], NONE: data["none"]}),
        "indicator": weighted(data["indicator_cues"]),
    }


class TopicJudge:
    """Decides topic and indicator for one city."""

    def __init__(self, city: City, reader: CueReader) -> None:
        data = load_lexicon("topics.yaml")
        self.reader = reader
        self.topic_of: dict[str, str] = data["indicators"]
        self.columns: dict[str, str] = data["columns"]
        self.stem = city.stem
        own = city.data("topics.yaml") or {}
        self.organs = _organs(city, {**data["organs"], **(own.get("organs") or {})})

    def judge(self, item: ArticleItem, units: UnitTags, text: ReadText) -> TopicTag:
        scores, best = self.reader.weigh(text, "topic")
        foreign = self._foreign(item, units, text)
        if foreign:
            return _nothing(foreign, 0.9)
        scores = {label: math.sqrt(value) * 2 for label, value in scores.items()}
        lead_unit: dict[str, str] = {}
        for unit, weight in self._acting(units):
            topic, _ = self.organs.get(unit, (None, None))
            if topic:
                scores[topic] = scores.get(topic, 0.0) + weight
                lead_unit.setdefault(topic, unit)
        for field in (item.column, item.kicker):
            for word, label in self.columns.items():
                if field and word in field and not field.startswith("抓绩效"):
                    scores[label] = scores.get(label, 0.0) + 3
        scores[NONE] = scores.get(NONE, 0.0) + 2.5 + (1.5 if not units.credits else 0)
        order = sorted(scores, key=lambda label: -scores[label])
        topic = order[0]
        margin = scores[topic] - (scores[order[1]] if len(order) > 1 else 0.0)
        confidence = 1 / (1 + math.exp(-0.5 - 0.6 * margin))
        hit = best.get(topic)
        if topic == NONE:
            word = f"（“{hit.word}”）" if hit else ""
            return _nothing(f"不属于七个专题中的任何一个{word}", confidence, text, hit)
        why = f"“{hit.word}”等属于{topic}" if hit else f"内容属于{topic}"
        if topic in lead_unit:
            why = f"{lead_unit[topic]}的职责属于{topic}" + (f"，文中有“{hit.word}”" if hit else "")
        indicator, why_indicator, sure = self._indicator(topic, units, text)
        return TopicTag(
            topic, indicator, text.evidence(hit, why), why_indicator, round(confidence, 3), round(sure, 3)
        )

    def _acting(self, units: UnitTags) -> list[tuple[str, float]]:
        if units.credits:
            share = 5.0 / len(units.credits) ** 0.5
            return [(credit.unit, share) for credit in units.credits]
        return [(unit, 1.5) for unit in units.mentions[:1]]

    def _indicator(self, topic: str, units: UnitTags, text: ReadText) -> tuple[str | None, Evidence, float]:
        scores, best = self.reader.weigh(text, "indicator")
        scores = {name: value for name, value in scores.items() if self.topic_of[name] == topic}
        own = {self.organs.get(credit.unit, (None, None))[1] for credit in units.credits} - {None}
        for name in own:
            if self.topic_of[str(name)] == topic:
                scores[str(name)] = scores.get(str(name), 0.0) + 5
        if not scores:
            return None, Evidence(why=f"{topic}中没有与考评指标对应的内容"), 0.9
        name = max(scores, key=lambda n: scores[n])
        hit = best.get(name)
        margin = scores[name] - 9
        sure = 1 / (1 + math.exp(-0.25 * abs(margin) - 0.5))
        if margin < 0:
            return None, text.evidence(hit, f"与指标“{name}”的联系不足"), sure
        word = f"：“{hit.word}”" if hit else ""
        return name, text.evidence(hit, f"内容对应考评指标“{name}”{word}"), sure

    def _foreign(self, item: ArticleItem, units: UnitTags, text: ReadText) -> str | None:
        """Why a piece is not of this city; None where it is or may be."""
        if units.credits or units.mentions:
            return None
        if self.stem in text.whole or "我市" in text.whole or "全市" in text.whole[: text.lead_end]:
            return None
        if item.source and (_FOREIGN.search(item.source) or _PAPER.search(item.source)):
            return f"转自{item.source.removeprefix('来源：')}，与本市无关"
        if _FOREIGN.search(text.whole[text.body : text.body + 30]):
            return "外地或全国性稿件，与本市无关"
        return None


def _nothing(
    why: str, confidence: float, text: ReadText | None = None, hit: CueHit | None = None
) -> TopicTag:
    evidence = text.evidence(hit, why) if text else Evidence(why=why)
    return TopicTag(
        None,
        None,
        evidence,
        Evidence(why="没有专题，也就没有考评指标"),
        round(confidence, 3),
        round(confidence, 3),
    )


def _organs(city: City, table: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Unit → topic and indicator of its daily work, by the longest piece of a name."""
    pieces = sorted(table, key=lambda piece: (-len(piece), piece))
    found: dict[str, tuple[str | None, str | None]] = {}
    for unit in city.units:
        if unit.is_county:
            continue
        for piece in pieces:
            if piece == unit.short or any(piece in name for name in (unit.short, unit.official)):
                value = table[piece]
                topic, indicator = value if isinstance(value, list) else (value, None)
                found[unit.short] = (topic, indicator)
                break
    return found
