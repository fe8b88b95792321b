"""Which requests several workers of one queue count as the same page."""

from __future__ import annotations

import pytest
from scrapy import Request

from crawlers.frontier import Visit
from pipeline.records import Link

pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")

HOME, LOGIN = "https://city.example/a", "https://city.example/login"


def fingerprint(address: str, *chain: str, is_conditional: bool = True) -> str:
    from crawlers.shared_queue import SeenPages

    visit = Visit(
        address, address, Link(url=address, kind="article"), chain=chain, conditional=is_conditional
    )
    return SeenPages(server=None, key="seen").request_fingerprint(Request(address, meta={"visit": visit}))


def test_a_page_linked_to_and_redirected_to_is_one_page() -> None:
    assert fingerprint(HOME) == fingerprint(HOME, "https://city.example/old")


def test_a_page_is_asked_for_again_when_its_redirects_come_back_to_it() -> None:
    once = fingerprint(HOME, HOME)
    assert len({fingerprint(HOME), once, fingerprint(HOME, HOME, HOME)}) == 3
    assert fingerprint(HOME, HOME, LOGIN) != fingerprint(HOME)


def test_a_page_is_asked_for_again_without_conditions() -> None:
    assert fingerprint(HOME) != fingerprint(HOME, is_conditional=False)
