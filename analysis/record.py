"""Owns reading what people decided, by kind: as the warehouse knew it on a day, or as it stands on disk."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from analysis.kept import as_decided
from analysis.warehouse import Connection, ask, moment
from pipeline.decisions import Decision, load_decisions


@dataclasses.dataclass(frozen=True)
class Said:
    """One decision, whichever way it was read."""

    id: str
    kind: str
    target: str
    who: str
    at: dt.datetime  # wall-clock time of China
    before: dict[str, Any]
    after: dict[str, Any]
    why: str

    def day(self, key: str = "date") -> dt.date | None:
        """The day that the decision speaks of under a key; None: it names none."""
        return as_day(self.after.get(key))

    def units(self, key: str = "unit") -> list[str]:
        """One unit or several, as a list."""
        value = self.after.get(key) or []
        return [value] if isinstance(value, str) else [str(each) for each in value]


def as_day(value: object) -> dt.date | None:
    """A day of a decision's content; None for what is no day."""
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def said_in(
    con: Connection, kinds: Collection[str], known_by: dt.date | dt.datetime | None = None
) -> list[Said]:
    """Decisions of these kinds in their order, as known by a day (None: all that the warehouse knows)."""
    rows = ask(con, "decisions_of", kinds=sorted(kinds), known_by=moment(known_by))
    return [said_of_row(row) for row in rows]


def decided_since(con: Connection) -> set[str]:
    """Targets of the decisions that the edition does not know (or knew, and they are used no more)."""
    return as_decided(con, "decided since", lambda: {row["target"] for row in ask(con, "decided_since")})


def proof_rows(con: Connection, known_by: dt.date | dt.datetime | None = None) -> list[dict[str, Any]]:
    """Rows of sql/proof.sql: what was handed in or noted, as known by a day (None: now)."""
    if known_by is None:
        return as_decided(con, "proof", lambda: ask(con, "proof", known_by=None))
    return ask(con, "proof", known_by=moment(known_by))


def said_of_row(row: dict[str, Any]) -> Said:
    """A row of sql/decisions_of.sql, or of another question with its columns."""
    return Said(
        id=row["id"],
        kind=row["kind"],
        target=row["target"],
        who=row["who"],
        at=row["decided_at"],
        before=json.loads(row["before_json"]),
        after=json.loads(row["after_json"]),
        why=row["why"],
    )


def said_on_disk(folder: Path, kinds: Collection[str]) -> list[Said]:
    """Decisions of these kinds in their order as recorded up to now: what an act is checked against.

    Raises:
        DecisionError: a line of the record is damaged.
    """
    return from_decisions(decision for decision in load_decisions(folder) if decision.kind in kinds)


def from_decisions(decisions: Iterable[Decision]) -> list[Said]:
    """The same from decisions themselves; the same id twice is one decision."""
    by_id = {decision.id: decision for decision in decisions}
    found = [
        Said(
            id=decision.id,
            kind=decision.kind,
            target=decision.target,
            who=decision.who,
            at=dt.datetime.fromisoformat(decision.at).replace(tzinfo=None),
            before=dict(decision.before),
            after=dict(decision.after),
            why=decision.why,
        )
        for decision in by_id.values()
    ]
    return sorted(found, key=lambda said: said.at)  # stable: same time, order of record
