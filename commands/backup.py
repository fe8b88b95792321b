"""Owns the commands by which nothing is lost with a machine: backup, restore."""

from __future__ import annotations

import importlib.metadata
import time
from pathlib import Path
from typing import Annotated

import typer

from commands.common import (
    HOME,
    WAREHOUSE,
    CityOption,
    HomeOption,
    JobsOption,
    load_chosen,
    wall_clock,
)
from commands.exits import INTERRUPTED

app = typer.Typer(rich_markup_mode=None)
WITHOUT = "数据仓库、全文索引、登录会话、运行日志不在其中：由恢复后的建库重建，或重新登录"


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="备份文件，如 /备份盘/港情-20180226.tar.zst；不覆盖旧的。")],
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """备份：采集结果、存证、决定、附件、印发的报表、账号、日志、通知记录和城市数据，打成一个文件并逐个核对。
    采集和办公台开着也能做。文件里有密钥，请当机密保管。"""
    from analysis.terminal import stage_progress
    from pipeline.backup import write_backup

    chosen, began = load_chosen(city, home), time.monotonic()
    version = importlib.metadata.version("gangqing")
    with stage_progress() as say:
        manifest = write_backup(chosen, home, file, wall_clock(), version, say)
    counts = "，".join(f"{name} {count}" for name, count in manifest.counts.items())
    typer.echo(
        f"备份完成：{file}，{_size(file.stat().st_size)}"
        f"（原 {_size(manifest.size)}，{len(manifest.files)} 个文件），已逐个核对，"
        f"用时 {time.monotonic() - began:.1f} 秒"
    )
    typer.echo(f"内容：{counts}")
    typer.echo(f"{WITHOUT}。文件里有密钥（化名、渠道），只有属主可读，请当机密保管。")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件；旧版手工打的 var 目录 tar 包也可以。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    replace: Annotated[
        bool, typer.Option("--replace", help="已有数据时换成备份里的；原数据移到旁边，不删除。")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对备份是否完好、能否恢复，不动数据。")] = False,
    city_to: Annotated[
        Path | None, typer.Option("--city-to", help="只把备份里的城市数据取到这个新目录。")
    ] = None,
    jobs: JobsOption = 1,
) -> None:
    """恢复：先把备份逐个核对，再一步换上，然后重建数据仓库。请先停掉办公台和采集。"""
    from analysis.terminal import stage_progress
    from commands.stages import build_warehouse
    from pipeline.printable import printable_line
    from pipeline.restore import restore_backup
    from pipeline.restore_files import extract_city
    from pipeline.restore_look import examine_backup

    began = time.monotonic()
    if city_to is not None:
        names = extract_city(file, city_to)
        typer.echo(f"已取出城市数据 {len(names)} 个文件，在 {city_to}")
        return
    if check:
        with stage_progress() as say:
            manifest, notices = examine_backup(file, say)
        made_at = printable_line(manifest.made_at).replace("T", " ")
        typer.echo(
            f"备份完好：“{printable_line(manifest.city)}”，{made_at} 做的，"
            f"{len(manifest.files)} 个文件，{_size(manifest.size)}，用时 {time.monotonic() - began:.1f} 秒"
        )
        for notice in notices:
            typer.echo(f"注意：{printable_line(notice, 500)}", err=True)
        return
    chosen = load_chosen(city)
    with stage_progress() as say:
        done = restore_backup(
            file, chosen, home, home / WAREHOUSE, wall_clock(), replace=replace, progress=say
        )
    typer.echo(
        f"恢复完成：{done.file_count} 个文件，{_size(done.size)}，采集结果 {done.page_count} 条，"
        f"决定 {done.decision_count} 条，用时 {time.monotonic() - began:.1f} 秒"
    )
    if done.manifest is None:
        typer.echo("注意：这个包没有清单，只核对了采集结果、存证和决定能否读出", err=True)
    for notice in done.notices:
        typer.echo(f"注意：{printable_line(notice, 500)}", err=True)
    if done.aside is not None:
        typer.echo(f"原数据在 {done.aside}，确认无误后可自行删除")
    try:
        build_warehouse(load_chosen(city, home), home, rebuild=True, jobs=jobs)
    except BaseException as error:
        typer.echo("已恢复数据，只是建库没有完成：请运行 gangqing build，不必再恢复一次", err=True)
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(INTERRUPTED) from error  # nothing else is said
        raise
    typer.echo(
        f"全部用时 {time.monotonic() - began:.1f} 秒。账号照旧，须重新登录；"
        "备份以后发过的通知可能再发一次，请先用 gangqing notify plan 看一遍"
    )


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB"
