"""A few rounds of every fault of `make faults`; the full run has a hundred of each (docs/faults.md)."""

from __future__ import annotations

import secrets

import pytest

from tools.faults.__main__ import FAULTS, inject
from tools.faults.child import run, warm

ROUNDS = 3


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    warm()


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_nothing_is_lost_or_doubled(name: str) -> None:
    seed = secrets.token_hex(4)
    row = inject(name, 10 if name in ("kill-crawl", "torn-line") else ROUNDS, seed)
    assert row["problems"] == [], f"seed {seed}"


def test_a_child_that_fails_is_seen() -> None:
    def fails() -> None:
        raise RuntimeError("seen")

    ended = run(fails)
    assert ended.code == 70
    assert "seen" in ended.said
