"""Owns the stages in their order: build, and run with all of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.clock import SAMPLE_DAY, SAMPLE_START
from commands.collect import collect
from commands.common import (
    HOME,
    WAREHOUSE,
    CityOption,
    HomeOption,
    JobsOption,
    UserError,
    asked,
    load_chosen,
    parse_day,
    wall_clock,
)
from commands.ledger import show_coverage
from commands.logged import logged
from commands.queue import show_queue

if TYPE_CHECKING:
    from pipeline.city import City

app = typer.Typer(rich_markup_mode=None)

# The sample city's season; it ends on a Monday after Spring Festival with days left and posts still in time.
SAMPLE_END = dt.date(2018, 2, 28)


@app.command()
def build(
    city: CityOption = None,
    home: HomeOption = HOME,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="丢开旧仓库，从采集和决定重建。")] = False,
    jobs: JobsOption = 1,
) -> None:
    """建库：把新采集的稿件和帖子打上标签，载入 warehouse.duckdb，并检查。"""
    build_warehouse(load_chosen(city, home), home, rebuild, jobs)


def build_warehouse(city: City, home: Path, rebuild: bool = False, jobs: int = 1) -> None:
    from analysis.terminal import stage_progress
    from pipeline.load import build as load
    from pipeline.rules import rules_fingerprint
    from pipeline.search_index import SearchIndexError, update_index
    from pipeline.store import open_store
    from pipeline.tagging.engine import EngineTagger
    from pipeline.tagging.parallel import ParallelTagger
    from pipeline.tagging.tagger import Tagger

    tagger: Tagger
    if engine := city.settings.get("tag_engine"):
        tagger = EngineTagger(city, str(engine), rules_fingerprint)
    else:
        tagger = ParallelTagger(city, jobs) if jobs > 1 else Tagger(city)
    with logged(open_store(home, city), "build", rebuild=rebuild) as told:
        try:
            with stage_progress() as say:
                report = load(
                    city,
                    home=home,
                    warehouse=home / WAREHOUSE,
                    tagger=tagger,
                    rebuild=rebuild,
                    progress=say,
                )
                try:
                    update_index(home / WAREHOUSE, say)
                except SearchIndexError as error:  # the warehouse stands; only words cannot be searched
                    typer.echo(f"注意：{error}", err=True)
                    told["index"] = str(error)
        finally:
            if isinstance(tagger, ParallelTagger | EngineTagger):
                tagger.close()
        told |= dataclasses.asdict(report)
    if report.why_rebuilt:
        typer.echo(f"重建：{report.why_rebuilt}")
    typer.echo(
        f"建库完成：读入采集结果 {report.page_count} 条，标注稿件 {report.article_count} 篇、"
        f"帖子 {report.thread_count} 个，{report.check_count} 项检查通过。"
    )
    for notice in report.notices:
        typer.echo(f"注意：{notice}", err=True)


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
        collect(load_chosen(city, home), home, day - dt.timedelta(days=7), day, wall_clock)
        finish(load_chosen(city, home), home, day)
        return
    from sample.people import record_decisions
    from sample.serve import running
    from sample.server import BASE_PORT

    day = parse_day(as_of) or SAMPLE_DAY
    if not SAMPLE_START <= day <= SAMPLE_END:
        raise UserError(f"样例城市只有 {SAMPLE_START} 至 {SAMPLE_END}，不能演到 {day}")
    with running(day, BASE_PORT if port is None else port or None) as (first_port, sample):
        typer.echo(f"样例城市：在 127.0.0.1:{first_port} 起的端口上演到 {day}。")
        collect(sample, home, SAMPLE_START, day, lambda: dt.datetime.combine(day, dt.time(18)))
        record_decisions(home, sample, day)
        finish(sample, home, day)


def finish(city: City, home: Path, day: dt.date) -> None:
    from analysis.overview import size_line

    build_warehouse(city, home)
    with asked(city.folder, home) as (chosen, con):
        show_coverage(chosen, con, day.isoformat())
        show_queue(chosen, con, day.isoformat())
        typer.echo(size_line(con))
    typer.echo(
        "接着可以：gangqing coverage --unit 市水利局，gangqing coverage --as-of 2017-10-31，gangqing queue -h"
        "；网页办公台：gangqing desk"
    )
