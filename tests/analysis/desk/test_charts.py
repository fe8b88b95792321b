"""Charts at the desk: whose they are, the table behind each, drawn once for the same table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from analysis.desk import pictures
from analysis.desk.office import Office
from analysis.desk.pages.charts import CHARTS
from analysis.desk.rights import Role
from analysis.trends import TrendTable
from tests.analysis.desk.people import UNIT, browser


def test_every_chart_is_a_page_with_its_table_and_three_files(office: Office) -> None:
    with browser(office, Role.INSPECTOR) as client:
        for name, chart in CHARTS.items():
            query = "" if chart.of_city else f"?unit={UNIT}"
            page = client.get(f"/charts/{name}{query}")
            assert page.status_code == 200
            assert f"/charts/{name}.svg" in page.text
            assert "<table" in page.text
            svg, png = (client.get(f"/charts/{name}.{kind}{query}") for kind in ("svg", "png"))
            assert svg.content.lstrip().startswith(b"<?xml")
            assert png.content.startswith(b"\x89PNG")
            table = client.get(f"/charts/{name}.csv{query}").content.decode("utf-8-sig")
            assert len(list(csv.reader(io.StringIO(table)))) >= 1
        for wrong in ("none", "none.svg", "coverage.exe", "stories.svg", f"gaps.svg?unit={UNIT}"):
            assert client.get(f"/charts/{wrong}").status_code == 404, wrong


def test_a_liaison_sees_her_units_charts_only(office: Office) -> None:
    with browser(office, Role.LIAISON) as liaison:
        for name in ("gaps", "forum", "sentiment-articles"):
            assert liaison.get(f"/charts/{name}.csv").status_code == 403
        assert liaison.get("/charts/stories.csv?unit=市教育局").status_code == 403
        assert liaison.get("/charts/coverage.csv").status_code == 200
        own = liaison.get("/charts/stories.csv").content.decode("utf-8-sig")
        assert ["10-09", "0", "1", "0"] in list(csv.reader(io.StringIO(own)))
        assert "/charts/gaps" not in liaison.get("/ledger").text
        assert "/charts/forum" not in liaison.get("/").text


@pytest.mark.parametrize("path", ["/", "/ledger", "/units", f"/units/{UNIT}", "/tickets"])
def test_pages_show_charts_that_the_browser_fetches_when_they_come_into_sight(
    office: Office, path: str
) -> None:
    with browser(office, Role.PUBLICITY) as client:
        page = client.get(path).text
        assert page.count('class="chart"') >= 1
        assert page.count('class="chart"') == page.count('loading="lazy"')


def test_the_same_table_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis import trend_charts

    drawn = []
    monkeypatch.setattr(
        trend_charts, "draw_trend", lambda table, kind: drawn.append(table.title) or table.title.encode()
    )
    table = TrendTable("coverage", "甲", "", ["周", "数"], [["10-09", 1]])
    assert pictures.picture_of(tmp_path, table, "svg") == "甲".encode()
    pictures._MEMORY.clear()  # the desk is started anew: the picture is still there
    assert pictures.picture_of(tmp_path, table, "svg") == "甲".encode()
    assert drawn == ["甲"]
    changed = TrendTable("coverage", "乙", "", ["周", "数"], [["10-09", 2]])
    assert pictures.picture_of(tmp_path, changed, "svg") == "乙".encode()
    assert drawn == ["甲", "乙"]
    pictures._MEMORY.clear()
