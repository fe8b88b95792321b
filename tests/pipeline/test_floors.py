"""Two posts of a page under one number: both are kept, told apart, and no build stops at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.floors import each_floor_once, repeated_floors
from pipeline.records import Post, ThreadPage
from pipeline.warehouse import Warehouse
from tests.analysis.case import FORUM, Case


def numbered(*floors: int) -> list[int]:
    posts = [Post(floor=floor, pid=str(number)) for number, floor in enumerate(floors)]
    kept = each_floor_once(posts)
    assert [post.pid for post in kept] == [post.pid for post in posts]  # none lost, none out of order
    return [post.floor for post in kept]


def test_the_first_keeps_its_number() -> None:
    assert numbered(1, 2, 3) == [1, 2, 3]
    assert numbered(4, 5, 5, 6, 5, 6) == [4, 5, 1_000_005, 6, 1_000_006, 1_000_007]
    assert numbered(1_000_005, 5, 5) == [1_000_005, 5, 1_000_006]
    assert len(set(numbered(*[5] * 20_000))) == 20_000
    assert max(numbered(*[5] * 20_000)) < 2**31


def test_what_stands_there_twice_word_for_word_is_one_post() -> None:
    post = Post(floor=5, author="阿海", text="路灯坏了")
    assert each_floor_once([post, post]) == [post]


def test_what_is_told() -> None:
    assert repeated_floors([]) == repeated_floors([Post(floor=1), Post(floor=2)]) == ""
    assert repeated_floors([Post(floor=5), Post(floor=5), Post(floor=6)]) == "5 楼有 2 个帖子"


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_page_that_was_landed_so_does_not_stop_builds(tmp_path: Path, is_rebuilt: bool) -> None:
    case = Case(tmp_path)
    case.thread(
        "1", "[投诉:市水利局] 水管坏了", [("甲", "2017-10-08T10:00", "漏水")], at="2017-10-09T18:00:00"
    )
    case.build()
    posts = [
        Post(floor=1, author="甲", time="2017-10-08T10:00:00", text="路灯坏了"),
        Post(
            floor=5, author="防城港水利", time="2017-10-09T10:00:00", text="已收到",
            is_registered_official=True,
        ),
        Post(
            floor=5, author="防城港水利", time="2017-10-10T10:00:00", text="答复：已修好",
            is_registered_official=True,
        ),
    ]  # fmt: skip
    url = "http://bbs.test/thread-2-1.html"
    page = ThreadPage(
        forum=FORUM,
        board="民生",
        tid="2",
        url=url,
        title="[投诉:市水利局] 路灯",
        page=1,
        pages=1,
        posts=posts,
    )
    case.fetch("bbs", url, "2017-10-10T18:00:00", "thread", "stored", thread=page)
    report = case.build(rebuild=is_rebuilt)
    assert [notice for notice in report.notices if url in notice and "5 楼有 2 个帖子" in notice]
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        told = "FROM thread_floor ORDER BY floor"
        assert warehouse.rows(f"SELECT floor, kind {told}") == [(5, "response"), (1_000_005, "answer")]
        words = "SELECT p.text FROM thread_post AS p JOIN thread AS t USING (thread_id) WHERE t.tid = '2'"
        assert warehouse.rows(f"{words} ORDER BY floor") == [("路灯坏了",), ("已收到",), ("答复：已修好",)]
    finally:
        warehouse.close()


@pytest.mark.parametrize("odd", [{"first_floor": 10**10}, {"page": 10**10}, {"pages": 10**10}])
def test_a_number_that_no_table_holds_costs_one_line_and_no_build(
    tmp_path: Path, odd: dict[str, int]
) -> None:
    case = Case(tmp_path)
    case.thread("1", "[投诉:市水利局] 水管", [("甲", "2017-10-08T10:00", "漏水")], at="2017-10-09T18:00:00")
    case.thread("2", "坏页", [("乙", "2017-10-08T10:00", "漏水")], at="2017-10-09T18:00:00", **odd)
    report = case.build()
    assert report.thread_count == 1
    assert any("无法读取的采集行" in notice for notice in report.notices)
