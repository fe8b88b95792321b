"""Owns the appeals of units: "you missed ours", with a link or a file, up to a credit or a refusal."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable

from analysis.record import Said, said_in
from analysis.warehouse import Connection, moment

KINDS = ("appeal_open", "appeal_capture", "appeal_grant", "appeal_refusal", "appeal_withdrawal")
TO_CAPTURE, TO_DECIDE, GRANTED, REFUSED, WITHDRAWN = "待取证", "待裁定", "已计分", "不予计分", "已撤回"
OPEN = frozenset({TO_CAPTURE, TO_DECIDE})


@dataclasses.dataclass(frozen=True)
class Appeal:
    """One appeal as it stands. Times are wall-clock times of China."""

    appeal_id: str
    unit: str
    title: str
    outlet: str | None
    published_day: dt.date | None
    task: str | None
    url: str | None
    file: str | None  # name of the file handed in
    sha256: str | None  # of the captured page, or of the file
    state: str  # 待取证, 待裁定, 已计分, 不予计分, 已撤回
    appealed_at: dt.datetime
    appealed_by: str
    why: str  # what the unit says
    capture: str | None  # what the capture found: its outcome
    captured_title: str | None
    captured_at: dt.datetime | None
    decided_at: dt.datetime | None
    decider: str | None
    decision: str | None  # the reason of the decision
    role: str | None
    article_id: str | None  # the article that was credited
    waiting_days: int  # from opening to the decision, or to the day asked about


@dataclasses.dataclass(frozen=True)
class AppealCount:
    """How many appeals of a unit stand how."""

    unit: str
    appeal_count: int
    open_count: int
    granted_count: int
    refused_count: int


def appeals(
    con: Connection,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    unit: str | None = None,
) -> list[Appeal]:
    """All appeals as of a day, open ones first, the oldest first."""
    until = moment(as_of)
    assert until is not None
    found = fold((said for said in said_in(con, KINDS, known_by) if said.at <= until), until)
    chosen = [appeal for appeal in found if unit is None or appeal.unit == unit]
    return sorted(chosen, key=lambda a: (a.state not in OPEN, a.appealed_at, a.appeal_id))


def counts(found: Iterable[Appeal]) -> list[AppealCount]:
    """The appeals by unit."""
    states: dict[str, Counter[str]] = {}
    for appeal in found:
        states.setdefault(appeal.unit, Counter())[appeal.state] += 1
    return [
        AppealCount(unit, sum(c.values()), c[TO_CAPTURE] + c[TO_DECIDE], c[GRANTED], c[REFUSED])
        for unit, c in states.items()
    ]


def fold(said: Iterable[Said], until: dt.datetime) -> list[Appeal]:
    """Appeals from decisions in their order: the first decision on an appeal stands."""
    found: dict[str, Appeal] = {}
    for each in said:
        if each.kind == "appeal_open":
            found.setdefault(each.target, _opened(each))
            continue
        old = found.get(each.target)
        if old is not None and old.state in OPEN:
            found[each.target] = _after(old, each)
    return [
        dataclasses.replace(
            appeal, waiting_days=((appeal.decided_at or until).date() - appeal.appealed_at.date()).days
        )
        for appeal in found.values()
    ]


def _opened(said: Said) -> Appeal:
    after = said.after
    return Appeal(
        appeal_id=said.target,
        unit=str(after.get("unit")),
        title=str(after.get("title") or ""),
        outlet=after.get("outlet"),
        published_day=said.day(),
        task=after.get("task"),
        url=after.get("url"),
        file=after.get("file"),
        sha256=after.get("sha256"),
        state=TO_DECIDE if after.get("sha256") else TO_CAPTURE,
        appealed_at=said.at,
        appealed_by=said.who,
        why=said.why,
        capture=None,
        captured_title=None,
        captured_at=None,
        decided_at=None,
        decider=None,
        decision=None,
        role=None,
        article_id=None,
        waiting_days=0,
    )


def _after(old: Appeal, said: Said) -> Appeal:
    after = said.after
    if said.kind == "appeal_capture":
        return dataclasses.replace(
            old,
            state=TO_DECIDE,
            capture=str(after.get("outcome")),
            captured_title=after.get("title"),
            captured_at=said.at,
            sha256=after.get("sha256") or old.sha256,
        )
    decided = dataclasses.replace(old, decided_at=said.at, decider=said.who, decision=said.why)
    if said.kind == "appeal_withdrawal":
        return dataclasses.replace(decided, state=WITHDRAWN)
    if said.kind == "appeal_refusal":
        return dataclasses.replace(decided, state=REFUSED)
    return dataclasses.replace(
        decided, state=GRANTED, role=after.get("role"), article_id=after.get("article")
    )
