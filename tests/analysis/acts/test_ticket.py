"""Acts on tickets: legal ones are recorded once and seen at once; all others are refused in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from msgspec import structs
from typer.testing import CliRunner

from analysis.acts.ticket import TicketRegister, decide_units, move
from analysis.acts.ticket_check import Actor, MoveError
from analysis.queue import find_ticket, load_rules, queue
from analysis.ticket import Ticket
from analysis.warehouse import LiveWarehouse
from pipeline.decisions import StaleDecision, load_decisions
from tests.analysis.case import Case

OFFICE = Actor("宣传部 韦某")
WATER = Actor("市水利局 黄某", "责任单位", "市水利局")
OPENED = ("张三", "2017-10-09T10:00:00", "井盖没了")  # Monday; answer due 2017-10-18 18:00


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2017-10-{text}")


class Office:
    """A case with its register, and what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.case = Case(folder)
        self._live: LiveWarehouse | None = None

    def open(self) -> TicketRegister:
        self.case.build()
        self._live = LiveWarehouse(self.case.warehouse, self.case.city, self.case.store.decisions)
        return self.register()

    def register(self) -> TicketRegister:
        assert self._live is not None
        city = self.case.city
        return TicketRegister(self._live.cursor(), city, load_rules(city), self.case.store.decisions)

    def close(self) -> None:
        if self._live is not None:
            self._live.close()

    def post(self, *posts: tuple[str, str, str], title: str = "[投诉:市水利局]", tid: str = "7") -> str:
        return self.case.thread(tid, title, [OPENED, *posts], at="2017-10-30T12:00:00") + "-1"

    def ticket(self, ticket: str, moment: str) -> Ticket:
        register = self.register()
        return find_ticket(register.con, register.rules, ticket, at(moment))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_the_way_of_a_ticket_from_hand_over_to_close(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-12T09:00:00", "答复：已装好"))
    office.open()
    assert office.ticket(ticket, "09T12:00").state == "待研判"
    (handed,) = move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    assert (handed.kind, handed.who, handed.after["unit"]) == ("transfer", "宣传部 韦某", "市水利局")
    assert office.ticket(ticket, "09T14:00").state == "待签收"
    assert office.ticket(ticket, "09T14:00").is_unit_decided
    move(office.register(), "sign", ticket, WATER, at("10T08:30"))
    assert office.ticket(ticket, "10T09:00").state == "办理中"
    assert office.ticket(ticket, "12T09:00").state == "已答复"  # by the floor
    (closed,) = move(office.register(), "close", ticket, OFFICE, at("13T09:00"), why="已核实")
    assert closed.before == {"state": "已答复"} and closed.after == {"move": "close", "state": "已办结"}
    assert [office.ticket(ticket, m).state for m in ("09T12:00", "12T12:00", "13T10:00")] == [
        "待研判",
        "已答复",
        "已办结",
    ]
    assert len(list(load_decisions(office.case.store.decisions))) == 3
    office.case.build()  # the record alone tells the same after a rebuild
    assert office.ticket(ticket, "13T10:00").state == "已办结"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda r, t: move(r, "sign", t, WATER, at("09T12:00")), "现在不能签收；可以：开始办理（start）"),
        (lambda r, t: move(r, "close", t, OFFICE, at("09T12:00")), "转办（hand-over）"),
        (
            lambda r, t: move(r, "hand_over", t, WATER, at("09T12:00")),
            "转办由宣传部作出，责任单位可以：开始办理",
        ),
        (lambda r, t: move(r, "start", t, OFFICE, at("09T12:00"), why=" "), "须写明：理由（--why）"),
        (lambda r, t: move(r, "start", t, Actor(" "), at("09T12:00"), why="x"), "没有写明是谁"),
        (
            lambda r, t: move(r, "start", t, Actor("某", "责任单位", "市住建委"), at("09T12:00"), why="x"),
            "不是市住建委的帖，由市水利局办理",
        ),
        (
            lambda r, t: move(r, "transfer", t, OFFICE, at("09T12:00"), unit="市水利局", why="x"),
            "本来就归市水利局",
        ),
        (
            lambda r, t: move(r, "transfer", t, OFFICE, at("09T12:00"), unit="水务局", why="x"),
            "没有单位“水务局”",
        ),
        (lambda r, t: move(r, "extend", t, OFFICE, at("09T12:00"), days=10, why="x"), "现在不能延期"),
        (lambda r, t: move(r, "resume", t, OFFICE, at("09T12:00")), "现在不能恢复"),
        (lambda r, t: move(r, "answer_confirmed", t, OFFICE, at("09T12:00"), floor=5), "没有可用的 5 楼"),
        (
            lambda r, t: move(r, "dispute_confirmed", t, OFFICE, at("09T12:00"), floor=2),
            "现在不能确认二次反映",
        ),
    ],
)
def test_illegal_moves_are_refused_with_the_legal_ones_named(
    office: Office, call: Callable[[TicketRegister, str], object], told: str
) -> None:
    ticket = office.post()
    with pytest.raises(MoveError) as error:
        call(office.open(), ticket)
    assert told in str(error.value)
    assert list(load_decisions(office.case.store.decisions)) == []


