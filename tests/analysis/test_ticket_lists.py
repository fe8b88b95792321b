"""Tests that the tickets which the build left, reckoned by column, are those asked of the record itself: on
any day, after any decision, before and after the build that loads it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis import queue_page as of_page
from analysis.queue import queue, queue_of, ticket_rows
from analysis.queue_choice import Choice, page_of
from analysis.queue_page import queue_page
from analysis.reply_rules import Rules, parse_rules
from analysis.ticket_rows import threads_beside
from analysis.ticket_tally import tally, tally_of
from analysis.warehouse import Connection, LiveWarehouse, ask
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case

UNITS = ("市水利局", "市教育局", "市住建委")
RULES = (
    parse_rules({}),
    parse_rules({"after_hours": "next_working_day", "transfer_restarts": True, "send_back_days": 0}),
    parse_rules(
        {"first_response_days": 0, "urgent": {"first_response_days": 1}, "answer_days": {"投诉": 30}}
    ),
)
BEGIN = dt.datetime(2017, 9, 1)
# Before the first post, among the posts, after all of them, in years whose holidays nobody knows.
DAYS = [BEGIN.date() + dt.timedelta(days=n) for n in (-5, 3, 10, 17, 29, 36, 44, 60, 90)]
DAYS += [dt.date(2019, 1, 7), dt.date(2033, 5, 1)]


def moment(chance: random.Random, first: dt.datetime, hours: int) -> dt.datetime:
    return first + dt.timedelta(minutes=chance.randint(1, hours * 60))


def land(case: Case, chance: random.Random, tid: str) -> str:
    """A thread with a few posts, some official; of a forum's time that may be unreadable."""
    kind = chance.choice(["投诉", "求助", "咨询", "讨论"])
    units = "、".join(chance.sample(UNITS, chance.randint(0, 2)))
    title = f"[{kind}:{units}]" if units and kind != "讨论" else f"[{kind}]"
    if "、" in units and chance.random() < 0.5:
        title += f"[同办:{units}]"
    at = moment(chance, BEGIN if chance.random() < 0.9 else dt.datetime(2003, 12, 1), 24 * 40)
    posts = [
        ("张三", at.isoformat(sep=" ", timespec="seconds") if chance.random() < 0.95 else "昨天吧", "没人管")
    ]
    for _ in range(chance.randint(0, 4)):
        at = moment(chance, at, 24 * 9)
        author, text = chance.choice(
            [
                ("防城港水利", "已收到"), ("防城港水利", "答复：已装好"), ("港城住建", "答复：已修"),
                ("港城住建", "不属我局"), ("张三", "我不认"), ("路人", "顶"), ("张三", "解决了"),
            ]
        )  # fmt: skip
        posts.append((author, at.isoformat(sep=" ", timespec="seconds"), text))
    return case.thread(tid, title, posts, at=(at + dt.timedelta(hours=3)).isoformat())


def decide(case: Case, chance: random.Random, threads: dict[str, str]) -> None:
    tid = chance.choice(list(threads))
    thread, at = threads[tid], moment(chance, BEGIN, 24 * 60)
    ticket, floor_at = f"{thread}-{chance.choice([1, 1, 1, 2])}", moment(chance, BEGIN, 24 * 50).isoformat()
    named = chance.choice([thread, f"http://bbs.test/thread-{tid}-1.html"])
    choices: list[tuple[str, str, dict[str, Any]]] = [
        ("tag_correction", named, {"needs_reply": chance.random() < 0.5}),
        ("tag_correction", named, {"units": chance.sample(UNITS, chance.randint(1, 2))}),
        ("tag_correction", named, {"kind": "咨询", "urgency": chance.choice(["紧急", "普通"])}),
        ("transfer", ticket, {"unit": chance.choice(UNITS), "state": "待签收"}),
        (
            "state_change",
            ticket,
            {"state": chance.choice(["待签收", "办理中", "已办结", "无需回复", "退回改派"])},
        ),
        (
            "state_change",
            ticket,
            {"state": "已答复", "move": "answer_confirmed", "floor": 2, "floor_at": floor_at},
        ),
        (
            "state_change",
            ticket,
            {"state": "办理中", "move": "answer_rejected", "floor": 2, "floor_at": floor_at},
        ),
        ("state_change", ticket, {"state": "待研判", "round_at": floor_at}),
        ("extension", ticket, {"days": chance.randint(5, 15), "state": "延期"}),
        ("pause", ticket, {}),
        ("resume", ticket, {}),
    ]
    kind, target, after = chance.choice(choices)
    case.decide(kind, target, at.isoformat(timespec="seconds"), after=after, why="试")


