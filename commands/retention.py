"""Owns the command by which personal data ends: forget."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from commands.common import (
    HOME,
    CityOption,
    HomeOption,
    JsonOption,
    UserError,
    emit_rows,
    load_chosen,
    parse_day,
    parse_moment,
)

app = typer.Typer(rich_markup_mode=None)
COLUMNS = {"site": "论坛", "run": "采集批次", "last_day": "最后一页", "page_count": "网页", "size": "字节"}


@app.command()
def forget(
    before: Annotated[
        str | None, typer.Option("--before", help="清除这一天以前抓取的，如 2018-01-01。")
    ] = None,
    by_term: Annotated[
        bool,
        typer.Option(
            "--expired", help="清除超过城市设定期限（city.yaml 的 raw_forum_days）的；经办人记为该设定。"
        ),
    ] = False,
    who: Annotated[str, typer.Option("--who", help="经办人：单位、职务、姓名。试看时可不写。")] = "",
    why: Annotated[str, typer.Option("--why", help="理由，如“保存期满”。试看时可不写。")] = "",
    city: CityOption = None,
    home: HomeOption = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出会清除哪些，什么都不动。")] = False,
    as_json: JsonOption = False,
) -> None:
    """清除：删去期满的论坛原始网页（其中有发帖人姓名和号码的原样）。记录、化名、数字都不变，清单和决定留下。"""
    import msgspec

    from analysis.acts.retention import forget as act
    from analysis.acts.retention import forget_by_term
    from pipeline.retention import TERM, copies_beside, expired, term_day
    from pipeline.store import open_store

    if by_term == bool(before):
        raise UserError("请写 --before 日期，或写 --expired（按城市设定的期限），只写一样")
    chosen, now = load_chosen(city, home), parse_moment(None, city, home)
    store = open_store(home, chosen)
    day = term_day(chosen, now) if by_term else parse_day(before, "--before")
    if day is None:
        raise UserError(f"city.yaml 没有写 {TERM}（保存几天）：没有设定期限，请写 --before、--who 和 --why")
    if dry_run:
        found, freed = expired(store, chosen, day), 0
    elif by_term:
        found, freed = forget_by_term(store, chosen, now)
    else:
        if day > now.date() - dt.timedelta(days=1):
            raise UserError(f"--before {day} 还没有过去")
        found, freed = act(store, chosen, day, who=who, why=why, at=now)
    rows = [msgspec.structs.asdict(each) for each in found]
    emit_rows(
        rows, COLUMNS, as_json, False, title="期满的论坛原始网页" if dry_run else "已清除的论坛原始网页"
    )
    if dry_run and not as_json:
        typer.echo("以上为试看，什么都没有动；清除请去掉 --dry-run，写明 --who 和 --why")
    elif not as_json:
        typer.echo(f"腾出 {freed / 1024 / 1024:.1f} MB。此前做的备份里还有这些网页，请按同样的期限销毁旧备份")
    for path in copies_beside(store):
        typer.echo(
            f"旁边还有一份数据，里面也可能有期满的网页，清除不动它，确认不用后请自行删除：{path}", err=True
        )
