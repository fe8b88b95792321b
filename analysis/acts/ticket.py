"""Owns what people do to tickets, by name: one function a line of the table of moves.

The table is analysis/ticket_moves.py. Each function returns the decision that was appended. `seen` is
`Ticket.seen` as the person saw it: if somebody else decided meanwhile, nothing is written and StaleDecision
tells by whom.
"""

from __future__ import annotations

import datetime as dt

from analysis.acts.ticket_check import Actor, MoveError
from analysis.acts.ticket_move import TicketRegister, Tickets, decide_units, move
from pipeline.decisions import Decision

__all__ = [
    "Actor",
    "MoveError",
    "TicketRegister",
    "answer_confirmed",
    "answer_rejected",
    "close",
    "decide_units",
    "dispute_confirmed",
    "extend",
    "hand_over",
    "move",
    "no_reply_needed",
    "pause",
    "reopen",
    "response_confirmed",
    "resume",
    "send_back",
    "sign",
    "solved_confirmed",
    "start",
    "take_back",
    "transfer",
]


def hand_over(
    register: TicketRegister,
    tickets: Tickets,
    actor: Actor,
    at: dt.datetime,
    *,
    unit: str | None = None,
    why: str = "",
    seen: str | None = None,
) -> list[Decision]:
    """转办: hand one or several tickets to a unit (None: the unit that each is suggested for). All or none.

    Args, Raises: as `move`.
    """  # fmt: skip
    return move(register, "hand_over", tickets, actor, at, unit=unit, why=why, seen=seen)


def take_back(
    register: TicketRegister, tickets: Tickets, actor: Actor, at: dt.datetime, *, why: str,
    seen: str | None = None,
) -> list[Decision]:  # fmt: skip
    """撤回转办: undo a hand-over that no unit has signed for, of one ticket or several. As `move`."""
    return move(register, "take_back", tickets, actor, at, why=why, seen=seen)


def sign(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """签收: the unit takes the ticket. Args, Raises: as `move`."""
    return move(register, "sign", ticket, actor, at, why=why, seen=seen)[0]


def start(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str, seen: str | None = None
) -> Decision:
    """开始办理 without having been signed for, e.g. after a call. Args, Raises: as `move`."""
    return move(register, "start", ticket, actor, at, why=why, seen=seen)[0]


def send_back(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str, seen: str | None = None
) -> Decision:
    """退回: the unit is not responsible; within `send_back_days` of being handed the ticket. As `move`."""
    return move(register, "send_back", ticket, actor, at, why=why, seen=seen)[0]


def transfer(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, unit: str, why: str,
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """改派: pass the ticket on to another unit. Args, Raises: as `move`."""
    return move(register, "transfer", ticket, actor, at, unit=unit, why=why, seen=seen)[0]


def extend(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, days: int, why: str,
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """延期: the answer is due `days` working days after the post, at most `extension_max_days`. As `move`."""
    return move(register, "extend", ticket, actor, at, days=days, why=why, seen=seen)[0]


def pause(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str, seen: str | None = None
) -> Decision:
    """暂停: the clocks stand still while the poster owes information. Args, Raises: as `move`."""
    return move(register, "pause", ticket, actor, at, why=why, seen=seen)[0]


def resume(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """恢复: the clocks go on. Args, Raises: as `move`."""
    return move(register, "resume", ticket, actor, at, why=why, seen=seen)[0]


def response_confirmed(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, floor: int, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """确认为初步回应: a floor of no registered account is the unit's first response. As `move`."""
    return move(register, "response_confirmed", ticket, actor, at, floor=floor, why=why, seen=seen)[0]


def answer_confirmed(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, floor: int, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """确认为正式答复: a floor of a netizen or of no registered account is the answer. As `move`."""
    return move(register, "answer_confirmed", ticket, actor, at, floor=floor, why=why, seen=seen)[0]


def answer_rejected(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, floor: int, why: str,
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """不采信该楼: a floor is no answer, no solution and no objection, whoever wrote it. As `move`."""
    return move(register, "answer_rejected", ticket, actor, at, floor=floor, why=why, seen=seen)[0]


def solved_confirmed(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, floor: int, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """确认已解决: the poster's “解决了” on a floor closes the ticket. Args, Raises: as `move`."""
    return move(register, "solved_confirmed", ticket, actor, at, floor=floor, why=why, seen=seen)[0]


def dispute_confirmed(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, floor: int, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """确认二次反映: the poster disputes the answer on a floor; a new round begins there. As `move`."""
    return move(register, "dispute_confirmed", ticket, actor, at, floor=floor, why=why, seen=seen)[0]


def close(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str = "",
    seen: str | None = None,
) -> Decision:  # fmt: skip
    """办结: an answered ticket is done with. Args, Raises: as `move`."""
    return move(register, "close", ticket, actor, at, why=why, seen=seen)[0]


def reopen(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str, seen: str | None = None
) -> Decision:
    """重新办理: an ended or answered ticket is worked on again. Args, Raises: as `move`."""
    return move(register, "reopen", ticket, actor, at, why=why, seen=seen)[0]


def no_reply_needed(
    register: TicketRegister, ticket: str, actor: Actor, at: dt.datetime, *, why: str, seen: str | None = None
) -> Decision:
    """无需回复: a person judged that nobody need answer. Args, Raises: as `move`."""
    return move(register, "no_reply_needed", ticket, actor, at, why=why, seen=seen)[0]
