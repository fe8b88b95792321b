"""Owns the commands of reports: 周报, 月报, 通报, 单位情况表 as files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import (
    HOME,
    AsOfOption,
    CityOption,
    HomeOption,
    KnownByOption,
    UserError,
    asked,
    check_unit,
    parse_day,
    parse_moment,
    plan_of,
    shown_day,
    write_file,
)
from pipeline.faults import os_fault

if TYPE_CHECKING:
    from analysis.reports.collect import Context
    from analysis.reports.model import Kind
    from analysis.warehouse import Connection
    from pipeline.city import City

app = typer.Typer(rich_markup_mode=None)
report = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="报表：周报、月报、通报、单位情况表（Word 按 GB/T 9704，Excel 台账，图）。",
)
app.add_typer(report, name="report")

OutOption = Annotated[Path, typer.Option("--out", help="存放文件的目录，没有则新建。")]


@report.command()
def weekly(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    out: OutOption = Path(),
) -> None:
    """周报：截至日期前七天。"""
    _write("weekly", city, home, as_of, known_by, None, out)


@report.command()
def monthly(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    out: OutOption = Path(),
) -> None:
    """月报：当月1日至截至日期。"""
    _write("monthly", city, home, as_of, known_by, None, out)


@report.command()
def bulletin(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    out: OutOption = Path(),
) -> None:
    """通报：当月1日至截至日期，带文头、主送、下一步工作和附件；正式印发并留底用 gangqing report issue。"""
    _write("bulletin", city, home, as_of, known_by, None, out)


@report.command()
def unit(
    unit: Annotated[str, typer.Option("--unit", help="责任单位简称，如 市水利局。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    out: OutOption = Path(),
) -> None:
    """单位情况表：一个单位的对账、稿件、帖文和待办。"""
    _write("unit", city, home, as_of, known_by, unit, out)


def _write(
    kind: Kind,
    city: Path | None,
    home: Path,
    as_of: str | None,
    known_by: str | None,
    unit: str | None,
    out: Path,
) -> None:
    from analysis.reports.build import build_report, stem_of

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        now = None if city is None else parse_moment(None, city, home)  # the sample's day is over
        context = report_context(chosen, con, known_by, now)
        built = build_report(kind, context, shown_day(con, as_of), unit)
    for path in write_files(out, built.files(stem_of(built.figures))):
        typer.echo(path)


def report_context(
    city: City, con: Connection, known_by: str | None, now: dt.datetime | None = None
) -> Context:
    """Where the figures of a report come from. Raises UserError where the city has no plan.

    Args:
        now: where a day may not be over yet.
    """
    from analysis.credits import load_points
    from analysis.reports.collect import Context
    from analysis.ticket import load_rules
    from analysis.warehouse import moment

    known = moment(parse_day(known_by, "--known-by"))
    return Context(con, city, plan_of(city), load_rules(city), load_points(city), known, now)


def write_files(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made; returns where they are. Raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"不能建立目录，请换一个（--out）：{os_fault(error)}") from error
    for name, content in files.items():
        write_file(folder / name, content)
    return [folder / name for name in files]
