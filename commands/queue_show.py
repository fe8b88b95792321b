"""Owns the commands that show what became of tickets: queue history, queue confirm, queue stats."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import typer

from commands.common import (
    HOME,
    AsOfOption,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    KnownByOption,
    asked,
    check_unit,
    emit_rows,
    parse_day,
    parse_moment,
    shown_day,
    shown_moment,
)
from commands.queue import queue_app
from commands.queue_acts import TicketArgument

ByOption = Annotated[Literal["unit", "kind", "month"], typer.Option("--by", help="按单位、类别或发帖月份。")]


@queue_app.command("history")
def history(
    ticket: TicketArgument, city: CityOption = None, home: HomeOption = HOME, as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """一件帖的全部经过：论坛上的楼层（自动）和人的办理，按时间排列。"""
    from analysis.columns import LABELS, as_dicts
    from analysis.overview import latest_day
    from analysis.queue import find_ticket
    from analysis.ticket import load_rules
    from analysis.ticket_history import HISTORY_COLUMNS, ticket_history

    with asked(city, home) as (chosen, con):
        day = parse_day(as_of) or max(latest_day(con), parse_moment(None, city, home).date())
        found = find_ticket(con, load_rules(chosen), ticket, day)
        events = ticket_history(con, found, day)
    emit_rows(
        as_dicts(events),
        {key: LABELS[key] for key in HISTORY_COLUMNS} | {"why": "理由、字句"},
        as_json,
        False,
        title=f"{found.ticket_id} {found.title}（{found.kind}，{found.unit or '单位未定'}）：{found.state}",
    )


@queue_app.command("confirm")
def confirm(
    city: CityOption = None, home: HomeOption = HOME, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    """待人确认的楼层：发帖人不认可答复、称已解决，未登记账号的答复。"""
    from analysis.columns import LABELS
    from analysis.queue_lists import floors_to_confirm

    with asked(city, home) as (_, con):
        day = shown_day(con, as_of)
        found = floors_to_confirm(con, day)
    columns = ("ticket_id", "title", "unit", "state", "floor", "question", "floor_words", "said_at")
    rows = [
        dataclasses.asdict(floor) | {"question": floor.question, "floor_words": floor.words}
        for floor in found
    ]
    emit_rows(
        rows,
        {key: LABELS[key] for key in columns},
        as_json,
        False,
        title=f"待确认的楼层：截至 {day}，共 {len(found)} 处",
    )


@queue_app.command("stats")
def stats(
    city: CityOption = None, home: HomeOption = HOME, as_of: AsOfOption = None,
    known_by: KnownByOption = None, by: ByOption = "unit",
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位。")] = None,
    as_json: JsonOption = False, as_csv: CsvOption = False,
) -> None:  # fmt: skip
    """回帖统计：件数、按时率、用时的中位数和九成；在办超时的进分母，件数太少的不给比率。"""
    from analysis.columns import LABELS, as_dicts
    from analysis.queue_stats import STATS_COLUMNS, basis_lines, queue_stats
    from analysis.ticket import load_rules

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day, rules = shown_day(con, as_of), load_rules(chosen)
        rows = queue_stats(con, rules, shown_moment(rules, day), by, parse_day(known_by, "--known-by"), unit)
    shown = as_dicts(rows)
    if not (as_json or as_csv):
        for row in shown:
            for key in ("response_share", "answer_share"):
                row[key] = None if row[key] is None else f"{row[key]:.0%}"
    emit_rows(
        shown,
        {key: LABELS[key] for key in STATS_COLUMNS},
        as_json,
        as_csv,
        title=f"回帖统计：截至 {day}",
        caption="\n".join(basis_lines(rules, day)),
    )
