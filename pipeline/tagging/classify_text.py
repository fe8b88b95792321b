"""Owns the reading of an article for its classes: its zones, and all cues of the lexicons in one pass.

The cues of topics, indicators, forms and sentiment are one automaton; where two overlap the longest wins and
brings along what the shorter ones inside it say to other groups.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import ahocorasick_rs
import msgspec

from pipeline.records import Evidence
from pipeline.tagging.items import ArticleItem

# group → cue → label → weight
Cues = Mapping[str, Mapping[str, Mapping[str, float]]]

PLAN_WORD = "绩效"
HEAD_FIELDS = ("column", "kicker", "title", "subtitle")
NOTE = "编者按"
NOTE_LENGTH = 400  # characters within which a 编者按 ends with its paragraph
NOTED = ("topic", "none")  # what every 编者按 of the plan's months speaks of: the evaluation, no topic
LEAD_LENGTH = 170  # characters of the body that a reader takes for the lead
OPENING_LENGTH = 60  # where there is no title, what stands in its place
# Weight of a cue in head, lead and rest; each repetition adds 0.3 of it, at most three.
_FACTOR = tuple(tuple(zone * (1 + 0.3 * (count - 1)) for count in range(5)) for zone in (2.6, 1.4, 0.7))


_NO_SCORES: dict[str, float] = {}
_NO_CUES: dict[str, CueHit] = {}


class CueHit(msgspec.Struct, frozen=True, gc=False):
    """One cue that stands in the text: where first, in which zone at best."""

    word: str
    start: int
    zone: int  # 0 head, 1 lead, 2 rest


class ReadText(msgspec.Struct):
    """The fields of an article as one text, and what the cues found in it say."""

    whole: str
    fields: list[tuple[int, str]]
    body: int  # where the body begins
    scores: dict[str, dict[str, float]]  # group → label → sum of its cues' weights
    best: dict[str, dict[str, CueHit]]  # group → label → its strongest cue

    def evidence(self, hit: CueHit | None, why: str) -> Evidence:
        """The sentence with the span of the hit inside its own field; of all where there is no hit."""
        if hit is None:
            return self.of_all(why)
        for start, name in reversed(self.fields):
            if start <= hit.start:
                begin = hit.start - start
                return Evidence(why=why, field=name, start=begin, end=begin + len(hit.word))
        raise IndexError("a span before the first field")

    def of_all(self, why: str) -> Evidence:
        """The sentence with the span of the whole body, or of the title where there is no body: for what
        rests on all words, or on what does not stand there."""
        if size := len(self.whole) - self.body:
            return Evidence(why=why, field="body", start=0, end=size)
        ends = [start - 1 for start, _ in self.fields[1:]]
        found = ((name, end - start) for (start, name), end in zip(self.fields, ends, strict=False))
        field, size = max(found, key=lambda part: (part[0] == "title", part[1]), default=("body", 0))
        return Evidence(why=why, field=field, start=0, end=size) if size else Evidence(why=why)


def find_in_head(item: ArticleItem, pattern: re.Pattern[str], why: str) -> Evidence | None:
    """Where in title, kicker, subtitle or column a pattern stands; the sentence has a {} for its words."""
    for field in ("title", "kicker", "subtitle", "column"):
        value = getattr(item, field)
        if value and (found := pattern.search(value)):
            said = why.format(found[0])
            return Evidence(why=said, field=field, start=found.start(), end=found.end())
    return None


class CueReader:
    """Finds all cues of all groups in one pass over an article."""

    def __init__(self, cues: Cues) -> None:
        words = sorted({word for group in cues.values() for word in group})
        self._words = words
        self._finder = ahocorasick_rs.AhoCorasick(
            words,
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
            store_patterns=False,
        )
        # A slot is a label of a group; those of a group stand together, in the order of the labels.
        self._slots: list[tuple[str, str]] = []
        # number of the cue → (slot, weight) …
        effects: list[list[tuple[int, float]]] = [[] for _ in words]
        blind = cues.get("place", {})  # 港口 in the name of 港口区 is no harbour
        for name, group in cues.items():
            labels = sorted({label for says in group.values() for label in says})
            of_label = {label: len(self._slots) + at for at, label in enumerate(labels)}
            self._slots += [(name, label) for label in labels]
            for number, word in enumerate(words):
                own = group.get(word) or (None if word in blind else _inside(word, group))
                effects[number].extend((of_label[label], weight) for label, weight in (own or {}).items())
        self._effects = [tuple(effect) for effect in effects]
        blank = self._slots.index(NOTED) if NOTED in self._slots else -1
        self._of_note = frozenset(
            [number for number, effect in enumerate(effects) if any(slot == blank for slot, _ in effect)]
        )

    def read(self, item: ArticleItem) -> ReadText:
        """Join the fields and look for every cue."""
        parts: list[str] = []
        fields: list[tuple[int, str]] = []
        at = 0
        for name in HEAD_FIELDS:
            value = getattr(item, name)
            if value and not (name == "column" and PLAN_WORD in value):
                # The plan's own column says nothing of the matter.
                fields.append((at, name))
                parts.append(value)
                at += len(value) + 1
        fields.append((at, "body"))
        parts.append(item.body)
        whole = "\n".join(parts)
        head_end = at if item.title else at + OPENING_LENGTH
        lead_end = at + LEAD_LENGTH
        first: dict[int, int] = {}
        count: dict[int, int] = {}
        note_end = whole.find("\n", at, at + NOTE_LENGTH) if NOTE in whole[at : at + 12] else -1
        for number, start, _ in self._finder.find_matches_as_indexes(whole):
            if at <= start < note_end and number in self._of_note:
                continue
            if number in first:
                count[number] += 1
            else:
                first[number] = start
                count[number] = 1
        total: dict[int, float] = {}  # by slot
        top: dict[int, tuple[float, int, int, int]] = {}  # its strongest cue: weight, cue, where first, zone
        effects = self._effects
        for number, start in first.items():
            zone = 0 if start < head_end else 1 if start < lead_end else 2
            times = count[number]
            factor = _FACTOR[zone][times if times < 4 else 4]
            for slot, weight in effects[number]:
                value = weight * factor
                if slot not in total:
                    total[slot] = value
                    top[slot] = (value, number, start, zone)
                else:
                    total[slot] += value
                    if value > top[slot][0]:
                        top[slot] = (value, number, start, zone)
        scores: dict[str, dict[str, float]] = {}
        best: dict[str, dict[str, CueHit]] = {}
        last = ""
        for slot in sorted(total):
            name, label = self._slots[slot]
            if name != last:
                last = name
                of_group = scores[name] = {}
                best_of_group = best[name] = {}
            of_group[label] = total[slot]
            _, number, start, zone = top[slot]
            best_of_group[label] = CueHit(self._words[number], start, zone)
        return ReadText(whole, fields, at, scores, best)

    def weigh(self, text: ReadText, group: str) -> tuple[dict[str, float], dict[str, CueHit]]:
        """Per label of a group that was found: the sum of its cues' weights, and its strongest cue. Both
        belong to the text: look, do not change."""
        return text.scores.get(group, _NO_SCORES), text.best.get(group, _NO_CUES)


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
