"""Owns the tags of an article: units and roles, topic, indicator, form, 编者按, plan column, sentiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pipeline.city import City
from pipeline.records import ArticleTags, unit_key
from pipeline.tagging.classify import ArticleClassifier, Classes
from pipeline.tagging.critical import CriticReader, is_open
from pipeline.tagging.fold import fold_article
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.matter_words import cut_words
from pipeline.tagging.news_sentiment import NewsSentiment, Told
from pipeline.tagging.news_sentiment_model import WordBank
from pipeline.tagging.units import UnitTagger, UnitTags

T = TypeVar("T")


class ArticleTagger:
    """One pass over each article: names and cues once, tokens where words must decide, then the decisions."""

    def __init__(self, city: City) -> None:
        self._units = UnitTagger(city)
        self._classifier = ArticleClassifier(city)
        self._sentiment = NewsSentiment(city)
        self._critic = CriticReader()
        self._bank = WordBank([self._critic.model, self._sentiment.model, *self._classifier.words.models])

    def tag(self, item: ArticleItem) -> ArticleTags:
        return self.tag_all([item])[0]

    def tag_all(self, items: Sequence[ArticleItem]) -> list[ArticleTags]:
        """Tag articles together: what numpy does, it does for all of them at once."""
        items = [fold_article(item) for item in items]
        units = [self._units.tag(item) for item in items]
        opened = [self._classifier.open(item, said) for item, said in zip(items, units, strict=True)]
        words = [[] if o.elsewhere else cut_words(i) for i, o in zip(items, opened, strict=True)]
        against, mood_words, *of_matter = self._bank.read(words)
        told = self._classifier.words.told(of_matter, words)
        classes = [self._classifier.decide(*read) for read in zip(items, units, opened, told, strict=True)]
        for place, chance in enumerate(self._critic.chances(against).tolist()):
            if not is_open(items[place], classes[place]):
                continue
            criticism = self._critic.judge(items[place], words[place], chance)
            if criticism is not None:  # read once more, as what it is
                units[place] = self._units.tag(items[place], criticism)
                again = self._classifier.open(items[place], units[place])
                classes[place] = self._classifier.decide(items[place], units[place], again, told[place])
        moods = self._sentiment.tag_all(list(zip(items, classes, strict=True)), mood_words, words)
        return [_tags(*read) for read in zip(items, units, classes, moods, strict=True)]


def _tags(item: ArticleItem, units: UnitTags, classes: Classes, mood: Told) -> ArticleTags:
    sentiment, score, why = mood
    return ArticleTags(
        id=item.id,
        credits=units.credits,
        mentions=units.mentions,
        exposed=units.exposed,
        topic=classes.topic,
        indicator=classes.indicator,
        sentiment=sentiment,
        sentiment_score=score,
        form=classes.form,
        has_editor_note=classes.has_editor_note,
        plan_column=classes.plan_column,
        doubtful=units.doubtful,
        why={**classes.why, "sentiment": why, **_of_units(units, units.evidence)},
        confidence={**classes.confidence, **_of_units(units, units.confidence)},
    )


def _of_units(units: UnitTags, said: Mapping[str, T]) -> dict[str, T]:
    """What is said of each unit that is mentioned or exposed, by its key."""
    found = {unit_key("mentions", unit): said[unit] for unit in units.mentions}
    for unit in units.exposed:
        found[unit_key("exposed", unit)] = said[unit]
    return found
