"""Owns whether a move of a ticket is legal now, by whom, with what: the refusals, in words for a clerk."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.acts.record import ActError
from analysis.quotes import quoted
from analysis.ticket import Rules, Ticket
from analysis.ticket_moves import (
    BY_OPENER,
    BY_OTHERS,
    NEED_WORDS,
    OFFICE,
    UNIT,
    Move,
    Role,
    legal_moves,
    named,
)
from analysis.warehouse import Connection, ask
from pipeline.city import City


class MoveError(ActError):
    """A ticket cannot be moved so; the message says why and what is legal, in Chinese."""


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who acts: their name or post, for whom they speak, and, for 责任单位, which unit (short name)."""

    who: str
    role: Role = OFFICE
    unit: str | None = None


def check_move(
    rules: Rules, ticket: Ticket, move: Move, actor: Actor, at: dt.datetime, said: Mapping[str, Any]
) -> None:
    """Raises MoveError: not legal in this state, not theirs to do, too late, or something is missing."""
    name = f"{ticket.ticket_id}（{ticket.unit or '单位未定'}，{ticket.state}）"
    if not actor.who.strip():
        raise MoveError("没有写明是谁（--who）")
    if ticket.decided_at is not None and at < ticket.decided_at:
        raise MoveError(
            f"{name}最近一次办理在 {ticket.decided_at:%Y-%m-%d %H:%M}，所写时间早于它，请检查日期"
        )
    legal = legal_moves(ticket.state, actor.role)
    if ticket.state not in move.before:
        raise MoveError(f"{name}现在不能{move.label}；可以：{named(legal)}")
    if actor.role not in move.roles:
        raise MoveError(f"{move.label}由{'、'.join(move.roles)}作出，{actor.role}可以：{named(legal)}")
    if actor.role == UNIT and (actor.unit is None or actor.unit != ticket.unit):
        raise MoveError(f"{name}不是{actor.unit or '本单位'}的帖，由{ticket.unit or '宣传部'}办理")
    missing = [NEED_WORDS[need] for need in move.needs if said.get(need) in (None, "")]
    if missing:
        raise MoveError(f"{move.label}须写明：{'、'.join(missing)}")
    if move.key == "transfer" and said["unit"] == ticket.unit:
        raise MoveError(f"{name}本来就归{ticket.unit}，无需改派")
    if move.key == "send_back" and ticket.send_back_due is not None and at > ticket.send_back_due:
        raise MoveError(
            f"{name}退回时限 {ticket.send_back_due:%Y-%m-%d %H:%M}（{rules.send_back_days} 个工作日）已过；"
            "确不归本单位的，请商宣传部改派（transfer）"
        )
    if move.key == "extend":
        _check_days(rules, ticket, said["days"], at)


def _check_days(rules: Rules, ticket: Ticket, days: Any, at: dt.datetime) -> None:
    usual = max(rules.spans(ticket.kind, ticket.urgency)[1], ticket.extension_days or 0)
    if not isinstance(days, int) or isinstance(days, bool):
        raise MoveError("延期的天数应为整数（工作日，自发帖起算）")
    if days > rules.extension_max_days:
        raise MoveError(f"延期至多到发帖后第 {rules.extension_max_days} 个工作日，不能是 {days}")
    if days <= usual:
        raise MoveError(f"现有时限已是发帖后第 {usual} 个工作日，延期应多于它（自发帖起算），而不是 {days}")
    if ticket.answer_due is None:
        return
    # What is added runs on from where the present span ends: a pause lies before its end, or moves nothing.
    due = rules.calendar.due(ticket.answer_due, days - usual)
    if due < at:
        raise MoveError(
            f"发帖后第 {days} 个工作日即 {due:%Y-%m-%d %H:%M}，办理时已过，不能延期到过去的时限；"
            f"{_way_out(rules, ticket.answer_due, usual, at)}"
        )


def _way_out(rules: Rules, due: dt.datetime, usual: int, at: dt.datetime) -> str:
    """What can be done where an answer is overdue and the extension asked for is over, too."""
    ahead = (n for n in range(usual + 1, rules.extension_max_days + 1))
    least = next((n for n in ahead if rules.calendar.due(due, n - usual) >= at), None)
    now = f"原时限 {due:%Y-%m-%d %H:%M} 已超，请尽快答复（超时照记）"
    if least is None:
        return f"{now}，不必再延期"
    span = f"{least} 至 {rules.extension_max_days}" if least < rules.extension_max_days else f"{least}"
    return f"{now}；确须说明何时答复的，工作日数请写 {span}"


