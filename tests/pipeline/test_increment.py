"""A day's increment: what a build leaves is what a rebuild leaves, and no more is looked at than came."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipeline import load_texts
from pipeline.load_checks import _KEY_OF, check, touched
from pipeline.load_texts import DIGEST, hold_consumed, texts_digest
from pipeline.warehouse import CheckError, Warehouse, check_queries
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def _digest(case: Case) -> str:
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


def _land(case: Case, choice: random.Random, day: int) -> None:
    """Some articles and posts, among them texts that changed or come again, reprints, other titles."""
    date = f"2017-11-{day:02}"
    for _ in range(choice.randint(0, 4)):
        body = f"[市水利局:subject][same={choice.randint(1, 4)}] 河道整治{choice.randint(1, 3)}"
        site = choice.choice(["paper", "gov"])
        case.article(date, body, site=site, name=str(choice.randint(1, 9)), at=f"{date}T12:00:00")
    for _ in range(choice.randint(0, 3)):
        posts = [
            ("张三", f"{date}T0{floor}:00:00", f"井盖没了{choice.randint(1, 2)}")
            for floor in range(choice.randint(1, 3))
        ]
        title = f"井盖坏了{choice.randint(1, 2)}[投诉:市水利局]"
        case.thread(str(choice.randint(1, 4)), title, posts, at=f"{date}T13:00:00")


@pytest.mark.parametrize("seed", range(4))
def test_after_any_increments_the_warehouse_is_that_of_a_rebuild(case: Case, seed: int) -> None:
    choice = random.Random(seed)
    for day in range(1, 7):
        _land(case, choice, day)
        case.build()
    in_pieces = _digest(case)
    case.build(rebuild=True)
    assert _digest(case) == in_pieces


def test_the_number_of_the_texts_is_that_of_all_texts_and_is_not_made_of_them(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = random.Random(7)
    _land(case, choice, 1)
    case.build()
    all_texts = load_texts._digest_of_all
    for day in range(2, 9):
        monkeypatch.setattr(
            load_texts, "_digest_of_all", lambda warehouse: pytest.fail("all texts were read")
        )
        _land(case, choice, day)
        case.build()
        warehouse = Warehouse(case.warehouse)
        try:
            known = texts_digest(warehouse)
            assert known == all_texts(warehouse)
            warehouse.begin()  # and is undone
            warehouse.rows("DELETE FROM meta WHERE key = $1", [DIGEST])
            monkeypatch.undo()
            assert texts_digest(warehouse) == known  # of an edition that does not say it
        finally:
            warehouse.close()


# Of each check on single articles, threads and files: what violates it.
WRONG = {
    "article_tagged_once": "INSERT INTO article_tag SELECT * FROM article_tag WHERE article_id = $id",
    "credit_role_known": "UPDATE article_credit_tag SET role = 'x' WHERE article_id = $id",
    "credit_unit_known": "UPDATE article_credit_tag SET unit = '没有的局' WHERE article_id = $id",
    "floor_once": "INSERT INTO thread_floor SELECT * FROM thread_floor WHERE thread_id = $id",
    "state_once": "INSERT INTO thread_state SELECT * FROM thread_state WHERE thread_id = $id",
    "thread_has_state": "DELETE FROM thread_state WHERE thread_id = $id",
    "ticket_once": "UPDATE ticket_span SET unit = '没有的局' WHERE thread_id = $id",
    "landed_once": "INSERT INTO page_fetch SELECT * FROM page_fetch WHERE file = $id",
    "loaded_up_to_the_offset": "DELETE FROM page_fetch WHERE file = $id",
    "record_has_its_page": "UPDATE page_fetch SET end_offset = end_offset - 1 WHERE file = $id "
    "AND end_offset < (SELECT MAX(end_offset) FROM page_fetch WHERE file = $id)",
}


def test_what_violates_a_check_is_seen_in_what_a_build_touched(case: Case) -> None:
    assert WRONG.keys() | {"credit_once"} == _KEY_OF.keys() <= check_queries().keys()
    for name in "ab":
        case.article("2017-10-09", f"[市水利局:subject] {name}", name=name)
        posts = [("张三", "2017-10-09T10:00:00", "井盖没了"), ("防城港水利", "2017-10-09T11:00:00", "收到")]
        case.thread(name, "井盖[投诉:市水利局]", posts, at="2017-10-09T12:00:00")
        case.thread(f"{name}2", "又一个[投诉:市水利局]", posts, at="2017-10-09T12:00:00")
    case.article("2017-10-10", "[市水利局:subject] 丙", name="c")
    case.build()
    ids = {"article_id": "article_now", "thread_id": "ticket_span", "file": "consumed"}
    for name, sql in WRONG.items():
        key = _KEY_OF[name]
        warehouse = Warehouse(case.warehouse)
        try:
            warehouse.begin()
            tables = f"SELECT DISTINCT {key} FROM {ids[key]} ORDER BY {key} = 'paper/20171010.jsonl', 1"
            wrong, other = [each for (each,) in warehouse.rows(tables)][:2]
            nothing = {each: set[str]() for each in ids}
            assert check(warehouse, nothing | {key: {wrong}}) == len(check_queries())
            warehouse.rows(sql, {"id": wrong})
            for seen in (None, nothing | {key: {wrong}}):
                with pytest.raises(CheckError, match=name):
                    check(warehouse, seen)
            check(warehouse, nothing | {key: {other}})  # it passed when it came
        finally:
            warehouse.close()


def test_what_a_build_touched_are_new_lines_and_what_was_decided_on(case: Case) -> None:
    url = case.article("2017-10-09", "[市水利局:subject] 甲", name="a")
    thread = case.thread(
        "7", "井盖[投诉:市水利局]", [("张三", "2017-10-09T10:00", "没了")], at="2017-10-09T12:00:00"
    )
    case.build()
    warehouse = Warehouse(case.warehouse)
    try:
        hold_consumed(warehouse)
        nothing = {"article_id": set[str](), "thread_id": set[str](), "file": set[str]()}
        assert touched(warehouse, [], [], []) == nothing
        ((article,),) = warehouse.rows("SELECT article_id FROM article_now")
        found = touched(warehouse, ["a1"], [], [url, f"{thread}-1"])
        assert found["article_id"] == {"a1", article} and thread in found["thread_id"]
        warehouse.rows("UPDATE consumed SET end_offset = end_offset + 1 WHERE file LIKE 'bbs/%'")
        assert touched(warehouse, [], [], [])["file"] == {"bbs/20171009.jsonl"}
    finally:
        warehouse.close()
