"""Owns the command import: what no crawler sees, from an Excel or CSV file; and its template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import (
    HOME,
    AtOption,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    UserError,
    asked,
    emit_rows,
    load_chosen,
    parse_moment,
    plan_of,
    write_file,
)

app = typer.Typer(rich_markup_mode=None)


@app.command("import")
def import_file(
    file: Annotated[Path | None, typer.Argument(help="报送表：.xlsx 或 .csv。")] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="生成空白报送表到这个文件（.xlsx 或 .csv）。")
    ] = None,
    who: Annotated[str, typer.Option("--who", help="报送人：单位、姓名。")] = "",
    folder: Annotated[
        Path | None, typer.Option("--files", help="附件所在的文件夹；不写则为报送表所在的文件夹。")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只检查，不入库。")] = False,
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """导入：板报、会议、通报约谈、电视、微信、微博等采集不到的，按报送表逐行检查；有一行不对就整表退回。"""
    from analysis.acts.importing import record_import
    from analysis.columns import as_dicts, labels
    from analysis.imports.sheet import MAX_BYTES
    from analysis.imports.template import csv_template, excel_template
    from pipeline.store import open_store

    if template is not None:
        chosen = load_chosen(city, home)
        if template.exists():
            raise UserError(f"{template} 已经有了，不覆盖；请换一个文件名")
        is_csv = template.suffix.lower() == ".csv"
        write_file(template, csv_template() if is_csv else excel_template(chosen, plan_of(chosen)))
        typer.echo(f"已生成报送表：{template}")
        return
    if file is None:
        raise UserError("请写要导入的文件；或用 --template 文件名 生成空白报送表")
    if not file.is_file():
        raise UserError(f"没有这个文件：{file}")
    if file.stat().st_size > MAX_BYTES:
        raise UserError(f"{file} 超过 {MAX_BYTES // 1024 // 1024} MB：请只留报送的行，照片另放")
    with asked(city, home) as (chosen, con):
        report = record_import(
            open_store(home, chosen),
            con,
            chosen,
            plan_of(chosen),
            file.read_bytes(),
            file.name,
            files=FolderFiles(folder or file.parent),
            who=who,
            at=parse_moment(at, city, home),
            only_check=check,
        )
    if report.faults:
        emit_rows(
            as_dicts(report.faults),
            labels(("row_number", "heading", "fault")),
            as_json,
            as_csv,
            title=f"{report.file}：{len(report.faults)} 处要改，整表没有导入",
        )
        raise typer.Exit(1)
    if as_json or as_csv:
        emit_rows(as_dicts([report]), {}, as_json, as_csv)
        return
    typer.echo(
        f"{report.file}：新增稿件 {report.article_count} 条、证明 {report.proof_count} 条，"
        f"不重复计入 {len(report.skipped)} 条"
    )
    if report.skipped:
        emit_rows(as_dicts(report.skipped), labels(("row_number", "title", "why")), False, False)
    typer.echo(
        "只检查，没有入库"
        if check
        else f"导入号 {report.import_id}；已计入有关决定，稿件在下一次 gangqing build 后计入"
    )


class FolderFiles(dict[str, bytes]):
    """The files of a folder by name, read when they are asked for; no folder below it, no link out of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._path(name).is_file() and not self._path(name).is_symlink()

    def __missing__(self, name: str) -> bytes:
        from pipeline.attachments import MAX_BYTES

        with self._path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def _path(self, name: str) -> Path:
        return self._folder / Path(name).name
