"""A large full-text index takes what is new into a part of its own: asked, it is one index."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from analysis import search_hits as of_hits
from analysis.search_hits import search_hits
from analysis.search_query import parse_query
from pipeline import seal, search_index, search_parts
from pipeline.search_index import update_index
from pipeline.search_parts import (
    index_identity,
    index_path,
    index_state,
    is_behind,
    late_path,
    opened,
    texts_digest,
)
from pipeline.store import file_identity
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Ten texts in the main part; it counts as large from four on, and takes in more than half of its own."""
    monkeypatch.setattr(search_index, "SPLIT_TEXTS", 4)
    monkeypatch.setattr(search_index, "LATE_SHARE", 0.5)
    case = Case(tmp_path)
    for day in range(1, 10):
        case.article(f"2017-10-0{day}", f"市水利局部署冬修水利工作，第{day}次。", title=f"冬修{day}")
    case.thread("1", "河道垃圾", [("u1", "2017-10-09 10:00:00", "河边全是垃圾")], at="2017-10-10T08:00:00")
    case.build()
    assert update_index(case.warehouse) == 10
    return case


def _add(case: Case, day: int, count: int = 1) -> None:
    for number in range(count):
        case.article(f"2017-11-{day:02}", f"市水利局检查水库{day}之{number}。", title=f"水库{day}{number}")
    case.build()


def _anew(case: Case) -> str:
    """The digest of an index made from nothing; the one that was there is put back."""
    path = index_path(case.warehouse)
    files = [path, seal.seal_path(path), late_path(path), seal.seal_path(late_path(path))]
    known = {file: file.read_bytes() for file in files if file.exists()}
    for file in files:
        file.unlink(missing_ok=True)
    update_index(case.warehouse)
    digest = texts_digest(path)
    for file in files:
        file.unlink(missing_ok=True)
    for file, content in known.items():
        file.write_bytes(content)
    return digest


def _found(case: Case, words: str, sort: str = "rank", kind: str = "article") -> list[str]:
    return search_hits(index_path(case.warehouse), parse_query(words), kind, sort).refs  # type: ignore[arg-type]


def test_what_is_new_goes_into_the_late_part_and_the_main_one_lies_as_it_was(case: Case) -> None:
    path = index_path(case.warehouse)
    main = path.read_bytes()
    for day in (1, 2):
        _add(case, day)
        assert update_index(case.warehouse) == 1
        assert path.read_bytes() == main and index_state(path) == "whole"
    assert len(_found(case, "水利局")) == 11 and len(_found(case, "水库")) == 2
    assert _found(case, "垃圾", kind="post")
    assert texts_digest(path) == _anew(case)
    assert update_index(case.warehouse) == 0
    with opened(path) as parts:
        counts = [part.execute("SELECT COUNT(*) FROM doc").fetchone()[0] for part in parts]
    assert counts == [10, 2]


def test_hits_of_both_parts_stand_in_one_order(case: Case) -> None:
    _add(case, 3, 2)
    update_index(case.warehouse)
    with duckdb.connect(str(case.warehouse), read_only=True) as con:
        days = dict(con.execute("SELECT article_id, published_at FROM article_version").fetchall())
    newest = [days[ref] for ref in _found(case, "水利局", "newest")]
    assert newest == sorted(newest, reverse=True) and newest[0].month == 11
    oldest = [days[ref] for ref in _found(case, "水利局", "oldest")]
    assert oldest == sorted(oldest) and len(oldest) == 11
    hits = search_hits(index_path(case.warehouse), parse_query("水利局 水"), "article", "rank")
    assert hits.scores == sorted(hits.scores)


