"""The classes against the gold that is at hand: floors that may not sink."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from pipeline.city import load_city
from pipeline.tagging.classify import ArticleClassifier
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.news_sentiment import NewsSentiment
from pipeline.tagging.segment import segment
from pipeline.tagging.units import UnitTagger

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("GANGQING_SHARED", ROOT.parent / "shared"))
DEV = SHARED / "data" / "articles-dev.jsonl"
FIELDS = ("topic", "indicator", "form", "sentiment", "has_editor_note", "plan_column")


def shares_right(paths: list[Path]) -> dict[str, float]:
    city = load_city()
    units, classifier, sentiment = UnitTagger(city), ArticleClassifier(city), NewsSentiment(city)
    right: Counter[str] = Counter()
    total = 0
    for path in paths:
        for line in path.read_bytes().splitlines():
            raw = msgspec.json.decode(line)
            gold = raw.pop("gold")
            item = msgspec.convert(raw, ArticleItem)
            tokens = segment(item.title + "\n" + item.body)
            classes = classifier.tag(item, units.tag(item))
            label, score, _ = sentiment.tag(item, classes.form, tokens, classes)
            assert -1 <= score <= 1
            said = msgspec.structs.asdict(classes) | {"sentiment": label}
            right.update(field for field in FIELDS if said[field] == gold[field])
            total += 1
    return {field: right[field] / total for field in FIELDS}


@pytest.mark.skipif(not DEV.is_file(), reason="the shared gold is not at hand")
def test_floors_on_the_given_gold() -> None:
    shares = shares_right([DEV])
    floors = {"topic": 0.90, "indicator": 0.90, "form": 0.98, "sentiment": 0.92}
    assert {k: v for k, v in shares.items() if v < floors.get(k, 1.0)} == {}


def test_floors_on_our_own_articles() -> None:
    shares = shares_right(sorted((ROOT / "sample" / "content").glob("articles-*.jsonl")))
    floors = {"topic": 0.94, "indicator": 0.94, "form": 0.97, "sentiment": 0.90}
    assert {k: v for k, v in shares.items() if v < floors.get(k, 0.99)} == {}


def test_the_labels_of_real_pieces_hold_no_text() -> None:
    path = ROOT / "tests" / "gold" / "local-news-topics.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) >= 250
    keys = {"id", "sha256", "topic", "indicator", "sentiment", "form", "elsewhere"}
    assert all(set(row) == keys for row in rows)
