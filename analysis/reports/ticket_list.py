"""Owns the Excel list of the posts that a unit (or the city) must answer, which a liaison works through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from analysis.notify.messages import safe_link
from analysis.queue import CLOCKS
from analysis.queue_choice import next_due
from analysis.reports.day_words import dated_words
from analysis.reports.official_text import chinese_day, width_in_characters
from analysis.reports.sheet import Column, Workbook
from analysis.ticket import Ticket
from pipeline.privacy import mask_personal

LATE, TODAY, PAUSED = "已超时", "今天到期", "暂停"
# The first that fits gives a row its colour; also after somebody sorts or filters.
_COLOURS = {LATE: ("#F8D7DA", "#8A1F17"), TODAY: ("#FFF2CC", "#7A5B00"), PAUSED: ("#E6EDF3", "#44546A")}
_COLUMNS = [
    Column("紧急", 6),
    Column("时限情况", 18, "verdict"),
    Column("帖号", 17),
    Column("标题", 34, "long"),
    Column("类别", 6),
    Column("责任单位", 13),
    Column("状态", 11),
    Column("发帖时间", 15, "time"),
    Column("初步回应时限", 15, "time"),
    Column("初步回应时间", 15, "time"),
    Column("正式答复时限", 15, "time"),
    Column("剩余工作日", 8, "count"),
    Column("原帖", 6, "link"),
    Column("说明", 26, "long"),
]


def write_list(tickets: Sequence[Ticket], unit: str | None, city: str, day: dt.date) -> bytes:
    """The .xlsx of tickets, in the order given: the same bytes for the same tickets and day.

    Args:
        unit: short name, for the heading; None: the whole city.
    """
    whose = unit or city
    book = Workbook(title=f"{whose}待回复帖清单", organ=whose, day=day)
    late = sum(ticket.is_first_response_overdue or ticket.is_answer_overdue for ticket in tickets)
    waiting = sum(ticket.is_open for ticket in tickets)
    counted = f"在办{waiting}件" if waiting == len(tickets) else f"共{len(tickets)}件（在办{waiting}件）"
    note = (
        f"截至{chinese_day(day)}，{counted}，其中有超时的{late}件。时限按工作日计（含调休），发帖当日不计；"
        "超时的答复后仍记超时。发帖人不具名，电话、身份证号已遮盖。"
    )
    sheet = book.table(
        "待回复帖",
        f"{whose}待回复帖清单",
        note,
        _COLUMNS,
        [_row(t, day) for t in tickets],
        frozen=4,
        heights=[15 * max(1, -(-round(width_in_characters(t.title[:300])) // 16)) for t in tickets],
    )
    last = max(2 + len(tickets), 3)
    for word, (fill, ink) in _COLOURS.items():
        style = book.book.add_format({"bg_color": fill, "font_color": ink})
        rule = {"type": "formula", "criteria": f'=LEFT($B4,{len(word)})="{word}"', "format": style}
        sheet.conditional_format(3, 0, last, len(_COLUMNS) - 1, rule)
    return book.to_bytes()


def standing(ticket: Ticket, day: dt.date) -> str:
    """已超时 4 个工作日, 今天到期, 剩 2 个工作日, 暂停: how the next deadline stands at the end of a day; of
    one that is done its state."""
    if not ticket.is_open:
        return ticket.state
    if ticket.state == "暂停":
        return PAUSED
    left = ticket.workdays_left
    if left is None:
        return "时限未知"
    due = next_due(ticket)
    if left < 0 or (due is not None and due < dt.datetime.combine(day, dt.time())):
        return f"{LATE} {-left} 个工作日" if left else LATE
    if left:
        return f"剩 {left} 个工作日"
    is_late = (
        ticket.is_first_response_overdue if ticket.first_response_at is None else ticket.is_answer_overdue
    )
    return f"{TODAY}，已过" if is_late else TODAY


def _row(ticket: Ticket, day: dt.date) -> list[Any]:
    flags = (ticket.is_first_response_overdue, ticket.is_answer_overdue)
    late = [clock for clock, is_late in zip(CLOCKS, flags, strict=True) if is_late]
    link = safe_link(ticket.url)
    return [
        "紧急" if ticket.urgency == "紧急" else "",
        standing(ticket, day),
        ticket.ticket_id,
        mask_personal(ticket.title),
        ticket.kind,
        ticket.unit or "未定",
        ticket.state,
        ticket.opened_at,
        ticket.first_response_due,
        ticket.first_response_at,
        ticket.answer_due,
        ticket.workdays_left,
        (link, "打开") if link else "",
        "；".join(
            part
            for part in (f"{'、'.join(late)}超时" if late else "", dated_words(ticket.note or ""))
            if part
        ),
    ]