def assert_same(con: Connection, rules: Rules, day: dt.date, chance: random.Random) -> int:
    at = dt.datetime.combine(day, dt.time(23, 59, 59))
    rows = ask(con, "ticket", as_of=at, known_by=None, threads=None)
    truth = queue_of(rows, rules, at)
    assert ticket_rows(con, day) == rows
    assert queue(con, rules, day, include_closed=True) == truth
    assert queue(con, rules, day) == [ticket for ticket in truth if ticket.is_open]
    assert queue(con, rules, day, UNITS[0]) == [t for t in truth if t.is_open and t.unit == UNITS[0]]
    first, last = dt.date(2017, 9, 10), dt.date(2017, 9, 25)
    assert tally(con, rules, day, first, last) == tally_of(truth, first, last)
    assert queue(con, rules, day, known_by=dt.date(2040, 1, 1), include_closed=True) == truth
    for choice, sort, limit, offset in screens(chance):
        assert queue_page(con, rules, day, choice, sort=sort, limit=limit, offset=offset) == page_of(
            truth, choice, day, sort, limit, offset
        ), (choice, sort)
    return len(truth)


def screens(chance: random.Random) -> Iterator[tuple[Choice, str, int, int]]:
    """The first screens, and some of anything that can be chosen."""
    yield Choice(), "", 50, 0
    yield Choice(state="全部"), "", 50, 0
    for _ in range(6):
        choice = Choice(
            state=chance.choice(["", "待办", "全部", "待研判", "办理中", "已答复", "暂停", "没有的"]),
            unit=chance.choice(["", "", UNITS[0], "未定", "没有的局"]),
            kind=chance.choice(["", "", "投诉", "咨询"]),
            urgency=chance.choice(["", "", "紧急", "普通"]),
            due=chance.choice(["", "", "late", "today", "week", "none"]),
            q=chance.choice(["", "", "", "投诉", "-1"]),
            scope=chance.choice([None, None, UNITS[1]]),
        )
        sort = chance.choice(["", "title", "opened_at", "next_due", "workdays_left", "unit", "kind", "state"])
        yield (
            choice,
            sort and chance.choice(["", "-"]) + sort,
            chance.choice([3, 50]),
            chance.choice([0, 0, 3]),
        )


@pytest.mark.parametrize("seed", range(2))
def test_tickets_by_column_are_those_asked_one_by_one(tmp_path: Path, seed: int) -> None:
    case, chance = Case(tmp_path), random.Random(seed)
    threads = {str(number): land(case, chance, str(number)) for number in range(40)}
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    seen = 0
    for step in range(6):
        for _ in range(chance.randint(0, 5)):
            decide(case, chance, threads)
        con = live.cursor()
        for day in chance.sample(DAYS, 2):
            seen += assert_same(con, chance.choice(RULES), day, chance)
        con.close()
        if step % 2:
            tid = str(chance.randint(0, 45))
            threads[tid] = land(case, chance, tid)
            case.build(rebuild=step == 3)
    con = live.cursor()
    for number, day in enumerate(DAYS):
        seen += assert_same(con, RULES[number % len(RULES)], day, chance)
    con.close()
    live.close()
    assert seen > 200
    spans = spans_of(case.warehouse)
    case.build(rebuild=True)
    assert spans_of(case.warehouse) == spans


