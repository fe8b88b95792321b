"""Issued reports: kept whole, never changed, corrected only by a new one; later changes and their causes."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from analysis.acts.bulletin import issue_report
from analysis.acts.city import set_rule
from analysis.acts.city_edit import edited_city
from analysis.acts.record import ActError
from analysis.credits import load_points
from analysis.plan import load_plan
from analysis.reports import issued
from analysis.reports.collect import Context
from analysis.reports.difference import NO_CAUSE, difference
from analysis.reports.difference_words import SUGGESTIONS, suggestions
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from pipeline.decisions import load_decisions
from tests.analysis.case import REPOSITORY, Case

DAY = dt.date(2017, 10, 31)
AT = dt.datetime(2017, 11, 1, 9, 0)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    for number in range(9, 14):
        case.edition(f"2017-10-{number:02d}")
    case.article("2017-10-09", "[市水利局:subject][column]", title="水利", name="a")
    case.article("2017-10-10", "没有单位的一篇[column]", title="无主", name="b")
    case.thread(
        "7", "[投诉:市水利局]", [("张三", "2017-10-09T10:00:00", "井盖没了")], at="2017-10-12T12:00:00"
    )
    case.build()
    return case


def context_of(case: Case) -> Context:
    plan = load_plan(case.city)
    assert plan is not None
    return Context(
        open_warehouse(case.warehouse), case.city, plan, load_rules(case.city), load_points(case.city)
    )


def issue(case: Case, **more: object) -> issued.Issue:
    context = context_of(case)
    try:
        return issue_report(case.store, context, "bulletin", DAY, who="绩效办 李某", at=AT, **more)  # type: ignore[arg-type]
    finally:
        context.con.close()


def kept(case: Case, name: str = "bulletin-2017-001") -> issued.Kept:
    return issued.load_issue(case.store.bulletins, case.store.decisions, name)


def test_issue_keeps_figures_files_rules_and_is_recorded(case: Case) -> None:
    made = issue(case)
    assert (made.id, made.number, made.signed) == ("bulletin-2017-001", 1, dt.date(2017, 11, 1))
    found = kept(case)
    assert found.faults == [] and found.issue == made
    names = {str(path.relative_to(found.folder)) for path in found.folder.rglob("*") if path.is_file()}
    assert {"figures.json", "通报-2017-10-31.docx", "通报-2017-10-31.xlsx", "rules/plan.yaml"} <= names
    assert (found.folder / "rules/points.yaml").read_bytes() == (
        case.city.folder / "points.yaml"
    ).read_bytes()
    [decision] = [each for each in load_decisions(case.store.decisions) if each.kind == "bulletin_issue"]
    assert decision.target == made.id and decision.who == "绩效办 李某"
    assert decision.after["sha256"] == issued.sha256((found.folder / issued.SHEET).read_bytes())
    assert not list(case.store.bulletins.glob(".staging-*"))
    case.build()  # a decision of this kind changes no verdict and spoils no build


def test_any_changed_byte_missing_or_extra_file_is_told(case: Case) -> None:
    issue(case)
    folder = kept(case).folder
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.name != issued.DECISION):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert kept(case).faults, path
        path.write_bytes(content)
        assert not kept(case).faults
    (folder / "extra.txt").write_text("x")
    assert kept(case).faults == ["多出 extra.txt"]
    (folder / "extra.txt").unlink()
    (folder / "figures.json").unlink()
    assert "缺少 figures.json" in kept(case).faults
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    folder.rmdir()
    assert kept(case).faults == ["留底文件夹不见了，请从备份恢复"]


def test_the_same_report_is_not_issued_twice_and_a_correction_names_the_old(case: Case) -> None:
    first = issue(case)
    with pytest.raises(ActError, match="已印发为 bulletin-2017-001"):
        issue(case)
    with pytest.raises(ActError, match="理由"):
        issue(case, replaces=first.id)
    with pytest.raises(ActError, match="没有印发过"):
        issue(case, replaces="bulletin-2017-009", why="x")
    second = issue(case, replaces=first.shown_number, why="补认定一篇")
    assert (second.id, second.replaces) == ("bulletin-2017-002", first.id)
    from docx import Document

    document = Document(str(kept(case, second.id).folder / "通报-2017-10-31.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"更正并代替《{first.title}》（{first.shown_number}）" in text
    with pytest.raises(ActError, match="已由 bulletin-2017-002 更正"):
        issue(case, replaces=first.id, why="再更正")
    assert [each.faults for each in issued.load_issues(case.store.bulletins, case.store.decisions)] == [
        [],
        [],
    ]


def test_numbers_run_by_kind_and_year_and_none_is_given_twice(case: Case) -> None:
    first = issue(case)
    context = context_of(case)
    weekly = issue_report(case.store, context, "weekly", DAY, who="李", at=AT)
    later = issue_report(case.store, context, "bulletin", dt.date(2017, 12, 31), who="李", at=AT)
    context.con.close()
    assert (weekly.id, later.id) == ("weekly-2017-001", "bulletin-2018-001")
    for path in sorted(kept(case).folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    kept(case, first.id).folder.rmdir()
    assert issued.next_number(case.store.bulletins, case.store.decisions, "bulletin", 2017) == 2


def test_difference_names_the_decision_and_the_capture_behind_each_change(case: Case) -> None:
    issue(case)
    context = context_of(case)
    assert difference(context, kept(case)).changes == []
    context.con.close()
    case.decide(
        "credit_add",
        "http://paper.test/b.html",
        "2017-11-05T10:00:00",
        after={"unit": "上思县", "role": "subject"},
        why="补认定",
    )
    case.article(
        "2017-10-12", "[市教育局:subject][column]", title="迟到的一篇", name="c", at="2017-11-06T08:00:00"
    )
    case.build()
    context = context_of(case)
    found = difference(context, kept(case))
    context.con.close()
    pieces = {
        (change.unit, change.then == "没有"): change for change in found.changes if change.what == "稿件"
    }
    assert " 补记计分：补认定（" in pieces["上思县", True].causes[0]
    assert "2017-11-06 08:00 采集到 http://paper.test/c.html" in pieces["市教育局", True].causes[0]
    line = next(
        c for c in found.changes if c.what == "对账" and c.unit == "上思县" and c.subject.startswith("m02")
    )
    assert line.then.startswith("未达标") or line.then.startswith("无法判定")
    assert line.now.startswith("达标") and "补记计分" in line.causes[0]
    assert all(change.causes for change in found.changes)
    assert found.later_decision_count == 1 and found.rules == []
    # What was issued stays what it was.
    assert kept(case).faults == [] and "迟到的一篇" not in (kept(case).folder / "figures.json").read_text()


def test_difference_tells_changed_rules_and_never_leaves_a_change_without_a_cause(case: Case) -> None:
    issue(case)
    points = case.city.folder / "points.yaml"
    points.write_text(points.read_text().replace("市级报纸: 3", "市级报纸: 5"))
    context = context_of(case)
    found = difference(context, kept(case))
    context.con.close()
    assert found.rules == ["points.yaml"]
    assert any(change.what == "稿件" and change.causes == [NO_CAUSE] for change in found.changes)


def test_a_rule_that_was_edited_before_the_issue_is_the_same_since_and_one_edited_later_is_not(
    case: Case,
) -> None:
    base = case.city
    for number, (name, value, told) in enumerate(
        (("points.yaml#joint", "split", []), ("points.yaml#deduction", "0.7", ["points.yaml"]))
    ):
        at = dt.datetime(2017, 11, 1 + number, 8)
        set_rule(case.store.decisions, base, name, value, who="绩效办 李某", at=at, why="会议定")
        case.city = edited_city(case.store.decisions, base)
        if not number:
            issue(case)
        context = context_of(case)
        assert difference(context, kept(case)).rules == told
        context.con.close()


def test_a_withdrawn_credit_is_told_also_of_one_of_two_pieces_of_one_title(case: Case) -> None:
    for name, body in (("d", "北仑河口清淤船连夜作业。"), ("e", "十二座小水库的大坝都装上了位移计。")):
        case.article("2017-10-11", f"[市水利局:subject] {body}", title="图片新闻", name=name)
    case.build()
    issue(case)
    case.decide(
        "credit_refuse",
        "http://paper.test/e.html",
        "2017-11-05T10:00:00",
        before={"unit": "市水利局"},
        why="误认",
    )
    case.build()
    context = context_of(case)
    found = difference(context, kept(case))
    context.con.close()
    (change,) = (each for each in found.changes if each.what == "稿件")
    assert (change.unit, "《图片新闻》" in change.subject, change.now) == ("市水利局", True, "没有")
    assert change.then.startswith("subject ") and "误认" in change.causes[0] and len(change.causes) == 1


def test_a_decision_on_a_deduction_is_a_change(case: Case) -> None:
    issue(case)
    case.decide("deduction", "东兴市", "2017-10-30T09:00:00", after={"task": "r1", "points": 0.2}, why="未报")
    context = context_of(case)
    figures = issued.load_figures(kept(case))
    context.con.close()
    case.build()
    context = context_of(case)
    found = difference(context, kept(case))
    context.con.close()
    (change,) = (each for each in found.changes if each.what == "预扣分")
    assert (change.unit, change.subject[:3], change.then) == ("东兴市", "r1 ", "建议，未决定")
    assert change.now.startswith("已扣分 0.2 分") and "未报" in change.causes[0]
    old = msgspec.structs.replace(  # as reports were kept that did not say the tasks
        figures, deductions=[msgspec.structs.replace(each, tasks=[]) for each in figures.deductions]
    )
    assert [each.task for each in suggestions(old)] == [None] * len(suggestions(figures))
    assert list(map(SUGGESTIONS.key, suggestions(old))) == list(map(SUGGESTIONS.key, suggestions(figures)))


CHILD = """
import datetime as dt, sys
from pathlib import Path
from analysis.acts.bulletin import issue_report
from analysis.credits import load_points
from analysis.plan import load_plan
from analysis.reports.collect import Context
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from pipeline.city import load_city
from pipeline.store import open_store
home = Path(sys.argv[1])
city = load_city(home / "town")
con = open_warehouse(home / "warehouse.duckdb")
context = Context(con, city, load_plan(city), load_rules(city), load_points(city))
print("ready", flush=True)
sys.stdin.readline()
number, day = 0, dt.date.fromisoformat(sys.argv[2])
while True:
    unit = [each.short for each in city.units][number]
    at = dt.datetime(2017, 11, 1)
    made = issue_report(open_store(home, city), context, "unit", day, unit=unit, who="李", at=at)
    print(made.id, flush=True)
    number += 1
