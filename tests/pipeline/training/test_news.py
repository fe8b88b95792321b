"""Training of the news sentiment model: deterministic, and honest about missing data."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.city import load_city
from pipeline.training.news import build_news_models


def test_without_the_shared_data_it_trains_from_the_committed_gold_and_says_so(tmp_path: Path) -> None:
    first = build_news_models(load_city(), None, tmp_path / "a")
    again = build_news_models(load_city(), tmp_path / "nothing", tmp_path / "b")
    assert first == again
    assert (tmp_path / "a" / "sentiment.npz").read_bytes() == (tmp_path / "b" / "sentiment.npz").read_bytes()
    card = json.loads((tmp_path / "a" / "sentiment.json").read_text(encoding="utf-8"))
    assert list(card["data"].values())[1:] == ["缺少文本，未使用"] * 2
    assert card["accuracy_cross_validated"]["项目自有标注稿件"] > 0.8
