"""Owns the sentiment of a news article toward what it reports (domain, section Sentiment)."""

from __future__ import annotations

import math

from pipeline.city import City
from pipeline.records import Evidence, Form, Sentiment
from pipeline.tagging.classify_text import CueReader, weighted
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import load_lexicon


class NewsSentiment:
    """Tags the sentiment of articles of one city."""

    def __init__(self, city: City) -> None:
        self._reader = CueReader({"sentiment": weighted(load_lexicon("news_sentiment.yaml"))})

    def tag(self, item: ArticleItem, form: Form, tokens: list[str]) -> tuple[Sentiment, float, Evidence]:
        """Label, score in -1..1 and the reason. `form` comes from the classifier."""
        text = self._reader.read(item)
        scores, best = self._reader.weigh(text, "sentiment")
        if form == "曝光":
            return (
                "negative",
                -0.8,
                text.evidence(best.get("negative"), "曝光问题的稿件，对所报道的事持负面态度"),
            )
        if form == "公告":
            return "neutral", 0.0, Evidence(why="机关公告，只作告知，不带褒贬")
        margin = scores.get("positive", 0.0) - 1.1 * scores.get("neutral", 0.0) + 1.5
        share = 1 / (1 + math.exp(-0.25 * margin))
        if share > 0.5:
            hit = best.get("positive")
            why = f"以“{hit.word}”等写出成效或感谢" if hit else "以正面的笔调写成效"
            return "positive", round(share, 3), text.evidence(hit, why)
        hit = best.get("neutral")
        why = f"以“{hit.word}”等作平实叙述，未写成效" if hit else "平实叙述，不带褒贬"
        return "neutral", round(share * 0.5, 3), text.evidence(hit, why)
