"""Owns the packing of proof as an act: who took what out is recorded with the package's SHA-256."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.acts.record import ActError, decision_of, reason, text
from analysis.reports.collect import Context
from analysis.reports.proof_pack import Packed, pack
from analysis.reports.proof_selection import Capture, Choice, select
from analysis.reports.rules import load_report_rules
from pipeline.decisions import append_decision
from pipeline.store import Store

UNNAMED = "（命令行，未署名）"


def pack_proof(
    store: Store, context: Context, choice: Choice, path: Path, *, who: str, at: dt.datetime, why: str = ""
) -> Packed:
    """Make a proof package and record it.

    Raises:
        ActError: forum captures, in which posters' names stand, without a person and a reason; wrong days.
        OSError: it cannot be written.
    """
    if choice.first and choice.last and choice.first > choice.last:
        raise ActError(f"刊发日期自 {choice.first} 晚于至 {choice.last}")
    if choice.with_forum:
        if not who.strip():
            raise ActError("论坛网页的存证含个人信息，放入须写明打包人（--who）")
        why = reason(why, "用途（--why）")
    packed = pack(store, context, choice, load_report_rules(context.city), path)
    after: dict[str, object] = {
        "sha256": packed.sha256,
        "as_of": choice.as_of.isoformat(),
        "captures": packed.capture_count,
        "forum": choice.with_forum,
    }
    after |= {"unit": choice.unit} if choice.unit else {}
    after |= {"task": choice.task} if choice.task else {}
    after |= {"from": choice.first.isoformat()} if choice.first else {}
    after |= {"to": choice.last.isoformat()} if choice.last else {}
    append_decision(
        store.decisions,
        decision_of("proof_pack", path.name, who=who.strip() or UNNAMED, at=at, after=after, why=text(why)),
    )
    return packed


def announcement_captures(context: Context, as_of: dt.date) -> list[Capture]:
    """The newest kept capture of each page of an announcement that the plan asks for, as of a day."""
    found: dict[str, Capture] = {}
    for task in context.plan.tasks:
        if task.kind == "announcement_presence":
            for each in select(context, Choice(as_of, task=task.id)).captures:
                if each.outcome in ("stored", "unchanged", "duplicate") and each.sha256 is not None:
                    found[each.url] = each
    return [found[url] for url in sorted(found)]
