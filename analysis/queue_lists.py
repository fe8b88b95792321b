"""Owns the floors of which only a person can say what they are: disputes, thanks, answers by strangers."""

from __future__ import annotations

import dataclasses
import datetime as dt

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


def floors_to_confirm(con: Connection, as_of: Day, known_by: Day | None = None) -> list[FloorToConfirm]:
    """Disputes of an answer (二次反映) first, then what is said to be solved, then what accounts that are not
    registered say as an authority; each oldest first."""
    rows = ask(con, "floor_to_confirm", as_of=moment(as_of), known_by=moment(known_by))
    return sorted((FloorToConfirm(**row) for row in rows), key=lambda floor: list(QUESTION).index(floor.kind))
