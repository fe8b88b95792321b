"""Owns the withdrawal of a proof that was handed in by mistake: it stays on record and counts no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.acts.record import ActError, alone, decision_of, reason, recorded
from analysis.handed_in import PROOF_KINDS, WITHDRAWAL
from analysis.record import said_on_disk
from pipeline.decisions import Decision


@alone
def withdraw_proof(decisions: Path, proof: str, *, who: str, at: dt.datetime, why: str) -> Decision:
    """Let a proof (板报证明, 会议记录, 通报约谈, 收到证明) count no more, whatever day is asked about. The
    same can be handed in again.

    Args:
        proof: id of the decision that recorded it.

    Raises:
        ActError: there is no such proof, it was withdrawn before, or no reason.
    """
    said = said_on_disk(decisions, (*PROOF_KINDS, WITHDRAWAL))
    found = next((each for each in said if each.id == proof and each.kind != WITHDRAWAL), None)
    if found is None:
        raise ActError(f"没有报送的证明“{proof[:80]}”，请核对决定号")
    before = next(
        (each for each in said if each.kind == WITHDRAWAL and each.after.get("proof") == proof), None
    )
    if before is not None:
        raise ActError(f"已由 {before.who} 于 {before.at:%Y-%m-%d %H:%M} 撤回过")
    decision = decision_of(
        WITHDRAWAL,
        found.target,
        who=who,
        at=at,
        before={key: value for key, value in found.after.items() if key != "task"},
        after={"task": found.after.get("task"), "proof": proof},
        why=reason(why, "撤回的理由"),
    )
    return recorded(decisions, decision)
