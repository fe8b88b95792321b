"""Owns the desk and the real browser that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser

from analysis.desk import accounts
from analysis.desk.office import Office
from tests.analysis.desk.chromium import launched, serving
from tests.analysis.desk.people import small_office


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """The hasher of passwords as it is shipped, which takes a fifth of a second each time, on purpose:
    hundreds of tests sign in, and do so with a quick one."""
    quick, shipped = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), accounts._HASHER
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(accounts, "_HASHER", quick)
        patched.setattr(accounts, "_NOBODY", quick.hash("nobody's"))
        yield shipped


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A desk of its own for each module: what one test decides, no other module sees."""
    return small_office(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with serving(office) as found:
        yield found
