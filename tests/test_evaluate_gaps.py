"""Gold that tells only some fields is scored on these; the ratchet lets no score get lost."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from analysis.scoreboard import print_evaluation
from pipeline.city import load_city
from pipeline.evaluation import evaluate
from pipeline.gold import EvaluationError
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


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"gold": {"credits": None}}, "第 2 行的 gold：credits 应是列表"),
        ({"gold": {"credits": ["市水利局"]}}, r"credits\[0\] 应是对象，而不是文字"),
        ({"gold": {"credits": [{"unit": "市水利局"}]}}, "缺少 credits"),
        ({"gold": {"form": ["报道"]}}, "form 应是文字"),
        ({"gold": None}, "第 2 行没有 gold"),
        ({"body": None, "text": "x"}, "第 2 行既没有 body 也没有 posts"),
        ({"posts": [{"floor": 1}]}, "第 1 行是稿件，第 2 行是帖子"),
        ({"id": "0"}, "第 2 行：编号与前面的稿件相同"),
        ({"title": 3}, "第 2 行：字段有误：title 应是文字"),
    ],
)
def test_gold_that_cannot_be_scored_is_told_with_its_line(second: dict[str, object], said: str) -> None:
    first = {"id": "0", **ARTICLE, "gold": CREDIT}
    with pytest.raises(EvaluationError, match=said):
        evaluate([json.dumps(item).encode() for item in (first, first | {"id": "1"} | second)], load_city())


def test_a_line_that_is_no_json_is_told_with_its_number() -> None:
    good = lines(CREDIT)[0]
    for bad, said in ((good.decode("unicode_escape").encode("gbk"), "GBK"), (b"[" * 90_000, "嵌套过深")):
        with pytest.raises(EvaluationError, match=f"第 3 行.*{said}"):
            evaluate([good, b"", bad], load_city())


def test_names_that_nobody_knows_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    golds: list[dict[str, object]] = [
        {"credits": [{"unit": f"无此{n}局", "role": "subject"}], "topic": "无此专题", "owner": {}}
        for n in range(7)
    ]
    golds.append({"credits": [{"unit": "市水利局", "role": "boss"}], "topic": None, "why": "x"})
    golds += [{"indicator": name} for name in ("无此指标", "水资源管理", "“美丽广西”乡村建设", None)]
    result = evaluate(lines(*golds), load_city())
    assert result.unknown["单位"] == {f"无此{n}局": 1 for n in range(7)}
    assert result.unknown["角色"] == {"boss": 1} and result.unknown["字段"] == {"owner": 7}
    assert result.unknown["topic"] == {"无此专题": 7}
    assert result.unknown["indicator"] == {"无此指标": 1}  # another spelling is known
    print_evaluation(result, as_json=False, with_misses=False)
    assert "7 处单位认不出" in (told := capsys.readouterr().out)
    assert "无此4局 等；" in told and "无此5局" not in told
    assert evaluate(lines(CREDIT), load_city(), with_baselines=False).unknown == {}


def test_empty_texts_hinder_no_baseline() -> None:
    item = {"id": 1, "body": "", "posts": None, "gold": {"form": "报道"}}
    assert evaluate([json.dumps(item).encode()], load_city()).items == 1


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
