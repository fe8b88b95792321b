"""What the words of an article say of topic and indicator, beside cues and duties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.tagging.articles import ArticleTagger
from pipeline.tagging.classify import ArticleClassifier, Classes
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.linear import ModelError
from pipeline.tagging.matter_words import INDICATORS, MOST, MatterWords, cut_words, load_matter_words
from pipeline.tagging.news_sentiment_model import NewsModel
from pipeline.tagging.topic_signals import LABELS
from pipeline.tagging.units import UnitTagger

CITY = load_city()
UNITS = UnitTagger(CITY)
SHIPPED = load_matter_words()
WORD = "鸭蛋"  # no cue of the lexicon


def _model(labels: tuple[str, ...], label: str, weight: float) -> NewsModel:
    rows = np.zeros((1, len(labels)), dtype=np.float32)
    rows[0, labels.index(label)] = weight
    none, nothing = np.zeros((0, len(labels)), np.float32), np.zeros(len(labels), np.float32)
    return NewsModel((WORD,), rows, np.ones(1, np.float32), none, nothing)


def _words(indicator: str, weight: float) -> MatterWords:
    return MatterWords([_model(LABELS, "社会建设", weight), _model(INDICATORS, indicator, weight)])


def _classify(words: MatterWords, body: str) -> Classes:
    item = ArticleItem(id="t", outlet=CITY.sites[0].outlet, title="村里的新鲜事", body=body)
    return ArticleClassifier(CITY, words=words).tag(item, UNITS.tag(item))


def test_a_word_that_no_cue_knows_decides_and_is_shown() -> None:
    body = f"本报讯（记者 甲某）11月2日，港口区开办{WORD}班，三十人围着一张长桌商量明年的打算。"
    without = _classify(MatterWords([]), body)
    found = _classify(_words("扶贫攻坚", 3.0), body)
    assert (without.topic, without.indicator) == (None, None)
    assert (found.topic, found.indicator) == ("社会建设", "扶贫攻坚")
    why = found.why["indicator"]
    assert WORD in why.why and why.field == "body" and body[why.start : why.end] == WORD
    assert _classify(_words("扶贫攻坚", -3.0), body).indicator is None


@given(st.lists(st.text("防城港市教育局扶贫小学开学海鸭蛋。，", max_size=60), min_size=1, max_size=6))
def test_a_text_in_a_batch_says_what_it_says_alone(texts: list[str]) -> None:
    tokens = [cut_words(ArticleItem(id="t", title=text[:5], body=text)) for text in texts]
    for said, alone in zip(SHIPPED.read(tokens), (SHIPPED.read([one])[0] for one in tokens), strict=True):
        assert np.allclose(said.topics, alone.topics, atol=1e-4)
        assert np.allclose(list(said.indicators.values()), list(alone.indicators.values()), atol=1e-4)
        assert len(said.topics) == len(LABELS) and tuple(said.indicators) == INDICATORS
        assert all(-MOST <= share <= 0 for share in said.topics)
        assert np.exp(said.topics).sum() == pytest.approx(1, abs=len(LABELS) * np.exp(-MOST))
        assert all(abs(odds) <= MOST for odds in said.indicators.values())


def test_models_of_other_labels_are_told() -> None:
    with pytest.raises(ModelError, match="gangqing train"):
        MatterWords([SHIPPED.models[1], SHIPPED.models[0]])


def test_a_piece_of_another_city_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []

    def note(item: ArticleItem) -> list[str]:
        cut.append(item.id)
        return cut_words(item)

    monkeypatch.setattr("pipeline.tagging.articles.cut_words", note)
    body = "玉林市食药监局通报第三季度抽检结果，城区四个农贸市场抽检样品260份。"
    there = ArticleItem(id="there", outlet="玉林晚报", title="玉林市抽检鲜肉", body=body)
    here = ArticleItem(id="here", outlet="防城港日报", title="市教育局办起夜校", body="市教育局昨日开课。")
    ArticleTagger(CITY).tag_all([there, here])
    assert cut == ["here"]


def test_labels_in_another_order_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pipeline.tagging.matter_words.INDICATORS", (*reversed(INDICATORS[:-1]), INDICATORS[-1])
    )
    with pytest.raises(ModelError, match="gangqing train"):
        load_matter_words()
