"""Owns what a file that was handed in stands for: an appeal, a proof, a table of many lines."""

from __future__ import annotations

from analysis.record import Said, said_of_row
from analysis.warehouse import Connection, ask

# Kinds of decisions whose `sha256` is that of a kept attachment. An import_batch is of all the units in it.
PROOF_KINDS = ("board_proof", "meeting_held", "proof_received")
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
