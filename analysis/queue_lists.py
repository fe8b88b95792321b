"""Owns the lists of what in the queue needs a person: to judge, without a unit, to confirm, to close."""

from __future__ import annotations

import dataclasses
import datetime as dt

from analysis.queue import queue
from analysis.reply_rules import Rules
from analysis.ticket import Ticket
from analysis.warehouse import Connection, ask, moment

Day = dt.date | dt.datetime

QUESTION = {
    "disputed": "发帖人不认可答复：是否二次反映？",
    "solved": "发帖人称已解决：是否办结？",
    "claimed": "未登记账号的答复：是否算数？",
}


@dataclasses.dataclass(frozen=True)
class FloorToConfirm:
    """One floor of one ticket on which a person must decide, and the commands that may answer."""

    ticket_id: str
    thread_id: str
    title: str
    url: str
    unit: str | None
    state: str
    floor: int
    kind: str  # disputed, solved, claimed
    words: str  # that say so
    said_at: dt.datetime
    text: str | None  # the whole floor, masked

    @property
    def question(self) -> str:
        return QUESTION[self.kind]

    @property
    def moves(self) -> tuple[str, ...]:
        """Keys of the moves (analysis/ticket_moves.py) that answer the question."""
        yes = {
            "disputed": ("dispute_confirmed",),
            "solved": ("solved_confirmed",),
            "claimed": ("response_confirmed", "answer_confirmed"),
        }
        return (*yes[self.kind], "answer_rejected")


def to_judge(con: Connection, rules: Rules, as_of: Day, known_by: Day | None = None) -> list[Ticket]:
    """待研判, and sent back (退回改派): a person says whose it is, or that nobody need answer."""
    return [t for t in queue(con, rules, as_of, known_by=known_by) if t.state in ("待研判", "退回改派")]


def without_unit(con: Connection, rules: Rules, as_of: Day, known_by: Day | None = None) -> list[Ticket]:
    """Open tickets of which nobody knows whose they are."""
    return [t for t in queue(con, rules, as_of, known_by=known_by) if t.unit is None]


def solved_to_confirm(con: Connection, as_of: Day, known_by: Day | None = None) -> list[FloorToConfirm]:
    """Floors on which the poster says that the matter is solved; oldest first."""
    return _floors(con, "solved", as_of, known_by)


def disputes_to_confirm(con: Connection, as_of: Day, known_by: Day | None = None) -> list[FloorToConfirm]:
    """Floors on which the poster disputes the answer (二次反映); oldest first."""
    return _floors(con, "disputed", as_of, known_by)


def claims_to_confirm(con: Connection, as_of: Day, known_by: Day | None = None) -> list[FloorToConfirm]:
    """Floors by accounts that are not registered and speak as an authority; oldest first."""
    return _floors(con, "claimed", as_of, known_by)


def paused(con: Connection, rules: Rules, as_of: Day, known_by: Day | None = None) -> list[Ticket]:
    """Tickets whose clocks stand still: somebody must see that the poster gave what was owed."""
    return [t for t in queue(con, rules, as_of, known_by=known_by) if t.state == "暂停"]


def to_close(con: Connection, rules: Rules, as_of: Day, known_by: Day | None = None) -> list[Ticket]:
    """Answered tickets that nobody closed yet (已答复 → 已办结)."""
    found = queue(con, rules, as_of, known_by=known_by, include_closed=True)
    return [t for t in found if t.state == "已答复"]


def _floors(con: Connection, kind: str, as_of: Day, known_by: Day | None) -> list[FloorToConfirm]:
    rows = ask(con, "floor_to_confirm", as_of=moment(as_of), known_by=moment(known_by))
    return [FloorToConfirm(**row) for row in rows if row["kind"] == kind]
