"""On the stroke of a deadline nothing is late, a second after it all is; what needs no reply never was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.queue import load_rules, queue
from analysis.ticket import Ticket
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case

OPENED = ("张三", "2017-10-09T10:00:00", "井盖没了")  # Monday: a response is due by Tuesday 18:00
STROKE, AFTER = "18:00:00", "18:00:01"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def ask(case: Case, at: str) -> Ticket:
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        rules, moment = load_rules(case.city), dt.datetime.fromisoformat(at)
        (ticket,) = queue(con, rules, moment, include_closed=True)  # reckoned by column
        # Reckoned one by one.
        assert queue(con, rules, moment, known_by=dt.date(2040, 1, 1), include_closed=True) == [ticket]
        return ticket
    finally:
        con.close()


@pytest.mark.parametrize(("time", "is_late"), [(STROKE, False), (AFTER, True)])
def test_a_response_and_an_answer_are_in_time_until_the_stroke(case: Case, time: str, is_late: bool) -> None:
    said = (
        ("防城港水利", f"2017-10-10T{time}", "已收到"),
        ("防城港水利", f"2017-10-18T{time}", "答复：已装好"),
    )
    case.thread("7", "[投诉:市水利局]", [OPENED, *said], at="2017-10-30T12:00:00")
    ticket = ask(case, "2017-10-20T12:00:00")
    assert ticket.first_response_due == dt.datetime(2017, 10, 10, 18)
    assert ticket.answer_due == dt.datetime(2017, 10, 18, 18)
    assert (ticket.is_first_response_overdue, ticket.is_answer_overdue) == (is_late, is_late)


@pytest.mark.parametrize(("time", "is_late"), [(STROKE, False), (AFTER, True)])
def test_what_is_open_runs_late_after_the_stroke(case: Case, time: str, is_late: bool) -> None:
    case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00")
    assert ask(case, f"2017-10-10T{time}").is_first_response_overdue is is_late


@pytest.mark.parametrize(("time", "is_late"), [(STROKE, False), (AFTER, True)])
def test_a_post_may_be_sent_back_until_the_stroke(case: Case, time: str, is_late: bool) -> None:
    ticket = case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00") + "-1"
    case.decide("state_change", ticket, "2017-10-11T09:00:00", after={"state": "待签收"})
    case.decide("state_change", ticket, f"2017-10-12T{time}", after={"state": "退回改派"}, why="非本局职责")
    assert ("退回改派超过 1 个工作日" in (ask(case, "2017-10-13T12:00:00").note or "")) is is_late


def test_what_is_judged_to_need_no_reply_is_late_no_more(case: Case) -> None:
    ticket = case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00") + "-1"
    assert ask(case, "2017-10-20T12:00:00").was_late
    case.decide("state_change", ticket, "2017-10-23T09:00:00", after={"state": "无需回复"}, why="重复反映")
    found = ask(case, "2017-10-24T12:00:00")
    assert found.state == "无需回复" and not found.was_late
