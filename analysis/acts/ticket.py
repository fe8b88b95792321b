"""Owns moving tickets: a move is checked against the present state and appended as one decision.

The present state is asked of the warehouse as of the moment of the act, with all that was decided by then.
Who acts says what they saw (`Ticket.seen`): if somebody else decided meanwhile, nothing is written.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.acts.record import decision_of
from analysis.acts.ticket_check import Actor, MoveError, check_floor, check_move, check_own_ticket, check_unit
from analysis.queue import find_ticket, find_tickets, tickets_of_thread, tickets_of_threads
from analysis.quotes import quoted
from analysis.ticket import Rules, Ticket
from analysis.ticket_moves import MOVE, STATES, Move
from analysis.warehouse import Connection
from pipeline.city import City
from pipeline.decisions import Decision, append_decisions, load_decisions


@dataclasses.dataclass(frozen=True)
class TicketRegister:
    """Where acts read the present state and where they write.

    Attributes:
        con: the warehouse with the decisions since its build (analysis.warehouse.LiveWarehouse).
        decisions: folder of the record (`Store.decisions`).
    """

    con: Connection
    city: City
    rules: Rules
    decisions: Path


Tickets = str | Sequence[str]  # ids of tickets, or the beginnings of them, or addresses of threads


def decide_units(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, units: Sequence[str],
    why: str = "", seen: str | None = None,
) -> list[Decision]:  # fmt: skip
    """研判定单位: who must answer; several units make several tickets. A ticket keeps its number while
    its unit is among them. Returns the decision on the thread, then one for each ticket that is handed over.

    Args:
        ticket: any ticket of the thread.
        units: short names of units.csv, the responsible one first.

    Raises:
        MoveError: also where a ticket that people worked on would vanish.
    """
    said = MOVE["decide_units"]
    found = find_ticket(register.con, register.rules, ticket, at)
    check_move(register.rules, found, said, actor, at, {"unit": units and units[0], "why": why.strip()})
    for unit in units:
        check_unit(register.city, unit, at.date())
    if len(set(units)) < len(units):
        raise MoveError("同一单位写了两次")
    present = tickets_of_thread(register.con, register.rules, found.thread_id, at)
    order = _keep_numbers(present, units)
    for lost in present[len(units) :]:
        if lost.seen and lost.seen[0] != "/":
            way = (
                "它已是“无需回复”，不必再并；其余的要换单位，请用“改派”（transfer）"
                if lost.state == "无需回复"
                else "请先对它作“无需回复”"
            )
            raise MoveError(f"{lost.ticket_id}（{lost.unit}）已有办理记录，不能并掉；{way}")
    decisions = [
        _decision(
            said, found.thread_id, actor, at, why, before={"units": found.candidates}, after={"units": order}
        )
    ]
    for number, unit in enumerate(order, 1):
        own = present[number - 1] if number <= len(present) else None
        if own is not None and own.unit == unit and own.state not in ("待研判", "退回改派"):
            continue
        before = {"unit": own.unit, "state": own.state} if own else {}
        after = {"move": said.key, "state": said.to, "unit": unit}
        target = f"{found.thread_id}-{number}"
        decisions.append(_decision(said, target, actor, at, why, before, after, kind="state_change"))
    append_decisions(register.decisions, decisions, _expected([(found, seen)]))
    return decisions


class _Past:
    """What a move asks beside its tickets, once for all of them and only where it is asked."""

    def __init__(self, register: TicketRegister, tickets: Sequence[Ticket], at: dt.datetime) -> None:
        self._register, self._tickets, self._at = register, tickets, at

    @cached_property
    def of_thread(self) -> dict[str, list[Ticket]]:
        """The tickets of each thread, as `tickets_of_threads`."""
        threads = {ticket.thread_id for ticket in self._tickets}
        return tickets_of_threads(self._register.con, self._register.rules, threads, self._at)

    @cached_property
    def decisions(self) -> dict[str, list[Decision]]:
        """What was decided on each ticket, in the order of the record."""
        found: dict[str, list[Decision]] = {ticket.ticket_id: [] for ticket in self._tickets}
        for decision in load_decisions(self._register.decisions):
            if decision.target in found:
                found[decision.target].append(decision)
        return found


def move(
    register: TicketRegister, key: str, tickets: Tickets, actor: Actor, at: dt.datetime, *,
    why: str = "", unit: str | None = None, days: int | None = None, floor: int | None = None,
    seen: str | None = None,
) -> list[Decision]:  # fmt: skip
    """Any move of the table but decide_units, on one ticket or several: all are recorded or none.

    Args:
        key: of analysis.ticket_moves.MOVE.
        tickets: a ticket's id, the beginning of it or its thread's address; or several of them.
        at: wall-clock time of China.
        why: the reason, where the table wants one.
        seen: `Ticket.seen` as the person saw it, for one ticket; None: as it stands now.

    Raises:
        TicketError: there is no such ticket, or several fit.
        MoveError: the move is not legal now, this person may not do it, or something is missing; the message
            names the legal moves or what is missing.
        StaleDecision: somebody else decided on the ticket meanwhile.
    """
    said = MOVE[key]
    names = [tickets] if isinstance(tickets, str) else list(dict.fromkeys(tickets))
    if not names:
        raise MoveError("没有写明是哪一件")
    if seen is not None and len(names) > 1:
        raise MoveError("seen 只能用于一件")
    found = find_tickets(register.con, register.rules, names, at)
    past = _Past(register, found, at)
    decisions = [
        _moved(register, said, ticket, actor, at, why.strip(), unit, days, floor, past) for ticket in found
    ]
    given = [
        (ticket.thread_id, decision.after.get("unit", ticket.unit))
        for ticket, decision in zip(found, decisions, strict=True)
        if "unit" in decision.after or _is_revived(said, ticket)
    ]
    if len(set(given)) < len(given):
        thread = next(each for each in given if given.count(each) > 1)[0]
        twice = [ticket for ticket in found if ticket.thread_id == thread]
        raise MoveError(
            f"同一个帖子的两件不能由同一个单位办理：{quoted(twice[0].title)}"
            f"（{'、'.join(ticket.ticket_id for ticket in twice)}）；"
            "只须一家答的，请把另一件作“无需回复”"
        )
    append_decisions(register.decisions, decisions, _expected((ticket, seen) for ticket in found))
    return decisions


def _moved(
    register: TicketRegister, said: Move, ticket: Ticket, actor: Actor, at: dt.datetime, why: str,
    unit: str | None, days: int | None, floor: int | None, past: _Past,
) -> Decision:  # fmt: skip
    if said.key == "hand_over":
        unit = unit or ticket.unit
        if unit is None:
            raise MoveError(f"{ticket.ticket_id} 还没有责任单位，请写明转给谁（--unit）")
    check_move(
        register.rules, ticket, said, actor, at, {"why": why, "unit": unit, "days": days, "floor": floor}
    )
    before: dict[str, Any] = {"state": ticket.state}
    after: dict[str, Any] = {"move": said.key}
    kind = said.kind
    if said.to in STATES:
        after["state"] = said.to
    if said.key == "take_back":
        kind, before, after = _undone(past, ticket, before, after)
    if said.key == "reopen" and ticket.unit is None:
        after["state"] = "待研判"
    if unit is not None and said.kind == "transfer":
        check_unit(register.city, unit, at.date())
        before["unit"], after["unit"] = ticket.unit, unit
    if days is not None and said.key == "extend":
        after["days"] = days
    if floor is not None and "floor" in said.needs:
        after["floor"] = floor
        after["floor_at"] = check_floor(register.con, ticket, said, floor, at).isoformat()
    if said.key == "answer_rejected":
        after["state"] = ticket.state  # what becomes of it follows from the floors that are left
    if said.key == "dispute_confirmed":
        after["round_at"] = after["floor_at"]
    if said.key == "reopen" and ticket.answer_at is not None:
        after["round_at"] = _moment(at)
    own = after.get("unit", ticket.unit)
    if own is not None and (own != ticket.unit or _is_revived(said, ticket)):
        check_own_ticket(past.of_thread[ticket.thread_id], ticket, own)
    if actor.role != "宣传部":
        after["role"] = actor.role
    return _decision(said, ticket.ticket_id, actor, at, why, before, after, kind=kind)


def _is_revived(said: Move, ticket: Ticket) -> bool:
    """Whether a ticket that was none for its unit becomes one again."""
    return said.key == "reopen" and ticket.state == "无需回复"


def _undone(
    past: _Past, ticket: Ticket, before: dict[str, Any], after: dict[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The counter-decision to the hand-over that was the last thing done. Raises MoveError: it was not."""
    own = past.decisions[ticket.ticket_id]
    if not own or own[-1].after.get("move") not in ("hand_over", "transfer"):
        raise MoveError(f"{ticket.ticket_id} 最近一次办理不是转办或改派，不能撤回；可改派或重新研判")
    undone = own[-1].before
    after = after | {"state": undone.get("state") or "待研判"}
    unit = undone.get("unit")
    if unit is None or unit == ticket.unit:
        return "state_change", before, after
    return "transfer", before | {"unit": ticket.unit}, after | {"unit": unit}


