"""Owns the learned reading whether a piece is critical: it exposes a shortcoming though no mark says so.

A small model over the words (models/news/critical.npz) finds what the rules of `roles_exposure` have no
words for. Whose shortcoming it is remains theirs to say. Training: `pipeline.training.news_critical`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.records import Evidence
from pipeline.tagging.classify import Classes
from pipeline.tagging.form import is_loosely_marked, tells_mending
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats
from pipeline.tagging.news_sentiment import ruled
from pipeline.tagging.news_sentiment_model import NewsModel, load_news_model
from pipeline.tagging.units import Criticism

NAME = "critical"
LABELS = ("critical", "other")
# The share from which the model overrules the rules' silence: on files left out nothing is wrongly exposed
# from here on (docs/models-news.md); pieces of our own not yet learned from stood between this and .6.
THRESHOLD = 0.5
# The share below which it overrules a mark that stands in the running title alone.
DENIED = 0.05
_NO_NUMBERS = np.zeros((1, 0), dtype=np.float32)


def overrules(item: ArticleItem, chance: float, threshold: float = THRESHOLD) -> bool:
    """Whether a piece of such a chance is read otherwise than the rules read it: it is critical, and no title
    tells how the shortcoming was mended; or it is not, and only a word in its title says so."""
    if chance < DENIED:
        return is_loosely_marked(item)
    return chance >= threshold and not tells_mending(item)


def is_open(item: ArticleItem, classes: Classes) -> bool:
    """Whether the words are asked: where no rule decides the form, or only a word in the title does."""
    if classes.form == "曝光":
        return is_loosely_marked(item)
    if classes.form == "公告" and "通报" in item.title:
        return True  # 关于…情况的通报: a notice that may well blame
    return not ruled(classes.form, classes)


class CriticReader:
    """Tells which articles are critical, by the model given or the one that is shipped.

    Raises:
        ModelError: the model file is missing or damaged; the message says how to rebuild it.
    """

    def __init__(self, model: NewsModel | None = None) -> None:
        self.model = model or load_news_model(NAME)

    def chances(self, words: Floats) -> Floats:
        """0..1 for each text, of what its words add (`WordBank.read`): would a person call it 曝光?"""
        shares = self.model.shares_of(words, _NO_NUMBERS)
        chances: Floats = shares[:, LABELS.index("critical")]
        return chances

    def judge(self, item: ArticleItem, tokens: Sequence[str], chance: float) -> Criticism | None:
        """What speaks against a piece, or for it where its mark says too much; None where not enough does."""
        if not tokens or not overrules(item, chance):
            return None
        if chance < DENIED:
            return Criticism(round(chance, 3), Evidence(why="标题里的曝光字样是所写之事，全文不是揭短"))
        words = self.model.telling(tokens, LABELS.index("critical"))
        return Criticism(round(chance, 3), _evidence(item, words))


def _evidence(item: ArticleItem, words: Sequence[str]) -> Evidence:
    named = "、".join(f"“{word}”" for word in words)
    why = f"用词近于揭短的批评稿：{named}" if words else "用词近于揭短的批评稿"
    for word in words:
        for field, text in (("title", item.title), ("body", item.body)):
            if (at := text.find(word)) >= 0:
                return Evidence(why=why, field=field, start=at, end=at + len(word))
    return Evidence(why=why, field="body", start=0, end=len(item.body)) if item.body else Evidence(why=why)
