"""What holds for all tests: none of them reaches outside loopback."""

import pytest

from tests import loopback


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> None:
    loopback.install()
