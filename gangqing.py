"""Owns the command `gangqing`: arguments and the order of the stages; the work is done in the packages.

Modules are imported inside the commands, so that `gangqing tag` does not wait for Scrapy or DuckDB.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="gangqing",
    help="港情：看全市媒体发了什么、记在哪个单位名下，看哪些帖子在等答复、由谁答、几时到期。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sites_app = typer.Typer(help="站点：列出、检查、添加。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sites_app, name="sites")

HOME = Path(__file__).resolve().parent

CityOption = Annotated[Path | None, typer.Option("--city", help="城市数据目录；不写则用样例城市或默认城市。")]
HomeOption = Annotated[
    Path, typer.Option("--home", help="数据所在目录：采集存于其下 var/，仓库为 warehouse.duckdb。")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="截至日期，如 2017-12-31；不写则为库中最晚的一天。")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV。")]


def main() -> None:
    """Entry point: errors that a user can mend are one clear line, not a traceback."""
    from pipeline.city import CityError

    try:
        app()
    except (CityError, UserError) as error:
        typer.echo(f"出错：{error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)


class UserError(Exception):
    """Something that the user can mend; the message says how."""


def parse_day(text: str | None, name: str = "--as-of") -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name} 应写成 2017-12-31 这样的日期，而不是 {text!r}") from None


# ------------------------------------------------------------------------------------------ tags


@app.command()
def tag(
    file: Annotated[Path, typer.Argument(help="每行一个 JSON 的文件（稿件、帖子或留言）；- 为标准输入。")],
    city: CityOption = None,
) -> None:
    """给稿件、帖子、留言打标签，逐行输出 JSON，顺序与输入相同。"""
    from pipeline.city import load_city
    from pipeline.tagging.stream import tag_lines

    out = sys.stdout.buffer
    for line in tag_lines(read_lines(file), load_city(city)):
        out.write(line + b"\n")
    out.flush()


def read_lines(file: Path) -> list[bytes]:
    if str(file) == "-":
        return sys.stdin.buffer.read().splitlines()
    if not file.is_file():
        raise UserError(f"没有这个文件：{file}")
    return file.read_bytes().splitlines()


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="带 gold 的稿件或帖子文件。")],
    city: CityOption = None,
    misses: Annotated[bool, typer.Option("--misses/--no-misses", help="列出每一处不一致及其原文。")] = True,
    as_json: JsonOption = False,
) -> None:
    """把标签与标准答案对照：准确率、召回率、F1，与基线并列，并列出每一处不一致。"""
    from analysis.scoreboard import print_evaluation
    from pipeline.city import load_city
    from pipeline.evaluation import EvaluationError
    from pipeline.evaluation import evaluate as score

    try:
        result = score(read_lines(file), load_city(city))
    except EvaluationError as error:
        raise UserError(f"{file}：{error}") from error
    print_evaluation(result, as_json=as_json, with_misses=misses)


@app.command()
def extract(
    page: Annotated[Path, typer.Argument(help="存下来的网页文件，任何编码。")],
    url: Annotated[str, typer.Option("--url", help="网页的地址。")],
    platform: Annotated[str | None, typer.Option("--platform", help="站点平台；不写则自动识别。")] = None,
    fetched_at: Annotated[
        str | None, typer.Option("--fetched-at", help="存下的时间（用于“6 天前”之类）；不写则用文件时间。")
    ] = None,
) -> None:
    """从一个存下来的网页里取出标题、作者、来源、时间、正文（帖子还有各楼），输出一个 JSON。"""
    import msgspec

    from crawlers.extract import extract as extract_page
    from crawlers.platforms import PLATFORMS

    if not page.is_file():
        raise UserError(f"没有这个文件：{page}")
    if platform is not None and platform not in PLATFORMS:
        raise UserError(f"没有平台 {platform!r}，可用：{'、'.join(PLATFORMS)}")
    saved = dt.datetime.fromtimestamp(page.stat().st_mtime, CHINA).replace(tzinfo=None)
    try:
        at = dt.datetime.fromisoformat(fetched_at) if fetched_at else saved
    except ValueError:
        raise UserError(f"--fetched-at 应写成 2017-10-09T08:00，而不是 {fetched_at!r}") from None
    found = extract_page(page.read_bytes(), url, platform, at.replace(tzinfo=None))
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")


# ------------------------------------------------------------------------------------------ collect


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
    from analysis.crawl_table import CRAWL_COLUMNS, crawl_rows
    from crawlers.run import CrawlError
    from crawlers.run import crawl as run_crawl
    from pipeline.city import load_city

    last_day = parse_day(last, "--to") or wall_clock().date()
    first_day = parse_day(first, "--from") or last_day - dt.timedelta(days=7)
    try:
        report = run_crawl(
            load_city(city),
            sites or None,
            home=home,
            first_day=first_day,
            last_day=last_day,
            clock=wall_clock,
            limit=limit,
        )
    except CrawlError as error:
        raise UserError(str(error)) from error
    emit_rows(crawl_rows(report), CRAWL_COLUMNS, as_json, False, title="采集结果")
    if report.interrupted:
        raise typer.Exit(130)


@sites_app.command("list")
def sites_list(city: CityOption = None, as_json: JsonOption = False) -> None:
    """列出城市数据里的站点：平台、起始地址、是否核实过。"""
    from pipeline.city import load_city

    rows = [
        {
            "slug": site.slug,
            "outlet": site.outlet,
            "platform": site.platform,
            "verified": site.verified or "未核实",
            "start": site.start[0],
            "note": site.note,
        }
        for site in load_city(city).sites
    ]
    columns = {"slug": "代号", "outlet": "媒体", "platform": "平台", "verified": "核实", "start": "起始地址"}
    emit_rows(rows, columns, as_json, False, title="站点")


CHINA = dt.timezone(dt.timedelta(hours=8), "中国标准时间")


def wall_clock() -> dt.datetime:
    """Now, as the wall clocks of China show it: the only clock of the program, handed to who needs it."""
    return dt.datetime.now(CHINA).replace(tzinfo=None)


def emit_rows(
    rows: list[dict[str, Any]], columns: dict[str, str], as_json: bool, as_csv: bool, **how: Any
) -> None:
    from analysis.terminal import chosen, emit

    emit(rows, columns, chosen(as_json, as_csv), **how)


if __name__ == "__main__":
    main()
