"""Training of the news sentiment model: deterministic, and honest about missing data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.tagging.roles_model import RoleModel
from pipeline.training import news_examples
from pipeline.training.news import build_news_models


def test_without_the_shared_data_it_trains_from_the_committed_gold_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A part of the gold: each file is left out in turn, so that all of it takes many times as long.
    monkeypatch.setattr(news_examples, "OWN", (news_examples.OWN[0], "tests/gold/articles-tuned-[1-4].jsonl"))
    first = build_news_models(load_city(), None, tmp_path / "a")
    again = build_news_models(load_city(), tmp_path / "nothing", tmp_path / "b")
    assert first == again
    assert (tmp_path / "a" / "sentiment.npz").read_bytes() == (tmp_path / "b" / "sentiment.npz").read_bytes()
    assert (tmp_path / "a" / "topic.json").read_bytes() == (tmp_path / "b" / "topic.json").read_bytes()
    for name in ("critical.npz", "topic-words.npz", "indicator-words.npz", "indicator.json"):
        made = (tmp_path / "a" / name).read_bytes()
        assert made == (tmp_path / "b" / name).read_bytes() and len(made) < 500_000
    # What words say of pieces that their models have not seen is worth something, and not everything.
    assert 0.3 < json.loads((tmp_path / "a" / "indicator.json").read_text("utf-8"))["weights"]["words"] < 2
    critical = json.loads((tmp_path / "a" / "critical.json").read_text(encoding="utf-8"))
    assert "articles-dev" not in critical["data"] and critical["bytes"] < 200_000
    held = critical["leave_one_file_out"]["≥ 0.6"]
    assert held["found"] >= 0.7 * held["of"] and held["wrong"] <= 0.1 * held["of"]
    card = json.loads((tmp_path / "a" / "sentiment.json").read_text(encoding="utf-8"))
    assert card["missing"] and "articles-dev" not in card["data"]
    held_out = card["leave_one_file_out"]
    # articles-tuned-4 is the hardest: .825 without the shared data (docs/gold-threads.md has its first look).
    assert min(row["topic_learned"] for row in held_out.values()) > 0.8
    assert min(row["sentiment"] for row in held_out.values()) > 0.8


def test_who_is_credited_is_part_of_what_is_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_examples, "OWN", ("tests/gold/articles-tuned-[1-2].jsonl",))
    nobody = RoleModel(bias=-30.0, threshold=0.7, weights={})
    for name, roles in (("shipped", None), ("nobody", nobody)):
        build_news_models(load_city(), None, tmp_path / name, roles=roles)
    found = {name: (tmp_path / name / "topic.json").read_bytes() for name in ("shipped", "nobody")}
    assert found["shipped"] != found["nobody"]
