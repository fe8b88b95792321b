"""An edition whose file is mostly empty is written anew; what it tells stays the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipeline import edition
from pipeline.warehouse import Warehouse


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A file that lost nine tenths of its rows after they were written."""
    path = tmp_path / "warehouse.duckdb.building"
    rng = random.Random(7)
    warehouse = Warehouse(path)
    warehouse.create()
    rows = [{"key": f"{i:06d}", "value": rng.randbytes(40).hex()} for i in range(60_000)]
    for start in range(0, len(rows), 15_000):
        warehouse.begin()
        warehouse.insert("meta", rows[start : start + 15_000])
        warehouse.commit()
    warehouse.begin()
    warehouse.rows("DELETE FROM meta WHERE key NOT LIKE '%0'")
    warehouse.replace("consumed", [{"file": "a.jsonl", "end_offset": 7}])
    warehouse.commit()
    warehouse.close()
    return path


def test_a_commit_writes_little_again_of_what_was_written_before(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.create()
    for part in range(10):
        warehouse.begin()
        warehouse.insert("meta", [{"key": f"{part}/{i}", "value": "x"} for i in range(10_000)])
        warehouse.commit()
    groups = warehouse.rows(
        "SELECT SUM(count) FROM pragma_storage_info('meta') "
        "WHERE column_name = 'key' AND segment_type = 'VARCHAR' GROUP BY row_group_id"
    )
    warehouse.close()
    assert sum(rows for (rows,) in groups) == 100_000 and max(rows for (rows,) in groups) <= 30_720
    assert [each.name for each in tmp_path.iterdir()] == ["warehouse.duckdb"]


def told(path: Path) -> tuple[str, int, int, list[tuple[object, ...]]]:
    warehouse = Warehouse(path, read_only=True)
    try:
        size, empty = warehouse.sizes()
        views = warehouse.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1")
        assert warehouse.rows("SELECT COUNT(*) FROM ticket") == [(0,)]
        return warehouse.digest(), size, empty, views
    finally:
        warehouse.close()


def test_empty_blocks_are_given_back_and_all_else_stays(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, size, empty, views = told(draft)
    assert empty > 0.3 * size
    monkeypatch.setattr(edition, "COMPACTED_BYTES", 0)
    edition.compact(draft)
    after, smaller, left, views_after = told(draft)
    assert (after, views_after) == (before, views)
    assert smaller <= size - 0.9 * empty
    assert left < 0.1 * smaller
    assert [path.name for path in draft.parent.iterdir()] == [draft.name]


def test_a_small_or_a_full_file_is_left_alone(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = draft.stat()
    edition.compact(draft)  # small
    monkeypatch.setattr(edition, "COMPACTED_BYTES", 0)
    monkeypatch.setattr(edition, "EMPTY_SHARE", 1.0)
    edition.compact(draft)  # not empty enough
    assert (draft.stat().st_ino, draft.stat().st_mtime_ns) == (was.st_ino, was.st_mtime_ns)


def test_what_a_killed_build_wrote_anew_is_removed_with_its_draft(draft: Path) -> None:
    for name in (".fresh", ".fresh.wal", ".wal", ".windows"):
        draft.with_name(draft.name + name).write_bytes(b"torn")
    edition.remove(draft)
    assert list(draft.parent.iterdir()) == []
