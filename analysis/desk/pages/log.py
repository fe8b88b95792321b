"""Owns the page 日志: what was done at the desk, and every decision that was recorded, here or elsewhere."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.response import Response

from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.record_words import change_words, kind_words
from pipeline.decisions import load_decisions


@dataclasses.dataclass(kw_only=True)
class LogLine:
    """One act or decision, as people read it.

    Attributes:
        at: when, in words.
        who: who did it, and as what.
        act: what was done.
        target: to what.
        changes: what was before and after.
        why: the reason that was given.
        refused: why it was refused; "" where it was done.
        address: of whose browser it came.
    """

    at: str
    who: str
    act: str
    target: str
    changes: list[str]
    why: str
    refused: str = ""
    address: str = ""


@dataclasses.dataclass(kw_only=True)
class LogPage(Page):
    """Acts at the desk, or decisions.

    Attributes:
        listing: lines, the newest first.
        view: 操作 or 决定.
        acts: names of acts that can be chosen.
        chosen: what is chosen: who, act, target; "" for all.
    """

    template: ClassVar[str] = "log.html"
    heading: ClassVar[str] = "日志"
    section: ClassVar[str] = "/log"
    listing: Listing[LogLine]
    view: str
    acts: list[str]
    chosen: dict[str, str]


def build_log(visit: Visit) -> LogPage:
    params = visit.request.query_params
    view = "决定" if params.get("view") == "decisions" else "操作"
    lines = _decisions(visit) if view == "决定" else _acts(visit)
    chosen = {name: (params.get(name) or "").strip()[:100] for name in ("who", "act", "target")}
    found = [
        line
        for line in lines
        if chosen["who"] in line.who
        and (not chosen["act"] or chosen["act"] == line.act)
        and chosen["target"] in line.target
    ]
    return LogPage(
        listing=cut(found[::-1], params), view=view, acts=sorted({line.act for line in lines}), chosen=chosen
    )


def _acts(visit: Visit) -> list[LogLine]:
    return [
        LogLine(
            at=f"{entry.at:%Y-%m-%d %H:%M:%S}",
            who=f"{entry.who}（{entry.role}）" if entry.role else entry.who or "—",
            act=entry.act,
            target=entry.target,
            changes=change_words(entry.before, entry.after),
            why=entry.why,
            refused=entry.refused,
            address=entry.address,
        )
        for entry in visit.office.audit.entries()
        if entry.at.date() <= visit.as_of
    ]


def _decisions(visit: Visit) -> list[LogLine]:
    until = visit.as_of.isoformat()
    return [
        LogLine(
            at=decision.at.replace("T", " "),
            who=decision.who,
            act=kind_words(decision.kind),
            target=decision.target,
            changes=change_words(decision.before, decision.after),
            why=decision.why,
        )
        for decision in load_decisions(visit.office.store.decisions)
        if decision.at[:10] <= until
    ]


@see("/log", "log.read")
def page(visit: Visit) -> Response[Any]:
    """日志."""
    return visit.show(build_log(visit))


ROUTES = [page]
