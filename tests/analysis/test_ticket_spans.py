"""Tests of the spans in which tickets stand so: each thread's own, few, of the threads that changed alone."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from analysis.ticket_rows import ticket_rows
from analysis.warehouse import LiveWarehouse
from pipeline.load_tickets import refresh_tickets
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case
from tests.analysis.test_ticket_lists import BEGIN, RULES, assert_same, spans_of


def test_threads_that_share_an_address_are_each_told_as_they_stood(tmp_path: Path) -> None:
    case, chance = Case(tmp_path), random.Random(3)
    for forum, day, at in (("老论坛", 3, "2017-10-03T12:00:00"), ("新论坛", 12, "2017-10-20T12:00:00")):
        posts = [
            ("张三", f"2017-10-{day:02d} 10:00:00", "没人管"),
            ("张三", f"2017-10-{day + 1:02d} 10:00:00", "顶"),
        ]
        case.thread("7", "[投诉:市水利局]", posts, at=at, forum=forum)
    url = "http://bbs.test/thread-7-1.html"
    case.decide(
        "tag_correction", url, "2017-10-10T09:00:00", after={"units": ["市教育局", "市住建委"]}, why="试"
    )
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    units = []
    for day in range(3, 15):
        assert_same(con, RULES[0], dt.date(2017, 10, day), chance)
        units.append(
            [row["unit"] for row in ticket_rows(con, dt.date(2017, 10, day)) if row["forum"] == "老论坛"]
        )
    assert units == [["市水利局"]] * 7 + [["市教育局", "市住建委"]] * 5
    con.close()
    live.close()


def test_thousands_of_official_floors_leave_few_rows_that_tell_what_is_asked_in_full(tmp_path: Path) -> None:
    case, chance = Case(tmp_path), random.Random(2)
    says = [
        ("防城港水利", "已收到"),
        ("港城住建", "不属我局"),
        ("防城港水利", "不属我局"),
        ("港城住建", "已收到"),
    ]
    posts = [("张三", "2017-09-04 10:00:00", "没人管")]
    for number in range(2000):
        at = BEGIN + dt.timedelta(days=4, hours=number)
        posts.append((says[number % 4][0], at.isoformat(sep=" "), says[number % 4][1]))
    thread = case.thread(
        "1", "[投诉:市水利局、市住建委][同办:市水利局、市住建委]", posts, at="2017-12-10T12:00:00"
    )
    case.decide("pause", f"{thread}-1", "2017-10-10T09:00:00", why="试")
    case.build()
    spans = spans_of(case.warehouse)
    assert len([row for row in spans if row[0] == thread]) < 2 * 4 * 200
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    for days in range(4):
        assert assert_same(con, RULES[0], dt.date(2017, 9, 4) + dt.timedelta(days=days), chance) == 2
        assert assert_same(con, RULES[0], dt.date(2017, 11, 25) + dt.timedelta(days=days), chance) == 2
    assert assert_same(con, RULES[0], dt.date(2018, 1, 5), chance) == 2
    con.close()
    live.close()


def test_what_changes_nothing_begins_no_span(tmp_path: Path) -> None:
    case = Case(tmp_path)
    posts = [("张三", "2017-09-04 10:00:00", "没人管")]
    posts += [("防城港水利", f"2017-09-{day:02d} 10:00:00", "已收到") for day in range(5, 25)]
    thread = case.thread(
        "1", "[投诉:市水利局、市住建委][同办:市水利局、市住建委]", posts, at="2017-10-10T12:00:00"
    )
    case.build()
    opened = Warehouse(case.warehouse, read_only=True)
    try:
        spans = opened.rows(
            "SELECT number, CAST(since_at AS DATE), YEAR(until_at), state FROM ticket_span ORDER BY ALL"
        )
    finally:
        opened.close()
    first, second = dt.date(2017, 9, 4), dt.date(2017, 9, 5)
    assert spans == [
        (1, first, 2017, "待研判"), (1, second, 9999, "已初步回应"), (2, first, 9999, "待研判"),
    ], thread  # fmt: skip


def test_an_increment_looks_at_the_threads_that_changed_alone(tmp_path: Path) -> None:
    case = Case(tmp_path)
    posts = [("张三", "2017-09-04 10:00:00", "没人管")]
    one, other = (case.thread(tid, "[投诉:市水利局]", posts, at="2017-10-10T12:00:00") for tid in "12")
    for target in (f"{one}-1", f"{other}-1", one, other, "http://bbs.test/thread-2-1.html"):
        case.decide("tag_correction", target, "2017-10-11T09:00:00", after={"kind": "咨询"}, why="试")
    case.build()
    before = spans_of(case.warehouse)
    warehouse = Warehouse(case.warehouse)
    try:
        refresh_tickets(warehouse, [one])
        assert warehouse.rows("SELECT DISTINCT thread_id FROM ticket_target") == [(one,)]
        assert warehouse.rows("SELECT COUNT(*) FROM thread_now") == [(2,)]
    finally:
        warehouse.close()
    assert spans_of(case.warehouse) == before
