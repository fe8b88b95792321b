"""The commands of reports: what they write, and what they say when they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.common import UserError
from commands.issue import app
from tests.analysis.case import Case

run = CliRunner().invoke


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.edition("2017-10-09")
    case.article("2017-10-09", "[市水利局:subject][column]", title="水利")
    case.build()
    return case


def options(case: Case, *more: str) -> list[str]:
    return ["--city", str(case.city.folder), "--home", str(case.home), *more]


@pytest.mark.parametrize("kind", ["weekly", "monthly", "bulletin"])
def test_a_report_is_written_with_all_its_files(kind: str, case: Case, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    result = run(app, ["report", kind, *options(case, "--as-of", "2017-10-31", "--out", str(out))])
    assert result.exit_code == 0, result.output
    names = {path.suffix for path in out.iterdir()}
    assert names == {".docx", ".xlsx", ".json", ".png"} and not list(out.glob(".*"))


def test_a_unit_sheet_wants_a_unit_that_there_is(case: Case, tmp_path: Path) -> None:
    result = run(app, ["report", "unit", *options(case, "--unit", "市水利局局", "--out", str(tmp_path))])
    assert isinstance(result.exception, UserError) and "市水利局" in str(result.exception)
    assert run(app, ["report", "unit", *options(case)]).exit_code == 2
    done = run(app, ["report", "unit", *options(case, "--unit", "市水利局", "--out", str(tmp_path / "o"))])
    assert done.exit_code == 0 and "单位情况表-市水利局-2017-10-09.docx" in done.output


def test_wrong_days_and_places_are_told(case: Case, tmp_path: Path) -> None:
    bad = run(app, ["report", "weekly", *options(case, "--as-of", "2017-13-01")])
    assert isinstance(bad.exception, UserError)
    (tmp_path / "file").write_text("x")
    taken = run(app, ["report", "weekly", *options(case, "--out", str(tmp_path / "file"))])
    assert isinstance(taken.exception, UserError) and "--out" in str(taken.exception)


def test_issue_list_and_diff(case: Case) -> None:
    day = ["--as-of", "2017-10-31"]
    done = run(app, ["report", "issue", "bulletin", "--who", "李", *options(case, *day)])
    assert done.exit_code == 0 and "bulletin-2017-001" in done.output, done.output
    again = run(app, ["report", "issue", "bulletin", "--who", "李", *options(case, *day)])
    assert isinstance(again.exception, UserError) and "--replaces" in str(again.exception)
    odd = run(app, ["report", "issue", "yearly", "--who", "李", *options(case)])
    assert isinstance(odd.exception, UserError) and "bulletin" in str(odd.exception)
    listed = run(app, ["report", "list", *options(case, "--json")])
    assert listed.exit_code == 0 and '"完好"' in listed.output
    same = run(app, ["report", "diff", "bulletin-2017-001", *options(case)])
    assert same.exit_code == 0 and "没有出入" in same.output
    none = run(app, ["report", "diff", "bulletin-2017-009", *options(case)])
    assert isinstance(none.exception, UserError) and "bulletin-2017-001" in str(none.exception)
    (case.store.bulletins / "bulletin-2017-001" / "figures.json").write_text("{}")
    assert run(app, ["report", "list", *options(case)]).exit_code == 1
