"""Where rules of a ticket meet: a pause and a second round, two units and a transfer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.acts.ticket import decide_units, move
from analysis.acts.ticket_check import MoveError
from analysis.queue import find_ticket, queue
from analysis.queue_lists import floors_to_confirm
from pipeline.city import load_city
from tests.analysis.acts.test_ticket import OFFICE, WATER, Office, at

BOTH = "[投诉:市水利局、市住建委][同办:市水利局、市住建委]"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def _paused(office: Office, *posts: tuple[str, str, str]) -> str:
    ticket = office.post(*posts)
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    move(office.register(), "pause", ticket, WATER, at("10T09:00"), why="请补充地点")
    return ticket


def test_a_pause_that_an_answer_ended_does_not_hold_in_the_next_round(office: Office) -> None:
    answer, objection = "2017-10-12T09:00:00", "2017-10-13T09:00:00"
    ticket = _paused(office, ("防城港水利", answer, "答复：已装好"), ("张三", objection, "不认"))
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("16T10:00"), floor=3)
    again = office.ticket(ticket, "16T10:00")
    assert (again.state, again.round_number) == ("办理中", 2)
    # Friday 13 October: one working day is the 16th, seven the 24th; no day before is a pause.
    assert (again.first_response_due, again.answer_due) == (at("16T18:00"), at("24T18:00"))
    late = office.ticket(ticket, "25T09:00")
    assert (late.is_first_response_overdue, late.is_answer_overdue) == (True, True)
    assert ticket in {
        t.ticket_id for t in queue(office.register().con, office.register().rules, at("25T09:00"))
    }
    office.case.build()  # as the build leaves it
    assert office.ticket(ticket, "25T09:00") == late
    move(office.register(), "pause", ticket, WATER, at("25T10:00"), why="再请补充")
    assert office.ticket(ticket, "25T11:00").state == "暂停"


@pytest.mark.parametrize(("ended", "floor"), [("no_reply_needed", None), ("solved_confirmed", 2)])
def test_who_reopens_a_paused_ticket_works_on_it(office: Office, ended: str, floor: int | None) -> None:
    ticket = _paused(office, ("张三", "2017-10-11T09:00:00", "解决了"))
    move(office.register(), ended, ticket, OFFICE, at("11T10:00"), why="无需", floor=floor)
    move(office.register(), "reopen", ticket, OFFICE, at("12T10:00"), why="又来了")
    again = office.ticket(ticket, "13T10:00")
    assert again.state == "办理中"
    # It stood still on the 10th only.
    assert (again.first_response_due, again.answer_due) == (at("11T18:00"), at("19T18:00"))


def test_another_unit_does_not_inherit_a_pause(office: Office) -> None:
    ticket = _paused(office)
    decide_units(office.register(), ticket, OFFICE, at("11T09:00"), units=["市住建委"])
    given = office.ticket(ticket, "11T10:00")
    assert (given.unit, given.state, given.first_response_due) == ("市住建委", "待签收", at("11T18:00"))


def test_of_two_units_the_one_to_whom_a_ticket_was_passed_on_answers_it_alone(office: Office) -> None:
    accounts = office.case.home / "town" / "official-accounts.csv"
    accounts.write_text(accounts.read_text("utf-8") + "港城交通,*,市交通局\n", "utf-8")
    office.case.city = load_city(accounts.parent)
    first = office.post(("港城交通", "2017-10-12T09:00:00", "答复：已办"), title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    # An account of none of them answers for all, until a ticket is its unit's.
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["已答复", "已答复"]
    move(office.register(), "transfer", second, OFFICE, at("10T09:00"), unit="市交通局", why="归交通")
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["待研判", "已答复"]


def test_the_floors_of_two_units_follow_tickets_that_change_hands(office: Office) -> None:
    first = office.post(("防城港水利", "2017-10-12T09:00:00", "答复：已办"), title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    move(office.register(), "transfer", first, OFFICE, at("10T09:00"), unit="市交通局", why="归交通")
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["已答复", "待研判"]
    move(office.register(), "transfer", second, OFFICE, at("10T10:00"), unit="市水利局", why="归水利")
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["待签收", "已答复"]


def test_a_unit_gets_no_second_ticket_of_a_thread(office: Office) -> None:
    first = office.post(title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    for key in ("transfer", "hand_over"):
        with pytest.raises(MoveError, match=f"市住建委在这个帖子里已有一件（{second}，待研判）") as refused:
            move(office.register(), key, first, OFFICE, at("10T09:00"), unit="市住建委", why="归住建")
        assert f"{first}（“" in str(refused.value) and "”）不能再转给它" in str(refused.value)
    with pytest.raises(MoveError, match="同一个帖子的两件不能由同一个单位办理") as refused:
        move(office.register(), "hand_over", [first, second], OFFICE, at("10T09:00"), unit="市交通局")
    title = office.ticket(first, "10T10:00").title
    assert f"：“{title}”（{first}、{second}）；" in str(refused.value)  # which of many that were ticked
    move(office.register(), "transfer", first, OFFICE, at("10T09:00"), unit="市交通局", why="归交通")
    move(office.register(), "transfer", second, OFFICE, at("10T09:01"), unit="市水利局", why="归水利")
    with pytest.raises(MoveError, match="市水利局在这个帖子里已有一件"):
        move(office.register(), "take_back", first, OFFICE, at("10T09:02"), why="转错了")
    move(office.register(), "take_back", second, OFFICE, at("10T09:03"), why="转错了")
    move(office.register(), "no_reply_needed", second, OFFICE, at("10T09:10"), why="并到第一件")
    move(office.register(), "transfer", first, OFFICE, at("10T09:20"), unit="市住建委", why="归住建")
    assert office.ticket(first, "10T10:00").unit == "市住建委"
    with pytest.raises(MoveError, match=rf"市住建委.*已有一件（{first}，待签收），{second} 不能重新办理"):
        move(office.register(), "reopen", second, OFFICE, at("10T10:10"), why="还是要答")
    move(office.register(), "no_reply_needed", first, OFFICE, at("10T10:20"), why="都不必")
    with pytest.raises(MoveError, match="同一个帖子的两件不能由同一个单位办理"):
        move(office.register(), "reopen", [first, second], OFFICE, at("10T10:30"), why="还是要答")
    move(office.register(), "reopen", second, OFFICE, at("10T10:40"), why="还是要答")
    assert office.ticket(second, "10T10:50").state == "办理中"


def test_units_decided_anew_are_all_given_a_ticket_where_one_had_two(office: Office) -> None:
    first = office.post(title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    move(office.register(), "no_reply_needed", first, OFFICE, at("10T09:00"), why="并到第二件")
    move(office.register(), "transfer", second, OFFICE, at("10T09:10"), unit="市水利局", why="归水利")
    decide_units(office.register(), second, OFFICE, at("10T09:20"), units=["市水利局", "市交通局"])
    given = {t: office.ticket(t, "10T10:00") for t in (first, second)}
    assert [(t.unit, t.state) for t in given.values()] == [("市交通局", "待签收"), ("市水利局", "待签收")]


def test_only_what_was_said_after_the_answer_disputes_it(office: Office) -> None:
    posts = [
        ("张三", "2017-10-10T09:00:00", "不认，没人管"),
        ("防城港水利", "2017-10-12T09:00:00", "答复：已装好"),
        ("张三", "2017-10-12T09:00:00", "不认"),  # forums show minutes
        ("防城港水利", "2017-10-16T09:00:00", "答复：又装好"),
    ]
    ticket = office.post(*posts)
    office.open()
    with pytest.raises(MoveError, match=r"2 楼（2017-10-10 09:00）在 3 楼的答复（2017-10-12 09:00）之前"):
        move(office.register(), "dispute_confirmed", ticket, OFFICE, at("17T09:00"), floor=2)
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("17T09:00"), floor=4)
    with pytest.raises(MoveError, match=r"4 楼.*在 5 楼的答复.*之前"):  # the same floor begins one round
        move(office.register(), "dispute_confirmed", ticket, OFFICE, at("17T10:00"), floor=4)
    assert office.ticket(ticket, "17T10:00").round_number == 2


def test_what_was_said_before_a_post_was_called_solved_reopens_nothing(office: Office) -> None:
    ticket = office.post(("张三", "2017-10-10T09:00:00", "不认"), ("张三", "2017-10-11T09:00:00", "解决了"))
    office.open()
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("11T10:00"), floor=3)
    with pytest.raises(MoveError, match="在办结（2017-10-11 09:00）之前"):
        move(office.register(), "dispute_confirmed", ticket, OFFICE, at("11T11:00"), floor=2)


def test_thanks_of_an_earlier_round_do_not_end_the_present_one(office: Office) -> None:
    posts = [
        ("防城港水利", "2017-10-10T09:00:00", "答复：已装好"),
        ("张三", "2017-10-10T12:00:00", "解决了"),
        ("张三", "2017-10-11T09:00:00", "不认，又坏了"),
        ("张三", "2017-10-12T09:00:00", "解决了"),
    ]
    ticket = office.post(*posts)
    office.open()
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("11T10:00"), floor=4)
    told = r"3 楼（2017-10-10 12:00）在第 2 轮起算（2017-10-11 09:00）之前.*no-reply-needed"
    with pytest.raises(MoveError, match=told):
        move(office.register(), "solved_confirmed", ticket, OFFICE, at("30T13:00"), floor=3)
    late = office.ticket(ticket, "30T13:00")
    assert (late.is_first_response_overdue, late.is_answer_overdue) == (True, True)
    asked = floors_to_confirm(office.register().con, at("30T13:00"))
    assert [floor.floor for floor in asked] == [5]
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("30T13:10"), floor=5)
    assert not office.ticket(ticket, "30T13:20").was_late


def let_transfers_restart(office: Office) -> None:
    rules = office.case.city.folder / "reply-rules.yaml"
    said = rules.read_text("utf-8").replace("transfer_restarts: false", "transfer_restarts: true")
    rules.write_text(said, "utf-8")


def test_thanks_of_the_round_from_before_a_transfer_that_restarts_the_clocks_end_it(office: Office) -> None:
    let_transfers_restart(office)
    posts = [
        ("防城港水利", "2017-10-10T09:00:00", "答复：已装好"),
        ("张三", "2017-10-10T12:00:00", "解决了"),
        ("张三", "2017-10-11T09:00:00", "不认，又坏了"),
        ("张三", "2017-10-11T17:00:00", "解决了"),
    ]
    ticket = office.post(*posts)
    office.open()
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("11T10:00"), floor=4)
    move(office.register(), "transfer", ticket, OFFICE, at("17T09:00"), unit="市住建委", why="归住建")
    passed = office.ticket(ticket, "17T10:00")
    assert (passed.clocks_from, passed.round_at) == (at("17T09:00"), at("11T09:00"))
    with pytest.raises(MoveError, match=r"3 楼（2017-10-10 12:00）在第 2 轮起算（2017-10-11 09:00）之前"):
        move(office.register(), "solved_confirmed", ticket, OFFICE, at("17T11:00"), floor=3)
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("17T11:10"), floor=5)
    ended = office.ticket(ticket, "30T09:00")
    # Solved in time before it was passed on: the transfer started nothing anew.
    assert (ended.state, ended.clocks_from, ended.was_late) == ("已办结", at("11T09:00"), False)


def test_a_hand_over_of_nobodys_post_that_is_taken_back_starts_no_clock_anew(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post(title="[投诉]")
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("12T09:00"), unit="市住建委")
    move(office.register(), "take_back", ticket, OFFICE, at("12T11:00"), why="转错了")
    back = office.ticket(ticket, "12T12:00")
    assert (back.clocks_from, back.is_first_response_overdue) == (at("09T10:00"), True)


def test_a_transfer_that_is_taken_back_starts_no_clock_anew(office: Office) -> None:
    let_transfers_restart(office)
    ticket = office.post()
    office.open()
    late = office.ticket(ticket, "12T08:00")
    move(office.register(), "transfer", ticket, OFFICE, at("12T09:00"), unit="市住建委", why="归住建")
    assert office.ticket(ticket, "12T10:00").clocks_from == at("12T09:00")
    move(office.register(), "take_back", ticket, OFFICE, at("12T11:00"), why="转错了")
    back = office.ticket(ticket, "12T12:00")
    assert (back.clocks_from, back.answer_due) == (late.clocks_from, late.answer_due)
    assert back.send_back_due == late.send_back_due == at("10T18:00")
    assert late.is_first_response_overdue and back.is_first_response_overdue
    office.case.build()
    assert office.ticket(ticket, "12T12:00") == back


def test_history_says_the_state_of_the_second_round(office: Office) -> None:
    from analysis.ticket_history import ticket_history

    ticket = _paused(
        office, ("防城港水利", "2017-10-12T09:00:00", "答复：好"), ("张三", "2017-10-13T09:00:00", "不认")
    )
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("13T10:00"), floor=3)
    con = office.register().con
    found = find_ticket(con, office.register().rules, ticket, at("14T09:00"))
    events = ticket_history(con, found, dt.date(2017, 10, 14))
    assert (events[-1].state_before, events[-1].state_after) == ("已答复", "办理中")
