"""Owns the commands of proof: the package (pack, verify, shoot), what was handed in (list, withdraw)."""

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
    WhyOption,
    acting,
    asked,
    check_unit,
    emit_rows,
    load_chosen,
    parse_day,
    parse_moment,
    shown_day,
)
from commands.reports import report_context
from pipeline.faults import os_fault

app = typer.Typer(rich_markup_mode=None)
proof = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="核验包：把结论、稿件、网页存证、决定打成一个封签的 zip，交核验组；列出、撤回报送的证明。",
)
app.add_typer(proof, name="proof")
_MOST_FAULTS = 20


@proof.command()
def pack(
    out: Annotated[Path, typer.Option("--out", help="存为哪个 .zip 文件。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只要一个单位的。")] = None,
    task: Annotated[str | None, typer.Option("--task", help="只要一个事项的，如 m05。")] = None,
    first: Annotated[str | None, typer.Option("--from", help="刊发日期自。")] = None,
    last: Annotated[str | None, typer.Option("--to", help="刊发日期至。")] = None,
    with_forum: Annotated[
        bool,
        typer.Option("--with-forum", help="放入论坛网页的原始存证（含发帖人用户名）；须写 --who 和 --why。"),
    ] = False,
    who: Annotated[str, typer.Option("--who", help="打包人：单位、职务、姓名。")] = "",
    why: Annotated[str, typer.Option("--why", help="用途。")] = "",
) -> None:
    """打包：一个 zip，内有索引（网页和 Excel）、网页存证（WARC，可回看）、截图、决定、SHA-256 清单。

    打包记入决定记录（谁、何时、选了什么、整包的 SHA-256）。缺存证的稿件逐一写明，退出码为 1。
    """
    from analysis.acts.proof import pack_proof
    from analysis.acts.record import ActError
    from analysis.reports.proof_selection import Choice
    from pipeline.store import open_store

    if out.suffix.lower() not in (".zip", ".wacz"):
        raise UserError(f"--out 应是 .zip 文件，而不是 {out}")
    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        now = None if city is None else parse_moment(None, city, home)  # the sample's day is over
        context = report_context(chosen, con, known_by, now)
        tasks = [each.id for each in context.plan.tasks]
        if task is not None and task not in tasks:
            raise UserError(f"没有事项“{task}”，可用：{'、'.join(tasks)}")
        choice = Choice(
            as_of=shown_day(con, as_of),
            unit=unit,
            task=task,
            first=parse_day(first, "--from"),
            last=parse_day(last, "--to"),
            with_forum=with_forum,
        )
        try:
            packed = pack_proof(
                open_store(home, chosen),
                context,
                choice,
                out,
                who=who,
                at=parse_moment(None, city, home),
                why=why,
            )
        except ActError as error:
            raise UserError(str(error)) from error
        except OSError as error:
            raise UserError(f"写不到 {os_fault(error)}；请换一个位置（--out）") from error
    typer.echo(f"已打包 {packed.path}：稿件 {packed.piece_count} 篇次，网页存证 {packed.capture_count} 份")
    typer.echo(f"整包 SHA-256：{packed.sha256}")
    if packed.left_out_count:
        typer.echo(f"论坛网页存证 {packed.left_out_count} 份含个人信息，没有放入（--with-forum 放入）")
    for fault in packed.faults[:_MOST_FAULTS]:
        typer.echo(f"缺：{fault}", err=True)
    if packed.faults:
        typer.echo(f"共缺 {len(packed.faults)} 项，见包内索引", err=True)
        raise typer.Exit(1)


