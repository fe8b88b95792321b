"""Owns the commands of the exposure gate: exposure list, add, approve, refuse, withdraw, link."""

from __future__ import annotations

from typing import Annotated

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
    WhoOption,
    WhyOption,
    acting,
    asked,
    emit_rows,
    parse_day,
    parse_moment,
    plan_of,
    shown_day,
)

app = typer.Typer(rich_markup_mode=None)
exposure_app = typer.Typer(help="曝光审批：登记、审批、台账。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(exposure_app, name="exposure")

TitleArgument = Annotated[str, typer.Argument(help="拟曝光稿件的标题，与登记时一致。")]
COLUMNS = ("state", "title", "exposed", "approvals", "published_at", "article_id", "note")


@exposure_app.command("list")
def exposure_list(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    alarms: Annotated[
        bool, typer.Option("--alarms", help="只看警示：未经审批、审批不全、事后补批。")
    ] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """曝光台账：登记了什么、谁在何时以什么文号批准、刊发在哪里；未经审批而刊发的列在最前。"""
    from analysis.columns import as_dicts, labels
    from analysis.exposure import exposures

    with asked(city, home) as (chosen, con):
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        rows = [row for row in exposures(con, plan_of(chosen), day, known) if row.is_alarm or not alarms]
    count = sum(row.is_alarm for row in rows)
    emit_rows(
        as_dicts(rows),
        labels(COLUMNS),
        as_json,
        as_csv,
        title=f"曝光台账：截至 {day}",
        caption=f"警示 {count} 篇：刊发前没有按顺序取得全部审批" if count else "没有警示",
    )


@exposure_app.command("add")
def exposure_add(
    title: TitleArgument,
    unit: Annotated[list[str], typer.Option("--unit", help="被曝光的单位，可写多次。")],
    who: WhoOption,
    outlet: Annotated[str | None, typer.Option("--outlet", help="拟刊发的媒体。")] = None,
    day: Annotated[str | None, typer.Option("--day", help="拟刊发的日期。")] = None,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """登记一篇拟曝光的稿件，送市绩效办审核。"""
    from analysis.acts.exposure import register_exposure

    with acting(city, home) as (chosen, store):
        register_exposure(
            store.decisions,
            chosen,
            plan_of(chosen),
            title,
            units=unit,
            outlet=outlet,
            day=parse_day(day, "--day"),
            who=who,
            at=parse_moment(at, city, home),
            why=why,
        )


@exposure_app.command("approve")
def exposure_approve(
    title: TitleArgument,
    step: Annotated[str, typer.Option("--step", help="哪一步：市绩效办，或其后的分管领导。")],
    number: Annotated[str, typer.Option("--number", help="审批文号。")],
    who: WhoOption,
    late: Annotated[bool, typer.Option("--late", help="稿件已经刊发，补记审批；台账仍列警示。")] = False,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """批准一步：先市绩效办审核，后分管领导同意；都须在刊发之前。"""
    from analysis.acts.exposure import approve_exposure

    with asked(city, home) as (_, con), acting(city, home) as (chosen, store):
        approve_exposure(
            store.decisions,
            plan_of(chosen),
            title,
            step=step,
            number=number,
            who=who,
            at=parse_moment(at, city, home),
            con=con,
            is_late=late,
            why=why,
        )


@exposure_app.command("refuse")
def exposure_refuse(
    title: TitleArgument,
    step: Annotated[str, typer.Option("--step", help="哪一步不同意：市绩效办，或分管领导。")],
    who: WhoOption,
    why: WhyOption,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """不同意曝光，写明理由；修改后可以重新登记。"""
    from analysis.acts.exposure import refuse_exposure

    with acting(city, home) as (chosen, store):
        refuse_exposure(
            store.decisions,
            plan_of(chosen),
            title,
            step=step,
            who=who,
            at=parse_moment(at, city, home),
            why=why,
        )


@exposure_app.command("withdraw")
def exposure_withdraw(
    title: TitleArgument,
    who: WhoOption,
    why: WhyOption,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """撤回登记的曝光稿，写明理由。"""
    from analysis.acts.exposure import withdraw_exposure

    with acting(city, home) as (chosen, store):
        withdraw_exposure(
            store.decisions, plan_of(chosen), title, who=who, at=parse_moment(at, city, home), why=why
        )


@exposure_app.command("link")
def exposure_link(
    title: TitleArgument,
    article: Annotated[str, typer.Argument(help="已刊发稿件的稿件号或网址。")],
    who: WhoOption,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """刊发时改了标题的，说明哪一篇就是登记的那一篇。"""
    from analysis.acts.exposure import link_exposure

    with asked(city, home) as (_, con), acting(city, home) as (chosen, store):
        link_exposure(
            store.decisions,
            con,
            plan_of(chosen),
            title,
            article,
            who=who,
            at=parse_moment(at, city, home),
            why=why,
        )
