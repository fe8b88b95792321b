"""Owns the commands that make papers of the reply queue: queue sheet, queue export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

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
    shown_day,
    shown_moment,
    write_file,
)
from commands.queue import queue_app

app = typer.Typer(rich_markup_mode=None)  # empty: its commands belong to `queue`


@queue_app.command("sheet")
def queue_sheet(
    ticket: Annotated[str, typer.Argument(help="帖号（可只写开头），或帖子的地址。")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件，如 转办单.docx。")],
    kind: Annotated[Literal["转办", "督办"], typer.Option("--kind", help="转办单还是督办单。")] = "转办",
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
) -> None:
    """一件待回复帖的转办单或督办单（Word，一页 A4，带二维码）。"""
    from analysis.queue import TicketError
    from analysis.reports.handover import write_handover
    from analysis.ticket import load_rules
    from analysis.ticket_sheet import build_sheet

    with asked(city, home) as (chosen, con):
        rules = load_rules(chosen)
        moment = shown_moment(rules, shown_day(con, as_of))
        try:
            sheet = build_sheet(con, chosen, rules, ticket, moment, kind)
        except TicketError as error:
            raise UserError(str(error)) from error
    keep(out, write_handover(sheet))


@queue_app.command("export")
def queue_export(
    unit: Annotated[str | None, typer.Option("--unit", help="只要一个单位的；不写则为全市。")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="写成 Excel 清单。")] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", help="写成日历（每个未到的时限一条，带提醒）。")
    ] = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
) -> None:
    """一个单位（或全市）的待回复清单：Excel，或可订阅的日历。"""
    from analysis.queue import queue
    from analysis.reports.ticket_feed import change_counts, write_feed
    from analysis.reports.ticket_list import write_list
    from analysis.ticket import load_rules
    from analysis.warehouse import moment

    if xlsx is None and ics is None:
        raise UserError("请写明 --xlsx 文件 或 --ics 文件（可同时写）")
    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        rules = load_rules(chosen)
        tickets = queue(con, rules, shown_moment(rules, day), unit, known)
        changes = change_counts(con, tickets, day, moment(known))
    if xlsx is not None:
        keep(xlsx, write_list(tickets, unit, chosen.name, day))
    if ics is not None:
        keep(ics, write_feed(tickets, unit, chosen.name, day, changes))


def keep(path: Path, content: bytes) -> None:
    write_file(path, content)
    typer.echo(f"已写入 {path}（{len(content):,} 字节）")
