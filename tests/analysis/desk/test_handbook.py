"""The handbook names what there is: every entry of the menu, every role, the keys, small pictures."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.desk.page import MENU
from analysis.desk.pages.packages import PackagesPage
from analysis.desk.rendering import HERE
from analysis.desk.rights import Role

DOCS = Path(__file__).resolve().parents[3] / "docs"
BOOK = (DOCS / "handbook.zh.md").read_text("utf-8")
MOST_BYTES = 1_000_000


def test_it_names_every_page_and_every_role() -> None:
    assert [label for _, label, _ in MENU if label not in BOOK] == []
    assert [role.value for role in Role if role.value not in BOOK] == []
    assert PackagesPage.heading in BOOK  # what the inspection takes away, and no entry of the menu


def test_its_keys_are_those_of_the_pages() -> None:
    files = [*(HERE / "templates").glob("*.html"), HERE / "static" / "desk.js"]
    code = "".join(path.read_text("utf-8") for path in files)
    for key in re.findall(r"`([\[\]a-z/?])`", BOOK):
        assert f'data-key="{key}"' in code or f'event.key === "{key}"' in code, key


def test_its_pictures_and_links_are_there_and_small() -> None:
    found = re.findall(r"\]\(([\w./-]+)\)", BOOK)
    assert found
    for name in found:
        assert (DOCS / name).is_file(), name
    assert sum(path.stat().st_size for path in (DOCS / "handbook").iterdir()) < MOST_BYTES
