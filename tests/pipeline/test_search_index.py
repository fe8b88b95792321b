"""The full-text index beside the warehouse: brought up to date and made anew it holds the same."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipeline import seal
from pipeline.search_index import update_index
from pipeline.search_parts import index_path, index_state, is_behind, texts_digest
from pipeline.search_tokens import char_tokens, folded, word_tokens
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
        con.execute("DELETE FROM meta WHERE key = 'texts'")  # a build would have reckoned it anew
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
    assert index_state(path) == "damaged"
    seal.seal_path(path).write_text(seal._sum(path))  # as that version published it
    assert index_state(path) == "other version"
    assert update_index(case.warehouse) == 2 and index_state(path) == "whole"
    path.write_bytes(b"no database" * 100)
    assert index_state(path) == "damaged"
    assert update_index(case.warehouse) == 2 and index_state(path) == "whole"


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


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:4096]),
        lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        lambda path: _flip(path, 20),
        lambda path: _flip(path, 5000),
        lambda path: _flip(path, path.stat().st_size - 100),
        lambda path: seal.seal_path(path).write_bytes(b"\xff\0junk"),
        lambda path: seal.seal_path(path).unlink(),
    ],
)
def test_any_damage_is_seen_and_the_next_update_makes_it_anew(
    case: Case, damage: Callable[[Path], object]
) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    known = texts_digest(path)
    assert index_state(path) == "whole"
    damage(path)
    assert index_state(path) == "damaged"
    assert update_index(case.warehouse) == 2
    assert index_state(path) == "whole" and texts_digest(path) == known


def test_every_flipped_bit_of_a_thousand_places_is_seen(case: Case) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    whole = path.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 1000)):
        content = bytearray(whole)
        content[at] ^= 1 << at % 8
        path.write_bytes(bytes(content))
        assert not seal.is_sealed(path), at
    path.write_bytes(whole)
    assert seal.is_sealed(path)


def test_an_index_of_an_older_edition_is_known_to_lag_or_to_be_no_longer_ours(case: Case) -> None:
    path = index_path(case.warehouse)

    def consumed() -> dict[str, int]:
        with duckdb.connect(str(case.warehouse), read_only=True) as con:
            return dict(con.execute("SELECT file, end_offset FROM consumed").fetchall())

    update_index(case.warehouse)
    assert not is_behind(path, consumed())
    old = shutil.copy(path, path.with_suffix(".old"))
    for number in range(2):
        case.article(f"2017-11-0{number + 1}", "市教育局抓教学质量。", title=f"教学{number}")
        case.build()
        assert is_behind(path, consumed())  # as a build leaves it that is cut off before its end
        update_index(case.warehouse)
        assert not is_behind(path, consumed())
        shutil.copy(old, path)
        if number == 0:  # the seal names the last edition too
            assert index_state(path) == "whole" and is_behind(path, consumed())
        else:
            assert index_state(path) == "damaged"
        assert update_index(case.warehouse) >= 1 and not is_behind(path, consumed())


def test_a_kill_between_seal_and_file_leaves_an_index_that_can_be_asked(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    case.article("2017-11-01", "市教育局抓教学质量。")
    case.build()
    real = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == path:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        update_index(case.warehouse)
    monkeypatch.undo()
    assert index_state(path) == "whole"
    assert update_index(case.warehouse) == 1
    assert index_state(path) == "whole"


def test_a_published_file_is_read_whole_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    update_index(case.warehouse)
    path = index_path(case.warehouse)
    read: list[Path] = []
    real = seal._sum
    monkeypatch.setattr(seal, "_sum", lambda path: read.append(path) or real(path))  # type: ignore[func-returns-value]
    seal._digests.clear()
    for _ in range(50):
        assert index_state(path) == "whole"
    assert read == [path]
