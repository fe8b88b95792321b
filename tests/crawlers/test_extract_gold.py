"""The ratchet of `extract` on real pages beside trafilatura alone: skipped where the shared data is absent.

The figures are printed by `python tools/score_extract.py`. A floor is lowered only with its
reason in the commit.
"""

from __future__ import annotations

import datetime as dt

import pytest

from crawlers.extract import extract
from tools.score_extract import default_folder, score, share

FOLDER = default_folder()
pytestmark = pytest.mark.skipif(not (FOLDER / "gold.jsonl").is_file(), reason="no shared pages")


def test_body_date_and_author_beat_trafilatura_alone() -> None:
    rows = score(FOLDER)
    ours, theirs = (sum(getattr(row, name) for row in rows) / len(rows) for name in ("ours", "theirs"))
    assert ours >= 0.93 and ours > theirs + 0.1
    assert share([row.our_date for row in rows])[0] >= 21
    assert share([row.our_author for row in rows])[0] >= 14


def test_every_real_page_is_read_with_its_charset() -> None:
    outcomes = {}
    for path in sorted(FOLDER.glob("*.htm*")):
        found = extract(
            path.read_bytes(), "http://www.example.cn/a/x.html", None, dt.datetime(2026, 11, 22, 12)
        )
        outcomes[path.name] = found["outcome"]
        text = (found["body"] or "") + "".join(link["title"] or "" for link in found.get("links", []))
        assert len(text) > 50, path.name
        assert text.count("\ufffd") < 5, path.name
        assert sum("\u4e00" <= c <= "\u9fff" for c in text) > 0.4 * len(text), path.name
    lists = {name for name, outcome in outcomes.items() if outcome == "listed"}
    assert lists == {"epaper-stdaily_2023-02-10_node_2.htm", "news-test_list_page_tieba_1.html"}
    assert set(outcomes.values()) <= {"stored", "listed", "no_date"}
