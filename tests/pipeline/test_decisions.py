"""Decisions: append-only, durable, refused when incomplete, readable after a kill in the middle of a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decisions import KINDS, Decision, DecisionError, append_decision, check_decision, load_decisions
from pipeline.records import from_json, to_json


def decision(number: int = 1, **more: Any) -> Decision:
    values: dict[str, Any] = {
        "id": f"d{number}",
        "at": "2017-10-09T08:30:00",
        "who": "李某",
        "kind": "credit_add",
        "target": "http://paper.test/a.html",
        "after": {"unit": "市水利局"},
        "why": "补报",
    }
    return Decision(**values | more)


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    made = [decision(n) for n in range(5)] + [decision(9, at="2018-01-03T09:00:00")]
    for each in made:
        append_decision(tmp_path, each)
    assert list(load_decisions(tmp_path)) == made
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["2017.jsonl", "2018.jsonl"]


def test_same_decision_twice_is_one_and_its_id_cannot_be_used_again(tmp_path: Path) -> None:
    append_decision(tmp_path, decision())
    append_decision(tmp_path, decision())
    assert len(list(load_decisions(tmp_path))) == 1
    with pytest.raises(DecisionError, match="已用于"):
        append_decision(tmp_path, decision(why="别的理由"))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"who": " "}, "who"),
        ({"target": ""}, "target"),
        ({"at": "昨天"}, "时间"),
        ({"after": {}}, "after.unit"),
        ({"kind": "credit_refuse"}, "before.unit"),
        ({"kind": "transfer", "after": {}}, "after.unit"),
        ({"kind": "state_change", "after": {}}, "after.state"),
        ({"kind": "extension", "after": {"days": "五"}}, "整数"),
        ({"kind": "tag_correction", "after": {}}, "改成什么"),
        ({"kind": "exposure_approval", "after": {}}, "after.step"),
    ],
)
def test_incomplete_decision_is_refused_and_nothing_is_written(
    tmp_path: Path, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(DecisionError, match=told):
        append_decision(tmp_path, decision(**more))
    assert list(load_decisions(tmp_path)) == []


def test_half_a_line_of_a_kill_spoils_no_other(tmp_path: Path) -> None:
    append_decision(tmp_path, decision(1))
    path = tmp_path / "2017.jsonl"
    whole = path.read_bytes()
    torn = to_json(decision(2))
    for cut in range(1, len(torn)):
        path.write_bytes(whole + torn[:cut])
        assert [d.id for d in load_decisions(tmp_path)] == ["d1"]
        append_decision(tmp_path, decision(3))
        assert [d.id for d in load_decisions(tmp_path)] == ["d1", "d3"]


def test_damaged_line_in_the_middle_is_an_error_with_its_place(tmp_path: Path) -> None:
    append_decision(tmp_path, decision(1))
    path = tmp_path / "2017.jsonl"
    path.write_bytes(b'{"id": 5}\n' + path.read_bytes())
    with pytest.raises(DecisionError, match=r"2017\.jsonl:1"):
        list(load_decisions(tmp_path))


@given(st.sampled_from(KINDS), st.text(min_size=1), st.dictionaries(st.text(), st.text() | st.none()))
def test_every_decision_survives_its_line(kind: Any, target: str, after: dict[str, Any]) -> None:
    made = decision(kind=kind, target=target, after=after)
    assert from_json(to_json(made), Decision) == made
    assert b"\n" not in to_json(made)


def test_complete_decisions_pass() -> None:
    check_decision(decision(kind="meeting_held", target="市教育局", after={"date": "2017-05-04"}))
    check_decision(decision(kind="pause", target="t1-1", after={}))


def test_numbers_of_persons_in_a_reason_are_masked_before_it_is_kept(tmp_path: Path) -> None:
    given = decision(why="联系电话13877011234，请回电")
    append_decision(tmp_path, given)
    append_decision(tmp_path, given)  # sent twice: still the same decision
    (kept,) = load_decisions(tmp_path)
    assert "13877011234" not in kept.why and "请回电" in kept.why
    assert b"13877011234" not in (tmp_path / "2017.jsonl").read_bytes()
