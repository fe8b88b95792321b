"""Owns the sentiment of a news article toward what it reports (domain, section Sentiment).

An exposure is negative, an authority's notice and a piece of another city are neutral. What remains is
decided by a small learned model over the cues of lexicon/news_sentiment.yaml, the classes and the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from pipeline.city import City
from pipeline.records import Evidence, Form, Sentiment
from pipeline.tagging.classify import Classes
from pipeline.tagging.classify_text import CueHit, CueReader
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats
from pipeline.tagging.matter_words import cut_words
from pipeline.tagging.news_mood import Mood, mood_cues, read_mood
from pipeline.tagging.news_sentiment_model import NewsModel, load_news_model

Told = tuple[Sentiment, float, Evidence]  # label, score in -1..1 and the reason
LABELS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
# Order of the numbers that `signals` returns; stored in the model's card.
SIGNALS = ("positive", "neutral", "negative", "surplus", "roundup", "column", "uncredited", "no_topic", "law")


class NewsSentiment:
    """Tags the sentiment of articles of one city.

    Raises:
        ModelError: the model file is missing or damaged; the message says how to rebuild it.
    """

    def __init__(self, city: City, model: NewsModel | None = None) -> None:
        self.model = model or load_news_model("sentiment")

    @cached_property
    def _reader(self) -> CueReader:
        return CueReader(mood_cues())

    def tag(
        self, item: ArticleItem, form: Form, tokens: list[str] | None, classes: Classes | None = None
    ) -> Told:
        """Label, score in -1..1 and the reason.

        `tokens` are those of title and body; where they are None, the article is cut only if its words must
        decide. `classes` are the classifier's: with them the article is not read a second time, and topic
        and city are known.
        """
        mood = classes.mood if classes else None
        if mood is None:
            mood = read_mood(self._reader, self._reader.read(item))
        told = _told_by_rule(mood, form, classes)
        if told is not None:
            return told
        if tokens is None:
            tokens = cut_words(item)
        numbers = np.array(signals(mood, item, form, classes), dtype=np.float32)
        return _told_by_words(mood, self.model.shares(tokens, numbers).tolist())

    def tag_all(
        self,
        read: Sequence[tuple[ArticleItem, Classes]],
        words: Floats,
        tokens: Sequence[Sequence[str]] | None = None,
    ) -> list[Told]:
        """`tag` for many articles with the classifier's classes: what numpy does, it does for all at once.

        `words` is what the words of each add to the labels, (articles, labels), as a `WordBank` reads them;
        the row of an article that a rule decides is not looked at. `tokens` are those words: the most telling
        is shown where no cue stands in a text.
        """
        told: list[Told | None] = []
        open_places, numbers, moods = [], [], []
        for place, (item, classes) in enumerate(read):
            mood = classes.mood
            assert mood is not None
            by_rule = _told_by_rule(mood, classes.form, classes)
            told.append(by_rule)
            if by_rule is None:
                open_places.append(place)
                moods.append(mood)
                numbers.append(signals(mood, item, classes.form, classes))
        if open_places:
            open_words = words[open_places]
            shares = self.model.shares_of(open_words, np.array(numbers, dtype=np.float32)).tolist()
            for place, mood, share in zip(open_places, moods, shares, strict=True):
                told[place] = one = _told_by_words(mood, share)
                if tokens and one[0] not in mood.best:
                    said = self.model.telling(tokens[place], LABELS.index(one[0]), 1)
                    told[place] = (*one[:2], _word_evidence(mood, one[0], said) or one[2])
        return [one for one in told if one is not None]


def _told_by_rule(mood: Mood, form: Form, classes: Classes | None) -> Told | None:
    rule = ruled(form, classes)
    if rule is None:
        return None
    label, score, why = rule
    hit = mood.best.get(label) if label == "negative" else None
    return label, score, mood.text.evidence(hit, why)


def _told_by_words(mood: Mood, shares: Sequence[float]) -> Told:
    label = LABELS[max(range(len(LABELS)), key=shares.__getitem__)]
    score = (shares[2] - shares[0]) * (0.5 if label == "neutral" else 1.0)
    hit = mood.best.get(label)
    return label, round(score, 3), mood.text.evidence(hit, _why(label, hit.word if hit else None))


def _word_evidence(mood: Mood, label: Sentiment, words: Sequence[str]) -> Evidence | None:
    """The word that speaks most for a label, where it stands first."""
    for word in words:
        for begin in (mood.text.body, 0):  # the model reads title and body
            if (at := mood.text.whole.find(word, begin)) >= 0:
                return mood.text.evidence(CueHit(word, at, 2), _why(label, word))
    return None


def ruled(form: Form, classes: Classes | None) -> tuple[Sentiment, float, str] | None:
    """Label, score and reason where the form or the place decides; None where the words must."""
    if form == "曝光":
        return "negative", -0.9, "曝光问题的稿件，对所报道的事持负面态度"
    if form == "公告":
        return "neutral", 0.0, "机关公告，只作告知，不带褒贬"
    if classes is not None and classes.elsewhere:
        return "neutral", 0.0, "外地或全国性稿件，平实转述"
    return None


def signals(mood: Mood, item: ArticleItem, form: Form, classes: Classes | None) -> list[float]:
    """The numbers beside the words, in the order of `SIGNALS`."""
    positive, neutral = mood.root("positive"), mood.root("neutral")
    topic = classes.topic if classes else "社会建设"
    return [
        0.5 * positive,
        0.5 * neutral,
        0.5 * mood.root("negative"),
        0.5 * (positive - neutral),
        1.0 * (form == "综述"),
        0.5 * bool(item.column and "绩效" in item.column),
        0.5 * bool(classes and not classes.credited),
        1.0 * (topic is None),
        1.0 * (topic == "法治建设"),
    ]


def _why(label: Sentiment, word: str | None) -> str:
    if label == "positive":
        return f"以“{word}”等写出成效、好处或感谢" if word else "全文以正面的事例写成效"
    if label == "negative":
        return f"以“{word}”等写出问题或不满" if word else "全文写问题和不满"
    return f"以“{word}”等作平实叙述，未写成效" if word else "全文平实叙述，不带褒贬"