def _keep_numbers(present: Sequence[Ticket], units: Sequence[str]) -> list[str]:
    """The units in such an order that a ticket whose unit stays keeps its number; of two of one unit that one
    which needs a reply."""
    kept: dict[str, int] = {}
    for number, ticket in enumerate(present[: len(units)]):
        unit = ticket.unit or ""
        if unit in units and (unit not in kept or present[kept[unit]].state == "无需回复"):
            kept[unit] = number
    own = {number: unit for unit, number in kept.items()}
    left = [unit for unit in units if unit not in kept]
    return [own[number] if number in own else left.pop(0) for number in range(len(units))]


def _decision(
    said: Move, target: str, actor: Actor, at: dt.datetime, why: str, before: dict[str, Any],
    after: dict[str, Any], kind: str | None = None,
) -> Decision:  # fmt: skip
    return decision_of(
        kind or said.kind, target, who=actor.who, at=at, before=before, after=after, why=why or said.label
    )


def _moment(at: dt.datetime) -> str:
    return at.replace(tzinfo=None, microsecond=0).isoformat()


def _expected(tickets: Iterable[tuple[Ticket, str | None]]) -> dict[str, str | None]:
    """What was seen, by target: the newest decision on the ticket and on its thread."""
    expected: dict[str, str | None] = {}
    for ticket, seen in tickets:
        own, _, thread = (ticket.seen if seen is None else seen).partition("/")
        expected |= {ticket.ticket_id: own or None, ticket.thread_id: thread or None}
    return expected
