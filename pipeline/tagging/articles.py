"""Owns the tags of an article: units and roles, topic, indicator, form, 编者按, plan column, sentiment."""

from __future__ import annotations

from pipeline.city import City
from pipeline.records import ArticleTags
from pipeline.tagging.classify import ArticleClassifier
from pipeline.tagging.fold import fold_article
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.news_sentiment import NewsSentiment
from pipeline.tagging.units import UnitTagger


class ArticleTagger:
    """One pass over each article: names and cues once, tokens where words must decide, then the decisions."""

    def __init__(self, city: City) -> None:
        self._units = UnitTagger(city)
        self._classifier = ArticleClassifier(city)
        self._sentiment = NewsSentiment(city)

    def tag(self, item: ArticleItem) -> ArticleTags:
        item = fold_article(item)
        units = self._units.tag(item)
        classes = self._classifier.tag(item, units)
        sentiment, score, why = self._sentiment.tag(item, classes.form, None, classes)
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
            why={**classes.why, "sentiment": why},
            confidence=classes.confidence,
        )
