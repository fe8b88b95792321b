"""Owns what a file that was handed in stands for: an appeal, a proof, a table of many lines."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable

from analysis.record import Said, said_in, said_of_row
from analysis.record_words import kind_words
from analysis.warehouse import Connection, ask

# Kinds of decisions whose `sha256` is that of a kept attachment. An import_batch is of all the units in it.
PROOF_KINDS = ("board_proof", "meeting_held", "measure_taken", "proof_received")
MEASURE, WITHDRAWAL = "measure_taken", "proof_withdrawal"
STANDS, WITHDRAWN = "在册", "已撤回"
KINDS = ("appeal_open", "import_batch", *PROOF_KINDS)


def uses_of(con: Connection, sha256: str, kinds: tuple[str, ...] = KINDS) -> list[Said]:
    """The decisions in which a file stands, in their order; of these kinds only."""
    rows = ask(con, "handed_in", kinds=list(kinds), sha256=sha256, known_by=None)
    return [said_of_row(row) for row in rows]


def unit_of(said: Said) -> str | None:
    """The unit for which a file was handed in; None: of no single one."""
    if said.kind == "appeal_open":
        return str(said.after.get("unit") or "") or None
    return said.target if said.kind in PROOF_KINDS else None


def not_withdrawn(said: Iterable[Said]) -> list[Said]:
    """Of proofs and what withdraws them, the proofs that were not withdrawn, in their order."""
    said = list(said)
    taken = {each.after.get("proof") for each in said if each.kind == WITHDRAWAL}
    return [each for each in said if each.kind != WITHDRAWAL and each.id not in taken]


@dataclasses.dataclass(frozen=True)
class ProofRow:
    """One proof as it was handed in."""

    day: dt.date  # that it speaks of
    kind: str  # 板报证明, 会议记录, 通报约谈, 收到证明
    unit: str
    task: str | None
    form: str | None  # of a meeting or a measure: which
    concerned: list[str]  # of a measure: against whom
    title: str | None
    file: str | None  # name or address
    sha256: str | None  # of the file, where it was handed in
    state: str  # STANDS, WITHDRAWN
    who: str
    at: dt.datetime
    id: str


def proofs_in(
    con: Connection,
    as_of: dt.date,
    known_by: dt.date | dt.datetime | None = None,
    kinds: Collection[str] = PROOF_KINDS,
) -> list[ProofRow]:
    """The proofs of these kinds that speak of days up to one, by their day, withdrawn ones too."""
    said = said_in(con, (*kinds, WITHDRAWAL), known_by)
    counting = {each.id for each in not_withdrawn(said)}
    rows = [
        ProofRow(
            day=each.day() or each.at.date(),
            kind=kind_words(each.kind),
            unit=each.target,
            task=_text(each, "task"),
            form=_text(each, "form"),
            concerned=each.units("concerned"),
            title=_text(each, "title"),
            file=_text(each, "file"),
            sha256=_text(each, "sha256"),
            state=STANDS if each.id in counting else WITHDRAWN,
            who=each.who,
            at=each.at,
            id=each.id,
        )
        for each in said
        if each.kind != WITHDRAWAL
    ]
    return sorted((row for row in rows if row.day <= as_of), key=lambda row: (row.day, row.at, row.id))


def _text(said: Said, key: str) -> str | None:
    return str(said.after.get(key) or "") or None
