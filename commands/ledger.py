"""Owns the commands of the ledger: coverage."""

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
    plan_of,
    shown_day,
    shown_moment,
)

if TYPE_CHECKING:
    from analysis.warehouse import Connection
    from pipeline.city import City

app = typer.Typer(rich_markup_mode=None)


@app.command()
def coverage(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位，逐项列出。")] = None,
    task: Annotated[str | None, typer.Option("--task", help="只看一个事项（如 m03），逐单位列出。")] = None,
    by_unit: Annotated[bool, typer.Option("--by-unit", help="按单位汇总，缺得多的在前。")] = False,
    compare: Annotated[
        str | None, typer.Option("--compare", help="与另一天的结论相比，列出变了的和原因。")
    ] = None,
    compare_known: Annotated[
        str | None, typer.Option("--compare-known", help="同一天，与当时（这一天）所知的结论相比。")
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """对账：各单位 × 方案各事项，达标、未达标、无法判定，缺多少、还剩几天。"""
    with asked(city, home) as (chosen, con):
        if compare is not None or compare_known is not None:
            show_changes(chosen, con, as_of, known_by, compare, compare_known, unit, task, as_json, as_csv)
        else:
            show_coverage(chosen, con, as_of, known_by, unit, task, by_unit, as_json, as_csv)


def show_changes(
    city: City,
    con: Connection,
    as_of: str | None,
    known_by: str | None,
    compare: str | None,
    compare_known: str | None,
    unit: str | None,
    task: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    from analysis.changes import View, changes
    from analysis.columns import as_dicts, labels
    from analysis.credits import load_points
    from analysis.ticket import load_rules

    check_unit(city, unit, "全市")
    day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
    other, then_known = parse_day(compare, "--compare") or day, parse_day(compare_known, "--compare-known")
    then, now = View(other, then_known if compare_known is not None else known), View(day, known)
    found = changes(
        con, plan_of(city), then, now, unit=unit, rules=load_rules(city), points=load_points(city)
    )
    rows = [row for row in found if task is None or row.task == task]
    shown = as_dicts(rows)
    if not (as_json or as_csv):
        shown = [row | {"causes": "\n".join(row["causes"])} for row in shown]
    emit_rows(
        shown,
        labels(("unit", "task", "title", "verdict_then", "verdict_now", "done_then", "done_now", "causes")),
        as_json,
        as_csv,
        title=f"结论变化：{then} → {now}，{len(rows)} 处",
    )


def show_coverage(
    city: City,
    con: Connection,
    as_of: str | None,
    known_by: str | None = None,
    unit: str | None = None,
    task: str | None = None,
    by_unit: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    from analysis import overview
    from analysis.columns import LABELS, as_dicts
    from analysis.coverage import coverage as cover
    from analysis.coverage import notices
    from analysis.credits import load_points
    from analysis.ticket import load_rules

    plan = plan_of(city)
    check_unit(city, unit, "全市")
    if task is not None and task not in {known.id for known in plan.tasks}:
        raise UserError(f"没有事项“{task}”，可用：{'、'.join(known.id for known in plan.tasks)}")
    day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
    rules = load_rules(city)
    rows = cover(
        con,
        plan,
        shown_moment(rules, day),
        known,
        unit=unit,
        rules=rules,
        points=load_points(city),
        with_evidence=as_json or as_csv,
    )
    rows = [row for row in rows if task is None or row.task == task]
    for_machines, detailed = as_json or as_csv, bool(unit or task)
    if detailed or (for_machines and not by_unit):
        keys = overview.VERDICT_KEYS
        shown, columns = as_dicts(rows), {key: LABELS[key] for key in keys}
    elif by_unit:
        shown = overview.unit_overview(rows, None if for_machines else overview.TASKS_NAMED)
        columns = overview.UNIT_COLUMNS
    else:
        shown, columns = overview.task_overview(rows), overview.TASK_COLUMNS
    emit_rows(
        shown,
        columns,
        as_json,
        as_csv,
        title=f"对账：截至 {day}",
        styles=overview.VERDICT_STYLES,
        caption="\n".join(
            [
                *overview.silence_lines(rows),
                *overview.next_step_lines(rows, overview.sites_of_outlets(city)),
                *overview.no_content_lines(con, known),
                *notices(con, plan),
            ]
        ),
    )
