"""Owns the sentiment of citizens' posts and of chat, toward what a text reports (domain.md, "Sentiment").

A complaint is negative however polite; plain questions and advertising are neutral; a suggestion is negative
only where it tells of harm; a frightened question is negative. Sentiment of articles: `news_sentiment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pipeline.records import Evidence, Sentiment
from pipeline.tagging.grams import GramModel, Known, load_gram_model
from pipeline.tagging.linear import softmax
from pipeline.tagging.threads_evidence import at_place, cue_evidence, words_evidence
from pipeline.tagging.threads_kind import SHOWN, Kind
from pipeline.tagging.threads_phrases import Span
from pipeline.tagging.threads_reading import Reading


class ChatSentiment:
    """Sentiment of short chat by a linear model, for texts that raise nothing for a unit."""

    def __init__(self) -> None:
        self._model: GramModel = load_gram_model("chat-sentiment")
        # A class is source|sentiment.
        self._label = [name.rpartition("|")[2] for name in self._model.classes]

    @property
    def model(self) -> GramModel:
        return self._model

    def tag_all(self, known: Known, readings: Sequence[Reading]) -> list[tuple[Sentiment, float, Evidence]]:
        """The sentiment of texts, given as what the model knows of them and as they were read."""
        judged = [self._judge(shares) for shares in softmax(self._model.scores(known)).tolist()]
        texts = [reading.text for reading in readings]
        telling = self._model.telling(known, texts, [name for _, _, name in judged])
        words = self._model.words_of(telling)
        return [
            (label, score, words_evidence(reading, found, _said(label, "”“".join(found))))
            for (label, score, _), found, reading in zip(judged, words, readings, strict=True)
        ]

    def _judge(self, shares: list[float]) -> tuple[Sentiment, float, str]:
        """The sentiment, its score and the class that says most for it."""
        total = dict.fromkeys(("negative", "neutral", "positive"), 0.0)
        strongest = dict.fromkeys(total, (-1.0, ""))
        for name, label, part in zip(self._model.classes, self._label, shares, strict=True):
            total[label] += part
            strongest[label] = max(strongest[label], (part, name))
        best = cast(Sentiment, max(total, key=lambda label: total[label]))
        return best, round(total["positive"] - total["negative"], 4), strongest[best][1]


def _said(label: Sentiment, words: str) -> str:
    return f"用词最像{_NAMES[label]}：“{words}”" if words else f"语气最像{_NAMES[label]}"


_NAMES: dict[Any, str] = {"negative": "不满", "neutral": "平叙", "positive": "赞许"}
_POLITE = "投诉，说得再客气也是不满"
_SAYS = {"negative": "有人受苦、受害或担惊受怕", "neutral": "语气平和", "positive": "语气愉快"}


class PostSentiment:
    """Sentiment of a citizen's post: its kind settles most; for the others a model has read the words."""

    def tag(self, reading: Reading, judged: Kind, why_kind: Evidence) -> tuple[Sentiment, float, Evidence]:
        """The sentiment, -1..1, and the reason: that of the kind, where the kind settles it; else `Kind.mood`
        tells."""
        kind, mood = judged.kind, judged.mood
        if kind == "广告":
            return "neutral", 0.0, at_place(why_kind, "广告不带褒贬")
        if kind == "表扬":
            shown = ("praise_title", "praise")
            return "positive", 0.9, _shown(reading, shown, "表扬或感谢", judged.place)
        if kind == "投诉":
            score = -round(min(1.0, 0.55 + reading.count("grievance", 1.3) / 15), 4)
            if reading.has("grievance"):
                return "negative", score, _shown(reading, ("grievance",), _POLITE, None)
            return "negative", score, at_place(why_kind, _POLITE)
        label = cast(Sentiment, max(mood, key=lambda name: mood[name]))
        if kind == "咨询" and reading.has("rumour") and (reading.has("fear") or reading.has("urgent")):
            label = "negative"
        score = round(mood.get("positive", 0.0) - mood.get("negative", 0.0), 4)
        return label, score, _shown(reading, SHOWN[label], _SAYS[label], judged.tone)


def _shown(reading: Reading, cues: tuple[str, ...], why: str, otherwise: Span | None) -> Evidence:
    cue = next((name for name in cues if reading.has(name)), cues[0])
    return cue_evidence(reading, cue, why, otherwise)
