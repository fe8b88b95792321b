"""The exposure gate: two approvals in order, before publication; the ledger joins plan and piece."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.acts.exposure import (
    approve_exposure,
    link_exposure,
    refuse_exposure,
    register_exposure,
    withdraw_exposure,
)
from analysis.acts.record import ActError
from analysis.coverage import coverage
from analysis.exposure import BARE, LATE, LINKED, PARTLY, UNCLEAR, ExposureRow, exposures
from analysis.ground import MET, UNKNOWN, UNMET, CoverageRow
from analysis.plan import Plan, load_plan
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from pipeline.decisions import load_decisions
from tests.analysis.case import Case

TITLE = "窗口缺岗 群众白跑"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def plan_of(case: Case) -> Plan:
    plan = load_plan(case.city)
    assert plan is not None
    return plan


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def register(case: Case, title: str = TITLE, on: str = "2017-11-01T09:00:00") -> None:
    register_exposure(
        case.store.decisions,
        case.city,
        plan_of(case),
        title,
        units=["市行政审批局"],
        outlet="防城港日报",
        day=dt.date(2017, 11, 9),
        who="市委宣传部 韦某",
        at=at(on),
    )


def approve(case: Case, step: str, on: str, *, title: str = TITLE, who: str = "", **more: object) -> None:
    approve_exposure(
        case.store.decisions,
        plan_of(case),
        title,
        step=step,
        number="防绩办曝审〔2017〕1号",
        who=who or f"{step} 某人",
        at=at(on),
        **more,  # type: ignore[arg-type]
    )


def ledger(case: Case, day: str = "2017-11-30") -> dict[str, ExposureRow]:
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return {row.title: row for row in exposures(con, plan_of(case), dt.date.fromisoformat(day))}
    finally:
        con.close()


def gate(case: Case, day: str = "2017-11-30") -> CoverageRow:
    case.build()
    con = open_warehouse(case.warehouse)
    rows = coverage(con, plan_of(case), dt.date.fromisoformat(day), rules=load_rules(case.city))
    con.close()
    (row,) = (row for row in rows if row.kind == "exposure_gate")
    return row


def withdraw(case: Case, on: str) -> None:
    withdraw_exposure(case.store.decisions, plan_of(case), TITLE, who="韦某", at=at(on), why="事实有出入")


def published(case: Case, day: str = "2017-11-09T08:00:00", title: str = TITLE) -> str:
    body = "[form=曝光][exposed=市行政审批局]"
    return case.article(day, body, title=title, name=f"e{day[:10]}")


def test_second_step_waits_for_the_first(case: Case) -> None:
    register(case)
    with pytest.raises(ActError, match="须先经市绩效办审核，再报分管领导同意"):
        approve(case, "分管领导", "2017-11-02T09:00:00")
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    with pytest.raises(ActError, match="已由 市绩效办 某人"):
        approve(case, "市绩效办", "2017-11-02T10:00:00")
    with pytest.raises(ActError, match="不同的人"):
        approve(case, "分管领导", "2017-11-02T11:00:00", who="市绩效办 某人")
    with pytest.raises(ActError, match="早于"):
        approve(case, "分管领导", "2017-11-02T08:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    assert [d.kind for d in load_decisions(case.store.decisions)] == [
        "exposure_plan", "exposure_approval", "exposure_approval",
    ]  # fmt: skip


def test_an_approved_piece_is_linked_with_who_when_and_number(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    case.edition("2017-11-01")
    row = ledger(case, "2017-11-02")[TITLE]
    assert (row.state, row.planned_day) == ("待分管领导", dt.date(2017, 11, 9))
    approve(case, "分管领导", "2017-11-03T09:00:00")
    assert ledger(case, "2017-11-03")[TITLE].state == "已批准待刊"
    assert ledger(case, "2017-11-30")[TITLE].note == "拟刊日期已过，未见刊发"
    url = published(case, title="窗口缺岗，群众白跑！")  # as printed
    row = ledger(case)["窗口缺岗，群众白跑！"]
    assert (row.state, row.is_alarm, row.url) == (LINKED, False, url)
    assert row.approvals == [
        "市绩效办：市绩效办 某人 2017-11-02 09:00 防绩办曝审〔2017〕1号",
        "分管领导：分管领导 某人 2017-11-03 09:00 防绩办曝审〔2017〕1号",
    ]
    assert (row.file_number, row.exposed, row.note) == ("防绩办曝审〔2017〕1号", ["市行政审批局"], None)


def test_unapproved_and_half_approved_pieces_are_alarms_and_come_first(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    published(case)
    published(case, "2017-11-10T08:00:00", "无人批的一篇")
    register(case, "还没刊的一篇")
    rows = ledger(case)
    assert list(rows) == [TITLE, "无人批的一篇", "还没刊的一篇"]
    assert (rows[TITLE].state, rows[TITLE].lacking) == (PARTLY, ["分管领导"])
    assert (rows["无人批的一篇"].state, rows["无人批的一篇"].note) == (
        BARE,
        "警示：刊发前缺市绩效办、分管领导审批",
    )


def test_approval_after_publication_is_refused_or_marked_late(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    published(case)
    case.build()
    con = open_warehouse(case.warehouse)
    with pytest.raises(ActError, match="已于 2017-11-09 刊发，不能事后批准"):
        approve(case, "分管领导", "2017-11-10T09:00:00", con=con)
    approve(case, "分管领导", "2017-11-10T09:00:00", con=con, is_late=True)
    con.close()
    row = ledger(case)[TITLE]
    assert (row.state, row.is_alarm, row.lacking) == (LATE, True, ["分管领导"])
    assert [d.after.get("late") for d in load_decisions(case.store.decisions)] == [None, None, True]


def test_approval_recorded_out_of_order_by_another_way_does_not_count(case: Case) -> None:
    for step in ("分管领导", "市绩效办"):
        case.decide(
            "exposure_approval", TITLE, f"2017-11-0{2 + (step == '市绩效办')}T09:00:00", after={"step": step}
        )
    published(case)
    assert ledger(case)[TITLE].lacking == ["分管领导"]


def test_refused_and_withdrawn_ones_can_be_registered_anew_and_begin_from_the_first_step(case: Case) -> None:
    decisions, plan = case.store.decisions, plan_of(case)
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    with pytest.raises(ActError, match="现在轮到分管领导"):
        refuse_exposure(
            decisions, plan, TITLE, step="市绩效办", who="甲", at=at("2017-11-03T09:00:00"), why="x"
        )
    with pytest.raises(ActError, match="请写明不同意的理由"):
        refuse_exposure(
            decisions, plan, TITLE, step="分管领导", who="甲", at=at("2017-11-03T09:00:00"), why=" "
        )
    refuse_exposure(
        decisions, plan, TITLE, step="分管领导", who="甲", at=at("2017-11-03T09:00:00"), why="事实待核"
    )
    with pytest.raises(ActError, match=r"未获同意（甲 2017-11-03：事实待核）"):
        approve(case, "分管领导", "2017-11-03T10:00:00")
    case.edition("2017-11-01")
    row = ledger(case)[TITLE]
    assert (row.state, row.note) == ("未获同意", "甲 2017-11-03：事实待核")
    register(case, on="2017-11-04T09:00:00")
    with pytest.raises(ActError, match="须先经市绩效办"):
        approve(case, "分管领导", "2017-11-05T09:00:00")
    withdraw_exposure(decisions, plan, TITLE, who="乙", at=at("2017-11-05T09:00:00"), why="不用了")
    assert ledger(case)[TITLE].state == "已撤回"


def test_a_refusal_or_withdrawal_comes_after_what_was_decided_before(case: Case) -> None:
    register(case)
    early, place = at("2017-10-31T09:00:00"), (case.store.decisions, plan_of(case), TITLE)
    refusal = {"step": "市绩效办", "who": "覃某", "why": "事实有出入"}
    for act, said in ((refuse_exposure, refusal), (withdraw_exposure, {"who": "韦某", "why": "不发了"})):
        with pytest.raises(ActError, match="时间早于登记或前一步审批的时间"):
            act(*place, at=early, **said)  # type: ignore[operator]
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    with pytest.raises(ActError, match="时间早于登记或前一步审批的时间"):
        withdraw(case, "2017-11-01T10:00:00")
    withdraw(case, "2017-11-02T09:00:00")
    kinds = [d.kind for d in load_decisions(case.store.decisions)]
    assert kinds == ["exposure_plan", "exposure_approval", "exposure_withdrawal"]


def test_registering_checks_units_and_what_is_there(case: Case) -> None:
    register(case)
    with pytest.raises(ActError, match="已于 2017-11-01 登记，现状：待市绩效办"):
        register(case, on="2017-11-02T09:00:00")
    with pytest.raises(ActError, match="市水利局"):
        register_exposure(
            case.store.decisions,
            case.city,
            plan_of(case),
            "另一篇",
            units=["水利局"],
            who="甲",
            at=at("2017-11-01"),
        )
    with pytest.raises(ActError, match="没有登记过“窗口”，是不是“窗口缺岗 群众白跑”"):
        approve(case, "市绩效办", "2017-11-02T09:00:00", title="窗口")
    with pytest.raises(ActError, match="请填写审批文号"):
        approve_exposure(
            case.store.decisions,
            plan_of(case),
            TITLE,
            step="市绩效办",
            number=" ",
            who="甲",
            at=at("2017-11-02"),
        )


def test_a_piece_under_another_title_is_linked_by_a_person(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    url = published(case, title="【曝光台】谁在值班")
    assert ledger(case)["【曝光台】谁在值班"].state == BARE
    con = open_warehouse(case.warehouse)
    link_exposure(
        case.store.decisions, con, plan_of(case), TITLE, url, who="甲", at=at("2017-11-10T09:00:00")
    )
    con.close()
    rows = ledger(case)
    assert (rows["【曝光台】谁在值班"].state, list(rows)) == (LINKED, ["【曝光台】谁在值班"])


def test_an_approval_of_the_day_of_a_piece_known_only_by_its_day_is_neither_before_nor_after(
    case: Case,
) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-09T08:30:00")
    published(case, "2017-11-09")
    row = ledger(case)[TITLE]
    assert (row.state, row.is_alarm, row.lacking) == (UNCLEAR, False, [])
    assert row.note == "分管领导的审批或撤回在刊发当日，刊发时刻不详，先后无法判定"
    row_of_gate = gate(case)
    assert (row_of_gate.verdict, row_of_gate.done_count, row_of_gate.missing) == (UNKNOWN, 0, [])
    assert row_of_gate.note == f"当日审批或撤回而刊发时刻不详，先后无法判定：2017-11-09 {TITLE}"


def test_what_was_captured_before_an_approval_of_its_day_had_appeared(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    published(case, "2017-11-09")  # fetched at noon
    case.build()
    con = open_warehouse(case.warehouse)
    with pytest.raises(ActError, match="不能事后批准"):
        approve(case, "分管领导", "2017-11-09T12:30:00", con=con)
    approve(case, "分管领导", "2017-11-09T12:30:00", con=con, is_late=True)
    con.close()
    assert ledger(case)[TITLE].state == LATE


def test_an_approval_may_be_recorded_where_its_day_leaves_open_whether_the_piece_had_appeared(
    case: Case,
) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    published(case, "2017-11-09")
    case.build()
    con = open_warehouse(case.warehouse)
    approve(case, "分管领导", "2017-11-09T08:30:00", con=con)
    con.close()
    assert ledger(case)[TITLE].state == UNCLEAR


def test_what_was_withdrawn_before_it_appeared_is_not_approved(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    withdraw(case, "2017-11-05T09:00:00")
    published(case)
    row = ledger(case)[TITLE]
    assert (row.state, row.is_alarm, row.lacking) == (BARE, True, ["市绩效办", "分管领导"])
    assert row.note == "警示：刊发前缺市绩效办、分管领导审批；韦某 已于 2017-11-05 撤回，撤回前的审批不作数"
    assert gate(case).missing == [f"2017-11-09 {TITLE}（缺：市绩效办、分管领导）"]


def test_what_is_decided_after_it_appeared_changes_nothing_of_its_approval(case: Case) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    published(case)
    withdraw(case, "2017-12-05T09:00:00")
    register(case, on="2017-12-06T09:00:00")
    for day in ("2017-11-20", "2017-12-20"):
        row = ledger(case, day)[TITLE]
        assert (row.state, row.is_alarm, len(row.approvals)) == (LINKED, False, 2), day
        assert gate(case, day).verdict == MET, day


def test_what_is_approved_only_later_is_not_approved_on_an_earlier_day(case: Case) -> None:
    """As of a day the gate and the ledger read the same decisions: a link that a person made later too."""
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    url = published(case, title="另一个题目")
    case.decide("exposure_link", TITLE, "2017-12-01T09:00:00", after={"article": url})
    assert ledger(case, "2017-11-20")["另一个题目"].is_alarm and gate(case, "2017-11-20").verdict == UNMET
    assert not ledger(case, "2017-12-01")["另一个题目"].is_alarm and gate(case, "2017-12-01").verdict == MET


def test_a_withdrawal_of_the_day_of_a_piece_known_only_by_its_day_is_neither_before_nor_after(
    case: Case,
) -> None:
    register(case)
    approve(case, "市绩效办", "2017-11-02T09:00:00")
    approve(case, "分管领导", "2017-11-03T09:00:00")
    withdraw(case, "2017-11-09T08:30:00")
    published(case, "2017-11-09")
    assert (ledger(case)[TITLE].state, gate(case).verdict) == (UNCLEAR, UNKNOWN)
