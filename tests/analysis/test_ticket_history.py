"""What happened to a ticket, in order; what waits for a person, floor by floor, until a word is given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.acts.ticket import move
from analysis.queue_lists import floors_to_confirm
from analysis.ticket_history import ticket_history
from tests.analysis.acts.test_ticket import OFFICE, WATER, Office, at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


POSTS = (
    ("防城港水利", "2017-10-10T09:00:00", "已收到"),
    ("小张", "2017-10-11T09:00:00", "我局已派人"),
    ("防城港水利", "2017-10-12T09:00:00", "答复：已装好"),
    ("张三", "2017-10-13T20:00:00", "我不认，还是没有"),
    ("防城港水利", "2017-10-17T09:00:00", "答复：这次真装好了"),
    ("张三", "2017-10-18T20:00:00", "解决了"),
)


def test_floors_and_people_stand_in_one_order(office: Office) -> None:
    ticket = office.post(*POSTS)
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T15:00"))
    move(office.register(), "sign", ticket, WATER, at("09T16:00"))
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("14T09:00"), floor=5, why="属实")
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("19T09:00"), floor=7)
    events = ticket_history(office.register().con, office.ticket(ticket, "20T09:00"), at("20T09:00"))
    assert [(e.at.isoformat()[5:16], e.who, e.what, e.floor, e.state_after) for e in events] == [
        ("10-09T10:00", "发帖人", "立单", 1, "待研判"),
        ("10-09T15:00", "宣传部 韦某", "转办", None, "待签收"),
        ("10-09T16:00", "市水利局 黄某", "签收", None, "办理中"),
        ("10-10T09:00", "官方账号（市水利局）", "官方初步回应", 2, "已初步回应"),
        ("10-11T09:00", "未登记账号", "未登记账号的答复", 3, "已初步回应"),
        ("10-12T09:00", "官方账号（市水利局）", "官方答复", 4, "已答复"),
        ("10-13T20:00", "发帖人", "发帖人不认可", 5, "已答复"),
        ("10-14T09:00", "宣传部 韦某", "确认二次反映", 5, "办理中"),
        ("10-17T09:00", "官方账号（市水利局）", "官方答复", 6, "已答复"),
        ("10-18T20:00", "发帖人", "发帖人称已解决", 7, "已答复"),
        ("10-19T09:00", "宣传部 韦某", "确认已解决", 7, "已办结"),
    ]
    assert [e.state_before for e in events][1:] == [e.state_after for e in events][:-1]
    assert [e.is_automatic for e in events].count(False) == 4
    office.case.build()  # as the build leaves it, each moment is told the same
    con = office.register().con
    assert ticket_history(con, office.ticket(ticket, "20T09:00"), at("20T09:00")) == events
    move(office.register(), "reopen", ticket, OFFICE, at("20T10:00"), why="又坏了")
    again = ticket_history(office.register().con, office.ticket(ticket, "20T11:00"), at("20T11:00"))
    assert again[:-1] == events and (again[-1].state_before, again[-1].state_after) == ("已办结", "办理中")


def test_floors_wait_for_a_word_until_it_is_given(office: Office) -> None:
    ticket = office.post(*POSTS)
    office.open()

    def waiting(moment: str) -> list[tuple[str, int]]:
        con = office.register().con
        return [(f.kind, f.floor) for f in floors_to_confirm(con, at(moment))]

    assert waiting("10T12:00") == []
    assert waiting("11T12:00") == [("claimed", 3)]
    assert waiting("12T12:00") == []  # answered by the registered account: the claim matters no more
    assert waiting("13T21:00") == [("disputed", 5)]
    move(office.register(), "answer_rejected", ticket, OFFICE, at("14T09:00"), floor=5, why="与本帖无关")
    assert waiting("14T10:00") == [] and office.ticket(ticket, "14T10:00").state == "已答复"
    assert waiting("18T21:00") == [("solved", 7)]
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("19T09:00"), floor=7)
    assert waiting("19T10:00") == []


def test_the_page_does_not_say_answered_where_an_answer_was_called_none(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-12T09:00:00", "答复：请耐心"))
    office.open()
    move(office.register(), "answer_rejected", ticket, OFFICE, at("13T09:00"), floor=2, why="没有实质内容")
    con, found = office.register().con, office.ticket(ticket, "14T09:00")
    assert found.state == "待研判"
    assert ticket_history(con, found, at("14T09:00"))[-1].state_after == "待研判"
