"""Owns the verdicts that follow from what was handed in, approved or answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from analysis import exposure
from analysis.exposure import fold, lacking_steps, planned_for, unclear_steps
from analysis.ground import MET, NOT_ASKED, UNKNOWN, UNMET, CoverageRow, Ground, failed_rows
from analysis.plan import CITY_ROW, Task, stories
from analysis.record import Said
from analysis.sources import Source, silences
from analysis.ticket import Ticket
from analysis.ticket_tally import Posts, PostTally, tally_of


@dataclasses.dataclass(frozen=True)
class Record:
    """Ground for these verdicts: decisions of proof, tickets of the season, fetches of announcement pages."""

    proofs: list[dict[str, Any]]  # rows of sql/proof.sql
    tickets: list[Ticket] | PostTally  # of all days, or counted of the days that the plan asks about
    fetches: dict[str, list[dict[str, Any]]]  # url → rows of sql/presence.sql
    said: list[Said] = dataclasses.field(default_factory=list)  # decisions on exposures, up to the day
    overdue_day: dt.date | None = None  # the last day of which a post may be late; None: the day asked about

    def of(self, task: Task, unit: str, ground: Ground) -> list[dict[str, Any]]:
        """Proofs of a unit for a task up to the day, by day; none of an earlier plan's. One that names a task
        is for that task only; only a proof_received must name it."""
        assert task.proof is not None
        kind, first = task.proof.decision, ground.plan.first_day(task)
        found = [
            proof
            for proof in self._by_unit.get((kind, unit), ())
            if first <= proof["day"] <= ground.day
            and (proof["task"] == task.id or (proof["task"] is None and kind != "proof_received"))
        ]
        return sorted(found, key=lambda proof: (proof["day"], proof["id"]))

    @cached_property
    def _by_unit(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for proof in self.proofs:
            found.setdefault((proof["kind"], proof["target"]), []).append(proof)
        return found


def register_by(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Something handed in by a day; handed in later stays late."""
    assert task.proof is not None and task.proof.by is not None
    for unit in ground.plan.members[task.id]:
        proofs = record.of(task, unit, ground)
        in_time = [proof["id"] for proof in proofs if proof["day"] <= task.proof.by]
        note = f"逾期报送（{proofs[0]['day']}）" if proofs and not in_time else None
        yield ground.row(
            task, unit, in_time, 1, [] if in_time else [task.proof.what], end=task.proof.by, note=note
        )


