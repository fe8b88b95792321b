"""Real copy of other cities, given only a units.csv: labels by hand, the texts stay outside."""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("GANGQING_SHARED") or ROOT.parent / "shared")
NEWS = SHARED / "data" / "local-news.jsonl.gz"
GOLD = ROOT / "tests" / "gold"


@pytest.mark.skipif(not NEWS.is_file(), reason="the shared data are not here")
def test_credits_on_real_copy() -> None:
    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row for row in map(json.loads, lines)}
    labels = [json.loads(line) for line in (GOLD / "local-news-labels.jsonl").read_text("utf-8").splitlines()]
    assert len(labels) >= 60
    by_city: dict[str, list[dict[str, object]]] = defaultdict(list)
    for label in labels:
        by_city[label["city"]].append(label)
    hit = missed = wrong = 0
    for city, rows in by_city.items():
        tagger = UnitTagger(load_city(GOLD / "cities" / city))
        for row in rows:
            text = texts[str(row["id"])]
            tags = tagger.tag(ArticleItem(id=text["id"], body=text["body"], published=text["published"]))
            gold = {credit["unit"] for credit in row["credits"]}  # type: ignore[attr-defined]
            found = {credit.unit for credit in tags.credits}
            hit, missed, wrong = (
                hit + len(gold & found),
                missed + len(gold - found),
                wrong + len(found - gold),
            )
    precision, recall = hit / (hit + wrong), hit / (hit + missed)
    assert precision >= 0.94, (hit, wrong)
    assert 2 * precision * recall / (precision + recall) >= 0.92, (hit, missed, wrong)