"""


def test_kill_in_the_middle_leaves_nothing_or_a_whole_one(case: Case) -> None:
    """What was acknowledged is there; a half is cleared away, a whole one without its decision gets it."""
    acknowledged: list[str] = []
    for number, delay in enumerate((0.0, 0.35, 0.7, 1.1)):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(case.home), f"2017-10-{number + 10}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
        )  # fmt: skip
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += process.communicate()[0].split()
        assert len(list(case.store.bulletins.glob(".staging-*"))) <= 1
        found = issued.load_issues(case.store.bulletins, case.store.decisions)
        faults = {fault for each in found for fault in each.faults}
        assert faults <= {"决定记录中没有印发记录（下次印发时补记）"}
        assert {each.issue.id for each in found} >= set(acknowledged)
        issued.settle(case.store.bulletins, case.store.decisions)
        settled = issued.load_issues(case.store.bulletins, case.store.decisions)
        assert len(settled) == len(found) and all(not each.faults for each in settled)
        assert not list(case.store.bulletins.glob(".staging-*"))
    assert len(set(acknowledged)) == len(acknowledged) >= 4


def test_a_report_whose_decision_was_lost_to_a_kill_is_recorded_at_the_next_issue(case: Case) -> None:
    first = issue(case)
    record = case.store.decisions / "2017.jsonl"
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join(line for line in lines if b"bulletin_issue" not in line))
    (case.store.bulletins / ".staging-x").mkdir()
    assert kept(case).faults == ["决定记录中没有印发记录（下次印发时补记）"]
    with pytest.raises(ActError, match=first.id):
        issue(case)
    assert kept(case).faults == [] and not (case.store.bulletins / ".staging-x").exists()


def test_two_at_once_get_two_numbers_or_one_is_refused(case: Case) -> None:
    results: list[object] = []

    def run(day: dt.date) -> None:
        context = context_of(case)
        try:
            results.append(issue_report(case.store, context, "weekly", day, who="李", at=AT).id)
        except ActError as error:
            results.append(error)
        finally:
            context.con.close()

    threads = [threading.Thread(target=run, args=(day,)) for day in (DAY, DAY, DAY - dt.timedelta(days=7))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each for each in results if isinstance(each, str)) == ["weekly-2017-001", "weekly-2017-002"]
    assert sum(isinstance(each, ActError) for each in results) == 1
