"""Owns the history of a ticket: every change in order, by floors and by people, with who and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from analysis.quotes import quoted
from analysis.record_words import change_words
from analysis.ticket import Ticket
from analysis.ticket_moves import MOVE
from analysis.warehouse import Connection, ask, moment

HISTORY_COLUMNS = ("at", "who", "what", "floor", "state_before", "state_after", "unit", "why")

# Kinds of floors (thread_floor) → the moves of the table, and who speaks.
_FLOOR_MOVE = {
    "open": ("open", "发帖人"),
    "response": ("responded", "官方账号"),
    "answer": ("answered", "官方账号"),
    "sent_back": ("sent_back", "官方账号"),
    "disputed": ("disputed", "发帖人"),
    "solved": ("solved", "发帖人"),
    "claimed": ("claimed", "未登记账号"),
}
_DECIDED = {
    "transfer": "改派",
    "state_change": "改状态",
    "extension": "延期",
    "pause": "暂停",
    "resume": "恢复",
    "tag_correction": "更正标签",
}


@dataclasses.dataclass(frozen=True)
class TicketEvent:
    """One thing that happened to a ticket.

    Attributes:
        who: the person, or which account spoke (自动).
        what: the move, in Chinese.
        floor: the floor that did it or that was judged.
        state_before, state_after: of the ticket; None: there was none yet.
        unit: whose the ticket is afterwards.
        known_at: when a crawl brought the floor, when the decision was recorded.
    """

    at: dt.datetime
    who: str
    what: str
    floor: int | None
    state_before: str | None
    state_after: str | None
    unit: str | None
    why: str | None
    known_at: dt.datetime | None
    is_automatic: bool


def ticket_history(
    con: Connection,
    ticket: Ticket,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> list[TicketEvent]:
    """All that happened to a ticket up to a moment, oldest first, with its state before and after each."""
    at, known = moment(as_of), moment(known_by)
    which = {"thread_id": ticket.thread_id, "ticket_id": ticket.ticket_id, "known_by": known}
    state_at = _states(con, ticket, known)
    found: list[TicketEvent] = []
    before: str | None = None
    for row in ask(con, "ticket_events", as_of=at, **which):
        state, unit = state_at(row["at"])
        found.append(_event(row, before, state, unit))
        before = state
    return found


def _states(
    con: Connection, ticket: Ticket, known_by: dt.datetime | None
) -> Callable[[dt.datetime], tuple[str | None, str | None]]:
    """How to tell the state and the unit of a ticket at a moment (None: it was none yet): as the build left
    it. Where a decision since the build bears on it, or only what was known then counts, the warehouse is
    asked of that moment, which takes a hundred times as long."""
    thread, _, number = ticket.ticket_id.rpartition("-")
    spans: list[dict[str, Any]] = []
    decided: dt.datetime | None = None
    if known_by is None:
        spans = ask(con, "ticket_stood", thread_id=thread, number=int(number))
        decided = ask(con, "thread_decided_since", thread_id=thread)[0]["since_at"]

    def state_at(at: dt.datetime) -> tuple[str | None, str | None]:
        if known_by is None and (decided is None or at < decided):
            rows = [span for span in spans if span["since_at"] <= at < span["until_at"]]
        else:
            which = {"thread_id": thread, "ticket_id": ticket.ticket_id, "known_by": known_by}
            rows = ask(con, "ticket_state", as_of=at, **which)
        return (rows[0]["state"], rows[0]["unit"]) if rows else (None, None)

    return state_at


def _event(row: dict[str, Any], before: str | None, state: str | None, unit: str | None) -> TicketEvent:
    floor, why = row["floor"], row["why"] or None
    if row["who"] is None:
        key, speaker = _FLOOR_MOVE[row["what"]]
        what = MOVE[key].label
        who = f"{speaker}（{row['unit']}）" if row["unit"] else speaker
        why = quoted(why) if why else None
    else:
        after = json.loads(row["after_json"])
        move = MOVE.get(after.get("move", ""))
        what = move.label if move else _DECIDED.get(row["what"], row["what"])
        who, floor = row["who"], after.get("floor")
        if move is not MOVE["answer_rejected"]:  # it names the state as it stood, not what became of it
            state = state or after.get("state")
        unit = unit or after.get("unit")
        if "days" in after:
            what += f"至第 {after['days']} 个工作日"
        if row["what"] == "tag_correction":
            said = "；".join(change_words({}, after))
            why = f"{said}：{why}" if why else said
    return TicketEvent(
        at=row["at"],
        who=who,
        what=what,
        floor=floor,
        state_before=before,
        state_after=state,
        unit=unit,
        why=why,
        known_at=row["known_at"],
        is_automatic=row["who"] is None,
    )
