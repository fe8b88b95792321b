"""Saved pages of our own writing with the JSON expected of them (written once, read by a person)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from crawlers.extract import extract

PAGES = Path(__file__).parents[1] / "pages"
NOW = dt.datetime(2017, 10, 20, 9, 30)


@pytest.mark.parametrize("expected", sorted(PAGES.glob("*.json")), ids=lambda path: path.stem)
def test_saved_page(expected: Path) -> None:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    body = expected.with_suffix(".html").read_bytes()
    assert extract(body, wanted["asked"], None, NOW) == wanted["found"]


def test_every_saved_page_has_its_json() -> None:
    assert (
        {path.stem for path in PAGES.glob("*.html")} == {path.stem for path in PAGES.glob("*.json")} != set()
    )


def test_platform_is_checked_and_address_may_be_missing() -> None:
    with pytest.raises(KeyError, match="discuz"):
        extract(b"", "", "phpwind", NOW)
    assert extract(b"<p>x</p>", "", None, NOW)["outcome"] == "too_short"
