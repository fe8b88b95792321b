"""Owns the decisions' tables in the warehouse, and what is told of those that cannot be used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from pipeline.city import City
from pipeline.decisions import Decision, load_decisions
from pipeline.load_landing import parse_time
from pipeline.warehouse import Warehouse

_UNIT_OF = {
    "credit_add": "after",
    "credit_refuse": "before",
    "transfer": "after",
    "appeal_open": "after",
    "appeal_grant": "after",
}


@dataclasses.dataclass(frozen=True)
class Decided:
    """What the decisions ask of the rest of the build."""

    count: int
    notices: list[str]  # decisions that could not be applied, in Chinese


def load_decision_tables(warehouse: Warehouse, city: City, folder: Path) -> Decided:
    """Read all decisions. One that names a unit the city does not have is kept, told, and changes nothing.

    Raises:
        DecisionError: a line of the record is damaged; the message names file and line.
    """
    rows, values, notices = decision_rows(city, folder)
    warehouse.replace("decision", rows)
    warehouse.replace("decision_value", values)
    return Decided(len(rows), notices)


def decision_rows(city: City, folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Rows of the tables `decision` and `decision_value`, and what to tell the user, in Chinese.

    Raises:
        DecisionError: as `load_decision_tables`.
    """
    halves: list[str] = []
    by_id = {decision.id: decision for decision in load_decisions(folder, halves)}
    rows, values, notices = rows_of(city, by_id.values())
    lost = [f"决定记录 {place} 只有半行，没有采用：若不是记录时断电，请从备份恢复" for place in halves]
    return rows, values, lost + notices


def rows_of(
    city: City, decisions: Iterable[Decision], first_number: int = 0
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """The same of some decisions, by their time; of one time, in the order given.

    Args:
        first_number: number_in_order of the earliest.
    """
    rows: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    notices: list[str] = []
    for number, decision in enumerate(sorted(decisions, key=lambda each: each.at), first_number):
        unknown = sorted(set(_units(decision)) - set(city.unit_by_short))
        if unknown:
            notices.append(
                f"决定 {decision.id}（{decision.who}）提到的单位不在 units.csv：{'、'.join(unknown)}"
            )
            continue
        at = parse_time(decision.at)
        if at is None:
            notices.append(f"决定 {decision.id}（{decision.who}）没有可读的时间：{decision.at!r}")
            continue
        rows.append(
            {
                "id": decision.id,
                "decided_at": at,
                "who": decision.who,
                "kind": decision.kind,
                "target": decision.target,
                "before_json": _json(decision.before),
                "after_json": _json(decision.after),
                "why": decision.why,
                "unit": _unit(decision),
                "number_in_order": number,
            }
        )
        values += [
            {
                "decision_id": decision.id,
                "kind": decision.kind,
                "target": decision.target,
                "decided_at": at,
                "number_in_order": number,
                "key": key,
                "value_json": _json(value),
            }
            for key, value in sorted(decision.after.items())
        ]
    return rows, values, notices


def _units(decision: Decision) -> list[str]:
    """All units that the decision names."""
    if decision.kind == "tag_correction":
        credits = decision.after.get("credits") or []
        named = [c.get("unit") for c in credits if isinstance(c, dict)] + list(
            decision.after.get("units") or []
        )
        return [str(unit) for unit in named]
    unit = _unit(decision)
    return [unit] if unit else []


def _unit(decision: Decision) -> str | None:
    side = _UNIT_OF.get(decision.kind)
    value = getattr(decision, side).get("unit") if side else None
    return str(value) if value else None


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