@proof.command()
def shoot(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
) -> None:
    """截图：用本机的浏览器给各单位公告页的存证截图留证（不联网、不运行脚本），截过的不再截。"""
    from analysis.acts.proof import announcement_captures
    from analysis.reports.screenshot import ScreenshotError, find_browser, shoot_capture
    from pipeline.store import open_store

    browser = find_browser()
    if browser is None:
        raise UserError("本机没有 chromium 或 chrome，未截图；核验以存证网页为准（apt-get install chromium）")
    with asked(city, home) as (chosen, con):
        context = report_context(chosen, con, known_by)
        found = announcement_captures(context, shown_day(con, as_of))
        store = open_store(home, chosen)
        failed = 0
        for each in found:
            try:
                place = (each.warc, each.warc_offset)
                at = parse_moment(None, city, home)
                shot = shoot_capture(store, each.url, str(each.sha256), *place, at=at, browser=browser)
                typer.echo(f"{each.url}  {shot.path}")
            except ScreenshotError as error:
                failed += 1
                typer.echo(f"✗ {each.url}：{error}", err=True)
    typer.echo(f"公告页 {len(found)} 个，截图 {len(found) - failed} 张")
    if failed:
        raise typer.Exit(1)


@proof.command()
def verify(
    file: Annotated[Path, typer.Argument(help="核验包。")],
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="打包时所报的整包 SHA-256，一并核对。")
    ] = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """核对：任何一个字节改动、缺少或多出文件都报出，退出码为 1；并查打包记录里有没有这个包。"""
    from analysis.reports.sealed import verify as look
    from pipeline.decisions import load_decisions
    from pipeline.store import Store

    if sha256 is not None and len(sha256.strip()) != 64:
        raise UserError("--sha256 应是 64 位的十六进制数")
    try:
        found = look(file, sha256.strip() if sha256 else None)
    except OSError as error:
        raise UserError(f"读不到 {os_fault(error)}") from error
    for fault in found.faults[:_MOST_FAULTS]:
        typer.echo(f"✗ {fault}")
    if len(found.faults) > _MOST_FAULTS:
        typer.echo(f"…… 共 {len(found.faults)} 处")
    if found.faults:
        raise typer.Exit(1)
    typer.echo(f"✓ 完好：{found.file_count} 个文件，整包 SHA-256 {found.sha256}")
    chosen = load_chosen(city, home)
    folder = Store(home / "var" / str(chosen.settings.get("slug") or chosen.folder.resolve().name)).decisions
    made = [each for each in load_decisions(folder) if each.kind == "proof_pack"] if folder.is_dir() else []
    match = next((each for each in made if each.after.get("sha256") == found.sha256), None)
    if match is not None:
        typer.echo(f"与打包记录一致：{match.at.replace('T', ' ')} {match.who}")
    elif made:
        typer.echo("注意：本机的打包记录里没有这个包；请与打包人所报的整包 SHA-256 核对（--sha256）")


@proof.command("list")
def list_proofs(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位报送的。")] = None,
    task: Annotated[str | None, typer.Option("--task", help="只看一个事项的，如 m09。")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """报送的证明：板报、会议走访、通报约谈、公告截图，何时由谁报送、附了什么、是否已撤回；末列为决定号。"""
    from analysis.columns import as_dicts, labels
    from analysis.handed_in import proofs_in

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day = shown_day(con, as_of)
        found = proofs_in(con, day, parse_day(known_by, "--known-by"))
    rows = [row for row in found if unit in (None, row.unit) and task in (None, row.task)]
    columns = ("day", "kind", "unit", "task", "form", "concerned", "title", "file", "state", "who", "id")
    emit_rows(
        as_dicts(rows), labels(columns), as_json, as_csv, title=f"报送的证明：截至 {day}，{len(rows)} 件"
    )


@proof.command()
def withdraw(
    decision: Annotated[str, typer.Argument(help="决定号，见 gangqing proof list。")],
    who: WhoOption,
    why: WhyOption,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """撤回报送错了的证明：记录留着，不再计入；改好后可以重新导入。"""
    from analysis.acts.withdrawal import withdraw_proof

    with acting(city, home) as (_, store):
        withdraw_proof(store.decisions, decision, who=who, at=parse_moment(at, city, home), why=why)
