"""Owns the page 图表: charts for who looks rather than reads, a table behind each, and both as files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Response

from analysis.desk.page import Page
from analysis.desk.routing import see
from analysis.desk.security import CHART_POLICY
from analysis.desk.tables import csv_bytes
from analysis.desk.visit import Visit
from analysis.trend_charts import Format, draw_trend
from analysis.trends import TrendTable, coverage_weeks, forum_weeks, gaps, reply_times, sentiment_weeks

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
TABLES: dict[str, Callable[[Visit], TrendTable]] = {
    "coverage": lambda v: coverage_weeks(v.office.plan, v.facts(), v.as_of),
    "replies": lambda v: reply_times(v.tickets()),
    "sentiment-articles": lambda v: sentiment_weeks(v.con, v.as_of, v.known_by, "article"),
    "sentiment-threads": lambda v: sentiment_weeks(v.con, v.as_of, v.known_by, "thread"),
    "forum": lambda v: forum_weeks(v.con, v.as_of, v.known_by),
    "gaps": lambda v: gaps(v.coverage()),
}


@dataclasses.dataclass(kw_only=True)
class ChartsPage(Page):
    """All charts.

    Attributes:
        tables: what each chart shows.
    """

    template: ClassVar[str] = "charts.html"
    heading: ClassVar[str] = "图表"
    section: ClassVar[str] = "/charts"
    tables: list[TrendTable]


def table_of(visit: Visit, name: str) -> TrendTable:
    """The table of a chart, computed once. Raises NotFoundException."""
    if name not in TABLES:
        raise NotFoundException("没有这张图")
    return visit.once(f"chart {name}", lambda: TABLES[name](visit))


@see("/charts", "city.read")
def charts(visit: Visit) -> Response[Any]:
    """图表."""
    return visit.show(ChartsPage(tables=[table_of(visit, name) for name in TABLES]))


@see("/charts/{file:str}", "city.read")
def chart(visit: Visit, file: str) -> Response[bytes]:
    """One chart as SVG or PNG, or its table as CSV: coverage.svg."""
    name, _, kind = file.rpartition(".")
    if kind not in MEDIA:
        raise NotFoundException("没有这张图")
    table = table_of(visit, name)
    shown: Format = "png" if kind == "png" else "svg"
    content: bytes = (
        csv_bytes(table.columns, table.rows)
        if kind == "csv"
        else visit.once(f"{kind} {name}", lambda: draw_trend(table, shown))
    )
    headers = {"content-security-policy": CHART_POLICY}
    if kind != "svg":
        headers["content-disposition"] = f'attachment; filename="{name}-{visit.as_of}.{kind}"'
    return Response(content, media_type=MEDIA[kind], headers=headers)


ROUTES = [charts, chart]
