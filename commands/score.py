"""Owns the commands of points: score, deductions, deductions decide."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import (
    HOME,
    AsOfOption,
    AtOption,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    KnownByOption,
    UserError,
    WhoOption,
    WhyOption,
    acting,
    asked,
    check_unit,
    emit_rows,
    parse_day,
    parse_moment,
    plan_of,
    shown_day,
)

if TYPE_CHECKING:
    from analysis.deductions import DeductionRow
    from analysis.warehouse import Connection
    from pipeline.city import City

app = typer.Typer(rich_markup_mode=None)
deductions_app = typer.Typer(rich_markup_mode=None)
app.add_typer(deductions_app, name="deductions")

UNIT_COLUMNS = ("unit", "story_count", "earned_points", "deducted_points", "total_points")
LINE_COLUMNS = ("published_day", "title", "outlet", "role", "points", "points_why", "tasks", "decided_by")
DEDUCTION_COLUMNS = (
    "unit", "task", "state", "reason", "suggested_points", "decided_points", "decider", "decided_at",
    "decision", "note",
)  # fmt: skip


@app.command()
def score(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="一个单位逐篇列出，说明分值怎么来。")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """计分：各单位得分；--unit 逐篇说明：媒体分值、头版头条、联合、同文取最高、批示、封顶。"""
    from analysis.columns import DECIDERS, ROLES, as_dicts, labels
    from analysis.credits import load_points
    from analysis.scoring import score as scores

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        found = scores(con, plan_of(chosen), day, known, unit=unit, points=load_points(chosen))
    if unit is None:
        rows = [{k: v for k, v in row.items() if k not in ("lines", "deductions")} for row in as_dicts(found)]
        emit_rows(rows, labels(UNIT_COLUMNS), as_json, as_csv, title=f"计分：截至 {day}")
        return
    if not found:
        raise UserError(f"{unit} 不在计分的单位之列（plan.yaml 的 score 事项）")
    one = found[0]
    rows = as_dicts(one.lines)
    if not as_json:
        names = {"role": ROLES, "decided_by": DECIDERS}
        rows = [row | {key: known.get(row[key]) for key, known in names.items()} for row in rows]
    emit_rows(
        rows,
        labels(LINE_COLUMNS),
        as_json,
        as_csv,
        title=f"{unit} 计分：截至 {day}",
        caption="\n".join(
            [
                f"{one.story_count} 篇共 {one.earned_points:g} 分，扣 {one.deducted_points:g} 分，"
                f"合计 {one.total_points:g} 分",
                *(f"扣 {d.decided_points:g} 分：{d.task} {d.title}（{d.decider}）" for d in one.deductions),
            ]
        ),
    )


@deductions_app.callback(invoke_without_command=True)
def deductions(
    context: typer.Context,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位。")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """预扣分：期限已过而确未达标的，建议扣多少、为什么；由人决定（deductions decide）。"""
    if context.invoked_subcommand is not None:
        return
    from analysis.columns import as_dicts, labels

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        rows = [row for row in suggested_rows(chosen, con, day, known) if unit in (None, row.unit)]
    emit_rows(
        as_dicts(rows),
        labels(DEDUCTION_COLUMNS),
        as_json,
        as_csv,
        title=f"预扣分：截至 {day}，建议 {sum(row.reason is not None for row in rows)} 项",
        caption="无法判定的不列；建议不是决定，由绩效办逐项决定",
    )


@deductions_app.command("decide")
def deductions_decide(
    unit: Annotated[str, typer.Argument(help="单位。")],
    task: Annotated[str, typer.Argument(help="事项，如 m02。")],
    points: Annotated[float, typer.Option("--points", help="扣多少分；0 为不扣。")],
    who: WhoOption,
    why: WhyOption,
    my_unit: Annotated[str | None, typer.Option("--my-unit", help="决定人所在单位；不写则看署名。")] = None,
    at: AtOption = None,
    as_of: AsOfOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """决定一项预扣分，写明理由。"""
    from analysis.acts.deduction import decide_deduction

    with asked(city, home) as (_, con), acting(city, home) as (chosen, store):
        day = shown_day(con, as_of)
        decide_deduction(
            store.decisions,
            chosen,
            suggested_rows(chosen, con, day, None),
            unit,
            task,
            points,
            who=who,
            at=parse_moment(at, city, home),
            why=why,
            unit_of_decider=my_unit,
        )


def suggested_rows(city: City, con: Connection, day: dt.date, known: dt.date | None) -> list[DeductionRow]:
    """Suggestions and decisions as of a day, as known by another."""
    from analysis.coverage import coverage
    from analysis.credits import load_points
    from analysis.deductions import deductions as found
    from analysis.ticket import load_rules

    plan, points = plan_of(city), load_points(city)
    rows = coverage(con, plan, day, known, rules=load_rules(city), points=points)
    return found(con, plan, rows, day, known, points=points)
