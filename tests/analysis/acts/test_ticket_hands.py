"""Whose a ticket is when it changes hands and comes back, and whose floors are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis import queue
from analysis.acts import ticket as acts
from analysis.acts.ticket import decide_units, move
from analysis.acts.ticket_check import MoveError
from pipeline.city import load_city
from tests.analysis.acts.test_ticket import OFFICE, Office, at
from tests.analysis.acts.test_ticket_rounds import BOTH


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_who_gets_nobodys_post_by_mistake_gives_it_back_to_nobody(office: Office) -> None:
    ticket = office.post(title="[投诉]")
    office.open()
    before = office.ticket(ticket, "09T13:00")
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"), unit="市住建委")
    assert office.ticket(ticket, "09T14:30").unit == "市住建委"
    move(office.register(), "take_back", ticket, OFFICE, at("09T15:00"), why="转错了")
    back = office.ticket(ticket, "09T16:00")
    assert (before.unit, before.state) == (back.unit, back.state) == (None, "待研判")
    assert not back.is_unit_decided
    office.case.build()
    assert office.ticket(ticket, "09T16:00") == back


def test_a_hand_over_to_the_suggested_unit_that_is_taken_back_decides_nothing(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    assert office.ticket(ticket, "09T14:30").is_unit_decided
    move(office.register(), "take_back", ticket, OFFICE, at("09T15:00"), why="再看看")
    back = office.ticket(ticket, "09T16:00")
    assert (back.unit, back.is_unit_decided) == ("市水利局", False)


def test_a_unit_that_had_one_of_two_tickets_for_a_time_answered_for_that_one_only(office: Office) -> None:
    accounts = office.case.home / "town" / "official-accounts.csv"
    accounts.write_text(accounts.read_text("utf-8") + "港城交通,*,市交通局\n", "utf-8")
    office.case.city = load_city(accounts.parent)
    first = office.post(("港城交通", "2017-10-12T09:00:00", "答复：归我们的已办"), title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    move(office.register(), "transfer", second, OFFICE, at("10T09:00"), unit="市交通局", why="归交通")
    move(office.register(), "transfer", second, OFFICE, at("11T09:00"), unit="市教育局", why="归教育")
    # What 交通 said when it had the second one stops the clocks of that one, not those of 水利.
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["待研判", "已答复"]


def test_a_floor_of_no_use_is_no_hand_over_and_no_sending_back(office: Office) -> None:
    ticket = office.post(("小张", "2017-10-10T09:00:00", "我局已修好"))
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    move(office.register(), "answer_rejected", ticket, OFFICE, at("16T09:00"), floor=2, why="不是官方")
    assert office.ticket(ticket, "16T10:00").send_back_due == at("10T18:00")
    move(office.register(), "transfer", ticket, OFFICE, at("16T11:00"), unit="市住建委", why="归住建")
    move(office.register(), "send_back", ticket, OFFICE, at("16T12:00"), why="不归住建")
    move(office.register(), "answer_rejected", ticket, OFFICE, at("20T09:00"), floor=2, why="不是官方")
    move(office.register(), "hand_over", ticket, OFFICE, at("20T10:00"), unit="市水利局")
    move(office.register(), "take_back", ticket, OFFICE, at("20T11:00"), why="转错了")
    back = office.ticket(ticket, "20T12:00")
    assert (back.state, back.send_back_due) == ("退回改派", at("17T18:00"))
    assert "退回改派超过" not in (back.note or "")


def _let_a_unit_be_renamed(office: Office) -> None:
    """On 11 October 2017 市水务局 takes over from 市水利局, with an account of its own."""
    town = office.case.home / "town"
    units = (town / "units.csv").read_text("utf-8").splitlines()
    place = next(n for n, line in enumerate(units) if line.startswith("市水利局,"))
    units[place] = units[place].rsplit(",", 3)[0] + ",,2017-10-10,市水务局"
    units.append("市水务局,防城港市水务局,市直,防城港市,,水务,0,2017-10-11,,")
    (town / "units.csv").write_text("\n".join(units) + "\n", "utf-8")
    accounts = town / "official-accounts.csv"
    accounts.write_text(accounts.read_text("utf-8") + "港城水务,*,市水务局\n", "utf-8")
    office.case.city = load_city(town)


def test_who_took_over_from_a_unit_answers_for_it_alone(office: Office) -> None:
    _let_a_unit_be_renamed(office)
    first = office.post(("港城水务", "2017-10-12T09:00:00", "答复：水管已修"), title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["已答复", "待研判"]


def test_an_account_under_the_old_name_answers_for_who_took_over(office: Office) -> None:
    _let_a_unit_be_renamed(office)
    first = office.post(("防城港水利", "2017-10-12T09:00:00", "答复：水管已修"), title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    move(office.register(), "transfer", first, OFFICE, at("11T09:00"), unit="市水务局", why="机构改革")
    move(office.register(), "transfer", second, OFFICE, at("11T10:00"), unit="市交通局", why="归交通")
    decide_units(office.register(), first, OFFICE, at("11T11:00"), units=["市水务局", "市交通局"])
    assert [office.ticket(t, "13T09:00").state for t in (first, second)] == ["已答复", "待签收"]


def test_what_needs_no_reply_is_not_asked_to_be_made_so_again(office: Office) -> None:
    first = office.post(title=BOTH)
    second = first.removesuffix("1") + "2"
    office.open()
    move(office.register(), "no_reply_needed", second, OFFICE, at("10T09:00"), why="并到第一件")
    with pytest.raises(MoveError, match=r"它已是“无需回复”，不必再并；.*“改派”"):
        decide_units(office.register(), first, OFFICE, at("10T10:00"), units=["市水利局"])


def test_of_many_tickets_the_warehouse_and_the_record_are_asked_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk hands over twenty at a time, to units other than those that were suggested."""
    posts = [office.post(title=f"[投诉:市水利局]{number}", tid=str(number)) for number in range(10, 16)]
    office.open()
    asked = {"rows": 0, "record": 0}

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            asked[name] += 1
            return function(*given, **named)

        return call

    monkeypatch.setattr(queue, "ticket_rows", counted("rows", queue.ticket_rows))
    monkeypatch.setattr(acts, "load_decisions", counted("record", acts.load_decisions))
    move(office.register(), "hand_over", posts, OFFICE, at("10T09:00"), unit="市住建委")
    assert asked["rows"] == 2  # the tickets, and those beside them on their threads
    move(office.register(), "take_back", posts, OFFICE, at("10T09:05"), why="转错了")
    assert asked["rows"] <= 4 and asked["record"] <= 2
    assert {office.ticket(each, "10T10:00").unit for each in posts} == {"市水利局"}
