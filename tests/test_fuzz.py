"""A second of hostile text for every target of `make fuzz`, the same each time."""

from __future__ import annotations

import random

import pytest

from tools.fuzz.__main__ import unguided
from tools.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_hostile_text_breaks_nothing(name: str) -> None:
    assert seeds(name)
    row = unguided(name, 1.0, random.Random(name))
    assert row["fault"] == ""
    assert row["runs"]
