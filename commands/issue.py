"""Owns the commands of issued reports: report issue, list, diff. They stand beside those that only write."""

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
    UserError,
    WhoOption,
    asked,
    check_unit,
    emit_rows,
    load_chosen,
    parse_day,
    parse_moment,
    shown_day,
)
from commands.reports import app, report, report_context

__all__ = ["app"]

KINDS = ("weekly", "monthly", "bulletin", "unit")
LIST_COLUMNS = {
    "id": "编号",
    "shown_number": "发文字号",
    "title": "标题",
    "as_of": "数据截至",
    "signed": "成文日期",
    "issued_at": "印发时间",
    "who": "印发人",
    "state": "状态",
    "folder": "留底",
}
DIFF_COLUMNS = {
    "what": "类别",
    "unit": "单位",
    "subject": "事项",
    "then": "印发时",
    "now": "现在",
    "causes": "依据",
}


@report.command()
def issue(
    kind: Annotated[str, typer.Argument(help="weekly 周报、monthly 月报、bulletin 通报、unit 单位情况表。")],
    who: WhoOption,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="单位情况表的单位。")] = None,
    at: AtOption = None,
    signed: Annotated[str | None, typer.Option("--signed", help="成文日期；不写则为截至日期的次日。")] = None,
    replaces: Annotated[str | None, typer.Option("--replaces", help="更正哪一份：编号或发文字号。")] = None,
    why: Annotated[str, typer.Option("--why", help="说明；更正时必须写明理由。")] = "",
) -> None:
    """印发：编号并留底，数字、文件、当日规则都冻结，以后不再改动；更正另发一份，写明更正哪一份。"""
    from analysis.acts.bulletin import issue_report
    from analysis.acts.record import ActError
    from pipeline.store import open_store

    if kind not in KINDS:
        raise UserError(f"没有“{kind}”这种报表，可用：{'、'.join(KINDS)}")
    if (kind == "unit") != (unit is not None):
        raise UserError("单位情况表须写 --unit，其他报表不写")
    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        store, moment = open_store(home, chosen), parse_moment(at, city, home)
        try:
            made = issue_report(
                store,
                report_context(chosen, con, known_by, None if city is None else moment),
                kind,  # type: ignore[arg-type]
                shown_day(con, as_of),
                who=who,
                at=moment,
                unit=unit,
                signed=parse_day(signed, "--signed"),
                replaces=replaces,
                why=why,
            )
        except ActError as error:
            raise UserError(str(error)) from error
    typer.echo(f"已印发 {made.id}（{made.shown_number}），留底在 {store.bulletins / made.id}")


@report.command("list")
def list_issued(
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False, as_csv: CsvOption = False
) -> None:
    """已印发的报表；每份的字节都与印发时核对，不符的写明。有不符的，退出码为 1。"""
    from analysis.reports.issued import load_issues
    from pipeline.store import open_store

    store = open_store(home, load_chosen(city))
    kept = load_issues(store.bulletins, store.decisions)
    newer = {each.issue.replaces: each.issue.id for each in kept if each.issue.replaces}
    rows = [
        {name: getattr(each.issue, name) for name in LIST_COLUMNS if name not in ("state", "folder")}
        | {
            "state": "；".join(each.faults)
            or (f"完好，已由 {newer[each.issue.id]} 更正" if each.issue.id in newer else "完好"),
            "folder": str(each.folder),
        }
        for each in kept
    ]
    emit_rows(rows, LIST_COLUMNS, as_json, as_csv, title=f"已印发的报表 {len(rows)} 份")
    if any(each.faults for each in kept):
        raise typer.Exit(1)


@report.command()
def diff(
    name: Annotated[str, typer.Argument(help="编号（如 bulletin-2017-001）或发文字号。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """印发之后的出入：同一截至日期，印发时的数字与现在的数字，因哪一项决定、哪一次采集而不同。"""
    from analysis.reports.difference import difference
    from analysis.reports.issued import IssueError, load_issue
    from pipeline.store import open_store

    try:
        with asked(city, home) as (chosen, con):
            store = open_store(home, chosen)
            kept = load_issue(store.bulletins, store.decisions, name)
            found = difference(report_context(chosen, con, None), kept)
    except IssueError as error:
        raise UserError(str(error)) from error
    rows = [{key: getattr(change, key) for key in DIFF_COLUMNS} for change in found.changes]
    caption = [f"印发于 {kept.issue.issued_at:%Y-%m-%d %H:%M}，此后新记决定 {found.later_decision_count} 项"]
    if found.later_files:
        caption.append(
            f"此后又采集：{'、'.join(found.later_files[:6])}{'等' if len(found.later_files) > 6 else ''}"
        )
    if found.rules:
        caption.append(f"规则与印发时不同：{'、'.join(found.rules)}（印发时的在留底 rules/ 下）")
    if kept.faults:
        caption.append(f"留底有损：{'；'.join(kept.faults)}")
    if not rows:
        caption.insert(0, "没有出入：现在重出，数字与印发时一致")
    title = f"{kept.issue.id} 截至 {found.as_of}：印发时与现在"
    emit_rows(rows, DIFF_COLUMNS, as_json, as_csv, title=title, caption="\n".join(caption))
