"""A few rounds of every fault of `make faults`; the full run has a hundred of each (docs/faults.md)."""

from __future__ import annotations

import secrets

import pytest

from tools.faults.__main__ import FAULTS, _page, inject, read_rows
from tools.faults.child import run, warm

ROUNDS = 3
# Rounds of a few seconds: the whole of them would double the time of the test suite.
SLOW = ("bulletin", "build", "notification", "backup", "two-starts", "clock-back", "warehouse")


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    warm()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_nothing_is_lost_or_doubled(name: str) -> None:
    seed = secrets.token_hex(4)
    rounds = 10 if name in ("kill-crawl", "torn-line") else 1 if name.endswith(SLOW) else ROUNDS
    row = inject(name, rounds, seed)
    assert row["problems"] == [], f"seed {seed}"


def test_a_child_that_fails_is_seen() -> None:
    def fails() -> None:
        raise RuntimeError("seen")

    ended = run(fails)
    assert ended.code == 70
    assert "seen" in ended.said


def test_the_page_keeps_the_rows_of_other_runs() -> None:
    row = {
        "name": "torn-line", "fault": FAULTS["torn-line"][0], "rounds": 100, "struck": 99, "held": 98,
        "seconds": 7, "problems": ["round 3: Error x", "round 4: y"],
        "day": "2026-11-29", "seed": "a1",
    }  # fmt: skip
    other = row | {"name": "kill-build", "fault": FAULTS["kill-build"][0], "held": 100, "problems": []}
    assert read_rows(_page([row, other])) == {"torn-line": row, "kill-build": other}
    assert read_rows("") == {}


def test_rounds_end_when_their_time_is_over() -> None:
    row = inject("torn-line", 50, "x", seconds=0.0)
    assert row["rounds"] == row["held"] == 1
