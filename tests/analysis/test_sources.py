"""Which silence matters: a lone missing edition is doubtful, a run of them is silence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.ground import UNKNOWN
from analysis.overview import next_step_lines
from analysis.source_health import source_health
from analysis.sources import Source, load_sources, silences
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case
from tests.analysis.test_overview import row

START, END = dt.date(2017, 9, 4), dt.date(2017, 10, 31)


def paper(tmp_path: Path, missing: set[str]) -> Source:
    """A paper that prints daily, and lacks the editions of some days."""
    case = Case(tmp_path)
    day = START
    while day <= END:
        if day.isoformat() in missing:
            case.edition(day.isoformat(), "not_found")
        else:
            case.edition(day.isoformat())
            case.article(day.isoformat(), "天气", name=day.isoformat())
        day += dt.timedelta(days=1)
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return next(s for s in load_sources(con, START, END, min_silent_days=2) if s.outlet == "防城港日报")
    finally:
        con.close()


def test_a_lone_missing_edition_leaves_its_week_open_and_no_quota(tmp_path: Path) -> None:
    found = paper(tmp_path, {"2017-10-18"})
    assert silences([found], START, END) == []
    week = silences([found], dt.date(2017, 10, 16), dt.date(2017, 10, 22))
    assert week == ["防城港日报 2017-10-18 可疑：与往常不符"]


@pytest.mark.parametrize(
    "missing",
    [
        {"2017-10-18", "2017-10-19"},
        {"2017-10-20", "2017-10-21", "2017-10-22", "2017-10-23"},  # Friday and Monday: rest days between
    ],
)
def test_two_working_days_in_a_row_are_silence(tmp_path: Path, missing: set[str]) -> None:
    assert silences([paper(tmp_path, missing)], START, END)


def test_the_next_step_names_the_sites_and_the_days() -> None:
    open_row = row("m02", "quota", UNKNOWN)
    open_row.silent.append("防城港日报 2017-11-06—2017-11-10 采集失败")
    open_row.silent.append("没有接入的来源")
    lines = next_step_lines([open_row], {"防城港日报": ["fcgrb", "fcgrb-pad"]})
    assert lines[1:] == ["gangqing crawl fcgrb fcgrb-pad --from 2017-11-06 --to 2017-11-10"]
    assert next_step_lines([row("m02", "quota")], {"防城港日报": ["fcgrb"]}) == []
    open_row.silent.append("防城港日报 2017-11-01—2017-11-30 未采集")
    open_row.silent.append("防城港日报 2017-12-01 未采集")
    open_row.silent.append("防城港日报 2017-12-03 未采集")
    assert next_step_lines([open_row], {"防城港日报": ["fcgrb"]})[1:] == [
        "gangqing crawl fcgrb --from 2017-11-01 --to 2017-12-01",
        "gangqing crawl fcgrb --from 2017-12-03 --to 2017-12-03",
    ]


def test_no_edition_on_a_holiday_is_no_trouble(tmp_path: Path) -> None:
    case = Case(tmp_path)
    for number in range(40):
        day = (dt.date(2017, 8, 27) + dt.timedelta(days=number)).isoformat()
        case.edition(day, "listed" if day < "2017-10-01" else "not_found")
        if day < "2017-10-01":
            case.article(day, "天气", name=day)
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        health = next(s for s in source_health(con, dt.date(2017, 10, 5)) if s.site == "paper")
    finally:
        con.close()
    assert (health.state, str(health.state_day), health.trouble) == ("no_news", "2017-10-05", [])
