"""Owns what an opening post does: its kind, and whether a unit of this city is asked at all.

A linear model of words and cues decides (`pipeline.training.kinds`); rules of domain.md, "Forum posts", stand
before it where they are certain: lost pets ask the netizens, praise that tells of failures is 投诉, another
city's matter keeps its kind but asks nobody here.
"""

from __future__ import annotations

from typing import cast

import msgspec

from pipeline.records import ThreadKind
from pipeline.tagging.linear import LinearModel, load_model, softmax
from pipeline.tagging.segment import segment
from pipeline.tagging.threads_features import numbers, words
from pipeline.tagging.threads_phrases import covered
from pipeline.tagging.threads_reading import Reading

POLITE = {"谢谢", "感谢", "辛苦了", "帮我", "满意", "热情", "细心", "素质高", "解决了", "良好", "办好了"}
ASKING = ("投诉", "求助", "咨询", "建议")
# Cues that explain a kind to a person, in the order of their worth.
CUES: dict[str, tuple[str, ...]] = {
    "投诉": ("complaint", "sarcasm", "demand", "grievance", "rhetorical"),
    "求助": ("help_title", "help", "sad"),
    "咨询": ("rumour", "question", "office"),
    "建议": ("suggest_title", "suggest"),
    "表扬": ("praise_title", "praise"),
    "讨论": ("poll", "chat", "news"),
    "广告": ("ad_sale", "ad_contact", "ad_voice"),
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


class KindReader:
    """Reads the kind of citizens' posts."""

    def __init__(self) -> None:
        self._model: LinearModel = load_model("thread")
        self._kinds = [c.removeprefix("kind|") for c in self._model.classes if c.startswith("kind|")]
        self._asked = self._model.classes.index("asked|asked"), self._model.classes.index("asked|not asked")
        self._mood = [i for i, c in enumerate(self._model.classes) if c.startswith("mood|")]
        self._moods = [self._model.classes[i].removeprefix("mood|") for i in self._mood]
        self._urgent = (
            self._model.classes.index("urgent|urgent"),
            self._model.classes.index("urgent|not urgent"),
        )

    def read(self, reading: Reading, tokens: list[str], board: str | None = None) -> Kind:
        """`tokens` are those of `reading.text`."""
        title = segment(reading.text[: reading.title_end]) if reading.title_end else []
        features = list(dict.fromkeys(words(title, tokens)))
        dense = numbers(reading, board)
        scores = self._model.feature_scores(features, dense)
        share = softmax(scores[: len(self._kinds)])
        best = int(share.argmax())
        kind = cast(ThreadKind, self._kinds[best])
        sure = float(share[best])
        why = WHY[kind]
        if kind == "表扬" and _only_polite(reading):
            # A closing "谢谢" is politeness: what else the post does counts.
            share[best] = 0.0
            best = int(share.argmax())
            kind, sure = cast(ThreadKind, self._kinds[best]), float(share[best] / share.sum())
            why = WHY[kind]
        if kind == "表扬" and _ironic(reading):
            kind, why = "投诉", "字面是表扬，说的都是失职的事实（反话）"
        asked, urgent = (float(softmax(scores[list(head)])[0]) for head in (self._asked, self._urgent))
        mood = dict(zip(self._moods, softmax(scores[self._mood]).tolist(), strict=True))
        if reading.has("lost_pet") and kind not in ("广告", "投诉"):
            why = "寻找走失的宠物，求助的对象是网友"
            return Kind("求助", why, "lost_pet", max(sure, 0.9), False, 0.95, 0.0, mood)
        cue = _cue(reading, kind)
        if kind not in ASKING:
            # How sure it is that nobody is asked: what the asking kinds leave over.
            left = 1.0 - sum(float(share[i]) for i, name in enumerate(self._kinds) if name in ASKING)
            return Kind(kind, why, cue, sure, False, max(left, sure), urgent, mood)
        if reading.elsewhere is not None:
            return Kind(kind, why, cue, sure, False, 0.85, urgent, mood)
        return Kind(kind, why, cue, sure, asked >= 0.5, max(asked, 1.0 - asked), urgent, mood)


def _cue(reading: Reading, kind: str) -> str | None:
    return next((cue for cue in CUES.get(kind, ()) if reading.has(cue)), None)


def _only_polite(reading: Reading) -> bool:
    """No word of praise but thanks in advance, and something is asked or complained of."""
    said = set(covered(reading.found.get(("cue", "praise"), ()), reading.text))
    wants = reading.has("demand") or reading.has("complaint") or reading.count("grievance") >= 2
    return not said - POLITE and wants and not reading.in_title("praise_title")


def _ironic(reading: Reading) -> bool:
    """Praise that tells of nothing but failures."""
    praised = set(covered(reading.found.get(("cue", "praise"), ()), reading.text))
    failures = reading.count("grievance") + 2 * reading.count("sarcasm")
    return reading.has("sarcasm") and failures > len(praised) + 1