def meetings(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Visits, meetings, calls: what a unit recorded of them in the window."""
    for unit in ground.plan.members[task.id]:
        proofs = record.of(task, unit, ground)
        held = [p["id"] for p in proofs if task.window.start <= p["day"] <= task.window.end]
        yield ground.row(task, unit, held, task.quota, note="以单位报送的记录为准")


def board_presence(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """A board set up in the window, proven, and not taken down before `keep_until`."""
    assert task.proof is not None and task.proof.by is not None and task.keep_until is not None
    for unit in ground.plan.members[task.id]:
        proofs = record.of(task, unit, ground)
        in_time = [
            proof for proof in proofs if proof["removed_day"] is None and proof["day"] <= task.proof.by
        ]
        removed = [
            proof["removed_day"]
            for proof in proofs
            if proof["removed_day"] is not None and proof["removed_day"] <= min(ground.day, task.keep_until)
        ]
        if removed:
            yield ground.row(
                task,
                unit,
                [],
                1,
                [f"保留至 {task.keep_until}"],
                note=f"{min(removed)} 已撤下，应保留至 {task.keep_until}",
            )
            continue
        late = [proof for proof in proofs if proof not in in_time]
        note = (
            f"最近一次证明 {in_time[-1]['day']}"
            if in_time
            else f"逾期编版（{late[0]['day']}）"
            if late
            else None
        )
        done = [proof["id"] for proof in in_time[:1]]
        yield ground.row(task, unit, done, 1, [] if done else [task.proof.what], end=task.proof.by, note=note)


def exposure_gate(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Every published exposure was approved in all steps before it appeared; one that was not is an alarm.

    What was withdrawn before is not approved; what is withdrawn afterwards stays approved. An approval or a
    withdrawal of the day of a publication whose time is not known proves nothing.
    """
    assert task.proof is not None
    order = task.proof.steps
    published = stories(ground.matched(task))
    planned = fold((said for said in record.said if said.kind in exposure.KINDS), order)
    bare = []
    unclear = []
    approved: list[str] = []
    for fact in published:
        found = planned_for(fact, planned, order) if planned else None
        lacking, open_steps = lacking_steps(fact, found, order), unclear_steps(fact, found, order)
        if lacking:
            bare.append(f"{fact.published_day} {fact.title}（缺：{'、'.join(lacking)}）")
        elif open_steps:
            unclear.append(f"{fact.published_day} {fact.title}")
        else:
            approved.append(fact.article_id)
    yield ground.row(
        task,
        CITY_ROW,
        approved,
        len(published),
        bare,
        short=len(bare) + len(unclear),
        is_unknown=not bare,
        note=f"警示：{len(bare)} 篇曝光稿刊发前未经审批"
        if bare
        else f"当日审批或撤回而刊发时刻不详，先后无法判定：{'；'.join(unclear)}"
        if unclear
        else f"曝光稿 {len(published)} 篇，均经审批"
        if published
        else "尚无曝光稿",
    )


def forum_response(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Every post of the window got its response and its answer in time.

    A post overdue in a forum that was not looked at since proves nothing; nor does it that nothing is late,
    where a forum was silent on days of which a post may be late (not those before it was first read). Posts
    that nobody owns are the carrier's.
    """
    forums = [source for source in ground.sources if source.outlet_class in (task.outlets or ("forum",))]
    last = min(task.window.end, record.overdue_day or ground.day)
    since = {forum.outlet: _read_since(forum, task.window.start, last) for forum in forums}
    silent = [told for forum in forums for told in silences([forum], since[forum.outlet], last)]
    silent = silent if forums else ["没有接入的来源"]
    begun = "".join(f"；{name} {day} 起采集" for name, day in since.items() if day > task.window.start)
    tickets = record.tickets
    asked = tickets if isinstance(tickets, dict) else tally_of(tickets, task.window.start, task.window.end)
    for unit in ground.plan.members[task.id]:
        own = asked.get(unit, Posts())
        if unit in task.carriers:
            own = own.joined(asked.get(None, Posts()))
        count, late = len(own.in_time) + len(own.late), len(own.late)
        verdict = UNKNOWN if late or silent else MET if count else NOT_ASKED
        if late > own.blind:
            verdict = UNMET
        row = ground.row(
            task,
            unit,
            own.in_time,
            count,
            own.late,
            short=late,
            verdict=verdict,
            note=(f"{count} 帖，超时 {late} 帖" if count else f"没有{'采到' if silent else ''}待回复帖")
            + begun,
        )
        yield dataclasses.replace(
            row, silent=[*sorted(own.unseen), *silent] if row.verdict == UNKNOWN else []
        )


def _read_since(forum: Source, first: dt.date, last: dt.date) -> dt.date:
    """From which day on a forum is read. What it held before anybody looked is not asked of it, or no verdict
    of a city that began later could ever be told; one that nobody looked at has no such day: `first`."""
    day = first
    while day <= last and forum.silent.get(day) == "unseen":
        day += dt.timedelta(days=1)
    return day if day <= last else first


def deduction(ground: Ground, task: Task, rows: list[CoverageRow]) -> Iterable[CoverageRow]:
    """Suggests 预扣分 for tasks whose term is over and that were certainly not met; a person decides."""
    of_unit = failed_rows(rows, ground.day, ground.plan)
    for unit in ground.plan.members[task.id]:
        failed = of_unit.get(unit, [])
        yield ground.row(
            task,
            unit,
            [],
            0,
            [f"{r.task} {r.title}" for r in failed],
            short=len(failed),
            note=f"建议预扣分 {len(failed)} 项" if failed else "没有预扣分建议",
        )
