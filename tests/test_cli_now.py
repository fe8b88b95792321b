"""The command line on the day that is going on: what is due today is not late yet, as at the desk."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from docx import Document
from typer.testing import CliRunner

from analysis.worktime import load_calendar
from commands import common
from gangqing import app
from tests.analysis.case import Case

TODAY = dt.date(2017, 11, 21)
UNIT = "市水利局"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = Case(tmp_path_factory.mktemp("now"))
    case.edition("2017-10-09")
    posts = [("网友-abcdefgh", "2017-11-20 10:00:00", "水费在哪交")]
    case.thread("1", f"[咨询:{UNIT}] 水费怎么交", posts, at="2017-11-21T08:00:00")
    rules = Path(__file__).parents[1] / "city" / "notify-rules.yaml"
    (case.city.folder / rules.name).write_bytes(rules.read_bytes())
    case.build()
    return case


def answer(case: Case, monkeypatch: pytest.MonkeyPatch, now: str, *words: str) -> str:
    moment = dt.datetime.combine(TODAY, dt.time.fromisoformat(now))
    monkeypatch.setattr(common, "wall_clock", lambda: moment)
    where = ["--city", str(case.city.folder), "--home", str(case.home)]
    ended = CliRunner().invoke(app, [*words, *where])
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_what_is_due_today_is_late_after_closing_time_only(
    city: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for now, late in (("09:00", []), ("18:30", ["初步回应"])):
        (row,) = json.loads(answer(city, monkeypatch, now, "queue", "--json"))
        assert row["late_clocks"] == late, now
        ticket = row["ticket_id"]
        (row,) = json.loads(
            answer(city, monkeypatch, now, "coverage", "--json", "--task", "m10", "--unit", UNIT)
        )
        assert bool(row["missing"]) == bool(late), now
        stats = json.loads(answer(city, monkeypatch, now, "queue", "stats", "--json"))
        assert stats[0]["overdue_open_count"] == len(late), now
        said = answer(city, monkeypatch, now, "queue", "explain", ticket)
        assert ("已超时" in said) == bool(late), said
        paper = tmp_path / "督办单.docx"
        answer(city, monkeypatch, now, "queue", "sheet", ticket, "--kind", "督办", "--out", str(paper))
        sheet = "\n".join(cell.text for table in Document(str(paper)).tables for cell in table._cells)
        assert ("未超时" not in sheet) == bool(late), sheet


def test_a_day_that_is_over_is_meant_to_its_end() -> None:
    calendar = load_calendar({})
    now = dt.datetime(2017, 11, 22, 9)
    assert calendar.moment_of(TODAY, now) == TODAY
    assert calendar.moment_of(now.date(), now) == dt.datetime.combine(now, calendar.close) - dt.timedelta(
        seconds=1
    )
