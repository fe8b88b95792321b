"""What tests of an import start from: a city with a plan, built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    found.edition("2017-10-09")
    found.build()
    return found
