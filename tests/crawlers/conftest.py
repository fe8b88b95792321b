"""What tests of a crawl start from: a server on loopback, the platform of the simplest pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawlers import run
from tests.crawlers.servers import Web, serve


@pytest.fixture
def fake_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PROCESS_MODULE", "tests.crawlers.fake_process")


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(Web()) as server:
        yield server
