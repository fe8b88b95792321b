"""Owns the commands that help to answer: queue suggest, queue read."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.common import (
    HOME,
    AsOfOption,
    CityOption,
    HomeOption,
    JsonOption,
    UserError,
    asked,
    emit_rows,
    shown_day,
)
from commands.queue import queue_app
from commands.queue_acts import TicketArgument


@queue_app.command("suggest")
def suggest(
    ticket: TicketArgument,
    everywhere: Annotated[bool, typer.Option("--any-unit", help="也看别的单位答过的。")] = False,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """相似的已答复帖，并从中摘出可参考的答复：只检索，由人核实、改写、发布。"""
    from analysis.columns import LABELS, as_dicts
    from analysis.queue import find_ticket
    from analysis.replies import CASE_COLUMNS, draft, similar_cases, texts_of
    from analysis.ticket import load_rules

    with asked(city, home) as (chosen, con):
        day = shown_day(con, as_of)
        found = find_ticket(con, load_rules(chosen), ticket, day)
        text = texts_of(con, found.thread_id, day).get(1, "")
        cases = similar_cases(
            con, found.title, text, day, thread_id=found.thread_id, unit=None if everywhere else found.unit
        )
    whose = "各单位" if everywhere else found.unit or "单位未定"
    emit_rows(
        as_dicts(cases),
        {key: LABELS[key] for key in CASE_COLUMNS},
        as_json,
        False,
        title=f"与 {found.ticket_id} 相似的已答复帖（{whose}）",
        caption=draft(cases)
        or "没有足够相似的已答复帖" + ("" if everywhere else "；加 --any-unit 看各单位的"),
    )


@queue_app.command("read")
def read(
    ticket: TicketArgument,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """读一件已答复帖：是否答其所问、事项齐全、有依据、有结果、按时；只作提示，不作评判。"""
    from analysis.columns import LABELS, as_dicts
    from analysis.queue import find_ticket
    from analysis.replies import ASPECT_COLUMNS, read_answer, texts_of
    from analysis.ticket import load_rules

    with asked(city, home) as (chosen, con):
        day = shown_day(con, as_of)
        found = find_ticket(con, load_rules(chosen), ticket, day)
        texts = texts_of(con, found.thread_id, day)
        if found.answer_floor is None or found.answer_floor not in texts:
            raise UserError(f"{found.ticket_id} 截至 {day} 还没有答复（{found.state}）")
        aspects = read_answer(
            found.title, texts.get(1, ""), texts[found.answer_floor], found.answer_at, found.answer_due
        )
    emit_rows(
        as_dicts(aspects),
        {key: LABELS[key] for key in ASPECT_COLUMNS},
        as_json,
        False,
        title=f"{found.ticket_id} {found.title}：{found.answer_floor} 楼的答复",
    )
