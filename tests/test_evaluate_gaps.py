"""Gold that tells only some fields is scored on these; the ratchet lets no score get lost."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pipeline.city import load_city
from pipeline.evaluation import evaluate
from tools import ratchet

ARTICLE = {"title": "市水利局开展巡河", "body": "市水利局组织人员巡河，清理河道垃圾。"}
CREDIT = {"credits": [{"unit": "市水利局", "role": "subject"}], "exposed": [], "form": "报道"}


def lines(*golds: dict[str, object]) -> list[bytes]:
    return [json.dumps({"id": str(n), **ARTICLE, "gold": gold}).encode() for n, gold in enumerate(golds)]


def test_a_first_line_without_credits_hinders_no_baseline() -> None:
    result = evaluate(lines({"form": "报道"}, CREDIT), load_city())
    found = {(score.name, score.measure): score for score in result.scores}
    assert found["credits（单位）", "F1"].value == 1.0 and found["form", "accuracy"].cases == 2
    assert found["mentions", "F1"].value is None  # no line tells them


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    gold, floors = tmp_path / "g.jsonl", tmp_path / "floors.json"
    gold.write_bytes(b"\n".join(lines(CREDIT)))
    monkeypatch.setattr(ratchet, "FLOORS", floors)
    monkeypatch.setattr(ratchet, "gold_files", lambda: {"g": gold} if gold.exists() else {})
    monkeypatch.setattr(sys, "argv", ["ratchet"])
    assert ratchet.main() == 0
    return floors


def test_a_score_that_is_measured_no_more_is_refused(
    pinned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(pinned.read_text())
    told["g"]["floors"]["gone accuracy"] = 0.5
    pinned.write_text(json.dumps(told))
    assert ratchet.main() == 1 and "gone accuracy is measured no more" in capsys.readouterr().err
    assert json.loads(pinned.read_text())["g"]["floors"]["gone accuracy"] == 0.5


def test_gold_that_is_gone_is_refused(
    pinned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ratchet, "gold_files", dict)
    assert ratchet.main() == 1 and "g: the gold is gone" in capsys.readouterr().err
    assert "g" in json.loads(pinned.read_text())


def test_a_floor_is_the_cent_below(pinned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratchet, "measure", lambda path: {"sha256": "x", "floors": {"a": 0.29, "b": 0.5799}})
    pinned.unlink()
    assert ratchet.main() == 0
    assert json.loads(pinned.read_text())["g"]["floors"] == {"a": 0.29, "b": 0.57}
