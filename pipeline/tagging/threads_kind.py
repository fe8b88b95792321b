"""Owns what an opening post does: its kind, and whether a unit of this city is asked at all.

A linear model of characters decides (`pipeline.training.kinds`); the cues of the lexicon show a person why.
Rules of domain.md, "Forum posts", stand before it where they are certain: lost pets ask the netizens, praise
that tells of failures is 投诉, another city's matter keeps its kind but asks nobody here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec
import numpy as np

from pipeline.records import ThreadKind
from pipeline.tagging.gram_place import Span, find_places
from pipeline.tagging.grams import GramModel, Known, load_gram_model
from pipeline.tagging.linear import softmax
from pipeline.tagging.threads_features import numbers
from pipeline.tagging.threads_phrases import covered
from pipeline.tagging.threads_reading import Reading

POLITE = {"谢谢", "感谢", "辛苦了", "帮我", "满意", "热情", "细心", "素质高", "解决了", "良好", "办好了"}
ASKING = ("投诉", "求助", "咨询", "建议")
# Share from which the city is asked: a question that is missed is worse than one too many. Left out, .44
# misses six of what .5 misses eight, at as many wrong; lower, wrong ones come in.
ASKED = 0.44
PRAISE_SURE = 0.7  # share from which no rule doubts that a post praises
# Cues that explain a kind to a person, in the order of their worth.
CUES: dict[str, tuple[str, ...]] = {
    "投诉": ("grievance", "complaint", "sarcasm", "demand", "rhetorical"),
    "求助": ("help_title", "help", "sad"),
    "咨询": ("rumour", "question", "office"),
    "建议": ("suggest_title", "suggest"),
    "表扬": ("praise_title", "praise"),
    "讨论": ("poll", "chat", "news"),
    "广告": ("ad_sale", "ad_contact", "ad_voice"),
}
DANGER = 0.4  # share from which a danger is shown
TONED = ("求助", "咨询", "建议", "讨论")  # kinds whose words tell the mood
# The cues that show a sentiment, for kinds that do not settle it, most telling first.
SHOWN: dict[str, tuple[str, ...]] = {
    "negative": ("urgent", "fear", "sad", "harm", "grievance", "private"),
    "neutral": ("question", "suggest"),
    "positive": ("joy", "praise"),
}
WHY = {
    "投诉": "反映问题、表达不满或要求处理",
    "求助": "遇到困难求助，没有指责谁",
    "咨询": "询问办法、时间、政策或传闻真假",
    "建议": "提出建议",
    "表扬": "致谢或表扬",
    "讨论": "闲聊、分享、转述，或只问网友",
    "广告": "推销、转让或招揽",
}


class Kind(msgspec.Struct):
    """The kind of a post and what decided it."""

    kind: ThreadKind
    why: str
    cue: str | None  # the cue whose words show it
    confidence: float  # of the kind, 0..1
    asked: bool  # a unit of this city is asked
    asked_confidence: float  # 0..1
    urgent: float  # share of danger now, 0..1
    mood: dict[str, float]  # sentiment → share, for kinds that do not settle it
    asking: ThreadKind  # the best of the kinds that ask a unit
    praise: float = 0.0  # share of 表扬, before any rule
    # Where no cue shows it, the words that speak most: for the kind, for danger, for the mood.
    place: Span | None = None
    danger: Span | None = None
    tone: Span | None = None


class KindReader:
    """Reads the kind of citizens' posts, many at once."""

    def __init__(self, model: GramModel | None = None) -> None:
        self._model = model or load_gram_model("thread")
        heads: dict[str, list[int]] = {}
        for place, name in enumerate(self._model.classes):
            heads.setdefault(name.partition("|")[0], []).append(place)
        self._heads = heads
        self._labels = {
            head: [self._model.classes[i].partition("|")[2] for i in places] for head, places in heads.items()
        }
        self._asking = [label in ASKING for label in self._labels["kind"]]
        self._asks = [place for place, asking in enumerate(self._asking) if asking]

    @property
    def model(self) -> GramModel:
        return self._model

    def read(self, readings: Sequence[Reading], known: Known, boards: Sequence[str | None]) -> list[Kind]:
        """`known` are the model's grams of the readings' texts with their titles."""
        rows = np.array([numbers(r, board) for r, board in zip(readings, boards, strict=True)])
        scores = self._model.scores(known, rows.astype(np.float32))
        share = {head: softmax(scores[:, places]) for head, places in self._heads.items()}
        first = {
            head: share[head][:, self._labels[head].index(head)] for head in ("asked", "public", "urgent")
        }
        asking = share["kind"][:, self._asking].sum(axis=1)
        asked = (first["public"] + asking * first["asked"]) / 2
        moods = self._labels["mood"]
        judged = [
            self._judge(reading, kinds, either, complained, urgent, dict(zip(moods, mood, strict=True)))
            for reading, kinds, either, complained, urgent, mood in zip(
                readings,
                share["kind"].tolist(),
                asked.tolist(),
                first["asked"].tolist(),
                first["urgent"].tolist(),
                share["mood"].tolist(),
                strict=True,
            )
        ]
        self._find_places(readings, judged, known)
        return judged

    def _find_places(self, readings: Sequence[Reading], kinds: Sequence[Kind], known: Known) -> None:
        """The words that speak most for what no cue of the lexicon shows, of all texts at once."""
        asked: list[tuple[int, str, str]] = []  # number of the text, the text, class
        fields: list[str] = []
        for number, (reading, kind) in enumerate(zip(readings, kinds, strict=True)):
            if kind.cue is None:
                asked.append((number, reading.text, f"kind|{kind.kind}"))
                fields.append("place")
            if kind.urgent >= DANGER and not reading.has("urgent"):
                asked.append((number, reading.text, "urgent|urgent"))
                fields.append("danger")
            if kind.kind in TONED:
                mood = max(kind.mood, key=kind.mood.__getitem__)
                if mood != "neutral" and not any(reading.has(cue) for cue in SHOWN[mood]):
                    asked.append((number, reading.text, f"mood|{mood}"))
                    fields.append("tone")
        if asked:
            places = find_places(self._model, known, asked)
            for (number, _, _), field, place in zip(asked, fields, places, strict=True):
                setattr(kinds[number], field, place)

    def _judge(
        self,
        reading: Reading,
        share: list[float],
        asked: float,
        complained: float,
        urgent: float,
        mood: dict[str, float],
    ) -> Kind:
        """As shares: each kind, `asked`, `complained` (asked if it asks at all), `urgent`."""
        kinds = self._labels["kind"]
        praise = share[kinds.index("表扬")]
        best = max(range(len(kinds)), key=share.__getitem__)
        asks = max(self._asks, key=share.__getitem__)
        asking = cast(ThreadKind, kinds[asks])
        kind, sure = cast(ThreadKind, kinds[best]), share[best]
        why = WHY[kind]
        doubted = kind == "表扬" and sure < PRAISE_SURE
        if doubted and _only_polite(reading):
            # A closing "谢谢" is politeness: what else the post does counts.
            rest = 1.0 - share[best]
            best = max((i for i in range(len(kinds)) if i != best), key=share.__getitem__)
            kind, sure = cast(ThreadKind, kinds[best]), share[best] / rest
            why = WHY[kind]
        if doubted and kind == "表扬" and _ironic(reading):
            kind, why = "投诉", "字面是表扬，说的都是失职的事实（反话）"
            asked = complained  # that it praises was no more than its wording
        if reading.has("lost_pet") and kind not in ("广告", "投诉", "讨论"):
            why = "寻找走失的宠物，求助的对象是网友"
            return Kind("求助", why, "lost_pet", max(sure, 0.9), False, 0.95, 0.0, mood, asking, praise)
        cue = _cue(reading, kind)
        if kind not in ASKING:
            return Kind(kind, why, cue, sure, False, 1.0 - asked, urgent, mood, asking, praise)
        if reading.elsewhere is not None:
            return Kind(kind, why, cue, sure, False, 0.85, urgent, mood, asking, praise)
        is_asked = asked >= ASKED
        certain = asked if is_asked else 1.0 - asked
        return Kind(kind, why, cue, sure, is_asked, certain, urgent, mood, asking, praise)


def _cue(reading: Reading, kind: str) -> str | None:
    return next((cue for cue in CUES.get(kind, ()) if reading.has(cue)), None)


def _only_polite(reading: Reading) -> bool:
    """No word of praise but thanks in advance, and something is asked or complained of."""
    said = set(covered(reading.spans("praise"), reading.text))
    wants = reading.has("demand") or reading.has("complaint") or reading.count("grievance") >= 2
    return not said - POLITE and wants and not reading.in_title("praise_title")


def _ironic(reading: Reading) -> bool:
    """Praise that tells of nothing but failures."""
    praised = set(covered(reading.spans("praise"), reading.text))
    failures = reading.count("grievance") + 2 * reading.count("sarcasm")
    return reading.has("sarcasm") and failures > len(praised) + 1
