"""Owns the making of a report: figures, Word, Excel and pictures, for the command line and the desk alike."""

from __future__ import annotations

import datetime as dt

from analysis.reports.collect import Context, collect
from analysis.reports.excel import write_excel
from analysis.reports.model import KIND_NAMES, Figures, Kind, Report, ReportRules
from analysis.reports.pictures import draw
from analysis.reports.rules import load_report_rules
from analysis.reports.word import write_word


def build_report(kind: Kind, context: Context, as_of: dt.date, unit: str | None = None) -> Report:
    """One report as of a day; not issued, so its number stays open.

    Args:
        unit: short name; for a 单位情况表 only.

    Raises:
        ValueError: a unit sheet without a unit of the city, or another report with one.
        CityError: reports.yaml is wrong.
    """
    return compose(collect(context, kind, as_of, unit), load_report_rules(context.city))


def compose(
    figures: Figures,
    rules: ReportRules,
    *,
    number: int | None = None,
    signed: dt.date | None = None,
    replaces: str | None = None,
) -> Report:
    """The files of a report from its figures: the same bytes for the same figures, rules, number and day."""
    pictures = draw(figures)
    return Report(
        figures=figures,
        docx=write_word(figures, rules, pictures, number=number, signed=signed, replaces=replaces),
        xlsx=write_excel(figures, rules, pictures),
        pictures=pictures,
    )


def stem_of(figures: Figures) -> str:
    """File name without suffix: 通报-2017-10-31, 单位情况表-市水利局-2017-10-31."""
    parts = [KIND_NAMES[figures.kind], figures.unit or "", figures.as_of.isoformat()]
    return "-".join(part for part in parts if part).replace("/", "_")
