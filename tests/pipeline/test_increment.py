"""A day's increment: what a build leaves is what a rebuild leaves, and no more is looked at than came."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline import load_texts
from pipeline.definitions import check_queries
from pipeline.load_checks import _KEY_OF, check, touched
from pipeline.load_texts import DIGEST, hold_consumed, texts_digest
from pipeline.records import Evidence
from pipeline.tagging.items import ArticleItem, Shelf
from pipeline.tagging.reprint import Traces, find_reprints
from pipeline.warehouse import CheckError, Warehouse
from tests.analysis.case import Case, MarkTagger


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
    "thread_past_once": "INSERT INTO thread_call_past VALUES ($id, TIMESTAMP '2017-10-10', 1, '市水利局')",
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


class ReadingTagger(MarkTagger):
    """Finds reprints by the texts; `read` are the ids of the articles that it read for that."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]:
        def read(numbers: Sequence[int]) -> Sequence[ArticleItem]:
            self.read += [shelf.ids[number] for number in numbers]
            return shelf.read(numbers)

        return find_reprints(Shelf(shelf.ids, read), traces)


def _told(choice: random.Random, story: int) -> str:
    """A text on a story; those on one story share most of their clauses, all share a formula."""
    words = random.Random(story)
    said = [
        "".join(words.choices("的在了是和一不为有人上水利局检查河道整治群众工作", k=14)) for _ in range(8)
    ]
    choice.shuffle(said)
    return "，".join([*said[: choice.randint(5, 8)], "会议要求各单位提高认识加强领导抓好落实"]) + "。"


@pytest.mark.parametrize("seed", range(3))
def test_reprints_found_day_by_day_are_those_of_a_rebuild(case: Case, seed: int) -> None:
    case.tagger = ReadingTagger()
    choice = random.Random(seed)
    day = dt.date(2017, 5, 20)
    for _ in range(14):
        for _ in range(choice.randint(0, 5)):
            shown = day - dt.timedelta(days=choice.choice([0, 0, 0, 1, 30, 70, 150]))
            site, name = choice.choice(["paper", "gov"]), str(choice.randint(1, 25))
            text = _told(choice, choice.randint(1, 6))
            case.article(shown.isoformat(), text, site=site, name=name, at=f"{day}T12:00:00")
        case.build()
        day += dt.timedelta(days=choice.choice([0, 1, 20, 45]))
    in_pieces = _digest(case)
    case.build(rebuild=True)
    assert _digest(case) == in_pieces
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        assert warehouse.rows("SELECT 1 FROM article_reprint") and warehouse.rows(
            "SELECT 1 FROM article_trace"
        )
    finally:
        warehouse.close()


def test_texts_that_were_looked_through_are_not_read_again(case: Case) -> None:
    case.tagger = tagger = ReadingTagger()
    choice = random.Random(1)
    for number, day in enumerate(["2017-05-09", "2017-07-09", "2017-09-09", "2017-11-09", "2017-12-09"]):
        case.article(day, _told(choice, number), name=str(number))
    case.build()
    assert len(tagger.read) == 5 and len(set(tagger.read)) == 5
    tagger.read.clear()
    case.article("2017-12-10", _told(choice, 9), name="other")
    case.article("2017-12-10", _told(choice, 4), site="gov", name="reprint")
    case.build()
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        days = dict(warehouse.rows("SELECT article_id, published FROM article_now"))
        kept = {days[article] for (article,) in warehouse.rows("SELECT article_id FROM article_trace")}
    finally:
        warehouse.close()
    # The new ones, and once more the one of them that is a reprint, with its first publication.
    assert sorted(days[article] for article in tagger.read) == ["2017-12-09", *3 * ["2017-12-10"]]
    assert kept == {"2017-07-09", "2017-09-09", "2017-11-09", "2017-12-09", "2017-12-10"}
