"""The short tables of the terminal: nothing is counted twice, and what is open says what to do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from analysis.ground import UNMET, CoverageRow
from analysis.overview import no_content_lines, unit_overview
from analysis.warehouse import open_warehouse
from commands.ledger import show_coverage
from tests.analysis.case import Case


def row(task: str, kind: str, verdict: str = UNMET, unit: str = "市水利局") -> CoverageRow:
    day = dt.date(2017, 10, 31)
    return CoverageRow(
        unit=unit,
        task=task,
        paragraph="三（二）",
        title="专栏报道",
        kind=kind,
        verdict=verdict,
        done_count=0,
        needed_count=1,
        missing_count=1,
        missing=[],
        days_left=0,
        window_start=day,
        window_end=day,
        silent=[],
        note=None,
        evidence=[],
    )


def test_a_failure_is_counted_once_for_its_unit() -> None:
    (found,) = unit_overview([row("m02", "quota"), row("r4", "deduction"), row("r5", "score")])
    assert (found["unmet_count"], found["tasks"]) == (1, "m02")


def test_units_are_summed_up_for_machines_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--by-unit says what it says with --json as well: every task that is not met by its name."""
    case = Case(tmp_path)
    case.edition("2017-10-09")
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        show_coverage(case.city, con, "2018-03-05", by_unit=True, as_json=True)
    finally:
        con.close()
    found = json.loads(capsys.readouterr().out)
    assert len({each["unit"] for each in found}) == len(found) > 1
    assert all(each["unmet_count"] == len(each["tasks"]) for each in found)
    assert any("r1" in each["tasks"] for each in found)


def test_sites_without_any_content_are_named_with_what_to_check(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.fetch("slj", "http://slj.test/", "2017-10-01T09:00:00", "list", "empty_list")
    case.fetch("gov", "http://gov.test/", "2017-10-01T09:00:00", "list", "listed")
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        (line,) = no_content_lines(con)
    finally:
        con.close()
    assert "单位网站:市水利局（slj）" in line and "sites check" in line and "防城港市人民政府" not in line
