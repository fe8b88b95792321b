"""Owns what the people of the sample city decided: contacts, proofs, boards, approvals, day by day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipeline.city import City
from pipeline.decisions import Decision, append_decisions
from pipeline.records import from_json
from pipeline.store import open_store

DECISIONS = Path(__file__).resolve().parent / "content" / "decisions.jsonl"


def load_sample_decisions(day: dt.date) -> list[Decision]:
    """All that was decided up to the end of a day, in order."""
    lines = DECISIONS.read_bytes().splitlines()
    decisions = [from_json(line, Decision) for line in lines if line.strip()]
    return [decision for decision in decisions if decision.at[:10] <= day.isoformat()]


def record_decisions(home: Path, city: City, day: dt.date) -> int:
    """Add them to the city's record; those already there are left alone. Returns how many were new."""
    return append_decisions(open_store(home, city).decisions, load_sample_decisions(day))
