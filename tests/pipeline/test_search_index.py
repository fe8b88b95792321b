"""The full-text index beside the warehouse: brought up to date and made anew it holds the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from pipeline.search_index import (
    char_tokens,
    folded,
    index_path,
    is_current,
    texts_digest,
    update_index,
    word_tokens,
)
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.article("2017-10-09", "市水利局部署冬修水利工作。", title="冬修开工")
    case.thread("1", "河道垃圾", [("u1", "2017-10-09 10:00:00", "河边全是垃圾")], at="2017-10-10T08:00:00")
    case.build()
    return case


def test_tokens_are_words_with_the_words_within_and_single_characters() -> None:
    assert {"水利", "水利局"} <= set(word_tokens(folded("市水利局")))
    assert char_tokens(folded("ＡＢ12号，水利")) == ["ab12", "号", "水", "利"]
    assert word_tokens("，。！") == []


def test_only_new_and_changed_texts_are_added(case: Case) -> None:
    assert update_index(case.warehouse) == 2
    assert update_index(case.warehouse) == 0
    url = case.article("2017-10-10", "教育扶贫。", name="a", at="2017-10-10T12:00:00")
    case.article("2017-10-10", "教育扶贫（改）。", name="a", at="2017-10-11T12:00:00")
    case.build()
    assert url and update_index(case.warehouse) == 2
    path = index_path(case.warehouse)
    known = texts_digest(path)
    path.unlink()
    assert update_index(case.warehouse) == 4 and texts_digest(path) == known


def test_texts_that_the_warehouse_lost_or_others_took_the_place_of_are_taken_out(case: Case) -> None:
    update_index(case.warehouse)
    with duckdb.connect(
        str(case.warehouse)
    ) as con:  # as where a landing line was masked and the city rebuilt
        con.execute("UPDATE thread_post_version SET text = '河边全是树'")
        con.execute("DELETE FROM article_version")
    assert update_index(case.warehouse) == 1
    with sqlite3.connect(index_path(case.warehouse)) as con:
        assert [row[0] for row in con.execute("SELECT kind FROM doc")] == ["post"]
    con.close()
    assert update_index(case.warehouse) == 0


def test_an_index_of_another_version_or_damaged_is_made_anew(case: Case) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    with sqlite3.connect(path) as con:
        con.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
    con.close()
    assert not is_current(path)
    assert update_index(case.warehouse) == 2 and is_current(path)
    path.write_bytes(b"no database" * 100)
    assert not is_current(path)
    assert update_index(case.warehouse) == 2 and is_current(path)


def test_a_reader_keeps_the_edition_that_it_opened(case: Case) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    con = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    case.article("2017-10-11", "新的一篇。")
    case.build()
    update_index(case.warehouse)
    assert con.execute("SELECT COUNT(*) FROM doc").fetchone() == (2,)
    con.close()
    assert not list(path.parent.glob("*.building"))
