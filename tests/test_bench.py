"""What the benches rest on: documents that follow from their number, a page that keeps what was not run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis import kept
from pipeline.landing import iter_landed
from tools.bench import PAGE, page_kilobytes, written
from tools.bench_questions import slowest
from tools.made_documents import Maker, land


def test_a_document_follows_from_its_number() -> None:
    day = dt.date(2018, 2, 1)
    assert Maker().article(7, day) == Maker().article(7, day) != Maker().article(8, day)
    assert Maker().thread(7, day) == Maker().thread(7, day) != Maker().thread(8, day)


def test_documents_are_landed_as_a_crawl_lands_them(tmp_path: Path) -> None:
    total = land(tmp_path, 0, 300)
    records = [landed for _, _, landed in iter_landed(tmp_path)]
    articles = [record.article for record in records if record.article is not None]
    posts = [post for record in records if record.thread is not None for post in record.thread.posts]
    assert (len(articles), len(posts)) == (total["articles"], total["posts"])
    assert len(articles) + len(posts) == total["documents"] >= 300
    assert len({article.url for article in articles}) == len(articles)
    days = sorted(article.published or "" for article in articles)
    assert days[0] < "2014" and days[-1] > "2018", "spread over five years"
    land(tmp_path, 1000, 20, dt.date(2018, 2, 26))
    fresh = [landed for _, _, landed in iter_landed(tmp_path)][len(records) :]
    assert {record.article.published for record in fresh if record.article} == {"2018-02-26"}


def test_a_page_on_disk_takes_what_the_crawl_printed() -> None:
    crawl = "`python x` printed:\n\n```\n9 pages/s\non disk: 21,234 bytes a page\ntrees: 1\n```"
    other = "```\non disk: 7 bytes a page\n```"
    page = written("", {"crawl": crawl, "build": other, "tagging": other})
    assert page_kilobytes(page) == 21.234
    with pytest.raises(SystemExit, match="--only crawl first"):
        page_kilobytes(written("", {"crawl": "nothing", "build": other}))
    assert 10 < page_kilobytes(PAGE.read_text("utf-8")) < 30


def test_the_page_keeps_the_sections_that_were_not_run() -> None:
    page = written(written("", {"crawl": "one", "desk": "two"}), {"desk": "three\n\nlines"})
    assert "one" in page and "three\n\nlines" in page and "two" not in page
    assert page.index("Crawl") < page.index("desk under load")
    assert written(page, {}) == page


def test_the_slowest_part_of_a_question_is_shown_with_its_operators() -> None:
    con = duckdb.connect()
    kept.keep(con)

    def work(asked: Any) -> int:
        asked.execute("SELECT $a + 1", {"a": 1}).fetchall()
        return len(asked.execute("SELECT SUM(range % 7) FROM range(2000000)").fetchall())

    told, name, *steps = slowest(con, work, 0.5)
    assert told.startswith("2 statements take ") and told.endswith(" of 500 ms, Python the rest")
    assert name.startswith("SELECT SUM(range % 7) FROM range(2000000) ")
    assert any("AGGREGATE" in step for step in steps)
    assert slowest(con, lambda _: 0, 0.1) == ["0 statements take 0 of 100 ms, Python the rest"]
