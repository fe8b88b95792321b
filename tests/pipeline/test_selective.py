"""Coverage against precision, and the scale of confidence: what a threshold decides, and how well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import load_city
from pipeline.evaluation import evaluate
from pipeline.selective import Judged, coverage_rows
from pipeline.tagging.calibration import FILE, load_calibration
from pipeline.tagging.linear import MODELS, ModelError
from pipeline.training.confidence import Held, fit_calibration

GOLD = Path(__file__).resolve().parents[1] / "gold"
DECIDED = {"articles-tuned-4": {"credits（单位）"}, "threads-tuned-4": {"needs_reply", "unit（第一）"}}


def test_a_threshold_decides_what_reaches_it() -> None:
    judged = [Judged(0.95, True), Judged(0.7, True), Judged(0.7, False), Judged(0.3, False)]
    low, middle, high = coverage_rows(judged, (0.0, 0.7, 0.99))
    assert (low.share, low.precision, low.left) == (1.0, 0.5, 0)
    assert (middle.share, middle.precision, middle.decided, middle.left) == (0.75, 2 / 3, 3, 1)
    assert (high.share, high.precision, high.left) == (0.0, None, 4)
    assert coverage_rows([]) == []


def test_a_scale_says_how_often_tags_of_a_confidence_were_right() -> None:
    """Raw .6 was right nine times of ten, raw .9 always but once in fifty."""
    judged = [Judged(0.6, n % 10 != 0) for n in range(500)] + [Judged(0.9, n % 50 != 0) for n in range(500)]
    fitted = fit_calibration(Held({"units": judged}, []))
    assert fitted == fit_calibration(Held({"units": judged}, []))
    assert fitted.chance("units", 0.6) == pytest.approx(0.9, abs=0.01)
    assert fitted.chance("units", 0.9) == pytest.approx(0.98, abs=0.01)
    assert fitted.chance("kind", 0.6) == 0.6  # without a scale the raw confidence stands


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_shipped_scale_keeps_the_order_and_claims_no_certainty(one: float, other: float) -> None:
    scale = load_calibration()
    for tag in ("needs_reply", "units", "kind"):
        low, high = (scale.chance(tag, raw) for raw in sorted((one, other)))
        assert 0 < low <= high < 1


def test_a_missing_scale_says_how_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gangqing train"):
        load_calibration(tmp_path / "none.json")


def test_the_shipped_scale_is_a_better_probability_than_the_raw_one() -> None:
    card = json.loads((MODELS / FILE).read_text(encoding="utf-8"))
    for tag, row in card["brier"].items():
        assert card["scales"][tag] == [1.0, 0.0] or row["calibrated"] < row["raw"], tag
    assert all(count > 300 for count in card["cases"].values())


@pytest.mark.parametrize("name", DECIDED)
def test_evaluate_tells_what_each_threshold_decides(name: str) -> None:
    lines = (GOLD / f"{name}.jsonl").read_bytes().splitlines()
    found = evaluate(lines, load_city(), with_baselines=False).coverage
    assert found.keys() == DECIDED[name]
    for rows in found.values():
        decided = [row.decided for row in rows]
        assert decided[0] > 0 and decided == sorted(decided, reverse=True)
        assert len({row.decided + row.left for row in rows}) == 1
