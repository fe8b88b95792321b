"""Threads are tagged part by part; one part is written while the next is tagged."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from pipeline import load_threads
from pipeline.records import ThreadTags
from pipeline.tagging.followups import ThreadFollowUp
from pipeline.tagging.items import ThreadItem
from pipeline.warehouse import Warehouse, WarehouseError
from tests.analysis.case import Case, MarkTagger
from tests.pipeline.test_load import digest, first_week, second_week


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    made = Case(tmp_path)
    first_week(made)
    second_week(made)
    for number in range(5):
        at = f"2017-10-1{number}T08:00:00"
        made.thread(f"more{number}", "路灯不亮", [("某某", at, "路灯坏了三天。")], at=at)
    made.build()
    monkeypatch.setattr(load_threads, "BATCH", 1)
    monkeypatch.setattr(load_threads, "BATCHES_PER_COMMIT", 2)
    return made


def test_what_is_written_beside_is_the_same(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    before, beside = digest(case), []
    commit = Warehouse.commit

    def told(warehouse: Warehouse) -> None:
        beside.append(threading.current_thread() is not threading.main_thread())
        commit(warehouse)

    monkeypatch.setattr(Warehouse, "commit", told)
    case.build(rebuild=True)
    assert sum(beside) >= 3 and digest(case) == before


def test_a_fault_while_writing_beside_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(case)

    def full(warehouse: Warehouse) -> None:
        raise WarehouseError("磁盘已满")

    monkeypatch.setattr(load_threads, "_commit", full)
    with pytest.raises(WarehouseError, match="磁盘已满"):
        case.build(rebuild=True)
    assert digest(case) == before


def test_a_tagger_that_fails_while_another_part_is_written_is_told(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, given = digest(case), MarkTagger.threads

    def third_fails(tagger: MarkTagger, items: list[ThreadItem]) -> list[ThreadTags]:
        if len(calls := tagger.__dict__.setdefault("calls", [])) == 2:
            raise MemoryError
        calls.append(1)
        return given(tagger, items)

    monkeypatch.setattr(MarkTagger, "threads", third_fails)
    with pytest.raises(MemoryError):
        case.build(rebuild=True)
    assert digest(case) == before


def test_an_account_speaks_for_the_unit_of_the_threads_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, given = Case(tmp_path), MarkTagger.followups
    posts = [("某某", "2019-06-10T08:00:00", "没水"), ("防城港水利", "2019-06-11T08:00:00", "答复：好了")]
    case.thread("1", "[投诉:市住建委]", posts, at="2019-06-12T08:00:00")

    def reformed(tagger: MarkTagger, items: list[ThreadItem]) -> list[ThreadFollowUp]:
        heirs = {"市水利局": "市住建委"}
        return [msgspec.structs.replace(follow, heirs=heirs) for follow in given(tagger, items)]

    monkeypatch.setattr(MarkTagger, "followups", reformed)
    case.build()
    with closing(Warehouse(case.warehouse, read_only=True)) as warehouse:
        assert warehouse.rows("SELECT unit FROM thread_floor") == [("市住建委",)]
