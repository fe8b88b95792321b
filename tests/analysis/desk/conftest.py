"""Owns the desk that the tests of this folder share."""

from __future__ import annotations

import pytest

from analysis.desk.office import Office
from tests.analysis.desk.people import small_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A desk of its own for each module: what one test decides, no other module sees."""
    return small_office(tmp_path_factory.mktemp("desk"))
