"""Owns the verdicts that follow from what was handed in, approved or answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from analysis.plan import CITY_ROW, Fact, Task, matched, stories
from analysis.ticket import Ticket
from analysis.verdicts import MET, NOT_ASKED, UNKNOWN, UNMET, CoverageRow, Ground


@dataclasses.dataclass(frozen=True)
class Record:
    """Ground for these verdicts: decisions of proof, tickets of the season, fetches of announcement pages."""

    proofs: list[dict[str, Any]]  # rows of sql/proof.sql
    tickets: list[Ticket]
    fetches: dict[str, list[dict[str, Any]]]  # url → rows of sql/presence.sql

    def of(self, task: Task, unit: str, day: dt.date) -> list[dict[str, Any]]:
        """Proofs of a unit for a task up to a day, by day. One that names a task is for that task only;
        only a proof_received must name it."""
        assert task.proof is not None
        found = [
            proof
            for proof in self.proofs
            if proof["kind"] == task.proof.decision
            and proof["target"] == unit
            and proof["day"] <= day
            and (proof["task"] == task.id or (proof["task"] is None and proof["kind"] != "proof_received"))
        ]
        return sorted(found, key=lambda proof: (proof["day"], proof["id"]))


def register_by(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Something handed in by a day; handed in later stays late."""
    assert task.proof is not None and task.proof.by is not None
    for unit in ground.plan.members[task.id]:
        proofs = record.of(task, unit, ground.day)
        in_time = [proof["id"] for proof in proofs if proof["day"] <= task.proof.by]
        note = f"逾期报送（{proofs[0]['day']}）" if proofs and not in_time else None
        yield ground.row(
            task, unit, in_time, 1, [] if in_time else [task.proof.what], end=task.proof.by, note=note
        )


