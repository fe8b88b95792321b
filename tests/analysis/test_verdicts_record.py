"""Verdicts on what people recorded and on posts: registers, meetings, measures, boards, approvals, answers,
suggested deductions; their truth computed by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

from analysis import proofs
from analysis.ground import CoverageRow, Ground
from analysis.plan import Fact
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


def test_measures_count_beside_exposures_each_once() -> None:
    def taken(
        unit: str, on: str, form: str = "通报", concerned: str = '["市政务服务中心"]', **more: Any
    ) -> Any:
        return proof("measure_taken", unit, f"{on}T09:00:00", form=form, concerned=concerned, **more)

    def found(
        *proofs: dict[str, Any], on: str = "2018-02-28", facts: list[Fact] | None = None
    ) -> CoverageRow:
        return rows("m09", on, facts or [], record=Record([*proofs], [], {}))["全市"]

    notice = taken("市绩效办", "2017-10-20")
    assert (found().verdict, found().note) == (
        "未达标", "曝光 0 篇；通报、约谈、扣分不见于稿件，以报送的记录为准",
    )  # fmt: skip
    row = found(notice)
    assert (row.verdict, row.done_count, row.evidence) == ("达标", 1, [notice["id"]])
    assert row.note == "曝光 0 篇，通报 1 次；通报、约谈、扣分不见于稿件，以报送的记录为准"
    assert found(notice, on="2017-10-19").verdict == "未达标"
    exposure = fact("2017-10-09", form="曝光", words=["政务服务"])
    both = found(notice, taken("市纪委", "2017-11-02", "约谈"), facts=[exposure])
    assert both.done_count == 3 and both.evidence[0] == exposure.article_id
    assert "曝光 1 篇，通报 1 次、约谈 1 次" in (both.note or "").replace("，约谈", "、约谈")
    # What two units did together is one measure; of two centres they are two.
    joint = taken("市纪委", "2017-10-20")
    assert (found(notice, joint).done_count, len(found(notice, joint).evidence)) == (1, 2)
    assert found(notice, taken("市绩效办", "2017-10-20", concerned='["东兴市政务服务中心"]')).done_count == 2
    for wrong in (
        taken("市水利局", "2017-10-20"),  # not asked by the notice
        taken("市绩效办", "2017-08-31"),
        taken("市绩效办", "2018-03-01"),
        taken("市绩效办", "2017-10-20", "表扬"),
        taken("市绩效办", "2017-10-20", task="m01"),
        proof("deduction", "市绩效办", "2017-10-20T09:00:00", form="扣分"),  # 预扣分 of 四（四）
    ):
        assert found(wrong, on="2018-03-31").verdict == "未达标", wrong
    # What was published besides is one with the story, by its address or its title; the reprint's too.
    copy = fact(
        "2017-10-21",
        form="曝光",
        words=["政务服务"],
        title="曝光：“窗口”空岗",
        url="http://a/2",
        story_id="s",
    )
    first = fact(
        "2017-10-20", form="曝光", words=["政务服务"], title="窗口空岗三天", url="http://a/1", story_id="s"
    )
    for tie in ({"address": "http://a/1"}, {"address": "http://a/2"}, {"title": "曝光:窗口空岗"}):
        once = found(taken("市绩效办", "2017-10-22", **tie), facts=[first, copy])
        assert (once.done_count, len(once.evidence)) == (1, 2), tie
        assert "2017-10-22 的通报与所刊“" in (once.note or "") and "是同一件事，只计一次" in (once.note or "")
    apart = found(taken("市绩效办", "2017-10-22", address="http://a/3", title="通报"), facts=[first, copy])
    assert apart.done_count == 2 and "同一件事" not in (apart.note or "")
    # A story is one with one measure; a title ties for 31 days, an address at any distance.
    told = fact("2017-11-20", form="曝光", words=["政务服务"], title="情况通报", url="http://a/4")
    two = [taken("市绩效办", on, title="情况通报") for on in ("2017-12-20", "2017-10-20")]
    twice = found(*two, facts=[told])
    assert (twice.done_count, (twice.note or "").count("只计一次")) == (2, 1)
    assert "其中 2017-10-20 的通报与所刊" in (twice.note or "")
    assert found(taken("市绩效办", "2017-12-22", title="情况通报"), facts=[told]).done_count == 2
    assert found(taken("市绩效办", "2018-02-20", address="http://a/4"), facts=[told]).done_count == 1
    again = fact("2017-12-18", form="曝光", words=["政务服务"], title="情况通报", url="http://a/5")
    assert found(*two, facts=[told, again]).done_count == 2  # each with the story next to it
    # Row 7 of the annex asks for exposures only.
    assert rows("a7", "2018-02-28", [], record=Record([notice], [], {}))["全市"].verdict == "未达标"
    silence = rows("m09", "2018-02-28", [], [silent("2017-11-06", "2017-11-10")])["全市"]
    assert silence.verdict == "无法判定"


def test_board_is_up_in_time_and_stays() -> None:
    up = proof("board_proof", "市教育局", "2017-12-20T09:00:00")
    late = proof("board_proof", "市住建委", "2018-01-03T09:00:00")
    gone = proof("board_proof", "市教育局", "2018-02-01T09:00:00", removed_day=day("2018-02-01"))
    record = Record([up, late, gone], [], {})
    assert rows("m08", "2017-12-19", [], record=record)["市教育局"].verdict == "未达标"
    assert rows("m08", "2018-01-31", [], record=record)["市教育局"].verdict == "达标"
    taken = rows("m08", "2018-02-01", [], record=record)["市教育局"]
    assert taken.verdict == "未达标" and "已撤下" in (taken.note or "")
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
