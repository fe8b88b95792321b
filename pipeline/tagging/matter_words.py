"""Owns what the words of an article say of its topic and its indicator, beside cues and duties.

Two small models over the words (models/news/topic-words.npz, indicator-words.npz), read in the same pass as
those of sentiment and criticism; what they say is one signal among those of `topic_signals` and `indicator`.
Training: `pipeline.training.news_matter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats, ModelError, read_card
from pipeline.tagging.news_sentiment_model import FOLDER, NewsModel, WordBank, load_news_model
from pipeline.tagging.segment import segment
from pipeline.tagging.topic_signals import LABELS, NONE, load_topics

TOPIC, INDICATOR = "topic-words", "indicator-words"
INDICATORS = (*sorted(load_topics()["indicators"]), NONE)
MOST = 8.0  # log odds that words may speak for or against a label, at most


class _Card(msgspec.Struct, frozen=True):
    labels: tuple[str, ...]


class Said(NamedTuple):
    """What the words of one article say: `topics` is the log share of each of `LABELS`, `indicators` the log
    odds of each indicator against none; the strongest word of each may be asked of `tokens`."""

    topics: list[float]
    indicators: dict[str, float]
    tokens: Sequence[str]


class MatterWords:
    """Reads words by the models of topics and of indicators; without models they say nothing.

    Raises:
        ModelError: a model has not as many labels as the program.
    """

    def __init__(self, models: Sequence[NewsModel]) -> None:
        self.models = tuple(models)
        for model, labels in zip(self.models, (LABELS, INDICATORS), strict=False):
            if len(model.bias) != len(labels):
                raise ModelError("专题、指标的词模型与程序不一致，请运行 gangqing train 重建")

    @cached_property
    def _bank(self) -> WordBank:
        """These models alone, for who reads an article by itself; the tagger reads them beside others."""
        return WordBank(self.models)

    def read(self, tokens: Sequence[list[str]]) -> list[Said]:
        """What the words of each text say."""
        return self.told(self._bank.read(tokens), tokens)

    def told(self, words: Sequence[Floats], tokens: Sequence[Sequence[str]]) -> list[Said]:
        """The same, where a bank has read the words: what they add to the labels of each model."""
        if not self.models:
            return [Said([], {}, said) for said in tokens]
        topics, indicators = (model.bias + part for model, part in zip(self.models, words, strict=True))
        topics = topics - np.logaddexp.reduce(topics, axis=1, keepdims=True)
        odds = indicators - indicators[:, -1:]
        shares = np.maximum(topics, -MOST).tolist()
        return [
            Said(share, dict(zip(INDICATORS, row, strict=True)), said)
            for share, row, said in zip(shares, np.clip(odds, -MOST, MOST).tolist(), tokens, strict=True)
        ]

    def telling(self, indicator: str, tokens: Sequence[str]) -> list[str]:
        """The words that speak most for an indicator, strongest first."""
        return self.models[1].telling(tokens, INDICATORS.index(indicator)) if self.models else []


def load_matter_words() -> MatterWords:
    """The models that are shipped.

    Raises:
        ModelError: a file is missing, damaged or of other labels.
    """
    for name, labels in ((TOPIC, LABELS), (INDICATOR, INDICATORS)):
        if read_card(FOLDER / f"{name}.json", _Card).labels != labels:
            raise ModelError(f"模型 {name} 的专题、指标与程序不一致，请运行 gangqing train 重建")
    return MatterWords([load_news_model(TOPIC), load_news_model(INDICATOR)])


def cut_words(item: ArticleItem) -> list[str]:
    """The words of title and body, that topic, indicator, sentiment and criticism are read from."""
    return segment(item.title + "\n" + item.body)
