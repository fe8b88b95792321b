"""Saved pages of our own writing with the JSON expected of them, which somebody has read.

A new page: `python -m tests.crawlers.test_extract tests/pages/NAME.html ADDRESS` writes NAME.json with
`"read_by": null`. The test fails until somebody has compared every field with the page and put in who.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.extract import extract
from crawlers.platforms import PLATFORMS

PAGES = Path(__file__).parents[1] / "pages"
NOW = dt.datetime(2017, 10, 20, 9, 30)
PAGE_OF = {path.stem: path for path in PAGES.iterdir() if path.suffix in (".html", ".xml")}


def found_in(page: Path, url: str) -> dict[str, Any]:
    return extract(page.read_bytes(), url, None, NOW)


def judge(expected: dict[str, Any], page: Path) -> str | None:
    """What is wrong with an expectation: nobody has read it, or the page gives something else."""
    if not (isinstance(expected.get("read_by"), str) and expected["read_by"].strip()):
        return "nobody has read this expectation: compare it with the page, then fill in read_by"
    found = found_in(page, expected["asked"])
    return None if found == expected["found"] else f"{found!r} is not {expected['found']!r}"


@pytest.mark.parametrize("name", sorted(PAGE_OF))
def test_saved_page(name: str) -> None:
    expected = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert judge(expected, PAGE_OF[name]) is None


def test_every_saved_page_has_its_json() -> None:
    assert set(PAGE_OF) == {path.stem for path in PAGES.glob("*.json")}


def test_every_platform_has_a_saved_page() -> None:
    of = [json.loads(path.read_text(encoding="utf-8"))["found"]["platform"] for path in PAGES.glob("*.json")]
    assert set(of) == set(PLATFORMS)


@pytest.mark.parametrize("reader", [None, "", " ", True])
def test_an_expectation_that_nobody_has_read_fails(reader: object) -> None:
    expected = json.loads((PAGES / "trs-article.json").read_text(encoding="utf-8"))
    assert "read" in (judge(expected | {"read_by": reader}, PAGE_OF["trs-article"]) or "")
    del expected["read_by"]
    assert judge(expected, PAGE_OF["trs-article"]) is not None


def test_an_expectation_that_differs_fails() -> None:
    expected = json.loads((PAGES / "trs-article.json").read_text(encoding="utf-8"))
    expected["found"]["title"] += "。"
    assert judge(expected, PAGE_OF["trs-article"]) is not None


def test_platform_is_checked_and_address_may_be_missing() -> None:
    with pytest.raises(KeyError, match="discuz"):
        extract(b"", "", "phpwind", NOW)
    assert extract(b"<p>x</p>", "", None, NOW)["outcome"] == "too_short"


def write_expected(page: Path, url: str) -> None:
    expected = {"asked": url, "read_by": None, "found": found_in(page, url)}
    text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
    page.with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_expected(Path(sys.argv[1]), sys.argv[2])
