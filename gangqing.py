"""Owns the command `gangqing`: arguments and the order of the stages; the work is done in the packages.

Modules are imported inside the commands, so that `gangqing tag` does not wait for Scrapy or DuckDB.
"""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from crawlers.report import CrawlReport
    from pipeline.city import City

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
queue_app = typer.Typer(rich_markup_mode=None)
app.add_typer(queue_app, name="queue")

HOME = Path(__file__).resolve().parent
WAREHOUSE = "warehouse.duckdb"
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)  # what --as-of and the like may say
INTERRUPTED = 130  # exit code after Ctrl-C
# The sample city's season; it ends on a Monday after Spring Festival with days left and posts still in time.
SAMPLE_START, SAMPLE_DAY = dt.date(2017, 9, 18), dt.date(2018, 2, 26)
SAMPLE_END = dt.date(2018, 2, 28)

CityOption = Annotated[
    Path | None,
    typer.Option("--city", envvar="GANGQING_CITY", help="城市数据目录，如 city；不写则为样例城市。"),
]
HomeOption = Annotated[
    Path, typer.Option("--home", help="数据所在目录：采集存于其下 var/，仓库为 warehouse.duckdb。")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="截至日期，如 2017-12-31；不写则为库中最晚的一天。")
]
KnownByOption = Annotated[
    str | None, typer.Option("--known-by", help="只用到这一天为止已采集、已决定的，重现当时所知。")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
CsvOption = Annotated[bool, typer.Option("--csv", help="输出 CSV。")]


def main() -> None:
    """Entry point: errors that a user can mend are one clear line, not a traceback."""
    use_utf8()
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        code = 2
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(error))
        else:
            message = message_of(error)
            if message is None:
                raise
            typer.echo(f"出错：{message}", err=True)
    if code == INTERRUPTED:
        typer.echo("已中断；已落盘的内容都在，再运行一次即接着来", err=True)
    sys.exit(code or 0)


def message_of(error: Exception) -> str | None:
    """What to tell the user of an error, in Chinese; None: a fault of the program."""
    if isinstance(error, UserError):
        return str(error)
    from analysis.mistakes import told, usage

    if hasattr(error, "format_message"):
        return usage(error)
    from pipeline.tagging.linear import ModelError

    return str(error) if isinstance(error, ModelError) else told(error)