def test_of_more_hits_than_are_shown_the_newest_of_both_parts_are_taken(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(case, 3, 2)
    update_index(case.warehouse)
    late = _found(case, "水库")
    monkeypatch.setattr(of_hits, "MAX_HITS", 4)
    hits = search_hits(index_path(case.warehouse), parse_query("水利局"), "article", "rank")
    assert hits.is_cut and hits.is_by_day and len(hits.refs) == 4 and set(hits.refs[:2]) == set(late)
    assert set(_found(case, "水利局", "newest")[:2]) == set(late)
    assert not set(_found(case, "水利局", "oldest")) & set(late)


def test_a_late_part_that_has_grown_is_taken_in(case: Case) -> None:
    path = index_path(case.warehouse)
    _add(case, 1, 4)
    update_index(case.warehouse)
    assert late_path(path).exists()
    _add(case, 2, 2)
    assert update_index(case.warehouse) == 6  # four of them once more
    assert not late_path(path).exists() and not seal.seal_path(late_path(path)).exists()
    assert len(_found(case, "水库")) == 6 and texts_digest(path) == _anew(case)


def test_texts_of_the_main_part_that_are_gone_are_taken_out(case: Case) -> None:
    path = index_path(case.warehouse)
    _add(case, 1)
    update_index(case.warehouse)
    with duckdb.connect(str(case.warehouse)) as con:
        con.execute("DELETE FROM article_version WHERE title = '冬修3'")
        con.execute("DELETE FROM meta WHERE key = 'texts'")  # a build would have reckoned it anew
    update_index(case.warehouse)
    assert not late_path(path).exists()
    assert len(_found(case, "水利局")) == 9 and texts_digest(path) == _anew(case)


@pytest.mark.parametrize("damage", ["cut", "flipped", "no seal", "empty"])
def test_damage_to_the_late_part_is_seen_and_mends_without_the_main_one(case: Case, damage: str) -> None:
    path = index_path(case.warehouse)
    _add(case, 1)
    update_index(case.warehouse)
    known, main, late = texts_digest(path), path.read_bytes(), late_path(path)
    content = bytearray(late.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "no seal":
        seal.seal_path(late).unlink()
    else:
        late.write_bytes({"cut": content[:4096], "flipped": content, "empty": b""}[damage])
    assert index_state(path) == "damaged"
    assert update_index(case.warehouse) == 1
    assert index_state(path) == "whole" and texts_digest(path) == known and path.read_bytes() == main


def _reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read whole from now on."""
    read: list[Path] = []
    real = seal._sum

    def reading(path: Path) -> str:
        read.append(path)
        return real(path)

    monkeypatch.setattr(seal, "_digests", {})  # as a process of its own
    monkeypatch.setattr(seal, "_sum", reading)
    return read


def test_an_update_reads_no_main_part_that_nobody_wrote_to(
    case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = index_path(case.warehouse)
    _add(case, 1)
    read = _reads(monkeypatch)
    update_index(case.warehouse)
    assert path not in read
    copied = tmp_path / "copied"
    shutil.copyfile(path, copied)
    copied.replace(path)  # as it was, and another file
    _add(case, 2)
    read = _reads(monkeypatch)
    update_index(case.warehouse)
    assert read.count(path) == 1
    _add(case, 3)
    read = _reads(monkeypatch)
    update_index(case.warehouse)
    assert path not in read and index_state(path) == "whole" and texts_digest(path) == _anew(case)


def test_what_the_disk_did_to_a_main_part_is_seen_by_its_readers_and_taken_over_by_none(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = index_path(case.warehouse)
    known = texts_digest(path)

    def rot() -> None:
        stat, content = path.stat(), bytearray(path.read_bytes())
        content[-100] ^= 1
        with path.open("rb+") as file:
            file.write(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        _reads(monkeypatch)

    rot()
    assert update_index(case.warehouse) == 0 and index_state(path) == "damaged"
    assert update_index(case.warehouse, reads_whole=True) == 10
    assert index_state(path) == "whole" and texts_digest(path) == known
    rot()
    _add(case, 1, 6)  # too much for a late part
    assert update_index(case.warehouse) == 16
    assert index_state(path) == "whole" and texts_digest(path) == _anew(case)


def test_a_late_part_of_another_main_part_counts_for_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = index_path(case.warehouse)
    _add(case, 1, 4)
    update_index(case.warehouse)
    _add(case, 2, 2)
    real = Path.unlink

    def killed(self: Path, missing_ok: bool = False) -> None:
        if self == late_path(path):
            raise KeyboardInterrupt
        real(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):  # the main part has taken it in, and it is still there
        update_index(case.warehouse)
    monkeypatch.undo()
    assert late_path(path).exists() and index_state(path) == "whole"
    assert len(_found(case, "水库")) == 6 and texts_digest(path) == _anew(case)
    _add(case, 3)
    assert update_index(case.warehouse) == 1 and len(_found(case, "水库")) == 7


@pytest.mark.parametrize(("step", "time"), [("is_sealed", 1), ("open_part", 1), ("open_part", 2)])
def test_a_late_part_that_is_taken_in_while_one_asks_is_no_damage(
    case: Case, monkeypatch: pytest.MonkeyPatch, step: str, time: int
) -> None:
    path = index_path(case.warehouse)
    _add(case, 1, 4)
    update_index(case.warehouse)
    _add(case, 2, 2)
    real, times = getattr(search_parts, step), iter(range(1, 9))

    def meanwhile(asked: Path) -> object:
        if asked == late_path(path) and next(times) == time:
            monkeypatch.setattr(search_parts, step, real)
            assert update_index(case.warehouse) == 6 and not asked.exists()
        return real(asked)

    monkeypatch.setattr(search_parts, step, meanwhile)
    assert len(_found(case, "水库")) == 6
    assert getattr(search_parts, step) is real  # it did happen


def test_what_the_index_lacks_is_told_by_its_late_part(case: Case) -> None:
    def consumed() -> dict[str, int]:
        with duckdb.connect(str(case.warehouse), read_only=True) as con:
            return dict(con.execute("SELECT file, end_offset FROM consumed").fetchall())

    path = index_path(case.warehouse)
    _add(case, 1)
    assert is_behind(path, consumed())
    before = index_identity(path)
    update_index(case.warehouse)
    assert not is_behind(path, consumed()) and index_identity(path) != before
    assert index_identity(path) == (file_identity(path), file_identity(late_path(path)))


def test_after_any_updates_it_holds_what_an_index_made_anew_holds(case: Case) -> None:
    path = index_path(case.warehouse)
    choice = random.Random(7)
    for day in range(1, 13):
        _add(case, day, choice.randint(0, 3))
        if choice.random() < 0.3:
            name = choice.randint(1, 9)
            case.article(f"2017-10-0{name}", f"改过的第{name}篇，{day}。", title=f"冬修{name}")
            case.build()
        if choice.random() < 0.7:
            update_index(case.warehouse)
            assert index_state(path) == "whole"
            assert texts_digest(path) == _anew(case)
