"""Owns the reading of an article for its classes: its zones, and all cues of the lexicons in one pass.

The cues of topics, indicators, forms and sentiment are one automaton; where two overlap the longest wins and
brings along what the shorter ones inside it say to other groups.
"""

from __future__ import annotations

from collections.abc import Mapping

import ahocorasick_rs
import msgspec

from pipeline.records import Evidence
from pipeline.tagging.items import ArticleItem

# group → cue → label → weight
Cues = Mapping[str, Mapping[str, Mapping[str, float]]]

PLAN_WORD = "绩效"
HEAD_FIELDS = ("column", "kicker", "title", "subtitle")
LEAD_LENGTH = 170  # characters of the body that a reader takes for the lead
OPENING_LENGTH = 60  # where there is no title, what stands in its place
_ZONE = (2.6, 1.4, 0.7)  # head, lead, rest
_AGAIN = 0.3  # what each repetition adds, at most three


class CueHit(msgspec.Struct):
    """One cue that stands in the text: where first, in which zone at best, how often."""

    word: str
    start: int
    zone: int
    count: int = 1

    @property
    def factor(self) -> float:
        return _ZONE[self.zone] * (1 + _AGAIN * min(self.count - 1, 3))


class ReadText(msgspec.Struct):
    """The fields of an article as one text, and the cues found in it."""

    whole: str
    fields: list[tuple[int, str]]
    body: int  # where the body begins
    lead_end: int
    hits: dict[int, CueHit]  # number of the cue → hit

    def evidence(self, hit: CueHit | None, why: str) -> Evidence:
        """The sentence with the span of the hit inside its own field."""
        if hit is None:
            return Evidence(why=why)
        start, name = next((s, n) for s, n in reversed(self.fields) if s <= hit.start)
        return Evidence(why=why, field=name, start=hit.start - start, end=hit.start - start + len(hit.word))


class CueReader:
    """Finds all cues of all groups in one pass over an article."""

    def __init__(self, cues: Cues) -> None:
        words = sorted({word for group in cues.values() for word in group})
        self.words = words
        self._finder = ahocorasick_rs.AhoCorasick(
            words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )
        # group → number of the cue → (label, weight) …
        self.effects: dict[str, dict[int, tuple[tuple[str, float], ...]]] = {}
        blind = cues.get("place", {})  # 港口 in the name of 港口区 is no harbour
        for name, group in cues.items():
            of_group: dict[int, tuple[tuple[str, float], ...]] = {}
            for number, word in enumerate(words):
                own = group.get(word) or (None if word in blind else _inside(word, group))
                if own:
                    of_group[number] = tuple(own.items())
            self.effects[name] = of_group

    def read(self, item: ArticleItem) -> ReadText:
        """Join the fields and look for every cue."""
        parts: list[str] = []
        fields: list[tuple[int, str]] = []
        at = 0
        for name in HEAD_FIELDS:
            value = getattr(item, name)
            if value and name == "column" and PLAN_WORD in value:
                continue  # the plan's own column says nothing of the matter
            if value:
                fields.append((at, name))
                parts.append(value)
                at += len(value) + 1
        fields.append((at, "body"))
        parts.append(item.body)
        whole = "\n".join(parts)
        head_end = at if item.title else at + OPENING_LENGTH
        lead_end = at + LEAD_LENGTH
        hits: dict[int, CueHit] = {}
        words = self.words
        for number, start, _ in self._finder.find_matches_as_indexes(whole):
            hit = hits.get(number)
            if hit is None:
                zone = 0 if start < head_end else 1 if start < lead_end else 2
                hits[number] = CueHit(words[number], start, zone)
            else:
                hit.count += 1
        return ReadText(whole, fields, at, lead_end, hits)

    def weigh(self, text: ReadText, group: str) -> tuple[dict[str, float], dict[str, CueHit]]:
        """Per label of a group: the sum of its cues' weights, and its strongest cue."""
        effects = self.effects[group]
        scores: dict[str, float] = {}
        best: dict[str, tuple[float, CueHit]] = {}
        for number, hit in text.hits.items():
            for label, weight in effects.get(number, ()):
                value = weight * hit.factor
                scores[label] = scores.get(label, 0.0) + value
                if label not in best or value > best[label][0]:
                    best[label] = (value, hit)
        return scores, {label: hit for label, (_, hit) in best.items()}


def _inside(word: str, group: Mapping[str, Mapping[str, float]]) -> dict[str, float] | None:
    """What the longest cue of a group inside a longer cue of another group says."""
    for length in range(len(word) - 1, 1, -1):
        for start in range(len(word) - length + 1):
            found = group.get(word[start : start + length])
            if found:
                return dict(found)
    return None


def weighted(data: Mapping[str, Mapping[int, list[str]]]) -> dict[str, dict[str, float]]:
    """Lexicon lists by label and weight → cue → label → weight. A cue may serve several labels."""
    cues: dict[str, dict[str, float]] = {}
    for label, by_weight in data.items():
        for weight, words in by_weight.items():
            for word in words:
                cues.setdefault(word, {})[label] = float(weight)
    return cues
