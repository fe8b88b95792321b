"""Owns the running sample city of these tests: served once per day asked for."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from selectolax.lexbor import LexborHTMLParser

from sample.serve import running
from sample.server import WEBSITES

SLOTS = {kind.name: number for number, kind in enumerate(WEBSITES)}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def text(self, charset: str = "utf-8") -> str:
        return self.body.decode(charset)

    def tree(self, charset: str = "utf-8") -> LexborHTMLParser:
        return LexborHTMLParser(self.text(charset))


@dataclass(frozen=True)
class Sample:
    """The sites of one day."""

    port: int
    day: dt.date

    def get(self, site: str, path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port + SLOTS[site], timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def tree(self, site: str, path: str, charset: str = "utf-8") -> LexborHTMLParser:
        return self.get(site, path).tree(charset)


@pytest.fixture(scope="session")
def on() -> Iterator[Callable[[str], Sample]]:
    """The sample city as of a day; each day's server is started once."""
    with contextlib.ExitStack() as stack:
        served: dict[str, Sample] = {}

        def serve(day: str) -> Sample:
            if day not in served:
                date = dt.date.fromisoformat(day)
                port, _ = stack.enter_context(running(date))
                served[day] = Sample(port, date)
            return served[day]

        yield serve


@pytest.fixture(scope="session")
def sample(on: Callable[[str], Sample]) -> Sample:
    return on("2018-02-28")
