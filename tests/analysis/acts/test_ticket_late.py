"""What was late stays late, and what was in time stays so: in rounds, transfers, pauses, floors of no use."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.acts.ticket import move
from analysis.clock_days import clock_lines
from analysis.queue import queue
from analysis.queue_stats import queue_stats
from tests.analysis.acts.test_ticket import OFFICE, OPENED, WATER, Office, at
from tests.analysis.acts.test_ticket_rounds import let_transfers_restart


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_a_transfer_starts_the_clocks_anew_and_leaves_late_what_was(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post()
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("12T09:00"), unit="市住建委", why="归住建")
    move(office.register(), "transfer", ticket, OFFICE, at("12T15:00"), unit="市交通局", why="归交通")
    now = office.ticket(ticket, "12T16:00")
    assert (now.clocks_from, now.first_response_due) == (at("12T15:00"), at("13T18:00"))
    # The first response was due on the 10th.
    assert (now.is_first_response_overdue, now.is_answer_overdue) == (True, False)
    office.case.build()
    assert office.ticket(ticket, "12T16:00") == now


def test_each_unit_that_had_the_clocks_to_itself_is_asked_whether_it_was_late(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post()
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("09T14:00"), unit="市住建委", why="归住建")
    assert not office.ticket(ticket, "10T17:00").was_late
    move(office.register(), "transfer", ticket, OFFICE, at("12T15:00"), unit="市交通局", why="归交通")
    assert office.ticket(ticket, "12T16:00").is_first_response_overdue  # 住建's was due on the 10th


def test_a_round_is_judged_by_the_clocks_that_a_transfer_started_anew(office: Office) -> None:
    let_transfers_restart(office)
    answer, objection = "2017-10-19T09:00:00", "2017-10-20T09:00:00"
    ticket = office.post(("防城港水利", answer, "答复：已装好"), ("张三", objection, "不认"))
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("10T09:00"), unit="市住建委", why="归住建")
    before = office.ticket(ticket, "20T08:00")  # due on the 19th, not on the 18th
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("20T10:00"), floor=3)
    assert before.is_answer_overdue is office.ticket(ticket, "20T11:00").is_answer_overdue is False


def test_a_transfer_of_what_was_solved_before_starts_no_clock_anew(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post(("张三", "2017-10-10T09:00:00", "解决了"))
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("11T09:00"), unit="市住建委", why="归住建")
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("12T09:00"), floor=2)
    now = office.ticket(ticket, "12T10:00")
    assert (now.clocks_from, now.was_late) == (at("09T10:00"), False)
    register = office.register()
    rules = dataclasses.replace(register.rules, min_cases=1)
    assert queue_stats(register.con, rules, at("12T10:00"))[0].answer_median_days == pytest.approx(1)


def test_a_response_before_a_transfer_is_in_time_and_took_no_hours_of_the_new_clock(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post(("防城港水利", "2017-10-10T09:00:00", "已收到"))
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("11T09:00"), unit="市住建委", why="归住建")
    register = office.register()
    rules = dataclasses.replace(register.rules, min_cases=1)
    of_all = queue_stats(register.con, rules, at("12T10:00"))[0]
    assert (of_all.response_share, of_all.response_median_hours) == (1, None)


def test_a_hand_over_starts_no_clock_anew(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("12T09:00"), unit="市住建委")
    handed = office.ticket(ticket, "12T10:00")
    assert (handed.unit, handed.clocks_from) == ("市住建委", at("09T10:00"))
    assert handed.is_first_response_overdue


def test_units_decided_anew_leave_running_what_a_transfer_started(office: Office) -> None:
    from analysis.acts.ticket import decide_units

    let_transfers_restart(office)
    ticket = office.post()
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("10T09:00"), unit="市住建委", why="归住建")
    decide_units(office.register(), ticket, OFFICE, at("10T15:00"), units=["市交通局"])
    assert office.ticket(ticket, "10T16:00").clocks_from == at("10T09:00")


@pytest.mark.parametrize(
    ("solved", "is_late"), [("2017-10-10T09:00:00", False), ("2017-10-19T09:00:00", True)]
)
def test_a_round_that_nobody_answered_is_judged_by_when_it_was_solved(
    office: Office, solved: str, is_late: bool
) -> None:
    ticket = office.post(("张三", solved, "解决了"), ("张三", "2017-10-26T09:00:00", "不认，又坏了"))
    office.open()
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("19T10:00"), floor=2)
    closed = office.ticket(ticket, "25T09:00")
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("26T10:00"), floor=3)
    again = office.ticket(ticket, "26T11:00")
    assert (again.state, again.round_number) == ("办理中", 2)
    for seen in (closed, again):
        assert (seen.is_first_response_overdue, seen.is_answer_overdue) == (is_late, is_late)
    office.case.build()
    assert office.ticket(ticket, "26T11:00") == again


def test_a_round_whose_answer_was_none_after_all_was_late(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-10T09:00:00", "答复：请耐心"),
        ("防城港水利", "2017-10-25T09:00:00", "答复：已装好"),
    )
    office.open()
    move(office.register(), "reopen", ticket, OFFICE, at("24T09:00"), why="没有办")
    assert not office.ticket(ticket, "24T10:00").was_late
    move(office.register(), "answer_rejected", ticket, OFFICE, at("24T11:00"), floor=2, why="没有实质内容")
    assert office.ticket(ticket, "25T10:00").is_answer_overdue  # nothing till the reopening; due on the 18th


def test_an_answer_after_a_post_was_solved_makes_nothing_late(office: Office) -> None:
    ticket = office.post(
        ("张三", "2017-10-10T09:00:00", "解决了"), ("防城港水利", "2017-10-25T09:00:00", "答复：已装好")
    )
    office.open()
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("10T10:00"), floor=2)
    now = office.ticket(ticket, "26T09:00")
    assert (now.state, now.was_late) == ("已办结", False)
    office.case.build()
    register = office.register()
    assert queue(register.con, register.rules, at("26T09:00"), include_closed=True) == [now]
    assert queue_stats(register.con, dataclasses.replace(register.rules, min_cases=1), at("26T09:00"))[
        0
    ].answer_median_days == pytest.approx(1)
    assert "3 楼），在办结（2017-10-10 09:00）之后" in clock_lines(now, register.rules, at("26T09:00"))[1]
    move(office.register(), "reopen", ticket, OFFICE, at("26T10:00"), why="又坏了")
    assert not office.ticket(ticket, "26T11:00").was_late


def test_an_answer_of_an_unknown_time_after_a_post_was_solved_leaves_it_in_time(office: Office) -> None:
    solved, answer = ("张三", "2017-10-10T09:00:00", "解决了"), ("防城港水利", "昨天", "答复：已装好")
    office.case.thread("7", "[投诉:市水利局]", [OPENED, solved], at="2017-10-10T12:00:00")
    ticket = office.post(solved, answer)
    office.open()
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("10T10:00"), floor=2)
    now = office.ticket(ticket, "30T13:00")
    assert (now.answer_floor, now.answer_at) == (3, at("30T12:00"))
    assert (now.was_late, now.is_unsure) == (False, False)
    register = office.register()
    rules = dataclasses.replace(register.rules, min_cases=1)
    assert queue_stats(register.con, rules, at("30T13:00"))[0].answer_share == 1
    told = clock_lines(now, rules, at("30T13:00"))[1]
    assert told.endswith("3 楼，发表时间未能识别），2017-10-10 09:00 办结，按时")


def test_a_deadline_stands_still_when_its_clock_has_stopped(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-11T09:00:00", "已收到"), ("防城港水利", "2017-10-12T20:00:00", "答复：已装好")
    )
    office.open()
    move(office.register(), "pause", ticket, WATER, at("10T09:00"), why="请补充地点")
    shown = [office.ticket(ticket, moment) for moment in ("12T20:30", "13T09:00", "27T09:00")]
    assert {t.state for t in shown} == {"已答复"}
    # The 10th to the 11th, the 10th to the 12th were no days of the clocks; nothing was late.
    assert {t.first_response_due for t in shown} == {at("12T18:00")}
    assert {t.answer_due for t in shown} == {at("23T18:00")}
    assert not any(t.was_late for t in shown)


def test_what_is_paused_or_resumed_later_on_the_day_a_clock_stopped_moves_nothing(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-11T20:00:00", "已收到"))
    office.open()
    move(office.register(), "pause", ticket, WATER, at("10T09:00"), why="请补充地点")
    before = office.ticket(ticket, "11T20:30")
    move(office.register(), "resume", ticket, WATER, at("11T21:00"))
    for seen in (before, office.ticket(ticket, "11T21:30"), office.ticket(ticket, "13T09:00")):
        assert (seen.first_response_due, seen.is_first_response_overdue) == (at("12T18:00"), False)


def test_a_reopening_on_the_day_of_a_late_evenings_answer_leaves_it_in_time(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-10T09:00:00", "已收到"), ("防城港水利", "2017-10-19T20:00:00", "答复：好")
    )
    office.open()
    move(office.register(), "pause", ticket, WATER, at("18T09:00"), why="请补充地点")
    assert not office.ticket(ticket, "19T20:30").was_late
    move(office.register(), "reopen", ticket, OFFICE, at("19T21:00"), why="没有办好")
    again = office.ticket(ticket, "19T21:30")
    assert (again.round_number, again.was_late) == (2, False)


def test_a_pause_after_the_response_of_the_same_day_takes_no_hour_from_it(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-10T09:00:00", "已收到"))
    office.open()
    move(office.register(), "pause", ticket, WATER, at("10T14:00"), why="请补充地点")
    seen = office.ticket(ticket, "10T15:00")
    # Of the answer's clock the 10th is no day.
    assert (seen.first_response_due, seen.answer_due) == (at("10T18:00"), at("19T18:00"))
    register = office.register()
    of_all = queue_stats(register.con, dataclasses.replace(register.rules, min_cases=1), at("10T15:00"))[0]
    assert of_all.response_median_hours == 6


def test_an_extension_after_the_answer_moves_nothing(office: Office) -> None:
    ticket = office.post(("小张", "2017-10-10T09:00:00", "我局已修好"))
    office.open()
    move(office.register(), "start", ticket, OFFICE, at("11T09:00"), why="已电话告知")
    move(office.register(), "extend", ticket, OFFICE, at("12T09:00"), days=12, why="需鉴定")
    assert office.ticket(ticket, "12T10:00").extension_days == 12
    move(office.register(), "answer_confirmed", ticket, OFFICE, at("13T09:00"), floor=2)
    done = office.ticket(ticket, "13T10:00")
    assert (done.answer_due, done.extension_days) == (at("18T18:00"), None)


def test_a_response_of_the_next_unit_moves_the_ticket_again(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-09T11:00:00", "已收到"),
        ("港城住建", "2017-10-11T09:00:00", "已收到，正在核实"),
    )
    office.open()
    move(office.register(), "transfer", ticket, OFFICE, at("09T14:00"), unit="市住建委", why="归住建")
    move(office.register(), "sign", ticket, OFFICE, at("10T09:00"))
    assert office.ticket(ticket, "10T10:00").state == "办理中"
    now = office.ticket(ticket, "11T10:00")
    assert (now.state, now.first_response_floor) == ("已初步回应", 2)
    office.case.build()
    assert office.ticket(ticket, "11T10:00") == now


def test_a_floor_that_a_person_calls_a_response_moves_what_was_sent_back_later(office: Office) -> None:
    ticket = office.post(
        ("小张", "2017-10-09T11:00:00", "我局正在核实"), ("防城港水利", "2017-10-09T15:00:00", "不属我局")
    )
    office.open()
    assert office.ticket(ticket, "10T09:00").state == "退回改派"
    move(office.register(), "response_confirmed", ticket, OFFICE, at("10T10:00"), floor=2)
    assert office.ticket(ticket, "10T11:00").state == "已初步回应"