def meetings(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Visits, meetings, calls: what a unit recorded of them in the window."""
    for unit in ground.plan.members[task.id]:
        held = [p["id"] for p in record.of(task, unit, ground.day) if p["day"] >= task.window.start]
        yield ground.row(task, unit, held, task.quota, note="以单位报送的记录为准")


def board_presence(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """A board set up in the window, proven, and not taken down before `keep_until`."""
    assert task.proof is not None and task.proof.by is not None and task.keep_until is not None
    for unit in ground.plan.members[task.id]:
        proofs = record.of(task, unit, ground.day)
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
                task, unit, [], 1, ["保留至2月底"], note=f"{min(removed)} 已撤下，应保留至 {task.keep_until}"
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


def announcement_presence(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """The announcement stands on the unit's own place for `min_days` without a gap, or its proof is in."""
    shown = [fact for fact in ground.facts if _is_announcement(task, fact)]
    for unit in ground.plan.members[task.id]:
        own = [fact for fact in shown if _is_own_place(task, fact, unit)]
        if task.proof is not None:
            yield _proven(ground, record, task, unit, own)
        else:
            yield _present(ground, record, task, unit, own)


def _is_announcement(task: Task, fact: Fact) -> bool:
    return (
        fact.form == "公告"
        and not fact.title_words.isdisjoint(task.title_words)
        and fact.published_day <= task.window.end
    )


def _is_own_place(task: Task, fact: Fact, unit: str) -> bool:
    return fact.site_unit == unit or (unit in task.hosts and fact.outlet_class == task.hosts[unit])


def _proven(ground: Ground, record: Record, task: Task, unit: str, own: list[Fact]) -> CoverageRow:
    assert task.proof is not None and task.proof.by is not None
    proofs = record.of(task, unit, ground.day)
    in_time = [proof["id"] for proof in proofs if proof["day"] <= task.proof.by]
    seen = f"本单位平台已见公告（{own[0].published_day}）" if own else "本单位平台未见公告"
    note = f"逾期报送（{proofs[0]['day']}）；{seen}" if proofs and not in_time else seen
    missing = [] if in_time else [task.proof.what]
    return ground.row(task, unit, in_time, 1, missing, end=task.proof.by, note=note)


def _present(ground: Ground, record: Record, task: Task, unit: str, own: list[Fact]) -> CoverageRow:
    needed = task.min_days or 1
    end = task.window.end
    print_only = [fact for fact in own if fact.outlet_class in ("paper", "tv")]
    if print_only:
        return ground.row(task, unit, [print_only[0].article_id], 1, note="以刊播日期计")
    runs = [_longest_run(fact, record.fetches.get(fact.url, []), task, ground.day) for fact in own]
    runs += [
        (p["day"], min(p["until_day"] or p["day"], ground.day))
        for p in record.proofs
        if p["kind"] == "proof_received" and p["target"] == unit and p["day"] <= ground.day and p["until_day"]
    ]
    best = max(runs, key=lambda run: run[1] - run[0], default=None)
    days = (best[1] - best[0]).days + 1 if best else 0
    places = [s for s in ground.sources if s.unit == unit or s.outlet_class == task.hosts.get(unit, "-")]
    row = ground.row(
        task,
        unit,
        [fact.article_id for fact in own],
        needed,
        [] if days >= needed else [f"在线 {days} 天"],
        short=max(0, needed - days),
        sources=places,
        span=(best[1] if best else task.window.start, min(max(end, task.window.start), ground.day)),
        note=f"{best[0]}—{best[1]} 在线 {days} 天" if best else None if places else "本单位网站未接入采集",
    )
    return dataclasses.replace(row, done_count=days)


def _longest_run(
    fact: Fact, fetches: list[dict[str, Any]], task: Task, day: dt.date
) -> tuple[dt.date, dt.date]:
    """First and last day of the longest span in which the page was seen and never found gone.

    A page that is there now has been there since it was published; a fetch that failed says nothing.
    """
    start = max(fact.published_day, task.window.start)
    best = (start, start)
    since: dt.date | None = start
    for fetch in fetches:
        if fetch["is_gone"]:
            since = None
        elif fetch["is_present"]:
            last = min(fetch["day"], day)
            since = since if since is not None else fetch["day"]
            if last >= since and last - since > best[1] - best[0]:
                best = (since, last)
    return best


def exposure_gate(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Every published exposure was approved in all steps before it appeared; one that was not is an alarm."""
    assert task.proof is not None
    published = stories(matched(task, ground.facts))
    bare = []
    for fact in published:
        names = {fact.article_id, fact.url, fact.title}
        steps = {
            proof["step"]
            for proof in record.proofs
            if proof["kind"] == task.proof.decision
            and proof["target"] in names
            and proof["decided_at"] < fact.published_at
        }
        if not steps >= set(task.proof.steps):
            lacking = "、".join(step for step in task.proof.steps if step not in steps)
            bare.append(f"{fact.published_day} {fact.title}（缺：{lacking}）")
    yield ground.row(
        task,
        CITY_ROW,
        [fact.article_id for fact in published],
        len(published),
        bare,
        short=len(bare),
        note=f"警示：{len(bare)} 篇曝光稿刊发前未经审批"
        if bare
        else f"曝光稿 {len(published)} 篇，均经审批"
        if published
        else "尚无曝光稿",
    )


def forum_response(ground: Ground, record: Record, task: Task) -> Iterable[CoverageRow]:
    """Every post of the window got its response and its answer in time.

    A post overdue in a forum that was not looked at since proves nothing. Posts that nobody owns are the
    carrier's.
    """
    asked = [
        t
        for t in record.tickets
        if t.opened_at is None or task.window.start <= t.opened_at.date() <= task.window.end
    ]
    for unit in ground.plan.members[task.id]:
        own = [t for t in asked if t.unit == unit or (t.unit is None and unit in task.carriers)]
        late = [t for t in own if t.is_first_response_overdue or t.is_answer_overdue]
        blind = [t for t in late if t.is_open and (t.checked_at is None or t.checked_at < _due(t))]
        certain = len(late) - len(blind)
        verdict = NOT_ASKED if not own else MET if not late else UNMET if certain else UNKNOWN
        row = ground.row(
            task,
            unit,
            [t.ticket_id for t in own if t not in late],
            len(own),
            [t.ticket_id for t in late],
            short=len(late),
            verdict=verdict,
            note=f"{len(own)} 帖，超时 {len(late)} 帖" if own else "没有待回复帖",
        )
        silent = (
            sorted({f"{t.forum} {t.checked_at or ''} 之后未采集" for t in blind})
            if verdict == UNKNOWN
            else []
        )
        yield dataclasses.replace(row, silent=silent)


def _due(ticket: Ticket) -> dt.datetime:
    """The deadline whose passing made an open ticket late."""
    due = ticket.first_response_due if ticket.first_response_at is None else ticket.answer_due
    assert due is not None
    return due


def deduction(ground: Ground, task: Task, rows: list[CoverageRow]) -> Iterable[CoverageRow]:
    """Suggests 预扣分 for tasks whose term is over and that were certainly not met; a person decides."""
    for unit in ground.plan.members[task.id]:
        failed = [r for r in rows if r.unit == unit and r.verdict == UNMET and r.window_end < ground.day]
        yield ground.row(
            task,
            unit,
            [],
            0,
            [f"{r.task} {r.title}" for r in failed],
            short=len(failed),
            note=f"建议预扣分 {len(failed)} 项" if failed else "没有预扣分建议",
        )
