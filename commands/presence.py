"""Owns the commands of the announcement: announcement, presence check."""

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
presence_app = typer.Typer(help="公告在线核查。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(presence_app, name="presence")

COLUMNS = (
    "unit", "verdict", "run_days", "needed_count", "state", "gaps", "proof", "proof_day", "proof_by", "note",
)  # fmt: skip
DAY_COLUMNS = ("day", "state", "detail", "sha256", "url")


@app.command()
def announcement(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="一个单位的公告页逐日列出。")] = None,
    lacking: Annotated[bool, typer.Option("--missing", help="只看没有按时报送截图、照片的。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """公告：在各单位平台上连续在线几天、哪几天断了、为什么；谁报了截图、谁没有报。"""
    from analysis.columns import as_dicts, labels
    from analysis.coverage import coverage
    from analysis.presence import SENT
    from analysis.presence import announcement as found_in
    from analysis.ticket import load_rules

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        plan = plan_of(chosen)
        day, known = shown_day(con, as_of), parse_day(known_by, "--known-by")
        cover = coverage(con, plan, day, known, rules=load_rules(chosen))
        found = found_in(con, chosen, plan, cover, day, known)
    if unit is not None:
        pages = [page for row in found if row.unit == unit for page in row.pages]
        days = [row | {"url": page.url} for page in pages for row in as_dicts(page.days)]
        emit_rows(days, labels(DAY_COLUMNS), as_json, as_csv, title=f"{unit} 公告页逐日：截至 {day}")
        return
    rows = [row for row in found if not lacking or row.proof not in (SENT, None)]
    asked_of = [row for row in found if row.proof is not None]
    sent = sum(row.proof == SENT for row in asked_of)
    emit_rows(
        as_dicts(rows),
        labels(COLUMNS),
        as_json,
        as_csv,
        title=f"公告：截至 {day}",
        caption=f"截图照片应报 {len(asked_of)} 个单位，按时 {sent} 个，逾期或未报 {len(asked_of) - sent} 个",
    )


@presence_app.command("check")
def presence_check(
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """核查：现在就把已见到的公告页、尚未见公告的单位网站各取一次，存证。可以每天定时运行。"""
    from analysis.crawl_table import OUTCOME_NAMES
    from analysis.presence import pages_to_check
    from crawlers.pages import fetch_pages
    from crawlers.run import CrawlError

    if at is None and load_chosen(city).folder == load_chosen(None).folder:
        raise UserError(
            "样例城市的网站只在 gangqing run 运行时开着，现在核查会全部取不到；请看 gangqing announcement"
        )
    now = parse_moment(at, city, home)
    with asked(city, home) as (chosen, con):
        wanted = pages_to_check(con, chosen, plan_of(chosen), now.date())
    try:
        found = fetch_pages(chosen, "presence", list(wanted), home=home, clock=lambda: now, shows=wanted)
    except CrawlError as error:
        raise UserError(str(error)) from error
    rows = [
        {"url": each.url, "state": OUTCOME_NAMES[each.outcome], "detail": each.moved_to or each.detail}
        for each in found
    ]
    columns = {"url": "网址", "state": "结果", "detail": "说明"}
    emit_rows(rows, columns, as_json, as_csv, title=f"公告页核查 {now:%Y-%m-%d %H:%M}，共 {len(rows)} 页")
