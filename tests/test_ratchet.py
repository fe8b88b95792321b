"""The tags can become better, never silently worse: pinned floors on gold whose hash is pinned too."""

from __future__ import annotations

import json

import pytest

from tools.ratchet import FLOORS, GIVEN, gold_files, measure

PINNED = json.loads(FLOORS.read_text(encoding="utf-8"))
NEXT = "python tools/ratchet.py --lower takes over a deliberate change"


@pytest.mark.parametrize("name", sorted(PINNED))
def test_no_score_is_below_its_floor(name):
    path = gold_files().get(name)
    if path is None and name in GIVEN:
        pytest.skip(f"{name} is not here")
    assert path is not None, f"the gold is gone; {NEXT}"
    found = measure(path)
    assert found["sha256"] == PINNED[name]["sha256"], f"the gold changed; {NEXT}"
    below = {
        score: (floor, found["floors"].get(score))
        for score, floor in PINNED[name]["floors"].items()
        if (found["floors"].get(score) or 0) < floor
    }
    assert below == {}, NEXT


def test_every_gold_file_is_pinned():
    assert set(gold_files()) <= set(PINNED), "run python tools/ratchet.py"
