"""Owns the commands of the register: contacts, contacts add, contacts import."""

from __future__ import annotations

from pathlib import Path
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
    UserError,
    WhoOption,
    acting,
    asked,
    emit_rows,
    load_chosen,
    parse_day,
    parse_moment,
    plan_of,
    shown_day,
)

app = typer.Typer(rich_markup_mode=None)
contacts_app = typer.Typer(rich_markup_mode=None)
app.add_typer(contacts_app, name="contacts")

COLUMNS = ("unit", "state", "leader", "contact", "first_day", "due_day", "recorded_by")


@contacts_app.callback(invoke_without_command=True)
def contacts(
    context: typer.Context,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    missing: Annotated[bool, typer.Option("--missing", help="只看未报和逾期的。")] = False,
    phones: Annotated[bool, typer.Option("--phones", help="连同电话；只供联络，不要外传。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """分管领导和联系人：谁已报、谁逾期、谁未报（时限见 plan.yaml）。"""
    if context.invoked_subcommand is not None:
        return
    from analysis.columns import as_dicts, labels
    from analysis.contacts import REGISTERED
    from analysis.contacts import contacts as found_in

    with asked(city, home) as (chosen, con):
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        found = found_in(con, plan_of(chosen), day, known, with_phones=phones)
    rows = as_dicts(row for row in found if not missing or row.state != REGISTERED)
    if not phones:
        rows = [{key: value for key, value in row.items() if key != "phone"} for row in rows]
    lack = sum(row.state != REGISTERED for row in found)
    emit_rows(
        rows,
        labels((*COLUMNS, "phone") if phones else COLUMNS),
        as_json,
        as_csv,
        title=f"分管领导和联系人：截至 {day}",
        caption=f"应报 {len(found)} 个单位，按时 {len(found) - lack} 个，逾期或未报 {lack} 个",
    )


@contacts_app.command("add")
def contacts_add(
    unit: Annotated[str, typer.Argument(help="单位简称。")],
    leader: Annotated[str, typer.Option("--leader", help="分管领导：姓名（职务）。")],
    contact: Annotated[str, typer.Option("--contact", help="联系人姓名。")],
    who: WhoOption,
    phone: Annotated[str | None, typer.Option("--phone", help="联系电话。")] = None,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """登记或更新一个单位的分管领导和联系人。"""
    from analysis.acts.contact import register_contact

    with acting(city, home) as (chosen, store):
        register_contact(
            store.decisions,
            chosen,
            unit,
            leader=leader,
            contact=contact,
            phone=phone,
            who=who,
            at=parse_moment(at, city, home),
        )


@contacts_app.command("import")
def contacts_import(
    file: Annotated[Path, typer.Argument(help="表格（.xlsx 或 .csv）：责任单位、分管领导、联系人、电话。")],
    who: WhoOption,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """从表格登记；有一行不对就整表退回，逐行说明。"""
    from analysis.acts.contact import import_contacts
    from analysis.columns import as_dicts, labels
    from analysis.imports.sheet import MAX_BYTES
    from pipeline.store import open_store

    if not file.is_file() or file.stat().st_size > MAX_BYTES:
        raise UserError(f"没有这个文件，或超过 {MAX_BYTES // 1024 // 1024} MB：{file}")
    chosen = load_chosen(city, home)
    report = import_contacts(
        open_store(home, chosen),
        chosen,
        file.read_bytes(),
        file.name,
        who=who,
        at=parse_moment(at, city, home),
    )
    if report.faults:
        emit_rows(
            as_dicts(report.faults),
            labels(("row_number", "heading", "fault")),
            False,
            False,
            title=f"{len(report.faults)} 处要改，整表没有登记",
        )
        raise typer.Exit(1)
    typer.echo(f"已登记 {report.count} 个单位；各表即时计入")
