"""Owns the commands by which a person decides on tags: judge lists what waits, correct records it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    WhyOption,
    asked,
    check_unit,
    emit_rows,
    parse_day,
    parse_moment,
    shown_day,
)

if TYPE_CHECKING:
    from pipeline.decisions import Decision

NOTHING = "无"
app = typer.Typer(rich_markup_mode=None)
correct_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
app.add_typer(
    correct_app, name="correct", help="更正标签：人工认定的以人为准，重建后仍在，并进入下一次训练。"
)


@correct_app.command("article")
def correct_article(
    target: Annotated[str, typer.Argument(help="稿件编号或网址。")],
    who: WhoOption,
    credit: Annotated[
        list[str] | None,
        typer.Option(
            "--credit",
            help="计分单位，写全，可多次：市水利局=byline（或 subject、joint，不写为 subject）；无 为不计。",
        ),
    ] = None,
    exposed: Annotated[
        list[str] | None, typer.Option("--exposed", help="被曝光的单位，可多次；无 为没有。")
    ] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="专题；无 为不属任何专题。")] = None,
    indicator: Annotated[str | None, typer.Option("--indicator", help="考评指标；无 为没有。")] = None,
    form: Annotated[str | None, typer.Option("--form", help="报道、曝光、公告、综述。")] = None,
    sentiment: Annotated[
        str | None, typer.Option("--sentiment", help="negative、neutral、positive。")
    ] = None,
    reprint_of: Annotated[
        str | None, typer.Option("--reprint-of", help="首发稿件的编号或网址；无 为不是转载。")
    ] = None,
    leader_note: Annotated[
        bool | None, typer.Option("--leader-note/--no-leader-note", help="有无领导批示。")
    ] = None,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """更正一篇稿件的标签；只改写出来的几项，其余仍由规则给出。"""
    from analysis.acts.tag import ArticleCorrection
    from analysis.acts.tag import correct_article as act

    said: dict[str, Any] = {
        "credits": [_credit(text) for text in _listed(credit)] if credit else None,
        "exposed": _listed(exposed) if exposed else None,
        "form": form,
        "sentiment": sentiment,
        "leader_note": leader_note,
    }
    said = {key: value for key, value in said.items() if value is not None}
    for key, value in (("topic", topic), ("indicator", indicator), ("reprint_of", reprint_of)):
        if value is not None:
            said[key] = None if value == NOTHING else value
    _correct(act, ArticleCorrection, target, said, who, why, at, city, home, as_json)


@correct_app.command("thread")
def correct_thread(
    target: Annotated[str, typer.Argument(help="帖子编号或网址。")],
    who: WhoOption,
    kind: Annotated[
        str | None, typer.Option("--kind", help="投诉、求助、咨询、建议、表扬、讨论、广告、公告。")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="应由谁答，可多次，首位为主；无 为没有。")
    ] = None,
    needs_reply: Annotated[
        bool | None, typer.Option("--needs-reply/--no-needs-reply", help="要不要答复。")
    ] = None,
    urgency: Annotated[str | None, typer.Option("--urgency", help="普通、紧急。")] = None,
    sentiment: Annotated[
        str | None, typer.Option("--sentiment", help="negative、neutral、positive。")
    ] = None,
    why: WhyOption = "",
    at: AtOption = None,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """更正一个帖子的标签；只改写出来的几项，其余仍由规则给出。"""
    from analysis.acts.tag import ThreadCorrection
    from analysis.acts.tag import correct_thread as act

    said = {
        "kind": kind,
        "units": _listed(unit) if unit else None,
        "needs_reply": needs_reply,
        "urgency": urgency,
        "sentiment": sentiment,
    }
    said = {key: value for key, value in said.items() if value is not None}
    _correct(act, ThreadCorrection, target, said, who, why, at, city, home, as_json)


@correct_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="写到哪个目录（其中两个文件，已有的换新）。")],
    city: CityOption = None,
    home: HomeOption = HOME,
) -> None:
    """把人工更正写成标注文件：gangqing evaluate 用它复查，gangqing train --corrections 用它学习。"""
    from analysis.corrections import export_corrections

    with asked(city, home) as (_, con):
        for name, count in export_corrections(con, folder).items():
            typer.echo(f"{folder / name}：{count} 条")


@correct_app.command("accuracy")
def accuracy(
    by: Annotated[
        str,
        typer.Option("--by", help="unit 稿件按单位，topic 稿件按专题，thread 帖子按该答的单位。"),
    ] = "unit",
    city: CityOption = None,
    home: HomeOption = HOME,
    known_by: KnownByOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """规则判得准不准：人工看过的稿件、转办过的帖子，逐月按单位或专题统计对、错、漏。"""
    import dataclasses

    from analysis.corrections import (
        ACCURACY_COLUMNS,
        accuracy_of_threads,
        accuracy_of_topics,
        accuracy_of_units,
    )
    from analysis.warehouse import moment

    measures = {"unit": accuracy_of_units, "topic": accuracy_of_topics, "thread": accuracy_of_threads}
    if by not in measures:
        raise UserError(f"--by 应为 {'、'.join(measures)} 之一，而不是 {by!r}")
    with asked(city, home) as (_, con):
        found = measures[by](con, moment(parse_day(known_by, "--known-by")))
        emit_rows(
            [
                {
                    **dataclasses.asdict(row),
                    "precision": None if row.precision is None else round(row.precision, 3),
                    "recall": None if row.recall is None else round(row.recall, 3),
                }
                for row in found
            ],
            ACCURACY_COLUMNS,
            as_json,
            as_csv,
            title="人工看过的里面，规则的对错",
            caption="只统计人工更正、确认、转办过的；没人看过的不算对也不算错",
        )


def _listed(values: list[str] | None) -> list[str]:
    return [] if values in (None, [NOTHING]) else list(values or [])


def _credit(text: str) -> dict[str, str]:
    unit, _, role = text.partition("=")
    return {"unit": unit.strip(), "role": role.strip() or "subject"}


def _correct(
    act: Callable[..., Decision],
    kind: type[Any],
    target: str,
    said: dict[str, Any],
    who: str,
    why: str,
    at: str | None,
    folder: Path | None,
    home: Path,
    as_json: bool,
) -> None:
    import msgspec

    from analysis.acts.tag import read_correction
    from pipeline.store import open_store

    right, moment = read_correction(kind, said), parse_moment(at, folder, home)
    with asked(folder, home) as (city, con):
        decision = act(
            con, city, open_store(home, city).decisions, target, right, who=who, at=moment, why=why
        )
    if as_json:
        typer.echo(msgspec.json.encode(decision).decode())
    else:
        typer.echo(f"已记录更正 {decision.id}：{decision.target}；各表即时计入")


@app.command()
def judge(
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    known_by: KnownByOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个单位是否计分。")] = None,
    credits_only: Annotated[bool, typer.Option("--credits", help="只列单位存疑的。")] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """待判断：程序没有把握的稿件和帖子，由人看过再定（correct article、correct thread 记录结论）。"""
    import dataclasses

    from analysis.judge import DOUBT_COLUMNS, doubts
    from analysis.warehouse import moment

    with asked(city, home) as (chosen, con):
        check_unit(chosen, unit)
        day = shown_day(con, as_of)
        known = moment(parse_day(known_by, "--known-by"))
        found = doubts(con, chosen, day, known, unit=unit, credits_only=credits_only)
        emit_rows(
            [{**dataclasses.asdict(d), "confidence": round(d.confidence, 2)} for d in found],
            DOUBT_COLUMNS,
            as_json,
            as_csv,
            title=f"待判断：截至 {day}，{len(found)} 处",
            caption="单位存疑的不计分，曝光对象存疑的不列为被曝光；结论用 gangqing correct article 记录："
            "写全应计的单位，不该计的不写；帖子用 gangqing correct thread 记录",
        )
