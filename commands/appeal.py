"""Owns the commands of appeals: appeal list, add, capture, grant, refuse, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.common import (
    HOME,
    RECORDED,
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
    load_chosen,
    parse_day,
    parse_moment,
    plan_of,
    shown_day,
)

app = typer.Typer(rich_markup_mode=None)
appeal_app = typer.Typer(
    help="申诉：单位认为漏计的稿件，取证、裁定、计分。", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(appeal_app, name="appeal")

NumberArgument = Annotated[str, typer.Argument(help="申诉号，见 appeal list。")]
MyUnitOption = Annotated[str | None, typer.Option("--my-unit", help="裁定人所在单位；不写则看署名。")]
COLUMNS = (
    "appeal_id", "unit", "title", "published_day", "state", "capture", "appealed_at", "waiting_days",
    "decider", "decision",
)  # fmt: skip
COUNT_COLUMNS = ("unit", "appeal_count", "open_count", "granted_count", "refused_count")


@appeal_app.command("list")
def appeal_list(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位。")] = None,
    by_unit: Annotated[bool, typer.Option("--by-unit", help="按单位计数。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """申诉台账：谁申诉了什么、现状、谁裁定、理由；未裁定的在前。"""
    from analysis.appeals import appeals, counts
    from analysis.columns import as_dicts, labels

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        found = appeals(con, day, known, unit=unit)
    rows: list[Any] = counts(found) if by_unit else found
    emit_rows(
        as_dicts(rows),
        labels(COUNT_COLUMNS if by_unit else COLUMNS),
        as_json,
        as_csv,
        title=f"申诉：截至 {day}，共 {len(found)} 件",
    )


@appeal_app.command("add")
def appeal_add(
    title: Annotated[str, typer.Argument(help="稿件标题。")],
    unit: Annotated[str, typer.Option("--unit", help="申诉的单位。")],
    who: WhoOption,
    link: Annotated[str | None, typer.Option("--link", help="稿件网址。")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="照片、截图或扫描件。")] = None,
    outlet: Annotated[str | None, typer.Option("--outlet", help="刊发的媒体。")] = None,
    day: Annotated[str | None, typer.Option("--day", help="刊发日期。")] = None,
    task: Annotated[str | None, typer.Option("--task", help="计入哪个事项（如 m02）。")] = None,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """提出申诉：交链接或文件。链接随后取证（appeal capture）。"""
    from analysis.acts.appeal import open_appeal
    from crawlers.pages import AddressError, check_address
    from pipeline.attachments import MAX_BYTES

    if file is not None and not file.is_file():
        raise UserError(f"没有这个文件：{file}")
    if file is not None and file.stat().st_size > MAX_BYTES:
        raise UserError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请压缩后再交：{file}")
    try:
        url = check_address(link) if link is not None else None
    except AddressError as error:
        raise UserError(str(error)) from error
    with acting(city, home) as (chosen, store):
        number = open_appeal(
            store,
            chosen,
            plan_of(chosen),
            unit=unit,
            title=title,
            who=who,
            at=parse_moment(at, city, home),
            url=url,
            file=(file.name, file.read_bytes()) if file is not None else None,
            outlet=outlet,
            day=parse_day(day, "--day"),
            task=task,
            why=why,
        )
        typer.echo(f"申诉号：{number}")


@appeal_app.command("capture")
def appeal_capture(
    numbers: Annotated[list[str] | None, typer.Argument(help="申诉号；不写则全部待取证的。")] = None,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """取证：把申诉的链接抓取存证（只取公开地址，遵守 robots.txt）。"""
    from analysis.acts.appeal import record_capture, waiting_for_capture
    from analysis.crawl_table import OUTCOME_NAMES
    from crawlers.pages import AddressError, check_address, fetch_pages
    from crawlers.run import CrawlError
    from pipeline.batch import APPEAL
    from pipeline.store import open_store

    chosen = load_chosen(city, home)
    store, now = open_store(home, chosen), parse_moment(at, city, home)
    waiting = {a.appeal_id: a for a in waiting_for_capture(store.decisions, now)}
    if unknown := [number for number in numbers or [] if number not in waiting]:
        raise UserError(f"没有待取证的申诉：{'、'.join(unknown)}")
    chosen_ones = []
    for number in numbers or waiting:
        try:  # one link that nobody can fetch keeps no other from being captured
            check_address(waiting[number].url or "")
        except AddressError as error:
            typer.echo(f"{number}：{error}；可驳回，或请单位另报")
        else:
            chosen_ones.append(waiting[number])
    try:
        fetched = fetch_pages(
            chosen, APPEAL, [a.url for a in chosen_ones if a.url], home=home, clock=lambda: now
        )
    except CrawlError as error:
        raise UserError(str(error)) from error
    by_url = {each.url: each for each in fetched}
    for appeal in chosen_ones:
        found = by_url.get(appeal.url or "")
        if found is None:
            typer.echo(f"{appeal.appeal_id}：未取到，下次再试")
            continue
        record_capture(
            store.decisions,
            appeal.appeal_id,
            outcome=found.outcome,
            url=found.moved_to or found.url,
            sha256=found.sha256,
            warc=found.warc,
            warc_offset=found.warc_offset,
            article=found.article,
            who="系统取证",
            at=now,
        )
        typer.echo(f"{appeal.appeal_id}：{OUTCOME_NAMES[found.outcome]} {found.detail or ''}".rstrip())
    typer.echo(f"取证 {len(chosen_ones)} 件，见 gangqing appeal list")


@appeal_app.command("grant")
def appeal_grant(
    number: NumberArgument,
    role: Annotated[str, typer.Option("--role", help="byline 供稿，subject 主体，joint 联合。")],
    who: WhoOption,
    why: WhyOption,
    my_unit: MyUnitOption = None,
    article: Annotated[
        str | None, typer.Option("--article", help="库中已有该稿时，写其稿件号或网址。")
    ] = None,
    outlet: Annotated[str | None, typer.Option("--outlet", help="更正或补上媒体。")] = None,
    day: Annotated[str | None, typer.Option("--day", help="更正或补上刊发日期。")] = None,
    form: Annotated[str | None, typer.Option("--form", help="体裁：报道、综述、公告。")] = None,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """同意申诉：给该单位计分，写明理由；单位不能裁定自己的申诉。"""
    from analysis.acts.appeal_ruling import grant_appeal
    from analysis.handed_pieces import not_built
    from pipeline.store import open_store

    with asked(city, home) as (chosen, con):
        found = grant_appeal(
            open_store(home, chosen),
            con,
            chosen,
            number,
            role=role,  # type: ignore[arg-type]
            who=who,
            at=parse_moment(at, city, home),
            why=why,
            unit_of_decider=my_unit,
            outlet=outlet,
            day=parse_day(day, "--day"),
            article=article,
            form=form,
        )
        is_new = bool(not_built(con, [found]))
    typer.echo(f"计入稿件：{found}")
    typer.echo("已记录；这篇稿件是新收的，在下一次 gangqing build 后计入各表" if is_new else RECORDED)


@appeal_app.command("refuse")
def appeal_refuse(
    number: NumberArgument,
    who: WhoOption,
    why: WhyOption,
    my_unit: MyUnitOption = None,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """不予计分，写明理由。"""
    from analysis.acts.appeal_ruling import refuse_appeal

    with acting(city, home) as (chosen, store):
        refuse_appeal(
            store, chosen, number, who=who, at=parse_moment(at, city, home), why=why, unit_of_decider=my_unit
        )


@appeal_app.command("withdraw")
def appeal_withdraw(
    number: NumberArgument,
    who: WhoOption,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """撤回申诉。"""
    from analysis.acts.appeal import withdraw_appeal

    with acting(city, home) as (_, store):
        withdraw_appeal(store, number, who=who, at=parse_moment(at, city, home), why=why)
