"""Owns the commands that collect: crawl, sites list, sites check, sites reread, sites add."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    wall_clock,
)
from commands.exits import INTERRUPTED
from commands.logged import logged

if TYPE_CHECKING:
    from crawlers.report import CrawlReport
    from pipeline.city import City

REREAD_DAYS = 60

app = typer.Typer(rich_markup_mode=None)
sites_app = typer.Typer(help="站点：列出、检查、添加。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sites_app, name="sites")


@app.command()
def crawl(
    sites: Annotated[list[str] | None, typer.Argument(help="站点代号；不写则全部。")] = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    first: Annotated[str | None, typer.Option("--from", help="起始日期；不写则为截止日前 7 天。")] = None,
    last: Annotated[str | None, typer.Option("--to", help="截止日期；不写则为今天。")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="每个站点最多抓取的页数。")] = None,
    as_json: JsonOption = False,
) -> None:
    """采集：抓取新的和变了的网页，存证，入库前的记录逐行落盘。可随时中断，下次接着来。"""
    from analysis.crawl_table import is_down

    last_day = parse_day(last, "--to") or wall_clock().date()
    first_day = parse_day(first, "--from") or last_day - dt.timedelta(days=7)
    if first_day > last_day:
        raise UserError(f"--from {first_day} 晚于 --to {last_day}")
    report = collect(
        load_chosen(city, home),
        home,
        first_day,
        last_day,
        wall_clock,
        sites=sites or None,
        limit=limit,
        as_json=as_json,
    )
    if any(site.error for site in report.sites) or (report.sites and all(map(is_down, report.sites))):
        raise typer.Exit(1)


@sites_app.command("list")
def sites_list(city: CityOption = None, as_json: JsonOption = False) -> None:
    """列出城市数据里的站点：平台、起始地址、是否核实过。"""
    rows = [
        {
            "slug": site.slug,
            "outlet": site.outlet,
            "platform": site.platform,
            "verified": site.verified or "未核实",
            "start": site.start[0],
            "note": site.note,
        }
        for site in load_chosen(city).sites
    ]
    columns = {"slug": "代号", "outlet": "媒体", "platform": "平台", "verified": "核实", "start": "起始地址"}
    emit_rows(rows, columns, as_json, False, title="站点")


@sites_app.command("check")
def sites_check(
    sites: Annotated[list[str] | None, typer.Argument(help="站点代号；不写则全部。")] = None,
    city: CityOption = None,
    home: HomeOption = HOME,  # as its neighbours take it; a check keeps nothing
    days: Annotated[int, typer.Option("--days", min=1, help="往回看几天的日报版面和稿件。")] = 30,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="按哪一天看；不写则为今天。样例城市请用 2018-02-26。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """检查站点：列表、稿件、帖子各取几页，逐项说明取到没有、缺了怎么办。有问题则退出码为 1。"""
    import msgspec

    from analysis.site_table import CHECK_COLUMNS, check_rows
    from crawlers.check import NAMES, check_site
    from crawlers.run import CrawlError

    chosen = load_chosen(city, home)
    slugs = _slugs_of(chosen, sites)
    day = parse_day(as_of)
    at = wall_clock() if day is None else dt.datetime.combine(day, dt.time(18))
    checks = []
    for slug in slugs:
        try:
            checks.append(check_site(chosen.site_by_slug[slug], chosen, clock=lambda: at, days=days))
        except CrawlError as error:
            raise UserError(str(error)) from error
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(checks), indent=1) + b"\n")
    else:
        rows = [row for check in checks for row in check_rows(check, NAMES)]
        emit_rows(rows, CHECK_COLUMNS, False, False, title="站点检查")
        for check in checks:
            typer.echo(f"{check.site}：{'；'.join(check.problems) or '一切正常'}")
    if any(check.problems for check in checks):
        raise typer.Exit(1)


@sites_app.command("reread")
def sites_reread(
    sites: Annotated[list[str] | None, typer.Argument(help="站点代号；不写则全部。")] = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    first: Annotated[
        str | None, typer.Option("--from", help="只重读这一天以来采集的网页；不写则为 60 天以来。")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """重读存证：改好站点配置后，把已存的网页按新配置再读一遍，读出来的补录入库前的记录。不联网。

    正在被抓取的站点跳过，其余照读，退出码为 1。"""
    from analysis.site_table import REREAD_COLUMNS, reread_rows
    from crawlers.reread import reread
    from crawlers.run import CrawlError
    from pipeline.store import open_store

    chosen = load_chosen(city, home)
    slugs = _slugs_of(chosen, sites)
    day = parse_day(first, "--from") or wall_clock().date() - dt.timedelta(days=REREAD_DAYS)
    with logged(open_store(home, chosen), "reread", sites=sites, first_day=day) as told:
        found, refused = [], {}
        for slug in slugs:
            try:
                found.append(reread(chosen, slug, home=home, clock=wall_clock, first_day=day))
            except CrawlError as error:
                refused[slug] = str(error)
        told["sites"] = {each.site: each.new_records for each in found} | refused
    emit_rows(reread_rows(found), REREAD_COLUMNS, as_json, False, title="重读存证")
    if any(each.mended or each.richer_count for each in found) and not as_json:
        typer.echo("接着运行 gangqing build，补录的稿件和帖子就进入对账。")
    for said in refused.values():
        typer.echo(f"注意：{said}", err=True)
    if refused:
        raise typer.Exit(1)


@sites_app.command("add")
def sites_add(
    url: Annotated[str, typer.Argument(help="列表页、论坛首页、报纸首页或订阅源的地址。")],
    city: CityOption = None,
) -> None:
    """认一个新站点：识别平台，给出一段可以贴进 outlets.yaml 的配置，并说明还要核实什么。"""
    from crawlers.profile import profile_site
    from crawlers.run import CrawlError

    try:
        found = profile_site(url, load_chosen(city), clock=wall_clock)
    except (CrawlError, ValueError) as error:
        raise UserError(str(error)) from error
    typer.echo(found.yaml)
    for note in found.notes:
        typer.echo(f"注意：{note}", err=True)


def _slugs_of(city: City, sites: list[str] | None) -> list[str]:
    """The sites that were asked for, or all.

    Raises:
        UserError: one of them is unknown.
    """
    known = city.site_by_slug
    if unknown := [slug for slug in sites or [] if slug not in known]:
        raise UserError(f"没有这个站点：{'、'.join(unknown)}；可用：{'、'.join(known)}")
    return sites or list(known)


def collect(
    city: City,
    home: Path,
    first_day: dt.date,
    last_day: dt.date,
    clock: Callable[[], dt.datetime],
    *,
    sites: list[str] | None = None,
    limit: int | None = None,
    as_json: bool = False,
) -> CrawlReport:
    """Crawl, and print one line of outcomes a site; ends the command where the user interrupted it."""
    from analysis.crawl_table import CRAWL_COLUMNS, crawl_rows
    from crawlers.check import check_report
    from crawlers.run import CrawlError
    from crawlers.run import crawl as run_crawl
    from pipeline.store import open_store

    with logged(open_store(home, city), "crawl", sites=sites, first_day=first_day, last_day=last_day) as told:
        try:
            report = run_crawl(
                city, sites, home=home, first_day=first_day, last_day=last_day, clock=clock, limit=limit
            )
        except CrawlError as error:
            raise UserError(str(error)) from error
        told |= {"run": report.run, "new_records": report.new_records}
        told["sites"] = {site.site: site.error or site.outcomes for site in report.sites}
        emit_rows(crawl_rows(report), CRAWL_COLUMNS, as_json, False, title="采集结果")
        for site in report.sites:
            for problem in check_report(site):
                if problem != site.error and not as_json:
                    typer.echo(f"注意：{site.site}：{problem}", err=True)
        if report.interrupted:
            raise typer.Exit(INTERRUPTED)
    return report