def spans_of(warehouse: Path) -> list[tuple[Any, ...]]:
    opened = Warehouse(warehouse, read_only=True)
    try:
        tables = ("ticket_class", "ticket_span")
        return [row for table in tables for row in opened.rows(f"SELECT * FROM {table} ORDER BY ALL")]
    finally:
        opened.close()


def test_a_reopened_ticket_of_a_year_whose_holidays_nobody_knows_is_listed(tmp_path: Path) -> None:
    case = Case(tmp_path)
    thread = case.thread(
        "1", "[投诉:市水利局]", [("张三", "2033-04-28 10:00:00", "没人管")], at="2033-04-28T12:00:00"
    )
    after = {"state": "待研判", "round_at": "2033-04-29T09:00:00"}
    case.decide("state_change", f"{thread}-1", "2033-04-30T09:00:00", after=after, why="二次反映")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    (ticket,) = queue(con, RULES[0], dt.date(2033, 5, 1))
    assert ticket.answer_due is None and ticket.note is not None
    assert "2033 年的节假日安排尚不可知" in ticket.note
    assert "第 2 轮自 2033-04-29 09:00 起算" in ticket.note
    assert_same(con, RULES[0], dt.date(2033, 5, 1), random.Random(1))
    con.close()
    live.close()


def test_times_at_the_ends_of_the_calendar_break_neither_build_nor_queue(tmp_path: Path) -> None:
    case = Case(tmp_path)
    times = ("9998-12-30 10:00:00", "0001-01-01 10:00:00", "9999-12-30 10:00:00", "2017-10-09 10:00:00")
    for tid, time in enumerate(times):
        case.thread(str(tid), "[投诉:市水利局]", [("张三", time, "没人管")], at="2017-10-09T12:00:00")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    for rules in RULES:
        for day in (dt.date(1, 1, 2), dt.date(2017, 10, 20), dt.date(9998, 12, 31), dt.date(9999, 12, 30)):
            at = dt.datetime.combine(day, dt.time(23, 59, 59))
            truth = queue_of(ask(con, "ticket", as_of=at, known_by=None, threads=None), rules, at)
            assert queue(con, rules, day, include_closed=True) == truth
            screen = queue_page(con, rules, day, Choice(state="全部"))
            assert screen == page_of(truth, Choice(state="全部"), day, "", 50, 0)
    con.close()
    live.close()


def test_hundreds_of_threads_that_went_on_after_the_day_are_told_as_they_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, chance = Case(tmp_path), random.Random(5)
    for number in range(230):
        first, later = f"2017-09-{1 + number % 20:02d} 10:{number % 60:02d}:00", "2017-10-16 09:00:00"
        said = chance.choice([("防城港水利", "答复：已装好"), ("防城港水利", "已收到"), ("张三", "还没修")])
        posts = [("张三", first, "没人管"), (said[0], later, said[1])]
        case.thread(str(number), f"[投诉:{UNITS[number % 2]}]", posts, at="2017-10-16T12:00:00")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    day = dt.date(2017, 10, 10)
    assert threads_beside(con) == []
    assert assert_same(con, RULES[0], day, chance) == 230
    assert {ticket.state for ticket in queue(con, RULES[0], day)} == {"待研判"}
    screen = queue_page(con, RULES[0], dt.date(2017, 10, 20), Choice(state="全部"), limit=500)
    monkeypatch.setattr(of_page, "_FEW", 3)  # as for a file of all
    assert queue_page(con, RULES[0], dt.date(2017, 10, 20), Choice(state="全部"), limit=500) == screen
    assert screen.rows == queue(con, RULES[0], dt.date(2017, 10, 20), include_closed=True)
    assert assert_same(con, RULES[1], dt.date(2017, 10, 20), chance) == 230
    con.close()
    live.close()
