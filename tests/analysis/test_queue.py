"""The queue as of any moment: two clocks, late stays late, decisions move tickets, days are explained."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from msgspec import structs

from analysis.clock_days import clock_lines, explain
from analysis.mistakes import unknown_unit
from analysis.queue import (
    Rules,
    Ticket,
    TicketError,
    closed_hint,
    load_rules,
    queue,
    queue_rows,
)
from analysis.ticket import parse_rules, undated_words
from analysis.warehouse import open_warehouse
from analysis.worktime import WorktimeError
from pipeline.records import ThreadTags
from pipeline.tagging.items import ThreadItem
from tests.analysis.case import Case, MarkTagger

OPENED = ("张三", "2017-10-09T10:00:00", "井盖没了")  # Monday
RECEIVED = ("防城港水利", "2017-10-10T09:00:00", "已收到，正在核实")
ANSWER = ("防城港水利", "2017-10-19T09:00:00", "答复：已装好")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def ask(case: Case, day: str, **more: object) -> list[Ticket]:
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        moment = dt.datetime.fromisoformat(day) if "T" in day else dt.date.fromisoformat(day)
        return queue(con, rules(case), moment, **more)  # type: ignore[arg-type]
    finally:
        con.close()


def rules(case: Case) -> Rules:
    return load_rules(case.city)


def whole_thread(case: Case, at: str = "2017-10-30T12:00:00") -> str:
    return case.thread("7", "井盖没了[投诉:市水利局]", [OPENED, RECEIVED, ANSWER], at=at) + "-1"


@pytest.mark.parametrize(
    ("day", "state", "first_late", "answer_late", "left"),
    [
        ("2017-10-09", "待研判", False, False, 1),
        ("2017-10-10T08:00", "待研判", False, False, 0),
        ("2017-10-10", "已初步回应", False, False, 6),  # to 18 October, seven working days after the 9th
        ("2017-10-18T17:00", "已初步回应", False, False, 0),
        ("2017-10-18", "已初步回应", False, True, 0),  # the day is over
        ("2017-10-19T08:00", "已初步回应", False, True, -1),
        ("2017-10-20", "已答复", False, True, None),  # late stays late
    ],
)
def test_two_clocks_day_by_day(
    case: Case, day: str, state: str, first_late: bool, answer_late: bool, left: int | None
) -> None:
    whole_thread(case)
    (ticket,) = ask(case, day, include_closed=True)
    assert ticket.state == state
    assert ticket.first_response_due == dt.datetime(2017, 10, 10, 18)
    assert ticket.answer_due == dt.datetime(2017, 10, 18, 18)
    assert (ticket.is_first_response_overdue, ticket.is_answer_overdue) == (first_late, answer_late)
    assert ticket.workdays_left == left


def test_before_the_post_there_is_no_ticket_and_after_the_answer_it_is_closed(case: Case) -> None:
    whole_thread(case)
    assert ask(case, "2017-10-08") == []
    assert ask(case, "2017-10-20") == []
    assert len(ask(case, "2017-10-20", include_closed=True)) == 1


def test_known_by_shows_only_what_was_captured(case: Case) -> None:
    case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-09T20:00:00")
    whole_thread(case)
    (ticket,) = ask(case, "2017-10-20", known_by=dt.date(2017, 10, 20))
    assert ticket.state == "待研判" and ticket.is_first_response_overdue
    assert ticket.note and "无法判定" in ticket.note  # the forum was not looked at after the deadline
    (ticket,) = ask(case, "2017-10-20", include_closed=True)
    assert ticket.state == "已答复"


def test_answer_without_response_stops_both_clocks(case: Case) -> None:
    answer = ("防城港水利", "2017-10-10T09:00:00", "答复：已装好")
    case.thread("7", "[咨询:市水利局]", [OPENED, answer], at="2017-10-30T12:00:00")
    (ticket,) = ask(case, "2017-10-31", include_closed=True)
    assert not ticket.is_first_response_overdue and not ticket.is_answer_overdue
    assert ticket.answer_due == dt.datetime(2017, 10, 16, 18)  # 咨询: five working days


def test_netizens_answer_nothing(case: Case) -> None:
    case.thread(
        "7",
        "[投诉:市水利局]",
        [OPENED, ("热心网友", "2017-10-10T09:00:00", "答复：修好了")],
        at="2017-10-30T12:00:00",
    )
    (ticket,) = ask(case, "2017-10-20")
    assert ticket.state == "待研判" and ticket.is_answer_overdue


def test_transfer_moves_the_ticket_and_keeps_its_clock(case: Case) -> None:
    ticket_id = whole_thread(case)
    case.decide("transfer", ticket_id, "2017-10-11T09:00:00", after={"unit": "市住建委"}, why="路面井盖")
    assert [t.unit for t in ask(case, "2017-10-10")] == ["市水利局"]
    (ticket,) = ask(case, "2017-10-11")
    assert (ticket.unit, ticket.ticket_id, ticket.is_unit_decided) == ("市住建委", ticket_id, True)
    assert ticket.answer_due == dt.datetime(2017, 10, 18, 18)
    assert ask(case, "2017-10-11", unit="市水利局") == []


def test_extension_up_to_its_limit(case: Case) -> None:
    ticket_id = whole_thread(case)
    case.decide("extension", ticket_id, "2017-10-12T09:00:00", after={"days": 99}, why="需鉴定")
    (ticket,) = ask(case, "2017-10-18")
    assert ticket.answer_due == dt.datetime(2017, 10, 30, 18)  # fifteen working days after the 9th
    assert not ticket.is_answer_overdue and ticket.note == "已延期：需鉴定"
    assert ask(case, "2017-10-11")[0].answer_due == dt.datetime(2017, 10, 18, 18)


def test_pause_stops_the_clock_until_resume(case: Case) -> None:
    ticket_id = whole_thread(case)
    case.decide("pause", ticket_id, "2017-10-11T09:00:00", why="等楼主补充地址")
    case.decide("resume", ticket_id, "2017-10-13T09:00:00")
    (ticket,) = ask(case, "2017-10-12")
    assert ticket.state == "暂停" and ticket.workdays_left is None
    (row,) = queue_rows([ticket])
    assert (row["next_due"], row["next_clock"]) == (None, None)  # none runs
    (ticket,) = ask(case, "2017-10-19T08:00")
    assert ticket.answer_due == dt.datetime(2017, 10, 20, 18)  # the 11th and 12th do not count
    assert not ticket.is_answer_overdue


def test_pause_does_not_undo_what_was_late(case: Case) -> None:
    """Due on the 18th at 18:00, paused that evening and the day after: late stays late."""
    ticket_id = case.thread("7", "井盖没了[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00") + "-1"
    case.decide("pause", ticket_id, "2017-10-18T18:30:00", why="等楼主补充地址")
    for moment in ("2017-10-18T20:00", "2017-10-25"):
        (ticket,) = ask(case, moment)
        assert (ticket.state, ticket.is_answer_overdue) == ("暂停", True), moment
        assert ticket.answer_due == dt.datetime(2017, 10, 18, 18)
    con = open_warehouse(case.warehouse)
    _, days = explain(con, rules(case), ticket_id, dt.date(2017, 10, 25))
    con.close()
    assert [d.day.isoformat() for d in days if d.clock == "正式答复" and d.is_counted][-1] == "2017-10-18"


def test_pause_in_time_is_not_late_while_it_lasts(case: Case) -> None:
    ticket_id = case.thread("7", "井盖没了[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00") + "-1"
    case.decide("pause", ticket_id, "2017-10-17T09:00:00")
    (ticket,) = ask(case, "2017-10-25")
    assert ticket.is_first_response_overdue  # due on the 10th, before the pause
    assert not ticket.is_answer_overdue
    assert ticket.answer_due == dt.datetime(2017, 10, 27, 18)  # the 17th and 18th are left


def test_sending_back_has_its_own_span(case: Case) -> None:
    ticket_id = case.thread("7", "井盖没了[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00") + "-1"
    assert ask(case, "2017-10-09")[0].send_back_due == dt.datetime(2017, 10, 10, 18)  # from the post
    case.decide("state_change", ticket_id, "2017-10-11T09:00:00", after={"state": "待签收"})
    assert ask(case, "2017-10-11")[0].send_back_due == dt.datetime(2017, 10, 12, 18)  # from being handed over
    case.decide(
        "state_change", ticket_id, "2017-10-13T09:00:00", after={"state": "退回改派"}, why="非本局职责"
    )
    (ticket,) = ask(case, "2017-10-13")
    assert ticket.state == "退回改派" and "退回改派超过 1 个工作日" in (ticket.note or "")
    two = parse_rules({"send_back_days": 2})
    con = open_warehouse(case.warehouse)
    (ticket,) = queue(con, two, dt.date(2017, 10, 13))
    con.close()
    assert "退回" not in (ticket.note or "")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"frist_response_days": 1}, "frist_response_days"),
        ({"answer_days": {"投拆": 7}}, "投拆"),
        ({"urgent": {"days": 1}}, "days"),
        ({"calendar": {2027: {"holiday": []}}}, "holiday"),
        ({"send_back_days": -1}, "send_back_days"),
        ({"after_hours": "tomorrow"}, "after_hours"),
    ],
)
def test_misspelt_rules_are_told(raw: dict[str, object], told: str) -> None:
    with pytest.raises(WorktimeError, match=told):
        parse_rules(raw)


def test_urgent_posts_have_their_own_spans() -> None:
    rules = parse_rules({"urgent": {"first_response_days": 0, "answer_days": 3}})
    assert rules.spans("投诉", "紧急") == (0, 3) and rules.spans("投诉", "普通") == (1, 7)
    assert parse_rules({"urgent": {"answer_days": 3}}).spans("咨询", "紧急") == (1, 3)


def test_person_moves_states_until_the_thread_itself_moves(case: Case) -> None:
    ticket_id = whole_thread(case)
    case.decide("state_change", ticket_id, "2017-10-09T12:00:00", after={"state": "待签收"})
    case.decide("state_change", ticket_id, "2017-10-25T12:00:00", after={"state": "已办结"})
    states = {
        day: ask(case, day, include_closed=True)[0].state
        for day in ("2017-10-09", "2017-10-10", "2017-10-20", "2017-10-25")
    }
    assert list(states.values()) == ["待签收", "已初步回应", "已答复", "已办结"]


def test_correction_makes_and_removes_tickets(case: Case) -> None:
    chat = case.thread("8", "[讨论:]", [OPENED], at="2017-10-30T12:00:00")
    real = case.thread("9", "[投诉:市水利局]", [OPENED], at="2017-10-30T12:00:00")
    assert [t.thread_id for t in ask(case, "2017-10-20")] == [real]
    case.decide(
        "tag_correction",
        chat,
        "2017-10-12T09:00:00",
        after={"needs_reply": True, "kind": "咨询", "units": ["市住建委"]},
    )
    case.decide("tag_correction", real, "2017-10-12T09:00:00", after={"needs_reply": False})
    (ticket,) = ask(case, "2017-10-20")
    assert (ticket.thread_id, ticket.unit, ticket.kind, ticket.state) == (chat, "市住建委", "咨询", "待研判")


def test_ticket_without_unit_or_time_is_shown_with_a_note(case: Case) -> None:
    case.thread("7", "[投诉]", [("张三", "刚刚", "不知道归谁管")], at="2017-10-10T12:00:00")
    (ticket,) = ask(case, "2017-10-20")
    assert ticket.unit is None and ticket.answer_due is None
    assert ticket.note == "发帖时间未能识别，无法计算时限；尚未确定责任单位"


def test_year_without_a_calendar_is_said(case: Case) -> None:
    case.thread("7", "[投诉:市水利局]", [("张三", "2051-12-01T10:00:00", "x")], at="2051-12-01T12:00:00")
    (ticket,) = ask(case, "2051-12-02")
    assert ticket.answer_due is None and ticket.note and "2051 年" in ticket.note


def test_explain_lists_each_day(case: Case) -> None:
    ticket_id = case.thread(
        "7", "[投诉:市水利局]", [("张三", "2017-09-29T10:00:00", "x")], at="2017-10-30T12:00:00"
    )
    case.build()
    con = open_warehouse(case.warehouse)
    ticket, days = explain(con, rules(case), ticket_id[:6], dt.date(2017, 10, 9))
    answer = [d for d in days if d.clock == "正式答复"]
    assert [d.day.isoformat() for d in answer if d.is_counted] == [
        "2017-09-30", "2017-10-09", "2017-10-10", "2017-10-11", "2017-10-12", "2017-10-13", "2017-10-16",
    ]  # fmt: skip
    assert ticket.answer_due == dt.datetime(2017, 10, 16, 18)
    assert len([d for d in answer if "国庆节放假" in d.why or "中秋放假" in d.why]) == 8
    with pytest.raises(TicketError, match="没有待回复帖"):
        explain(con, rules(case), "nothing", dt.date(2017, 10, 9))
    con.close()


def test_any_order_of_crawls_gives_the_same_queue(case: Case, tmp_path: Path) -> None:
    whole_thread(case, at="2017-10-30T12:00:00")
    once = ask(case, "2017-10-20", include_closed=True)
    other = Case(tmp_path / "other")
    for number, posts in enumerate(([OPENED], [OPENED, RECEIVED], [OPENED, RECEIVED, ANSWER])):
        other.thread("7", "井盖没了[投诉:市水利局]", posts, at=f"2017-10-{28 + number}T12:00:00")
        other.build()
    again = ask(other, "2017-10-20", include_closed=True)
    assert [t.ticket_id for t in once] == [t.ticket_id for t in again]
    assert [(t.state, t.answer_due, t.answer_at) for t in once] == [
        (t.state, t.answer_due, t.answer_at) for t in again
    ]


def test_under_an_announcement_the_clock_starts_with_the_question(case: Case) -> None:
    class Asked(MarkTagger):
        """Under an announcement nothing waits until a netizen asks."""

        def _thread(self, item: ThreadItem) -> ThreadTags:
            tags = super()._thread(item)
            asked = any("？" in (post.text or "") for post in item.posts)
            return structs.replace(tags, state="待研判" if asked else "无需回复", first_response_floor=None)

    case.tagger = Asked()
    posts = [
        ("防城港水利", "2017-10-09T10:00:00", "停水通告"),
        ("路人", "2017-10-10T10:00:00", "知道了"),
        ("市民", "2017-10-16T10:00:00", "几点来水？"),
        ("路人", "2017-10-18T10:00:00", "同问"),
    ]
    case.thread("7", "停水[咨询:市水利局]", posts, at="2017-10-30T12:00:00")
    assert ask(case, "2017-10-12") == []
    for day in ("2017-10-16", "2017-10-20"):
        (ticket,) = ask(case, day)
        assert ticket.opened_at == dt.datetime(2017, 10, 16, 10)
        assert ticket.first_response_due == dt.datetime(2017, 10, 17, 18)


@pytest.mark.parametrize(
    ("day", "clock", "due", "left", "late"),
    [
        ("2017-10-09", "初步回应", dt.datetime(2017, 10, 10, 18), 1, []),
        ("2017-10-10", "正式答复", dt.datetime(2017, 10, 18, 18), 6, []),
        ("2017-10-19T08:00", "正式答复", dt.datetime(2017, 10, 18, 18), -1, ["正式答复"]),
        ("2017-10-20", None, None, None, ["正式答复"]),
    ],
)
def test_the_row_says_to_which_clock_the_days_left_count(
    case: Case, day: str, clock: str | None, due: dt.datetime | None, left: int | None, late: list[str]
) -> None:
    whole_thread(case)
    (row,) = queue_rows(ask(case, day, include_closed=True))
    assert (row["next_clock"], row["next_due"], row["workdays_left"]) == (clock, due, left)
    assert row["late_clocks"] == late
    assert row["answer_due"] == dt.datetime(2017, 10, 18, 18)  # machines still get both clocks


def test_a_post_without_response_shows_the_clock_that_ran_out_not_the_one_that_runs(case: Case) -> None:
    case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-12T12:00:00")
    (row,) = queue_rows(ask(case, "2017-10-12"))
    assert (row["next_clock"], row["next_due"]) == ("初步回应", dt.datetime(2017, 10, 10, 18))
    assert (row["workdays_left"], row["late_clocks"]) == (-2, ["初步回应"])


@pytest.mark.parametrize(
    ("day", "first", "answer"),
    [
        (
            "2017-10-09",
            "初步回应：时限 2017-10-10 18:00，尚未答，还剩 1 个工作日",
            "正式答复：时限 2017-10-18 18:00，尚未答，还剩 7 个工作日",
        ),
        (
            "2017-10-18T20:00",
            "初步回应：时限 2017-10-10 18:00，2017-10-10 09:00 已答（2 楼），按时",
            "正式答复：时限 2017-10-18 18:00，尚未答，已超时 2 小时",
        ),
        (
            "2017-10-30",
            "初步回应：时限 2017-10-10 18:00，2017-10-10 09:00 已答（2 楼），按时",
            "正式答复：时限 2017-10-18 18:00，2017-10-19 09:00 已答（3 楼），晚 1 个工作日",
        ),
    ],
)
def test_the_clocks_in_words(case: Case, day: str, first: str, answer: str) -> None:
    whole_thread(case)
    (ticket,) = ask(case, day, include_closed=True)
    at = dt.datetime.fromisoformat(day) if "T" in day else dt.date.fromisoformat(day)
    assert clock_lines(ticket, rules(case), at) == [first, answer]


@pytest.mark.parametrize(
    ("seen", "before", "since", "is_unsure"),
    [
        # In time, whenever it was said.
        ("2017-10-12T20:00:00", "2017-10-12T19:00", "2017-10-12T20:00", False),
        ("2017-10-30T20:00:00", "2017-10-30T19:00", "2017-10-30T20:00", True),
    ],
)
def test_an_answer_whose_time_cannot_be_read_counts_from_when_it_was_seen_and_is_late_for_nobody(
    case: Case, seen: str, before: str, since: str, is_unsure: bool
) -> None:
    case.thread("7", "[投诉:市水利局]", [OPENED, RECEIVED], at="2017-10-10T12:00:00")
    case.thread("7", "[投诉:市水利局]", [OPENED, RECEIVED, (ANSWER[0], "昨天", ANSWER[2])], at=seen)
    (ticket,) = ask(case, before, include_closed=True)
    assert (ticket.state, ticket.answer_at, ticket.is_unsure) == ("已初步回应", None, False)
    (ticket,) = ask(case, since, include_closed=True)
    assert (ticket.state, ticket.was_late, ticket.is_unsure) == ("已答复", False, is_unsure)
    assert ticket.answer_at == dt.datetime.fromisoformat(seen)
    judged = "是否按时无法判定" if is_unsure else "按时"
    assert ticket.note == f"3 楼的发表时间未能识别，按最迟之时记，{judged}"
    told = clock_lines(ticket, rules(case), dt.date(2017, 11, 1))[1]
    assert told.endswith(f"，{judged}")  # the page says the same twice


def test_an_answer_that_stops_both_clocks_can_be_in_time_for_one_of_them(case: Case) -> None:
    case.thread("7", "[投诉:市水利局]", [OPENED], at="2017-10-10T12:00:00")
    case.thread("7", "[投诉:市水利局]", [OPENED, (ANSWER[0], "昨天", ANSWER[2])], at="2017-10-12T20:00:00")
    (ticket,) = ask(case, "2017-10-12T21:00", include_closed=True)
    assert ticket.is_unsure and not ticket.was_late
    assert ticket.note == "2 楼的发表时间未能识别，按最迟之时记，初步回应是否按时无法判定，正式答复按时"
    first, answer = clock_lines(ticket, rules(case), dt.date(2017, 10, 13))
    assert (first.rpartition("，")[2], answer.rpartition("，")[2]) == ("是否按时无法判定", "按时")


def test_a_floor_without_a_readable_time_was_said_before_those_behind_it(case: Case) -> None:
    posts = [OPENED, (RECEIVED[0], "昨天", RECEIVED[2]), ("张三", "2017-10-10T08:00:00", "谢谢"), ANSWER]
    case.thread("7", "[投诉:市水利局]", posts, at="2017-10-30T12:00:00")
    states = [ask(case, day, include_closed=True)[0] for day in ("2017-10-09", "2017-10-10", "2017-10-19")]
    assert [ticket.state for ticket in states] == ["待研判", "已初步回应", "已答复"]
    assert [ticket.is_first_response_overdue for ticket in states] == [False] * 3
    assert states[-1].is_answer_overdue and not states[-1].is_unsure


def test_an_empty_queue_tells_of_late_answers(case: Case) -> None:
    whole_thread(case)
    assert ask(case, "2017-10-20", unit="市水利局") == []
    con = open_warehouse(case.warehouse)
    try:
        hint = closed_hint(con, rules(case), dt.date(2017, 10, 20), "市水利局")
        assert hint == "没有待办的；另有已答复、已办结的 1 件，其中超时 1 件，加 --all 列出"
        assert closed_hint(con, rules(case), dt.date(2017, 10, 20), "市住建委") is None
    finally:
        con.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("水利局", "是不是 市水利局"),
        ("防城港市水利局", "是不是 市水利局"),
        ("市水力局", "市水利局"),
        ("qq", "请用 units.csv 里的简称"),
        ("", "请用 units.csv 里的简称"),
    ],
)
def test_an_unknown_unit_brings_the_likely_ones(case: Case, name: str, said: str) -> None:
    assert said in unknown_unit(name, case.city.units)


def test_each_clock_is_told_by_its_own_name() -> None:
    assert undated_words([True, False]) == "初步回应按时，正式答复是否按时无法判定"
    assert undated_words([False, True]) == "初步回应是否按时无法判定，正式答复按时"
    assert undated_words([True]) == undated_words([True, True]) == "按时"
    assert undated_words([False, False]) == "是否按时无法判定"