def test_sending_back_has_its_day_and_passing_on_starts_another(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    with pytest.raises(MoveError, match="退回时限 2017-10-10 18:00（1 个工作日）已过"):
        move(office.register(), "send_back", ticket, WATER, at("11T09:00"), why="属住建")
    move(office.register(), "send_back", ticket, WATER, at("10T09:00"), why="路面井盖属住建")
    assert office.ticket(ticket, "10T12:00").state == "退回改派"
    (passed,) = move(
        office.register(), "transfer", ticket, OFFICE, at("10T15:00"), unit="市住建委", why="属住建"
    )
    assert passed.before == {"state": "退回改派", "unit": "市水利局"}
    now = office.ticket(ticket, "10T16:00")
    assert (now.unit, now.state, now.send_back_due) == ("市住建委", "待签收", at("11T18:00"))
    assert now.answer_due == at("18T18:00")  # the clock runs on


def test_pause_and_resume_return_to_the_state_before(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "start", ticket, OFFICE, at("09T14:00"), why="已电话告知")
    move(office.register(), "pause", ticket, WATER, at("11T09:00"), why="等楼主补充地址")
    assert office.ticket(ticket, "12T09:00").state == "暂停"
    move(office.register(), "resume", ticket, WATER, at("13T09:00"))
    now = office.ticket(ticket, "13T10:00")
    assert (now.state, now.answer_due) == ("办理中", at("20T18:00"))


def test_an_answer_ends_a_pause(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-12T09:00:00", "答复：已装好"))
    office.open()
    move(office.register(), "pause", ticket, OFFICE, at("11T09:00"), why="等地址")
    assert [office.ticket(ticket, m).state for m in ("11T10:00", "12T10:00")] == ["暂停", "已答复"]


def test_extension_has_a_limit_and_too_late_ones_leave_it_late(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    for days, told in ((16, "至多到发帖后第 15 个"), (7, "现有时限已是发帖后第 7 个")):
        with pytest.raises(MoveError, match=told):
            move(office.register(), "extend", ticket, OFFICE, at("12T09:00"), days=days, why="需鉴定")
    move(office.register(), "extend", ticket, OFFICE, at("12T09:00"), days=9, why="需鉴定")
    now = office.ticket(ticket, "12T10:00")
    assert (now.state, now.answer_due, now.extension_days) == ("延期", at("20T18:00"), 9)
    with pytest.raises(MoveError, match="现有时限已是发帖后第 9 个"):
        move(office.register(), "extend", ticket, OFFICE, at("13T09:00"), days=9, why="还要")
    move(office.register(), "extend", ticket, OFFICE, at("23T09:00"), days=15, why="还要")
    late = office.ticket(ticket, "23T10:00")
    assert late.is_answer_overdue and late.answer_due == at("20T18:00")
    assert late.note is not None and "时限过后才批的延期不改时限：还要" in late.note


def test_no_extension_to_a_deadline_that_is_over_on_the_day_of_the_act(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    told = (
        "发帖后第 9 个工作日即 2017-10-20 18:00，办理时已过.*原时限 2017-10-18 18:00 已超，请尽快答复"
        ".*工作日数请写 10 至 15"
    )
    with pytest.raises(MoveError, match=told):
        move(office.register(), "extend", ticket, OFFICE, at("23T09:00"), days=9, why="需鉴定")
    with pytest.raises(MoveError, match=r"2017-10-30 18:00，办理时已过.*请尽快答复.*不必再延期"):
        move(office.register(), "extend", ticket, OFFICE, at("31T09:00"), days=15, why="需鉴定")
    assert office.ticket(ticket, "23T10:00").state == "待签收"
    move(office.register(), "extend", ticket, OFFICE, at("20T18:00"), days=9, why="到最后一分钟还可以")
    assert office.ticket(ticket, "20T18:00").state == "延期"


def test_days_of_a_pause_count_where_the_end_of_an_extension_is_reckoned(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "start", ticket, OFFICE, at("09T14:00"), why="已电话告知")
    move(office.register(), "pause", ticket, WATER, at("11T09:00"), why="等楼主补充地址")
    move(office.register(), "resume", ticket, WATER, at("13T09:00"))  # due on the 20th, not on the 18th
    with pytest.raises(MoveError, match="发帖后第 8 个工作日即 2017-10-23 18:00，办理时已过"):
        move(office.register(), "extend", ticket, OFFICE, at("24T09:00"), days=8, why="需鉴定")
    move(office.register(), "extend", ticket, OFFICE, at("23T09:00"), days=8, why="需鉴定")


def test_only_a_person_makes_a_netizens_words_an_answer(office: Office) -> None:
    ticket = office.post(("小张", "2017-10-10T09:00:00", "我局已修好"))
    office.open()
    assert office.ticket(ticket, "12T09:00").state == "待研判"
    move(office.register(), "answer_confirmed", ticket, OFFICE, at("12T09:00"), floor=2, why="电话核实")
    now = office.ticket(ticket, "12T09:00")
    assert (now.state, now.answer_at, now.answer_floor) == ("已答复", at("10T09:00"), 2)
    assert not now.is_first_response_overdue
    move(office.register(), "answer_rejected", ticket, OFFICE, at("13T09:00"), floor=2, why="并未修好")
    again = office.ticket(ticket, "13T09:00")
    assert (again.state, again.answer_at, again.is_first_response_overdue) == ("待研判", None, True)


def test_an_answer_that_is_none_is_taken_back_and_the_next_one_counts(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-10T09:00:00", "答复：请耐心"),
        ("防城港水利", "2017-10-17T09:00:00", "答复：已装好"),
    )
    office.open()
    move(office.register(), "answer_rejected", ticket, OFFICE, at("11T09:00"), floor=2, why="没有实质内容")
    before, after = office.ticket(ticket, "12T09:00"), office.ticket(ticket, "17T10:00")
    assert (before.state, before.answer_floor) == ("待研判", None)
    assert (after.state, after.answer_floor) == ("已答复", 3)


def test_a_dispute_opens_a_round_of_its_own_and_the_first_stays_late(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-19T09:00:00", "答复：已装好"),  # due on the 18th: late
        ("张三", "2017-10-20T20:00:00", "我不认，还是没有"),
        ("防城港水利", "2017-10-24T09:00:00", "答复：这次真装好了"),
    )
    office.open()
    with pytest.raises(MoveError, match="2 楼不是发帖人所写"):
        move(office.register(), "dispute_confirmed", ticket, OFFICE, at("21T09:00"), floor=2)
    move(office.register(), "dispute_confirmed", ticket, OFFICE, at("21T09:00"), floor=3, why="属实")
    second = office.ticket(ticket, "21T10:00")
    assert (second.state, second.round_number, second.answer_at) == ("办理中", 2, None)
    assert second.clocks_from == at("20T20:00") and second.answer_due == at("31T18:00")
    assert second.first_response_due == at("23T18:00")
    assert second.is_answer_overdue  # of the first round
    done = office.ticket(ticket, "24T10:00")
    assert (done.state, done.answer_floor, done.is_answer_overdue) == ("已答复", 4, True)
    assert done.is_first_response_overdue  # the first round again: due on the 10th, nothing till the 19th


def test_solved_closes_when_a_person_confirms(office: Office) -> None:
    ticket = office.post(
        ("张三", "2017-10-10T09:00:00", "解决了，谢谢"), ("李四", "2017-10-10T10:00:00", "解决了")
    )
    office.open()
    assert office.ticket(ticket, "12T09:00").state == "待研判"
    with pytest.raises(MoveError, match="3 楼不是发帖人所写"):
        move(office.register(), "solved_confirmed", ticket, OFFICE, at("12T09:00"), floor=3)
    move(office.register(), "solved_confirmed", ticket, OFFICE, at("12T09:00"), floor=2, why="已电话核实")
    now = office.ticket(ticket, "12T09:00")
    assert now.state == "已办结" and not now.is_first_response_overdue
    assert not office.ticket(ticket, "30T09:00").is_answer_overdue


def test_reopened_after_no_reply_goes_on_with_its_first_clocks(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "no_reply_needed", ticket, OFFICE, at("09T12:00"), why="重复帖")
    assert office.ticket(ticket, "25T09:00").is_answer_overdue is False
    move(office.register(), "reopen", ticket, OFFICE, at("25T09:00"), why="不是重复帖")
    now = office.ticket(ticket, "25T10:00")
    assert (now.state, now.round_number, now.is_answer_overdue) == ("办理中", 1, True)


def test_no_floor_moves_what_a_person_ended(office: Office) -> None:
    ticket = office.post(("防城港水利", "2017-10-12T09:00:00", "已收到"))
    office.open()
    move(office.register(), "no_reply_needed", ticket, OFFICE, at("10T12:00"), why="重复帖")
    assert office.ticket(ticket, "13T09:00").state == "无需回复"


def test_an_answer_that_was_not_crawled_yet_still_counts(office: Office) -> None:
    """Answered at nine, handed over at three by a clerk who could not know it."""
    case = office.case
    ticket = case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-09T12:00:00") + "-1"
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("10T15:00"))
    answered = ("防城港水利", "2017-10-10T09:00:00", "答复：好了")
    case.thread("7", "[投诉:市水利局]", [OPENED, answered], at="2017-10-11T12:00:00")
    case.build()
    assert office.ticket(ticket, "11T13:00").state == "已答复"


def test_units_are_decided_into_several_tickets(office: Office) -> None:
    ticket = office.post(
        ("防城港水利", "2017-10-11T09:00:00", "答复：水管已修"), title="[投诉:市水利局]", tid="9"
    )
    thread = ticket.removesuffix("-1")
    office.open()
    decided, one, two = decide_units(
        office.register(), ticket, OFFICE, at("10T09:00"), units=["市住建委", "市水利局"], why="两家的事"
    )
    # The ticket that was there keeps its number.
    assert decided.kind == "tag_correction" and decided.after == {"units": ["市水利局", "市住建委"]}
    assert (one.target, two.target) == (f"{thread}-1", f"{thread}-2")
    assert [office.ticket(f"{thread}-{n}", "10T10:00").unit for n in (1, 2)] == ["市水利局", "市住建委"]
    assert [office.ticket(f"{thread}-{n}", "10T10:00").state for n in (1, 2)] == ["待签收", "待签收"]
    assert [office.ticket(f"{thread}-{n}", "12T10:00").state for n in (1, 2)] == ["已答复", "待签收"]
    register = office.register()
    before = queue(register.con, register.rules, at("10T08:00"), include_closed=True)
    assert [t.ticket_id for t in before] == [ticket]  # the day before had one
    move(office.register(), "sign", f"{thread}-2", OFFICE, at("12T09:00"))
    with pytest.raises(MoveError, match="已有办理记录，不能并掉"):
        decide_units(office.register(), ticket, OFFICE, at("12T10:00"), units=["市水利局"])


def test_bulk_hand_over_is_all_or_none(office: Office) -> None:
    one, two = office.post(tid="1"), office.post(title="[求助:市住建委]", tid="2")
    unknown = office.post(title="[求助]", tid="3")
    office.open()
    with pytest.raises(MoveError, match="还没有责任单位"):
        move(office.register(), "hand_over", [one, two, unknown], OFFICE, at("09T14:00"))
    assert list(load_decisions(office.case.store.decisions)) == []
    done = move(office.register(), "hand_over", [one, two, one], OFFICE, at("09T14:00"))
    assert [d.target for d in done] == [one, two]
    assert [office.ticket(t, "09T15:00").state for t in (one, two, unknown)] == ["待签收", "待签收", "待研判"]


def test_the_second_of_two_is_told_who_was_first(office: Office) -> None:
    ticket = office.post()
    office.open()
    seen = office.ticket(ticket, "09T12:00").seen
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"), seen=seen)
    with pytest.raises(StaleDecision, match="宣传部 韦某 已于 2017-10-09 14:00:00"):
        move(
            office.register(),
            "transfer",
            ticket,
            Actor("李某"),
            at("09T14:01"),
            unit="市住建委",
            why="属住建",
            seen=seen,
        )
    assert office.ticket(ticket, "09T15:00").unit == "市水利局"


def test_of_many_at_once_one_wins(office: Office) -> None:
    ticket = office.post()
    office.open()
    seen = office.ticket(ticket, "09T12:00").seen
    barrier, results = Barrier(8), []

    def hand(number: int) -> None:
        register = office.register()
        barrier.wait()
        try:
            move(register, "hand_over", ticket, Actor(f"经办人{number}"), at("09T14:00"), seen=seen)
            results.append("recorded")
        except (StaleDecision, MoveError):
            results.append("told")

    threads = [Thread(target=hand, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(results) == ["recorded"] + ["told"] * 7
    assert len(list(load_decisions(office.case.store.decisions))) == 1


def test_nothing_is_dated_before_what_was_done_last(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"))
    with pytest.raises(MoveError, match="早于它"):
        move(office.register(), "sign", ticket, WATER, at("09T13:00"))


def test_units_that_are_gone_get_nothing(office: Office) -> None:
    ticket = office.post()
    register = office.open()
    gone = structs.replace(
        register.city.unit_by_short["市住建委"], valid_to=dt.date(2017, 10, 8), successor="市住建局"
    )
    city = structs.replace(register.city, units=[gone])
    with pytest.raises(MoveError, match="市住建委在 2017-10-09 不存在（…—2017-10-08），请用 市住建局"):
        move(
            dataclasses.replace(register, city=city),
            "transfer",
            ticket,
            OFFICE,
            at("09T12:00"),
            unit="市住建委",
            why="x",
        )


def test_a_hand_over_is_taken_back_until_the_unit_signs(office: Office) -> None:
    ticket = office.post()
    office.open()
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:00"), unit="市住建委")
    (undone,) = move(office.register(), "take_back", ticket, OFFICE, at("09T14:05"), why="转错了")
    assert (undone.kind, undone.after["unit"], undone.after["state"]) == ("transfer", "市水利局", "待研判")
    assert undone.before == {"state": "待签收", "unit": "市住建委"}
    back = office.ticket(ticket, "09T14:06")
    assert (back.state, back.unit) == ("待研判", "市水利局")
    with pytest.raises(MoveError, match="现在不能撤回转办"):
        move(office.register(), "take_back", ticket, OFFICE, at("09T14:07"), why="再撤")
    # The same again is a new act, not the old one.
    move(office.register(), "hand_over", ticket, OFFICE, at("09T14:10"))
    assert office.ticket(ticket, "09T14:11").state == "待签收"
    move(office.register(), "sign", ticket, WATER, at("10T08:30"))
    with pytest.raises(MoveError, match="现在不能撤回转办"):
        move(office.register(), "take_back", ticket, OFFICE, at("10T09:00"), why="晚了")
    office.case.build()  # the record alone tells the same after a rebuild
    assert office.ticket(ticket, "09T14:06").unit == "市水利局"


def test_only_a_hand_over_is_taken_back(office: Office) -> None:
    ticket = office.post()
    office.open()
    decide_units(office.register(), ticket, OFFICE, at("09T14:00"), units=["市住建委"])
    with pytest.raises(MoveError, match="不是转办或改派"):
        move(office.register(), "take_back", ticket, OFFICE, at("09T14:05"), why="x")


@pytest.mark.parametrize(
    ("moves", "command", "told"),
    [
        # Of an answer that is none, what is left counts; a pause holds; what was paused goes on.
        ([], ["answer-rejected", "--floor", "2", "--why", "没有实质内容"], "待研判"),
        (["pause"], ["response-confirmed", "--floor", "3"], "暂停"),
        (["sign", "pause"], ["resume"], "办理中"),
    ],
)
def test_the_command_tells_the_state_after_the_act(
    office: Office, moves: list[str], command: list[str], told: str
) -> None:
    from gangqing import app

    first = "答复：请耐心" if not moves else "好"
    author = "防城港水利" if not moves else "小张"
    ticket = office.post((author, "2017-10-10T09:00:00", first), ("小张", "2017-10-10T10:00:00", "正在核实"))
    office.open()
    if moves:
        move(office.register(), "hand_over", ticket, OFFICE, at("10T11:00"))
    for hour, key in enumerate(moves, 12):
        move(office.register(), key, ticket, WATER, at(f"10T{hour}:00"), why="请补充")
    where = ["--city", str(office.case.city.folder), "--home", str(office.case.home), "--json"]
    said = [command[0], ticket, *command[1:], "--who", "宣传部 韦某", "--at", "2017-10-11T09:00"]
    done = CliRunner().invoke(app, ["queue", *said, *where])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    assert (row["state"], row["unit"]) == (told, "市水利局")
    assert office.ticket(ticket, "11T10:00").state == told
