"""Verdicts on what people recorded and on posts: registers, meetings, boards, approvals, answers,
suggested deductions; their truth computed by hand."""

from __future__ import annotations

import dataclasses

from analysis import proofs
from analysis.ground import Ground
from analysis.plan_facts import counted
from analysis.proofs import Record
from tests.analysis.judged import FORUM, PAPER, PLAN, approval, day, fact, proof, rows, silent, ticket


def test_register_by_its_day() -> None:
    record = Record(
        [
            proof("contact_register", "上思县", "2017-09-29T17:00:00"),
            proof("contact_register", "东兴市", "2017-09-30T09:00:00"),
        ],
        [],
        {},
    )
    found = rows("r1", "2017-10-31", [], record=record)
    assert found["上思县"].verdict == "达标"
    assert (found["东兴市"].verdict, found["东兴市"].note) == ("未达标", "逾期报送（2017-09-30）")
    assert found["港口区"].missing == ["分管领导和联系人"]
    assert rows("r1", "2017-09-28", [], record=record)["上思县"].days_left == 1
    requirement = Record([proof("proof_received", "上思县", "2017-09-28T09:00:00", task="r2")], [], {})
    assert rows("r2", "2017-10-31", [], record=requirement)["上思县"].verdict == "达标"
    assert rows("a3", "2017-10-31", [], record=requirement)["上思县"].verdict == "未达标"


def test_meetings_as_recorded() -> None:
    record = Record([proof("meeting_held", "市教育局", "2017-05-09T09:00:00")], [], {})
    found = rows("m01", "2017-12-31", [], record=record)
    assert (found["市教育局"].verdict, found["市财政局"].verdict) == ("达标", "未达标")
    assert rows("m01", "2017-05-08", [], record=record)["市教育局"].verdict == "未达标"
    for on in ("2016-12-31T09:00:00", "2018-01-01T09:00:00"):  # the year before, the year after
        outside = Record([proof("meeting_held", "市教育局", on)], [], {})
        assert rows("m01", "2018-02-01", [], record=outside)["市教育局"].verdict == "未达标"


def test_board_is_up_in_time_and_stays() -> None:
    up = proof("board_proof", "市教育局", "2017-12-20T09:00:00")
    late = proof("board_proof", "市住建委", "2018-01-03T09:00:00")
    gone = proof("board_proof", "市教育局", "2018-02-01T09:00:00", removed_day=day("2018-02-01"))
    record = Record([up, late, gone], [], {})
    assert rows("m08", "2017-12-19", [], record=record)["市教育局"].verdict == "未达标"
    assert rows("m08", "2018-01-31", [], record=record)["市教育局"].verdict == "达标"
    taken = rows("m08", "2018-02-01", [], record=record)["市教育局"]
    assert taken.verdict == "未达标" and "已撤下" in (taken.note or "")
    assert taken.missing == ["保留至 2018-02-28"]
    assert "逾期" in (rows("m08", "2018-02-01", [], record=record)["市住建委"].note or "")


def test_exposure_needs_both_approvals_before_it_appears() -> None:
    item = fact("2017-11-09T08:00:00", form="曝光", name="e", title="窗口缺岗")
    first = approval("e", "2017-11-08T09:00:00", "市绩效办")
    second = approval("e", "2017-11-08T10:00:00", "分管领导")
    late = approval("e", "2017-11-09T10:00:00", "分管领导")
    assert rows("r3", "2017-11-30", [])["全市"].verdict == "达标"
    assert (
        rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, second]))["全市"].verdict == "达标"
    )
    alarm = rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, late]))["全市"]
    assert (alarm.verdict, alarm.missing) == ("未达标", ["2017-11-09 窗口缺岗（缺：分管领导）"])
    minute = approval("e", "2017-11-09T08:00:00", "分管领导")
    alarm = rows("r3", "2017-11-30", [item], record=Record([], [], {}, [first, minute]))["全市"]
    assert alarm.verdict == "未达标"  # at the minute of publication is not before it


def test_forum_response() -> None:
    tickets = [ticket("市水利局", late=True), ticket("市住建委", late=False), ticket(None, late=True)]
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], tickets, {}))
    assert [found[u].verdict for u in ("市水利局", "市住建委", "市教育局", "市委宣传部")] == [
        "未达标",
        "达标",
        "不适用",
        "未达标",  # the post that nobody owns
    ]
    blind = [ticket("市水利局", late=True, checked="2017-10-10T12:00:00")]
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], blind, {}))
    assert found["市水利局"].verdict == "无法判定"


def test_forum_that_was_silent_leaves_open_whether_anything_is_late() -> None:
    tickets = [ticket("市水利局", late=True), ticket("市住建委", late=False)]
    down = silent("2017-10-12", "2017-10-20", FORUM)
    found = rows("m10", "2017-11-30", [], [FORUM, down], record=Record([], tickets, {}))
    units = ("市水利局", "市住建委", "市教育局", "市委宣传部")
    assert [found[unit].verdict for unit in units] == ["未达标", "无法判定", "无法判定", "无法判定"]
    assert found["市住建委"].silent == ["防城港人论坛 2017-10-12—2017-10-20 采集失败"]
    assert found["市水利局"].silent == [] and found["市教育局"].note == "没有采到待回复帖"
    early = Record([], [], {}, overdue_day=day("2017-10-11"))  # no post of the silent days can be late yet
    assert rows("m10", "2017-10-12", [], [down], record=early)["市教育局"].verdict == "不适用"
    unread = rows("m10", "2017-11-30", [], [PAPER], record=Record([], tickets, {}))["市教育局"]
    assert (unread.verdict, unread.silent) == ("无法判定", ["没有接入的来源"])


def test_forum_is_asked_from_the_day_on_which_it_was_first_read() -> None:
    late_start = silent("2017-09-01", "2017-09-17", FORUM, "unseen")
    record = Record([], [ticket("市住建委", late=False)], {})
    found = rows("m10", "2017-11-30", [], [late_start], record=record)
    assert (found["市住建委"].verdict, found["市教育局"].verdict) == ("达标", "不适用")
    assert found["市住建委"].note == "1 帖，超时 0 帖；防城港人论坛 2017-09-18 起采集"
    never = silent("2017-09-01", "2017-11-30", FORUM, "unseen")
    assert rows("m10", "2017-11-30", [], [FORUM, never], record=record)["市教育局"].verdict == "无法判定"
    paused = silent("2017-10-01", "2017-10-05", FORUM, "unseen")
    assert rows("m10", "2017-11-30", [], [paused], record=record)["市住建委"].verdict == "无法判定"


def test_post_that_needs_no_answer_is_not_counted() -> None:
    idle = dataclasses.replace(ticket("市水利局", late=False), state="无需回复")
    found = rows("m10", "2017-11-30", [], [FORUM], record=Record([], [idle], {}))["市水利局"]
    assert (found.verdict, found.needed_count) == ("不适用", 0)


def test_deductions_are_suggested_only_for_what_is_over_and_sure() -> None:
    ground = Ground(PLAN, day("2017-11-01"), counted(PLAN, []), [PAPER])
    base = rows("m02", "2017-11-01", [])["上思县"]
    unknown = rows("m02", "2017-11-01", [], [silent("2017-10-12", "2017-10-12")])["东兴市"]
    running = rows("m06", "2017-11-01", [])["港口区"]
    found = {r.unit: r for r in proofs.deduction(ground, PLAN.task("r4"), [base, unknown, running])}
    assert found["上思县"].missing == [f"m02 {PLAN.task('m02').title}"]
    assert found["东兴市"].missing == [] and found["港口区"].missing == []
