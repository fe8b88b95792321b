"""Owns the command of full-text search: search."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from commands.common import (
    HOME,
    WAREHOUSE,
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
    shown_day,
)

app = typer.Typer(rich_markup_mode=None)
_ARTICLE = {
    "published_day": "刊发日期",
    "outlet": "媒体",
    "title": "标题",
    "units": "计分单位",
    "quote": "原文",
    "article_id": "稿件号",
}
_THREAD = {
    "opened_at": "发帖时间",
    "forum": "论坛",
    "title": "标题",
    "floor": "楼层",
    "quote": "原文",
    "thread_id": "帖号",
}


@app.command()
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help='检索词：各词都要有；“整句”加引号；OR 任一，NOT 排除，可用括号。如：水利 "冬修" NOT 招标'
        ),
    ] = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    threads: Annotated[bool, typer.Option("--threads", help="找帖子，不找稿件。")] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="只看计给这个单位的稿件。")] = None,
    outlet: Annotated[str, typer.Option("--outlet", help="只看这家媒体的稿件。")] = "",
    newest: Annotated[bool, typer.Option("--newest", help="按时间新旧排，不按相关程度。")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列几条。")] = 20,
    update_only: Annotated[bool, typer.Option("--update-only", help="只更新全文索引，不检索。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """全文检索稿件和帖子：按词查找，加引号查原句。"""
    from analysis.search import ArticleFilter, find_articles, find_threads
    from analysis.search_hits import hits_notice, lacks_texts
    from analysis.search_query import SearchError
    from pipeline.search_parts import index_path

    index = index_path(home / WAREHOUSE)
    if update_only:
        _update(home)
        return
    question = " ".join(words or [])
    if not question.strip():
        raise UserError('请写检索词，例如：gangqing search 水利 "冬修水利"')
    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        if lacks_texts(con, index):
            _update(home)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        sort: Any = "newest" if newest else "rank"
        try:
            if threads:
                found = find_threads(con, index, question, day, known, sort=sort, limit=limit)
            else:
                wanted = ArticleFilter(unit=unit or "", outlet=outlet)
                found = find_articles(con, index, question, wanted, day, known, sort=sort, limit=limit)
        except SearchError as error:
            raise UserError(str(error)) from error
    rows = [_row(row) for row in found.rows]
    emit_rows(rows, _THREAD if threads else _ARTICLE, as_json, as_csv)
    if not as_json and not as_csv:
        noun = "个帖子" if threads else "篇稿件"
        by_chars = "（按词没有，按原文字句查找）" if found.hits and found.hits.is_by_chars else ""
        typer.echo(f"共 {found.total} {noun}{by_chars}，列出 {len(rows)} 条，截至 {day}", err=True)
        if found.hits and (told := hits_notice(found.hits)):
            typer.echo(told, err=True)


def _update(home: Any) -> None:
    from analysis.terminal import stage_progress
    from pipeline.search_index import update_index

    if not (home / WAREHOUSE).exists():
        raise UserError(f"没有数据仓库 {home / WAREHOUSE}，请先运行 gangqing build")
    with stage_progress() as say:
        added = update_index(home / WAREHOUSE, say, reads_whole=True)
    typer.echo(f"全文索引已更新，新增 {added} 段", err=True)


def _row(found: Any) -> dict[str, Any]:
    row = dataclasses.asdict(found)
    del row["title_pieces"]
    row["quote"] = "".join(f"【{text}】" if is_marked else text for text, is_marked in row.pop("passage"))
    if "published_at" in row:
        row["published_day"] = row["published_at"].date() if row["published_at"] else None
        row["units"] = [credit["unit"] for credit in row["credits"]]
    return row
