"""Owns the cues of news sentiment as they are found in one article, and the numbers that the model sees."""

from __future__ import annotations

import math
from typing import NamedTuple

from pipeline.tagging.classify_text import CueHit, CueReader, ReadText, weighted
from pipeline.tagging.lexicon import load_lexicon

GROUP = "sentiment"


class Mood(NamedTuple):
    """Cue scores by label, the strongest cue of each, and the text that they stand in."""

    scores: dict[str, float]
    best: dict[str, CueHit]
    text: ReadText

    def root(self, label: str) -> float:
        return math.sqrt(self.scores.get(label, 0.0))


def mood_cues() -> dict[str, dict[str, dict[str, float]]]:
    """The cue group of lexicon/news_sentiment.yaml for the common automaton."""
    return {GROUP: weighted(load_lexicon("news_sentiment.yaml"))}


def read_mood(reader: CueReader, text: ReadText) -> Mood:
    """The sentiment cues of a text that was read with a reader holding `mood_cues`."""
    scores, best = reader.weigh(text, GROUP)
    return Mood(scores, best, text)
