"""Owns what people handed in and decided, as pages show it, and the withdrawal of a proof."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.response import Redirect

from analysis.acts.withdrawal import withdraw_proof
from analysis.desk.acting import perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.routing import act
from analysis.desk.visit import Visit
from analysis.handed_in import KINDS as HANDED_IN
from analysis.handed_in import MEASURE, PROOF_KINDS, WITHDRAWAL
from analysis.plan import CITY_ROW, Task
from analysis.record import proof_rows
from analysis.record_words import change_words, kind_words
from analysis.warehouse import ask, moment


def records_of(visit: Visit, unit: str, task: Task) -> list[dict[str, Any]]:
    """What was handed in and decided of a unit and a task up to the day, in its order; of the whole city also
    what its units handed in. A screenshot of the announcement proves for each line of the plan that asks for
    it (`analysis.announcement`)."""
    tasks, proof = [task.id], task.proof.decision if task.proof is not None else None
    if task.kind == "announcement_presence":
        tasks = [each.id for each in visit.office.plan.tasks if each.kind == task.kind]
        proof = "proof_received"
    rows = ask(
        visit.con,
        "cell_record",
        units=[unit, *(visit.office.plan.members[task.id] if unit == CITY_ROW else ())],
        tasks=tasks,
        proof=proof,
        as_of=visit.as_of,
        known_by=moment(visit.known_by),
    )
    return _shown(rows)


def measures_of(visit: Visit, unit: str) -> list[dict[str, Any]]:
    """The measures (通报, 约谈 …) that a unit recorded as its own and did not withdraw, up to the day."""
    proofs = proof_rows(visit.con, visit.known_by)
    own = [p for p in proofs if p["kind"] == MEASURE and p["target"] == unit and p["day"] <= visit.as_of]
    return decisions_on(visit, ids=[proof["id"] for proof in own])


def decisions_on(
    visit: Visit, targets: list[str] | None = None, ids: list[str] | None = None
) -> list[dict[str, Any]]:
    """Decisions as people read them, in their order: kind, who, when, changes, why, file."""
    if not targets and not ids:
        return []
    rows = ask(
        visit.con, "decisions_on", targets=targets or [""], ids=ids or [""], known_by=moment(visit.known_by)
    )
    return _shown(rows)


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each decision: id, target, kind in words, who, at, changes in words, why, file; whether it is a
    proof, and whether it was withdrawn."""
    said = [row | {key: _object(row[f"{key}_json"]) for key in ("before", "after")} for row in rows]
    withdrawn = {row["after"].get("proof") for row in said if row["kind"] == WITHDRAWAL}
    return [
        {
            "id": row["id"],
            "target": row["target"],
            "kind": kind_words(row["kind"]),
            "who": row["who"],
            "at": row["decided_at"],
            "changes": change_words(row["before"], row["after"]),
            "why": row["why"],
            "file": _file(row["kind"], row["after"]),
            "is_withdrawn": row["id"] in withdrawn,
            "is_proof": row["kind"] in PROOF_KINDS,
        }
        for row in said
    ]


def _file(kind: str, after: dict[str, Any]) -> tuple[str, str] | None:
    """SHA-256 ("" where only a name or an address was recorded) and name of what came with a decision."""
    if kind not in HANDED_IN or not (after.get("sha256") or after.get("file")):
        return None
    return str(after.get("sha256") or ""), str(after.get("file") or "")


def _object(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


@act("/ledger/withdraw", "import.record")
def withdraw(visit: Visit, form: Form) -> Redirect:
    """Withdraw a proof that was handed in by mistake."""
    proof, why = form.text("proof", "证明", required=True), form.text("why", "理由", limit=LONG)
    decisions, at = visit.office.store.decisions, visit.office.clock()
    return perform(
        visit,
        "撤回报送的证明",
        proof,
        lambda: withdraw_proof(decisions, proof, who=signature(visit), at=at, why=why),
        visit.link("/ledger/cell", unit=form.text("unit"), task=form.text("task")),
        why=why,
    )


ROUTES = [withdraw]
