"""The charts show what is missing: a week without a piece has a mark, one of a silent source another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import charts
from analysis.charts import VERDICTS, weekly_bars
from analysis.ground import UNMET
from analysis.plan import load_plan
from analysis.session import open_session
from pipeline.city import load_city
from tests.analysis.case import REPOSITORY, Case

PLAN = load_plan(load_city(REPOSITORY / "city"))
assert PLAN is not None
TASK = PLAN.task("m03")  # weeks of 25 September, 2, 9, 16 October …


def drawn(days: list[dt.date], silent: set[dt.date]) -> Axes:
    ax = Figure().subplots()
    return weekly_bars(TASK, days, dt.date(2017, 10, 25), ax, silent)


def test_weeks_without_a_piece_are_crossed_and_silent_ones_hatched() -> None:
    ax = drawn([dt.date(2017, 9, 26)], {dt.date(2017, 10, 9)})
    crosses = next(line for line in ax.lines if line.get_marker() == "x")
    assert list(crosses.get_xdata()) == [1, 3]  # not the silent third week, nor the running fifth
    assert crosses.get_color() == VERDICTS[UNMET]
    hatched = [bar for bar in ax.patches if bar.get_hatch()]
    assert [round(bar.get_x() + bar.get_width() / 2) for bar in hatched] == [2]  # type: ignore[attr-defined]
    assert all(bar.get_height() > 0 for bar in hatched)  # type: ignore[attr-defined]


def test_a_machine_without_a_chinese_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    note = charts.use_chinese_font()
    assert note is not None and "fonts-wqy-zenhei" in note


def test_a_font_of_the_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = font_manager.FontEntry(fname="x.ttf", name="WenQuanYi Zen Hei")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [entry])
    with mpl.rc_context():
        assert charts.use_chinese_font() is None
        assert mpl.rcParams["font.family"][0] == "WenQuanYi Zen Hei"


def test_a_session_speaks_of_the_day_of_the_newest_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANGQING_AS_OF", raising=False)
    case = Case(tmp_path)
    case.edition("2017-10-09")
    case.edition("2017-10-12")
    case.build()
    session = open_session(case.warehouse, case.city.folder)
    try:
        assert session.as_of == dt.date(2017, 10, 12)
    finally:
        session.con.close()
