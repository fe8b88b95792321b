"""Owns what a unit's act is worth beside another's: who leads the piece, who helps, who heads a part of it.

A unit that is named after the main actor and does one thing for its undertaking (配合, 派出, 提供场地) is no
actor of its own (domain: 协办, 支持, 配合 are mentions); one that heads its own paragraph in a round-up is.
What is found here are features; the decision is learned (roles_model.py). Every pattern is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import load_cue_pattern

LEADING = frozenset({"act", "agent", "source"})
_NEVER = frozenset({"helps:beside", "helps:lead", "quoted:only"})
HELPER_CONFIDENCE = 0.4  # at most: the domain's ruling, too rare in print for the model to learn
PART_CONFIDENCE = 0.75  # at least
RULED_CONFIDENCE = 0.75  # at least: who hosts in headline or lead acts; so does who finds a shortcoming
DOUBLE_CONFIDENCE = 0.5  # at least: from there two that act together in the lead are both credited
ONE_LINE = 45  # characters to the sentence's end: one act, told in passing

_HELPING = re.compile(
    rf"(?!已?依法)[^，。；、“”\n]{{0,16}}?(?:{load_cue_pattern('helping')}|(?:为|给|替)[^，。；、“”\n]{{1,14}}?(?:设|搭|安排|准备|备|开)(?:立|起|设|好)?了)"
)
_HOSTING = re.compile(rf"[^。；\n]{{0,50}}?{load_cue_pattern('hosting')}")
# 市司法局的普法小分队把板凳搬到了…: its people act
_ITS_PEOPLE = re.compile(
    "的?[^，。；、的]{0,10}(?:队|员|组|专家|律师|医生|民警|干部)[^，。；的]{0,3}(?:[把在到为给对每从将一]|[^，。；的]{1,4}[了着])"
)
_PERIOD = re.compile("全年|一年|今年以来|年内|五年|去年以来|20\\d\\d年(?!\\d)")
_FIGURE = re.compile(r"\d[\d.]{0,20}[万亿]?[^\d\s，。]")


class Leader:
    """The actor whom the text names first, with those that act beside it."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self._helping: dict[int, bool] = {}  # by where the name ends
        self.heads = _heads(text)
        self.parts = self._parts()
        first = next((o for o in text.occurrences if self._leads(o)), None)
        self.first = first
        self.units = frozenset((first.unit, *first.partners)) if first else frozenset()
        self.hosts = first is not None and bool(_HOSTING.match(text.whole, first.end))

    def read_features(self, occurrences: Iterable[Occurrence], best: Occurrence) -> list[str]:
        """What a unit with these occurrences is beside the leader; `best` is its strongest one."""
        text, first = self.text, self.first
        acting = [o for o in occurrences if o.act in LEADING or o.act == "weak"]
        only_helps = bool(acting) and all(self._helps(o) for o in acting)
        found = ["part"] if best.unit in self.parts else []
        if only_helps:
            found.append("helps")
        if best.zone > 1 and _only_backs_lead(occurrences) and self._others_lead(best.unit):
            found.append("helps:lead")
        if first is None:
            return found
        if best.unit in self.units:
            return [*found, "leads:hosts" if self.hosts else "leads"]
        if best.start < first.start:
            return [*found, "precedes"]
        end = _sentence_end(text.whole, best.end)
        same = text.whole.find("。", first.end, best.start) < 0
        found.append("follows:same" if same else "follows:later")
        if only_helps:
            found.append("helps:beside")
        if self.hosts:
            found.append("follows:host")
        if len(acting) == 1:
            found.append("acts_once")
            if end - best.end < ONE_LINE and best.start not in self.heads:
                found.append("one_line")
        if best.start in self.heads and best.act in LEADING:
            found.append("each_own" if first.start in self.heads else "heads")
        if len(_FIGURE.findall(text.whole, best.end, end)) > 1:
            found.append("achieves")
        return found

    def _others_lead(self, unit: str) -> bool:
        """Whether another unit does anything in title or lead."""
        return any(o.zone < 2 and o.unit != unit and o.act not in MENTIONS for o in self.text.occurrences)

    def _leads(self, o: Occurrence) -> bool:
        if o.act not in LEADING and (o.act != "weak" or not _ITS_PEOPLE.match(self.text.whole, o.end)):
            return False
        return not self._helps(o)

    def _helps(self, o: Occurrence) -> bool:
        """Whether what follows the name serves another's undertaking."""
        helps = self._helping.get(o.end)
        if helps is None:
            helps = not o.host and _HELPING.match(self.text.whole, o.end) is not None
            self._helping[o.end] = helps
        return helps

    def _parts(self) -> frozenset[str]:
        """The units of a round-up that tells of each in its own paragraph, with figures; empty if it is
        none."""
        text = self.text
        whole, found, periods = text.whole, [], 0
        if not self.heads or any(o.zone == 0 and o.act in LEADING for o in text.occurrences):
            return frozenset()
        for o in text.occurrences:
            if o.start not in self.heads or not self._leads(o):
                continue
            end = whole.find("\n", o.end)
            end = len(whole) if end < 0 else end
            if len(_FIGURE.findall(whole, o.end, end)) > 1:
                found.append(o.unit)
                periods += _PERIOD.search(whole, o.start, end) is not None
        noted = "编者按" in whole[text.body : text.body + 12]
        if not (noted or periods > 1):
            return frozenset()
        return frozenset(found) if len(set(found)) > 1 else frozenset()


def rule_confidence(confidence: float, features: Collection[str]) -> float:
    """The model's confidence within what the domain's rulings on helpers, quotations and round-ups leave to
    it."""
    if not _NEVER.isdisjoint(features):
        return min(confidence, HELPER_CONFIDENCE)
    if "group2:zone1" in features and "best:act1" in features and confidence >= DOUBLE_CONFIDENCE:
        return max(confidence, RULED_CONFIDENCE)
    if "host" in features and ("best:agent0" in features or "best:agent1" in features):
        return max(confidence, RULED_CONFIDENCE)
    if "finder" in features and "exposes" in features and "acting:0" not in features:
        return max(confidence, RULED_CONFIDENCE)
    return max(confidence, PART_CONFIDENCE) if "part" in features else confidence


def _only_backs_lead(occurrences: Iterable[Occurrence]) -> bool:
    """在区委、区政府统一部署下，市某局…: what it did besides stands later."""
    acts = {o.act for o in occurrences if o.zone < 2}
    return "help" in acts and acts <= MENTIONS


def _heads(text: Text) -> frozenset[int]:
    """Where the first unit of a paragraph of the body stands, if it is named in the first two sentences."""
    whole, found = text.whole, set()
    start, end = 0, -1  # of the paragraph that was looked at last
    for o in text.occurrences:
        if start <= o.start <= end:
            continue
        start, end = whole.rfind("\n", 0, o.start) + 1, whole.find("\n", o.start)
        end = len(whole) if end < 0 else end
        if start >= text.body and whole.count("。", start, o.start) < 2:
            found.add(o.start)
    return frozenset(found)


def _sentence_end(whole: str, at: int) -> int:
    ends = [end for end in (whole.find(mark, at) for mark in "。；\n") if end >= 0]
    return min(ends, default=len(whole))
