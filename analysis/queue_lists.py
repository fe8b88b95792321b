"""Owns the floors of which only a person can say what they are: disputes, thanks, answers by strangers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from analysis.queue import touched_threads
from analysis.warehouse import Connection, ask, moment

Day = dt.date | dt.datetime

QUESTION = {
    "disputed": "发帖人不认可答复：是否二次反映？",
    "solved": "发帖人称已解决：是否办结？",
    "claimed": "未登记账号的答复：是否算数？",
}
_ORDER = {kind: number for number, kind in enumerate(QUESTION)}


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


def floors_to_confirm(
    con: Connection, as_of: Day, known_by: Day | None = None, threads: Iterable[str] | None = None
) -> list[FloorToConfirm]:
    """Disputes of an answer (二次反映) first, then what is said to be solved, then what accounts that are not
    registered say as an authority; each oldest first.

    Args:
        threads: only of these (ids); None: of all.
    """
    only = None if threads is None else sorted(threads)
    rows = ask(con, "floor_to_confirm", as_of=moment(as_of), known_by=moment(known_by), threads=only)
    return sorted((FloorToConfirm(**row) for row in rows), key=_in_order)


def amend_floors(
    found: list[FloorToConfirm],
    con: Connection,
    as_of: Day,
    known_by: Day | None,
    targets: Iterable[str],
) -> list[FloorToConfirm]:
    """The same after some decisions, from the list before them.

    Args:
        targets: of the decisions: ids, addresses, tickets; those that are none of a thread change nothing.
    """
    touched = touched_threads(con, targets)
    if not touched:
        return found
    kept = [floor for floor in found if floor.thread_id not in touched]
    return sorted([*kept, *floors_to_confirm(con, as_of, known_by, touched)], key=_in_order)


def _in_order(floor: FloorToConfirm) -> tuple[int, dt.datetime, str, int]:
    return _ORDER[floor.kind], floor.said_at, floor.ticket_id, floor.floor
