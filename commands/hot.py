"""Owns the command of hot issues: hot."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    emit_rows,
    load_chosen,
    parse_day,
    shown_day,
)

if TYPE_CHECKING:
    from analysis.hot import HotIssue

app = typer.Typer(rich_markup_mode=None)
SHOWN = 5  # titles of an issue in the table


@app.command()
def hot(
    messages: Annotated[
        Path | None, typer.Option("--messages", help="不看仓库，看一个留言文件（CSV 或 JSON 行，可为 .gz）。")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="列出前几个。")] = 10,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """热点：说同一件事的帖子归为一个，按热度排列，热度怎么来的逐项写明；突然增多的有提示。"""
    from analysis.hot import hot_issues, load_hot_rules
    from analysis.hot_messages import MessagesError, hot_messages

    if messages is not None:
        try:
            found = hot_messages(messages, load_hot_rules(load_chosen(city, home)), parse_day(as_of))
        except MessagesError as error:
            raise UserError(str(error)) from error
        show_hot(found[:top], f"热点：{messages.name}，共 {len(found)} 个", as_json, as_csv)
        return
    with asked(city, home) as (chosen, con):
        day = shown_day(con, as_of)
        found = hot_issues(con, load_hot_rules(chosen), day, parse_day(known_by, "--known-by"))
        show_hot(found[:top], f"热点：截至 {day}，共 {len(found)} 个", as_json, as_csv)


def show_hot(issues: list[HotIssue], title: str, as_json: bool, as_csv: bool) -> None:
    from analysis.columns import LABELS
    from analysis.hot import HOT_COLUMNS

    rows: list[dict[str, Any]] = []
    for issue in issues:
        row = dataclasses.asdict(issue)
        if not as_json:
            titles = [f"{m.opened_at:%Y-%m-%d} {m.title}" if m.opened_at else m.title for m in issue.members]
            more = [f"…另 {len(titles) - SHOWN} 帖"] if len(titles) > SHOWN else []
            row["members"] = "\n".join([*titles[:SHOWN], *more])
        rows.append(row)
    emit_rows(rows, {key: LABELS[key] for key in HOT_COLUMNS}, as_json, as_csv, title=title)