def check_unit(city: City, unit: str, day: dt.date) -> None:
    """Raises MoveError: the city has no such unit, or it was not there on that day."""
    from analysis.mistakes import unknown_unit

    if unit not in city.unit_by_short:
        raise MoveError(unknown_unit(unit, city.units))
    found = city.unit_by_short[unit]
    if not found.valid_on(day):
        after = f"，请用 {found.successor}" if found.successor else ""
        raise MoveError(f"{unit}在 {day} 不存在（{found.valid_from or '…'}—{found.valid_to or '…'}）{after}")


def check_own_ticket(tickets: Iterable[Ticket], moved: Ticket, unit: str) -> None:
    """Raises MoveError: the unit has a ticket of this thread already; one that needs no reply is none."""
    for other in tickets:
        if other.ticket_id != moved.ticket_id and other.unit == unit and other.state != "无需回复":
            has_one = f"{unit}在这个帖子里已有一件（{other.ticket_id}，{other.state}）"
            if moved.unit == unit:
                raise MoveError(f"{has_one}，{moved.ticket_id} 不能重新办理；请办那一件，或先把它改派")
            raise MoveError(
                f"{has_one}，{moved.ticket_id}（{quoted(moved.title)}）不能再转给它；"
                f"{moved.unit or '这一件'}不必答复的，请作“无需回复”（no-reply-needed）"
            )


def check_floor(con: Connection, ticket: Ticket, move: Move, floor: int, at: dt.datetime) -> dt.datetime:
    """When the floor was posted. Raises MoveError: there is none, or it cannot be what is said of it."""
    posts = ask(con, "thread_posts", thread_id=ticket.thread_id, as_of=at, known_by=None)
    rows = {post["floor"]: post for post in posts}
    if floor not in rows or floor == 1:
        there = "、".join(str(number) for number in list(rows)[1:40]) or "没有跟帖"
        raise MoveError(f"{ticket.ticket_id} 没有可用的 {floor} 楼；跟帖楼层：{there}")
    row = rows[floor]
    if row["posted_at"] is None:
        raise MoveError(f"{floor} 楼的发表时间未能识别，不能据此停表；请在采集后再试")
    if move.key in BY_OPENER and not row["is_opener"]:
        raise MoveError(f"{floor} 楼不是发帖人所写，不能据此{move.label}")
    if move.key in BY_OTHERS and row["is_opener"]:
        raise MoveError(
            f"{floor} 楼是发帖人自己写的，不能{move.label}；发帖人说已解决的，用 solved-confirmed"
        )
    posted: dt.datetime = row["posted_at"]
    if move.key == "dispute_confirmed":
        _check_dispute(ticket, floor, posted)
    if is_of_earlier_round(ticket, move, posted):
        raise MoveError(
            f"{floor} 楼（{posted:%Y-%m-%d %H:%M}）在第 {ticket.round_number} 轮起算"
            f"（{ticket.round_at:%Y-%m-%d %H:%M}）之前，说的不是这一轮，不能据此{move.label}；"
            "确不必再答的，请作“无需回复”（no-reply-needed）"
        )
    return posted


def is_of_earlier_round(ticket: Ticket, move: Move, posted: dt.datetime | None) -> bool:
    """Whether a floor thanks for what was done before the present round: it ends that round in no way. A
    transfer begins none, also where it starts the clocks anew."""
    return (
        move.key == "solved_confirmed"
        and ticket.round_at is not None
        and posted is not None
        and posted < ticket.round_at
    )


def _check_dispute(ticket: Ticket, floor: int, posted: dt.datetime) -> None:
    """Raises MoveError: what was said before the answer of the present round disputes no answer of it."""
    if ticket.answer_at is not None:
        ended, what = ticket.answer_at, f" {ticket.answer_floor} 楼的答复"
        is_before = (posted, floor) < (ended, ticket.answer_floor or 0)
    elif ticket.ended_at is not None:
        ended, what = ticket.ended_at, "办结"
        is_before = posted <= ended
    else:
        return
    if is_before:
        raise MoveError(
            f"{floor} 楼（{posted:%Y-%m-%d %H:%M}）在{what}（{ended:%Y-%m-%d %H:%M}）之前，不是对它的异议；"
            "要再办的，请作“重新办理”（reopen）"
        )