def use_utf8() -> None:
    """Files and pipes get UTF-8; so does a terminal whose locale knows ASCII only. Nothing that a terminal
    cannot show ends the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = stream.encoding.lower() in (
                "ascii",
                "us-ascii",
                "ansi_x3.4-1968",
                "iso8859-1",
                "latin-1",
            )
            keep = stream.isatty() and not ascii_only
            stream.reconfigure(encoding=stream.encoding if keep else "utf-8", errors="replace")


class UserError(Exception):
    """Something that the user can mend; the message says how."""


def parse_day(text: str | None, name: str = "--as-of") -> dt.date | None:
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name} 应写成 2017-12-31 这样的日期，而不是 {text!r}") from None
    if not EARLIEST <= day <= LATEST:
        raise UserError(f"{name} 应在 {EARLIEST} 与 {LATEST} 之间，而不是 {text!r}")
    return day


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
    """The lines of a file, a pipe or, for "-", standard input; without a byte order mark."""
    if file.is_dir() or not (str(file) == "-" or file.exists()):
        raise UserError(f"没有这个文件：{file}")
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return content.removeprefix(codecs.BOM_UTF8).splitlines()


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
def train(
    data: Annotated[
        Path, typer.Argument(help="训练数据所在目录（citizen-topics.csv.gz、sentiment.csv.gz 等）。")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="模型写到哪里；不写则替换程序自带的模型。")
    ] = None,
    docs: Annotated[Path | None, typer.Option("--docs", help="把各方案的比较表写进这个文件。")] = None,
) -> None:
    """从数据重新训练全部模型；同样的数据得到同样的字节。"""
    from pipeline.training.train import train as train_models

    if not data.is_dir():
        raise UserError(f"没有这个目录：{data}")
    try:
        written = train_models(data, out or HOME / "pipeline" / "models", docs)
    except FileNotFoundError as error:
        raise UserError(f"缺少训练数据：{error.filename}") from error
    for path in written:
        typer.echo(f"{path}（{path.stat().st_size / 1024:.0f} KB）")


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
    try:
        urlsplit(url)
    except ValueError:
        raise UserError(f"--url 不是网址：{url!r}") from None
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
    last_day = parse_day(last, "--to") or wall_clock().date()
    first_day = parse_day(first, "--from") or last_day - dt.timedelta(days=7)
    if first_day > last_day:
        raise UserError(f"--from {first_day} 晚于 --to {last_day}")
    report = collect(
        load_chosen(city),
        home,
        first_day,
        last_day,
        wall_clock,
        sites=sites or None,
        limit=limit,
        as_json=as_json,
    )
    if any(site.error for site in report.sites):
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

    chosen = load_chosen(city)
    known = chosen.site_by_slug
    if unknown := [slug for slug in sites or [] if slug not in known]:
        raise UserError(f"没有这个站点：{'、'.join(unknown)}；可用：{'、'.join(known)}")
    day = parse_day(as_of)
    at = wall_clock() if day is None else dt.datetime.combine(day, dt.time(18))
    checks = []
    for slug in sites or list(known):
        try:
            checks.append(check_site(known[slug], chosen, clock=lambda: at, days=days))
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


# ------------------------------------------------------------------------------------- load, credit, queue


@app.command()
def build(
    city: CityOption = None,
    home: HomeOption = HOME,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="丢开旧仓库，从采集和决定重建。")] = False,
) -> None:
    """建库：把新采集的稿件和帖子打上标签，载入 warehouse.duckdb，并检查。"""
    build_warehouse(load_chosen(city), home, rebuild)


def build_warehouse(city: City, home: Path, rebuild: bool = False) -> None:
    from analysis.terminal import stage_progress
    from pipeline.load import build as load
    from pipeline.tagging.tagger import Tagger
    from pipeline.warehouse import CheckError, WarehouseError

    try:
        with stage_progress() as say:
            report = load(
                city,
                home=home,
                warehouse=home / WAREHOUSE,
                tagger=Tagger(city),
                rebuild=rebuild,
                progress=say,
            )
    except (WarehouseError, CheckError) as error:
        raise UserError(str(error)) from error
    if report.why_rebuilt:
        typer.echo(f"重建：{report.why_rebuilt}")
    typer.echo(
        f"建库完成：读入采集结果 {report.page_count} 条，标注稿件 {report.article_count} 篇、"
        f"帖子 {report.thread_count} 个，{report.check_count} 项检查通过。"
    )
    for notice in report.notices:
        typer.echo(f"注意：{notice}", err=True)


@app.command()
def coverage(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位，逐项列出。")] = None,
    task: Annotated[str | None, typer.Option("--task", help="只看一个事项（如 m03），逐单位列出。")] = None,
    by_unit: Annotated[bool, typer.Option("--by-unit", help="按单位汇总，缺得多的在前。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """对账：各单位 × 方案各事项，达标、未达标、无法判定，缺多少、还剩几天。"""
    with asked(city, home) as (chosen, con):
        show_coverage(chosen, con, as_of, known_by, unit, task, by_unit, as_json, as_csv)


def show_coverage(
    city: City,
    con: Any,
    as_of: str | None,
    known_by: str | None = None,
    unit: str | None = None,
    task: str | None = None,
    by_unit: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    from analysis import overview
    from analysis.columns import LABELS, as_dicts
    from analysis.coverage import coverage as cover
    from analysis.coverage import notices
    from analysis.credits import load_points
    from analysis.ticket import load_rules
    from pipeline.load_plan import load_plan

    plan = load_plan(city)
    if plan is None:
        raise UserError(f"{city.folder} 没有 plan.yaml，无法对账")
    check_unit(city, unit, "全市")
    if task is not None and task not in {known.id for known in plan.tasks}:
        raise UserError(f"没有事项“{task}”，可用：{'、'.join(known.id for known in plan.tasks)}")
    day, known = parse_day(as_of) or overview.latest_day(con), parse_day(known_by, "--known-by")
    rows = cover(
        con,
        plan,
        day,
        known,
        unit=unit,
        rules=load_rules(city),
        points=load_points(city),
    )
    rows = [row for row in rows if task is None or row.task == task]
    slugs: dict[str, list[str]] = {}
    for site in city.sites:
        slugs.setdefault(site.outlet, []).append(site.slug)
    detailed = bool(unit or task)
    if as_json or as_csv or detailed:
        keys = overview.VERDICT_KEYS
        shown, columns = as_dicts(rows), {key: LABELS[key] for key in keys}
    elif by_unit:
        shown, columns = overview.unit_overview(rows), overview.UNIT_COLUMNS
    else:
        shown, columns = overview.task_overview(rows), overview.TASK_COLUMNS
    emit_rows(
        shown,
        columns,
        as_json,
        as_csv,
        title=f"对账：截至 {day}",
        styles=overview.VERDICT_STYLES,
        caption="\n".join(
            [
                *overview.silence_lines(rows),
                *overview.next_step_lines(rows, slugs),
                *overview.no_content_lines(con, known),
                *notices(con, plan),
            ]
        ),
    )


def check_unit(city: City, unit: str | None, *others: str) -> None:
    from analysis.mistakes import unknown_unit

    if unit is not None and unit not in {*city.unit_by_short, *others}:
        raise UserError(unknown_unit(unit, city.units))


@queue_app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位。")] = None,
    everything: Annotated[bool, typer.Option("--all", help="连同已答复、已办结的。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """待回复帖：谁来答、几时到期、是否超时。queue explain 帖号 逐日说明期限怎么算。"""
    if context.invoked_subcommand is None:
        with asked(city, home) as (chosen, con):
            show_queue(chosen, con, as_of, known_by, unit, everything, as_json, as_csv)


def show_queue(
    city: City,
    con: Any,
    as_of: str | None,
    known_by: str | None = None,
    unit: str | None = None,
    everything: bool = False,
    as_json: bool = False,
    as_csv: bool = False,
) -> None:
    from analysis import overview
    from analysis.columns import LABELS
    from analysis.queue import closed_hint, queue_rows
    from analysis.queue import queue as tickets_at
    from analysis.ticket import load_rules

    check_unit(city, unit)
    day, known = parse_day(as_of) or overview.latest_day(con), parse_day(known_by, "--known-by")
    rules = load_rules(city)
    tickets = tickets_at(con, rules, day, unit, known, everything)
    late = sum(ticket.is_answer_overdue or ticket.is_first_response_overdue for ticket in tickets)
    emit_rows(
        queue_rows(tickets),
        {key: LABELS[key] for key in overview.TICKET_KEYS},
        as_json,
        as_csv,
        title=f"待回复帖：截至 {day}，共 {len(tickets)} 件，其中超时 {late} 件",
        caption=None if tickets or everything else closed_hint(con, rules, day, unit, known),
        styles={"紧急": "bold red"},
    )


@queue_app.command("explain")
def queue_explain(
    ticket: Annotated[str, typer.Argument(help="帖号（可只写开头），或帖子的地址。")],
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """逐日说明一件待回复帖的两个期限：哪天计入，哪天不计，为什么。"""
    from analysis import overview
    from analysis.columns import LABELS, as_dicts
    from analysis.queue import EXPLAIN_COLUMNS, TicketError, clock_lines, explain
    from analysis.ticket import load_rules
    from analysis.worktime import UnknownYear

    with asked(city, home) as (chosen, con):
        try:
            rules, day = load_rules(chosen), parse_day(as_of) or overview.latest_day(con)
            found, days = explain(con, rules, ticket, day)
        except (TicketError, UnknownYear) as error:
            raise UserError(str(error)) from error
    emit_rows(
        as_dicts(days),
        {key: LABELS[key] for key in EXPLAIN_COLUMNS},
        as_json,
        False,
        title=f"{found.ticket_id} {found.title}（{found.kind}，{found.unit or '单位未定'}）",
        caption="\n".join([f"状态（截至 {day}）：{found.state}", *clock_lines(found, rules, day)]),
    )


@contextlib.contextmanager
def asked(folder: Path | None, home: Path) -> Iterator[tuple[City, Any]]:
    """The chosen city and its warehouse, opened for reading and closed again."""
    from analysis.warehouse import WarehouseError, open_warehouse

    city = load_chosen(folder)
    try:
        con = open_warehouse(home / WAREHOUSE, city.name)
        try:
            yield city, con
        finally:
            con.close()
    except WarehouseError as error:
        raise UserError(str(error)) from error


# -------------------------------------------------------------------------------------------- all stages


@app.command()
def run(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="样例城市演到哪一天（2017-09-18 至 2018-02-28）。")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65529, help="样例城市的首个端口（共六个）；不写为 17171 起，0 为空闲端口。"
        ),
    ] = None,
) -> None:
    """全过程：采集、标注、建库、对账、排队。不写 --city 则在本机上演样例城市。"""
    if city is not None:
        now = wall_clock()
        day = parse_day(as_of) or now.date()
        collect(load_chosen(city), home, day - dt.timedelta(days=7), day, wall_clock)
        finish(load_chosen(city), home, day)
        return
    from sample.people import record_decisions
    from sample.serve import SampleError, running
    from sample.server import BASE_PORT

    day = parse_day(as_of) or SAMPLE_DAY
    if not SAMPLE_START <= day <= SAMPLE_END:
        raise UserError(f"样例城市只有 {SAMPLE_START} 至 {SAMPLE_END}，不能演到 {day}")
    try:
        with running(day, BASE_PORT if port is None else port or None) as (first_port, sample):
            typer.echo(f"样例城市：在 127.0.0.1:{first_port} 起的端口上演到 {day}。")
            collect(sample, home, SAMPLE_START, day, lambda: dt.datetime.combine(day, dt.time(18)))
            record_decisions(home, sample, day)
            finish(sample, home, day)
    except SampleError as error:
        raise UserError(str(error)) from error


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
    from crawlers.run import CrawlError
    from crawlers.run import crawl as run_crawl

    try:
        report = run_crawl(
            city, sites, home=home, first_day=first_day, last_day=last_day, clock=clock, limit=limit
        )
    except CrawlError as error:
        raise UserError(str(error)) from error
    emit_rows(crawl_rows(report), CRAWL_COLUMNS, as_json, False, title="采集结果")
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    return report


def finish(city: City, home: Path, day: dt.date) -> None:
    from analysis.overview import size_line

    build_warehouse(city, home)
    with asked(city.folder, home) as (chosen, con):
        show_coverage(chosen, con, day.isoformat())
        show_queue(chosen, con, day.isoformat())
        typer.echo(size_line(con))
    typer.echo(
        "接着可以：gangqing coverage --unit 市水利局，gangqing coverage --as-of 2017-10-31，gangqing queue -h"
    )


def load_chosen(folder: Path | None) -> City:
    """The city that --city or GANGQING_CITY names, else the sample city."""
    from pipeline.city import load_city

    return load_city(folder if folder is not None else HOME / "sample" / "city")


CHINA = dt.timezone(dt.timedelta(hours=8), "中国标准时间")


def wall_clock() -> dt.datetime:
    """Now, as the wall clocks of China show it: the only clock of the program, handed to who needs it."""
    return dt.datetime.now(CHINA).replace(tzinfo=None)


def emit_rows(
    rows: list[dict[str, Any]], columns: dict[str, str], as_json: bool, as_csv: bool, **how: Any
) -> None:
    from analysis.terminal import chosen, emit

    if as_json and as_csv:
        raise UserError("--json 与 --csv 只能选一个")
    emit(rows, columns, chosen(as_json, as_csv), **how)


if __name__ == "__main__":
    main()
