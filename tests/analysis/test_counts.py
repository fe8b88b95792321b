"""Figures of a row: approved exposures only, how long a notice stood, weeks that may have had a piece."""

from __future__ import annotations

from analysis.proofs import Record
from tests.analysis.judged import SITE, approval, fact, fetches, notice, rows, silent


def test_only_approved_exposures_are_done() -> None:
    first = fact("2017-11-09T08:00:00", form="曝光", name="e", title="窗口缺岗")
    bare = fact("2017-11-10T08:00:00", form="曝光", name="f", title="公车私用")
    steps = [approval("e", "2017-11-08T09:00:00", s) for s in ("市绩效办", "分管领导")]
    row = rows("r3", "2017-11-30", [first, bare], record=Record([], [], {}, steps))["全市"]
    assert (row.done_count, row.needed_count, row.missing_count) == (1, 2, 1)


def test_a_notice_taken_down_says_how_long_it_stood_and_since_when_it_is_gone() -> None:
    item = notice()
    record = Record([], [], {item.url: fetches(("2017-10-20", "there"), ("2017-10-21", "gone"))})
    row = rows("m05", "2018-02-26", [item], [SITE], record)["市水利局"]
    assert (row.verdict, row.done_count) == ("未达标", 10)
    assert row.note == "2017-10-11—2017-10-20 在线 10 天；2017-10-21 起发现已撤下"
    back = fetches(("2017-10-20", "there"), ("2017-10-21", "gone"), ("2017-10-22", "there"))
    again = rows("m05", "2018-02-26", [item], [SITE], Record([], [], {item.url: back}))["市水利局"]
    assert "撤下" not in (again.note or "")


def test_a_notice_never_seen_did_not_stand_for_no_days() -> None:
    row = rows("m05", "2018-02-26", [], [SITE], Record([], [], {}))["市水利局"]
    assert row.missing == ["未见公告"]


def test_a_missing_week_in_which_the_paper_was_silent_is_marked() -> None:
    quiet = silent("2017-10-03", "2017-10-04")
    row = rows("m03", "2017-10-15", [fact("2017-09-26", "上思县")], [quiet])["全市"]
    assert row.missing == ["2017-10-02—2017-10-08？", "2017-10-09—2017-10-15"]
