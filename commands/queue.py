"""Owns the commands of the reply queue: queue, queue explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import (
    HOME,
    AsOfOption,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    KnownByOption,
    UserError,
    asked,
    check_unit,
    emit_rows,
    parse_day,
    shown_day,
    shown_moment,
)

if TYPE_CHECKING:
    from analysis.warehouse import Connection
    from pipeline.city import City

app = typer.Typer(rich_markup_mode=None)
queue_app = typer.Typer(rich_markup_mode=None)
app.add_typer(queue_app, name="queue")


@queue_app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位。")] = None,
    everything: Annotated[bool, typer.Option("--all", help="连同已答复、已办结的。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """待回复帖：谁来答、几时到期、是否超时。queue explain 帖号 逐日说明期限怎么算。"""
    if context.invoked_subcommand is None:
        with asked(city, home) as (chosen, con):
            show_queue(chosen, con, as_of, known_by, unit, everything, as_json, as_csv)


def show_queue(
    city: City,
    con: Connection,
    as_of: str | None,
    known_by: str | None = None,
    unit: str | None = None,
    everything: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    from analysis import overview
    from analysis.columns import LABELS
    from analysis.queue import closed_hint, queue_rows
    from analysis.queue import queue as tickets_at
    from analysis.ticket import load_rules

    check_unit(city, unit)
    day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
    rules = load_rules(city)
    at = shown_moment(rules, day)
    tickets = tickets_at(con, rules, at, unit, known, everything)
    late = sum(ticket.is_answer_overdue or ticket.is_first_response_overdue for ticket in tickets)
    emit_rows(
        queue_rows(tickets),
        {key: LABELS[key] for key in overview.TICKET_KEYS},
        as_json,
        as_csv,
        title=f"待回复帖：截至 {day}，共 {len(tickets)} 件，其中超时 {late} 件",
        caption=None if tickets or everything else closed_hint(con, rules, at, unit, known),
        styles={"紧急": "bold red"},
    )


@queue_app.command("explain")
def queue_explain(
    ticket: Annotated[str, typer.Argument(help="帖号（可只写开头），或帖子的地址。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """逐日说明一件待回复帖的两个期限：哪天计入，哪天不计，为什么。"""
    from analysis.clock_days import EXPLAIN_COLUMNS, clock_lines, explain
    from analysis.columns import LABELS, as_dicts
    from analysis.queue import TicketError
    from analysis.ticket import load_rules
    from analysis.worktime import UnknownYear

    with asked(city, home) as (chosen, con):
        try:
            rules, day = load_rules(chosen), shown_day(con, as_of)
            at = shown_moment(rules, day)
            found, days = explain(con, rules, ticket, at)
        except (TicketError, UnknownYear) as error:
            raise UserError(str(error)) from error
    emit_rows(
        as_dicts(days),
        {key: LABELS[key] for key in EXPLAIN_COLUMNS},
        as_json,
        False,
        title=f"{found.ticket_id} {found.title}（{found.kind}，{found.unit or '单位未定'}）",
        caption="\n".join(
            [
                f"状态（截至 {day}）：{found.state}",
                *clock_lines(found, rules, at),
                *([f"说明：{found.note}"] if found.note else []),
            ]
        ),
    )
