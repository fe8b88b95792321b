"""Statistics computed by hand: open overdue in the denominator, late stays late, no rate of few cases."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.acts.ticket import move
from analysis.queue_stats import QueueStats, basis_lines, queue_stats
from analysis.reply_rules import Rules, parse_rules
from tests.analysis.acts.test_ticket import OFFICE, Office, at

RULES = parse_rules({"min_cases": 3})
MONDAY = "2017-10-09T10:00:00"  # first response due on the 10th, answers of 投诉 on the 18th at 18:00


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Five posts of a Monday, one of the 31st; water: two in time, one late, one never; housing: one late."""
    made = Office(tmp_path)
    water, house = "防城港水利", "港城住建"
    posts = {
        "1": ("[投诉:市水利局]", [(water, "2017-10-09T16:00:00", "答复：好了")]),  # 3 hours, 0 days
        "2": ("[投诉:市水利局]", [
            (water, "2017-10-10T09:00:00", "已收到"), (water, "2017-10-12T09:00:00", "答复：好"),
        ]),
        "3": ("[投诉:市水利局]", [
            (water, "2017-10-11T09:00:00", "已收到"), (water, "2017-10-20T09:00:00", "答复：好"),
        ]),
        "4": ("[投诉:市水利局]", []),
        "5": ("[求助:市住建委]", [(house, "2017-10-25T09:00:00", "答复：好")]),
    }  # fmt: skip
    for tid, (title, replies) in posts.items():
        made.case.thread(tid, title, [("张三", MONDAY, "x"), *replies], at="2017-11-03T12:00:00")
    made.case.thread("6", "[咨询:市水利局]", [("李四", "2017-10-31T10:00:00", "x")], at="2017-11-03T12:00:00")
    made.open()
    yield made
    made.close()


def ask(office: Office, moment: str, by: str = "unit", rules: Rules = RULES) -> dict[str, QueueStats]:
    rows = queue_stats(office.register().con, rules, dt.datetime.fromisoformat(moment), by)  # type: ignore[arg-type]
    return {row.group: row for row in rows}


def test_by_unit_at_the_end_of_the_month(office: Office) -> None:
    found = ask(office, "2017-10-31T20:00")
    assert list(found) == ["全部", "市水利局", "市住建委"]
    water = found["市水利局"]
    assert (water.ticket_count, water.answered_count, water.open_ticket_count) == (5, 3, 2)
    assert (water.overdue_open_count, water.late_count) == (1, 2)
    # Responses: 1 and 2 in time, 3 late, 4 overdue; 6 is not due and in no denominator.
    assert water.response_share == 2 / 4 and water.answer_share == 2 / 4
    # Answers after 0, 3 and 9 working days, and 16 so far: the half of them took 3 or less.
    assert (water.answer_median_days, water.answer_p90_days) == (3, 16)
    # Working hours: 10–12 and 15–16; + 15–18 and 8–9; a day of 7 more; 5 + 16 days of 7 until closing time.
    assert (water.response_median_hours, water.response_p90_hours) == (6, 5 + 16 * 7)
    assert found["市住建委"].answer_share is None and found["市住建委"].late_count == 1
    assert found["全部"].answer_share == 2 / 5


def test_an_open_post_counts_from_the_moment_that_it_is_overdue(office: Office) -> None:
    before, after = ask(office, "2017-10-18T17:59")["全部"], ask(office, "2017-10-18T18:01")["全部"]
    assert before.answer_share is None  # two answered, in time: fewer than three are over
    assert after.answer_share == 2 / 5  # 3, 4 and 5 are overdue now


def test_by_kind_and_month(office: Office) -> None:
    assert list(ask(office, "2017-10-31T20:00", "kind")) == ["全部", "投诉", "咨询", "求助"]
    assert {k: v.ticket_count for k, v in ask(office, "2017-11-02T20:00", "month").items()} == {
        "全部": 6,
        "2017-10": 6,
    }


def test_late_stays_late_after_an_extension_that_came_too_late_and_after_closing(office: Office) -> None:
    late = (
        office.case.thread("4", "[投诉:市水利局]", [("张三", MONDAY, "x")], at="2017-11-03T12:00:00") + "-1"
    )
    register = office.register()
    move(register, "hand_over", late, OFFICE, at("19T09:00"))
    move(office.register(), "extend", late, OFFICE, at("19T10:00"), days=15, why="需鉴定")
    after = ask(office, "2017-10-20T20:00")["市水利局"]
    assert after.late_count == 2 and after.answer_share == 2 / 4
    move(office.register(), "no_reply_needed", late, OFFICE, at("23T09:00"), why="重复")
    gone = ask(office, "2017-10-31T20:00")["市水利局"]
    assert gone.ticket_count == 4  # judged to need no reply: in no figure


def test_the_basis_is_stated() -> None:
    text = "\n".join(basis_lines(dataclasses.replace(RULES, min_cases=7), dt.date(2017, 12, 31)))
    assert "不足 7 件" in text and "2017-12-31" in text and "未到期的不进分母" in text
