"""Owns an article's classes (topic, indicator, form, 编者按, plan column): cues read once, then decided."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from pipeline.city import City
from pipeline.records import Evidence, Form
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText
from pipeline.tagging.form import FormJudge, FormTag, form_cues
from pipeline.tagging.indicator import Candidate, IndicatorModel, read_candidates
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import Floats
from pipeline.tagging.matter_words import MatterWords, Said, cut_words, load_matter_words
from pipeline.tagging.news_mood import Mood, mood_cues, read_mood
from pipeline.tagging.topic import TopicJudge, topic_cues
from pipeline.tagging.topic_model import TopicModel
from pipeline.tagging.units import UnitTags


class Classes(msgspec.Struct, frozen=True, kw_only=True):
    """The classes of one article with their reasons (`why`) and 0..1 confidences by tag name."""

    topic: str | None
    indicator: str | None
    form: Form
    has_editor_note: bool
    plan_column: bool
    why: dict[str, Evidence]
    confidence: dict[str, float]
    elsewhere: bool = False  # the piece is of another city or of the whole country
    credited: bool = True  # a unit of the city stands behind the piece
    mood: Mood | None = None  # the cues of sentiment, read in the same pass


class Opened(NamedTuple):
    """An article whose cues were read: its form, and the other place that it is of, if it is."""

    text: ReadText
    form: FormTag
    elsewhere: CueHit | None


class ArticleClassifier:
    """Classifies articles of one city."""

    def __init__(
        self,
        city: City,
        topics: TopicModel | None = None,
        indicators: IndicatorModel | None = None,
        words: MatterWords | None = None,
    ) -> None:
        self._reader = CueReader({**topic_cues(city), **form_cues(), **mood_cues()})
        self.words = words or load_matter_words()
        self._topic = TopicJudge(city, self._reader, self.words, topics, indicators)
        self._form = FormJudge(city, self._reader)

    def read(self, item: ArticleItem) -> ReadText:
        return self._reader.read(item)

    def signals(
        self, item: ArticleItem, units: UnitTags, classes: Classes, *, known_city: bool = True
    ) -> Floats:
        """What speaks for each topic (labels, signals), to learn weights from."""
        elsewhere = classes.elsewhere and known_city
        return self._topic.signals.read(
            item, units, self.read(item), classes.form, elsewhere=elsewhere, known_city=known_city
        ).values

    def candidates(self, item: ArticleItem, units: UnitTags, form: Form, topic: str) -> list[Candidate]:
        """What speaks for each indicator of a topic, to learn weights from."""
        judge = self._topic
        return read_candidates(
            self._reader, judge.topic_of, judge.organs, topic, units, self.read(item), form, {}
        )

    def tag(self, item: ArticleItem, units: UnitTags) -> Classes:
        """All classes of one article. Deterministic."""
        opened = self.open(item, units)
        words = [] if opened.elsewhere else cut_words(item)
        return self.decide(item, units, opened, self.words.read([words])[0])

    def open(self, item: ArticleItem, units: UnitTags) -> Opened:
        """What can be told of an article before its words are cut."""
        text = self._reader.read(item)
        return Opened(text, self._form.judge(item, units, text), self._topic.elsewhere(units, text))

    def decide(self, item: ArticleItem, units: UnitTags, opened: Opened, told: Said) -> Classes:
        """All classes of an article that was opened; `told` is what its words say."""
        text, form, elsewhere = opened
        topic = self._topic.judge(item, units, text, form.form, told, elsewhere)
        note = self._form.editor_note(item)
        column = self._form.plan_column(item)
        why = {"topic": topic.why_topic, "indicator": topic.why_indicator, "form": form.why}
        if note:
            why["has_editor_note"] = note
        if column:
            why["plan_column"] = column
        return Classes(
            topic=topic.topic,
            indicator=topic.indicator,
            form=form.form,
            has_editor_note=note is not None,
            plan_column=column is not None,
            why=why,
            confidence={
                "topic": topic.topic_confidence,
                "indicator": topic.indicator_confidence,
                "form": form.confidence,
            },
            elsewhere=topic.elsewhere,
            credited=bool(units.credits),
            mood=read_mood(self._reader, text),
        )
