"""Owns the page 图表: charts for who looks rather than reads, a table behind each, and both as files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Response

from analysis.desk.page import Page
from analysis.desk.pictures import picture_of
from analysis.desk.routing import see
from analysis.desk.security import CHART_POLICY
from analysis.desk.standing import standing
from analysis.desk.tables import csv_bytes
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES, ON_TAGS, ON_TICKETS
from analysis.trends import (
    TrendTable,
    coverage_weeks,
    forum_weeks,
    gaps,
    reply_times,
    sentiment_weeks,
    story_weeks,
)

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv"}
Unit = str | None


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart. `of_unit`: whether it can be one unit's; `of_city`: whether it can be the whole city's;
    `kinds`: of decisions that can change it (None: any can)."""

    table: Callable[[Visit, Unit], TrendTable]
    kinds: frozenset[str] | None
    of_unit: bool = False
    of_city: bool = True


def _replies(visit: Visit, unit: Unit) -> TrendTable:
    return reply_times(t for t in visit.tickets() if unit in (None, t.unit))


CHARTS: dict[str, Chart] = {
    "coverage": Chart(
        lambda v, unit: coverage_weeks(v.office.plan, v.facts(), v.as_of, unit), ON_ARTICLES, of_unit=True
    ),
    "stories": Chart(
        lambda v, unit: story_weeks(v.office.plan, v.facts(), v.as_of, unit or ""),
        ON_ARTICLES,
        of_unit=True,
        of_city=False,
    ),
    "replies": Chart(_replies, ON_TICKETS, of_unit=True),
    "sentiment-articles": Chart(lambda v, _: sentiment_weeks(v.con, v.as_of, v.known_by, "article"), ON_TAGS),
    "sentiment-threads": Chart(lambda v, _: sentiment_weeks(v.con, v.as_of, v.known_by, "thread"), ON_TAGS),
    "forum": Chart(lambda v, _: forum_weeks(v.con, v.as_of, v.known_by), ON_TAGS),
    "gaps": Chart(lambda v, _: gaps(v.all_coverage()), None),
}


@dataclasses.dataclass(kw_only=True)
class ChartsPage(Page):
    """All charts of the city, or one of them.

    Attributes:
        tables: what each chart shows.
        unit: the unit that is shown; "" for the city.
        is_one: whether one chart was asked for.
    """

    template: ClassVar[str] = "charts.html"
    heading: ClassVar[str] = "图表"
    section: ClassVar[str] = "/charts"
    tables: list[TrendTable]
    unit: str
    is_one: bool


def unit_asked(visit: Visit) -> Unit:
    """The unit of the address; a liaison's own."""
    unit = visit.request.query_params.get("unit") or visit.scope
    visit.check_unit(unit if unit else visit.scope)
    if unit and unit not in visit.office.city.unit_by_short:
        raise NotFoundException(f"没有单位“{unit[:40]}”")
    return unit or None


@standing
def table_of(visit: Visit, name: str, unit: Unit = None) -> TrendTable:
    """The table of a chart, computed once.

    Raises:
        NotFoundException: there is no such chart. PermissionDeniedException: it is the whole city's.
    """
    chart = CHARTS.get(name)
    if (
        chart is None
        or (unit is None and not chart.of_city)
        or (unit and not chart.of_unit and not visit.scope)
    ):
        raise NotFoundException("没有这张图")
    if not chart.of_unit and not visit.may("city.read"):
        raise PermissionDeniedException("这张图是全市的，您只能查看本单位的")
    return visit.once(f"chart {name} {unit}", lambda: chart.table(visit, unit), chart.kinds)


def all_tables(visit: Visit) -> list[TrendTable]:
    """Those of the whole city."""
    return [table_of(visit, name) for name, chart in CHARTS.items() if chart.of_city]


@see("/charts", "city.read")
def charts(visit: Visit) -> Response[Any]:
    """图表."""
    return visit.show(ChartsPage(tables=all_tables(visit), unit="", is_one=False))


@see("/charts/{file:str}", "own.read")
def chart(visit: Visit, file: str) -> Response[Any]:
    """One chart: as a page with its table (coverage), as SVG or PNG, or its table as CSV (coverage.svg)."""
    name, _, kind = file.rpartition(".")
    unit = unit_asked(visit)
    if not name and kind in CHARTS:
        return visit.show(ChartsPage(tables=[table_of(visit, kind, unit)], unit=unit or "", is_one=True))
    if kind not in MEDIA:
        raise NotFoundException("没有这张图")
    table = table_of(visit, name, unit)
    content: bytes = (
        csv_bytes(table.columns, table.rows)
        if kind == "csv"
        else picture_of(visit.office.store.desk / "charts", table, kind)
    )
    # A picture may be a minute old: going back and forth between pages does not fetch it again.
    headers = {"content-security-policy": CHART_POLICY, "cache-control": "private, max-age=60"}
    if kind != "svg":
        headers["content-disposition"] = f'attachment; filename="{name}-{visit.as_of}.{kind}"'
    return Response(content, media_type=MEDIA[kind], headers=headers)


ROUTES = [charts, chart]
