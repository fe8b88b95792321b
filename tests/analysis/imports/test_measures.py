"""通报、约谈、扣分 of service halls: handed in, counted for 三（九） beside exposures, withdrawn, proven."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from typer.testing import CliRunner

from analysis.acts.record import ActError
from analysis.acts.withdrawal import withdraw_proof
from analysis.changes import View, changes
from analysis.coverage import CoverageRow, coverage
from analysis.credits import load_points
from analysis.imports import kinds
from analysis.imports.template import csv_template, excel_template
from analysis.reports.build import compose
from analysis.reports.collect import Context, collect
from analysis.reports.model import from_json, to_json
from analysis.reports.proof_pack import pack
from analysis.reports.proof_selection import Choice
from analysis.reports.rules import load_report_rules
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from commands.common import UserError
from commands.proof import app
from pipeline.decisions import Decision, load_decisions
from pipeline.load_plan import load_plan
from tests.analysis.case import Case
from tests.analysis.imports.test_import import AT, PHOTO, nothing_was_recorded, plan_of, run, workbook

MEASURE: dict[str, Any] = {
    "类别": "通报约谈",
    "责任单位": "市绩效办",
    "日期": "2017-10-20",
    "标题": "关于东兴市政务服务中心窗口空岗的通报",
    "体裁": "通报",
    "涉及单位": "东兴市政务服务中心",
    "附件": "板报.jpg",
}
LATER = dt.date(2017, 12, 31)
WITHDRAWN_AT = dt.datetime(2017, 12, 22, 10)


def verdict(case: Case, as_of: dt.date = LATER, known_by: dt.date | None = None) -> CoverageRow:
    con = open_warehouse(case.warehouse)
    try:
        [row] = [row for row in coverage(con, plan_of(case), as_of, known_by) if row.task == "m09"]
        return row
    finally:
        con.close()


def of_kind(case: Case, kind: str) -> list[Decision]:
    return [each for each in load_decisions(case.store.decisions) if each.kind == kind]


def withdraw(case: Case) -> str:
    """Withdraws the measure; its id."""
    number = of_kind(case, "measure_taken")[0].id
    withdraw_proof(case.store.decisions, number, who="市绩效办 李某", at=WITHDRAWN_AT, why="报错了单位")
    case.build()
    return number


def test_an_import_line_meets_the_task_from_its_day_and_its_knowledge_on(case: Case) -> None:
    assert verdict(case).verdict != "达标"
    assert run(case, workbook([MEASURE])).proof_count == 1
    [said] = of_kind(case, "measure_taken")
    assert said.target == "市绩效办" and said.after["sha256"]
    assert {key: said.after[key] for key in ("task", "date", "form", "concerned", "title", "file")} == {
        "task": "m09",
        "date": "2017-10-20",
        "form": "通报",
        "concerned": ["东兴市政务服务中心"],
        "title": MEASURE["标题"],
        "file": "板报.jpg",
    }
    case.build()
    row = verdict(case)
    assert (row.verdict, row.done_count, row.evidence) == ("达标", 1, [said.id])
    assert "曝光 0 篇，通报 1 次" in (row.note or "")
    assert verdict(case, dt.date(2017, 10, 20)).verdict == "达标"
    assert verdict(case, dt.date(2017, 10, 19)).verdict != "达标"
    assert verdict(case, known_by=AT.date() - dt.timedelta(days=1)).verdict != "达标"
    assert verdict(case, known_by=AT.date()).verdict == "达标"


def test_it_counts_beside_an_exposure(case: Case) -> None:
    case.article("2017-11-20", "[form=曝光][exposed=上思县] 政务服务窗口长期空岗。", title="曝光：窗口空岗")
    run(case, workbook([MEASURE]))
    case.build()
    row = verdict(case)
    assert (row.verdict, row.done_count, len(row.evidence)) == ("达标", 2, 2)


@pytest.mark.parametrize("tie", ["链接", "标题", None])
def test_one_that_was_published_as_an_exposure_counts_once_and_says_so(case: Case, tie: str | None) -> None:
    url = case.article(
        "2017-11-20", "[form=曝光][exposed=上思县] 政务服务窗口长期空岗。", title="曝光：“窗口”空岗"
    )
    change = {"链接": {"链接": url}, "标题": {"标题": "曝光:窗口空岗"}, None: {}}[tie]
    assert run(case, workbook([MEASURE | change])).proof_count == 1
    case.build()
    row = verdict(case)
    assert (row.verdict, row.done_count, len(row.evidence)) == ("达标", 1 if tie else 2, 2)
    said = "其中 2017-10-20 的通报与所刊“曝光：‘窗口’空岗”是同一件事，只计一次"
    assert (said in (row.note or "")) is bool(tie)
    [plain] = [
        row
        for row in coverage(open_warehouse(case.warehouse), plan_of(case), LATER, with_evidence=False)
        if row.task == "m09"
    ]
    assert (plain.done_count, plain.note) == (row.done_count, row.note)


@pytest.mark.parametrize(
    ("change", "heading", "says"),
    [
        ({"责任单位": "市水利局"}, "责任单位", "责任单位没有市水利局"),
        ({"体裁": None}, "体裁", "没有填体裁"),
        ({"体裁": "报道"}, "体裁", "没有措施“报道”"),
        ({"涉及单位": None}, "涉及单位", "没有填涉及单位"),
        ({"涉及单位": "、"}, "涉及单位", "没有写明"),
        ({"附件": None}, "附件", "没有链接也没有附件"),
        ({"事项": "m01"}, "事项", "不收“通报约谈”"),
        ({"类别": "会议走访", "体裁": None}, "涉及单位", "不填涉及单位"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(
    case: Case, change: dict[str, Any], heading: str, says: str
) -> None:
    told = {fault.heading: fault.fault for fault in run(case, workbook([MEASURE | change])).faults}
    assert says in told.get(heading, ""), told
    assert nothing_was_recorded(case)


def test_one_outside_the_window_is_recorded_and_does_not_count(case: Case) -> None:
    assert run(case, workbook([MEASURE | {"日期": "2017-08-31"}])).proof_count == 1
    case.build()
    row = verdict(case)
    assert row.verdict != "达标" and row.evidence == []


def test_the_same_twice_is_one_and_of_two_centres_they_are_two(case: Case) -> None:
    other = MEASURE | {"涉及单位": "上思县政务服务中心", "附件": "二.jpg"}
    assert run(case, workbook([MEASURE, other])).proof_count == 2
    again = run(case, workbook([MEASURE | {"说明": "再报"}]), at=AT + dt.timedelta(days=1))
    assert [line.why for line in again.skipped] == ["已有同一天的记录，不重复计入"]
    run(case, workbook([MEASURE | {"责任单位": "市纪委、市绩效办"}]), at=AT + dt.timedelta(days=2))
    case.build()
    assert verdict(case).done_count == 2  # together with 市纪委 it is the same measure


def test_what_is_withdrawn_counts_no_more_and_can_be_handed_in_again(case: Case) -> None:
    run(case, workbook([MEASURE]))
    number = withdraw(case)
    assert verdict(case).verdict != "达标" and verdict(case).evidence == []
    assert verdict(case, known_by=dt.date(2017, 12, 21)).evidence == [number]
    with pytest.raises(ActError, match="撤回过"):
        withdraw_proof(case.store.decisions, number, who="甲", at=WITHDRAWN_AT, why="再撤")
    with pytest.raises(ActError, match="没有报送的证明"):
        withdraw_proof(case.store.decisions, "没有的", who="甲", at=WITHDRAWN_AT, why="再撤")
    con = open_warehouse(case.warehouse)
    then, now = View(LATER, dt.date(2017, 12, 21)), View(LATER)
    [changed] = [row for row in changes(con, plan_of(case), then, now) if row.task == "m09"]
    con.close()
    assert any("撤回报送的证明" in cause and "报错了单位" in cause for cause in changed.causes)
    assert (
        run(case, workbook([MEASURE | {"说明": "更正"}]), at=WITHDRAWN_AT + dt.timedelta(1)).proof_count == 1
    )
    case.build()
    assert verdict(case).done_count == 1


def test_a_meeting_is_withdrawn_the_same_way(case: Case) -> None:
    meeting = {
        "类别": "会议走访", "责任单位": "市科技局", "日期": "2017-11-02", "标题": "走访", "附件": "二.jpg",
    }  # fmt: skip
    run(case, workbook([meeting]))

    def state() -> str:
        case.build()
        con = open_warehouse(case.warehouse)
        cells = {(row.task, row.unit): row for row in coverage(con, plan_of(case), LATER)}
        con.close()
        return cells["m01", "市科技局"].verdict

    assert state() == "达标"
    [held] = of_kind(case, "meeting_held")
    with pytest.raises(ActError, match="理由"):
        withdraw_proof(case.store.decisions, held.id, who="甲", at=WITHDRAWN_AT, why=" ")
    withdraw_proof(case.store.decisions, held.id, who="甲", at=WITHDRAWN_AT, why="日期不对")
    assert state() == "未达标"


def test_the_proof_package_holds_the_measure_and_its_file(case: Case, tmp_path: Path) -> None:
    run(case, workbook([MEASURE]))
    case.build()
    [said] = of_kind(case, "measure_taken")
    for number, (choice, holds) in enumerate(
        [
            ({"task": "m09"}, True),
            ({"unit": "市绩效办"}, True),
            ({"unit": "市绩效办", "task": "m01"}, False),
            ({"unit": "市纪委"}, False),
        ]
    ):
        con, plan = open_warehouse(case.warehouse), load_plan(case.city)
        assert plan is not None
        context = Context(con, case.city, plan, load_rules(case.city), load_points(case.city))
        out = tmp_path / f"{number}.zip"
        pack(case.store, context, Choice(LATER, **choice), load_report_rules(case.city), out)
        con.close()
        with zipfile.ZipFile(out) as package:
            decided = [json.loads(line) for line in package.read("decisions.jsonl").splitlines()]
            index = package.read("索引.html").decode()
            files = [package.read(name) for name in package.namelist() if name.startswith("attachments/")]
        assert ([each["id"] for each in decided], PHOTO in files) == ([said.id] * holds, holds), choice
        assert ("东兴市政务服务中心" in index and 'href="attachments/' in index) is holds


def test_reports_list_the_measure(case: Case) -> None:
    run(case, workbook([MEASURE]))
    case.build()
    con = open_warehouse(case.warehouse)
    context = Context(con, case.city, plan_of(case), load_rules(case.city), load_points(case.city))
    rules = load_report_rules(case.city)
    of_city, of_unit = collect(context, "bulletin", LATER), collect(context, "unit", LATER, "市绩效办")
    other = collect(context, "unit", LATER, "市纪委")
    con.close()
    assert from_json(to_json(of_city)) == of_city and other.measures == []
    for figures in (of_city, of_unit):
        book = openpyxl.load_workbook(io.BytesIO(compose(figures, rules).xlsx))
        [row] = list(book["通报约谈台账"].iter_rows(min_row=4, values_only=True))
        assert row[:6] == (
            "市绩效办", dt.datetime(2017, 10, 20), "通报", "东兴市政务服务中心", MEASURE["标题"], "m09",
        )  # fmt: skip
    text = "\n".join(
        cell.text
        for found in docx.Document(io.BytesIO(compose(of_unit, rules).docx)).tables
        for row in found.rows
        for cell in row.cells
    )
    assert MEASURE["标题"] in text
    assert "通报约谈台账" not in openpyxl.load_workbook(io.BytesIO(compose(other, rules).xlsx)).sheetnames


def test_the_command_line_lists_and_withdraws(case: Case) -> None:
    run(case, workbook([MEASURE]))
    case.build()
    options = ["--city", str(case.city.folder), "--home", str(case.home)]
    call = CliRunner().invoke
    listed = ["proof", "list", "--as-of", "2017-12-31", "--task", "m09", "--json", *options]
    [row] = json.loads(call(app, listed).output)
    assert (row["kind"], row["unit"], row["form"], row["concerned"], row["state"]) == (
        "通报约谈", "市绩效办", "通报", ["东兴市政务服务中心"], "在册",
    )  # fmt: skip
    act = ["proof", "withdraw", row["id"], "--who", "市绩效办 李某", "--why", "报错了"]
    done = call(app, [*act, "--at", "2017-12-22T10:00", *options])
    assert done.exit_code == 0 and "已记录" in done.output
    [row] = json.loads(call(app, listed).output)  # before the next build, too
    assert row["state"] == "已撤回"
    again = call(app, [*act, "--at", "2017-12-22T11:00", *options])
    assert isinstance(again.exception, ActError | UserError) and "撤回过" in str(again.exception)


def test_the_template_offers_it(case: Case) -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel_template(case.city, plan_of(case))))
    sheet = book["报送表"]
    offered = " ".join(str(each.formula1) for each in sheet.data_validations.dataValidation)
    assert all(word in offered for word in ("通报约谈", "通报", "约谈", "扣分"))
    assert "涉及单位" in [cell.value for cell in sheet[1]]
    guide = "\n".join(str(cell.value) for row in book["填表说明"].iter_rows() for cell in row)
    assert "通报约谈" in guide and "m09 " in guide
    assert "涉及单位" in next(csv.reader(io.StringIO(csv_template().decode("utf-8-sig"))))
    assert kinds.measure_forms(plan_of(case)) == ["通报", "约谈", "扣分"]
