"""Owns the commands on texts: tag, evaluate, train, extract.

Modules are imported inside the commands, so that `gangqing tag` does not wait for Scrapy or DuckDB.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from commands.common import (
    ROOT,
    CityOption,
    JobsOption,
    JsonOption,
    UserError,
    read_lines,
    stream_lines,
)
from pipeline.china import CHINA
from pipeline.faults import ToldError

app = typer.Typer(rich_markup_mode=None)


@app.command()
def tag(
    file: Annotated[Path, typer.Argument(help="每行一个 JSON 的文件（稿件、帖子或留言）；- 为标准输入。")],
    city: CityOption = None,
    jobs: JobsOption = 1,
) -> None:
    """给稿件、帖子、留言打标签，逐行输出 JSON，顺序与输入相同。

    读不懂的行输出 {"id", "error"}；一行也没有打上标签时，退出码为 1。
    """
    from pipeline.city import load_city
    from pipeline.tagging.stream import is_error, spare_collector, tag_lines

    spare_collector()
    out = sys.stdout.buffer
    count, failed, first = 0, 0, 0
    for line in tag_lines(stream_lines(file), load_city(city), jobs):
        out.write(line + b"\n")
        count += 1
        if is_error(line):
            failed += 1
            first = first or count
    out.flush()
    if failed:
        where = f"原因写在输出的 error 里，第一处在输出第 {first} 行"
        typer.echo(f"{count} 行中有 {failed} 行没有打上标签；{where}", err=True)
    if count and failed == count:
        raise typer.Exit(1)


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
    from pipeline.evaluation import evaluate as score
    from pipeline.gold import EvaluationError

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
    docs: Annotated[
        Path | None,
        typer.Option("--docs", help="把各方案的比较表写进这个文件，稿件的两张表写在它旁边。"),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", help="人工更正所在目录（gangqing correct export 写出），一并学习。"),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="只核对：另行训练一遍，与现有模型逐字节比较，不替换。")
    ] = False,
) -> None:
    """从数据重新训练全部模型；同样的数据得到同样的字节。"""
    from pipeline.training.manifest import differences
    from pipeline.training.train import train as train_models

    if not data.is_dir():
        raise UserError(f"没有这个目录：{data}")
    if corrections is not None and not corrections.is_dir():
        raise UserError(f"没有这个目录：{corrections}，请先运行 gangqing correct export")
    kept = out or ROOT / "pipeline" / "models"
    with tempfile.TemporaryDirectory() as scratch:
        trained = Path(scratch) / "models"
        try:
            written = train_models(data, trained if check else kept, docs, corrections)
        except ToldError:
            raise
        except ValueError as error:  # of what learns: all texts empty, one label only
            raise UserError(
                f"{data} 里的内容学不出模型，请检查数据是否太少或标注不全；现有模型没有动（{error}）"
            ) from error
        unlike = differences(trained, kept) if check else []
    if unlike:
        raise UserError(
            f"与重新训练所得不同：{'、'.join(unlike)}；数据或程序已变，请运行 gangqing train 重建"
        )
    if check:
        typer.echo(f"重新训练所得与 {kept} 逐字节相同")
        return
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
