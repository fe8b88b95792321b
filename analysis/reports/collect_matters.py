"""Owns the figures of what is not counted by unit: exposures, posts, silences, weeks."""

from __future__ import annotations

import datetime as dt

from analysis import exposure
from analysis.ground import UNKNOWN, UNSURE, CoverageRow
from analysis.plan import Fact, Plan, Task, matched, stories, weeks
from analysis.reports.model import (
    ExposureLine,
    ForumFigure,
    PostLine,
    SilenceLine,
    VerdictLine,
    WeekLine,
    WeekState,
)
from analysis.ticket import Ticket
from analysis.warehouse import Connection


def exposures(
    con: Connection, plan: Plan, as_of: dt.date, known_by: dt.datetime | None, facts: list[Fact]
) -> list[ExposureLine]:
    """The exposure ledger: what appeared and what is planned, alarms first."""
    return [
        ExposureLine(
            title=row.title,
            state=row.state,
            is_alarm=row.is_alarm,
            exposed=row.exposed,
            outlet=row.outlet,
            published_day=row.published_at.date() if row.published_at else None,
            planned_day=row.planned_day,
            approvals=row.approvals,
            lacking_steps=row.lacking,
            article_id=row.article_id,
            url=row.url,
            sha256=row.sha256,
            note=row.note,
        )
        for row in exposure.exposures(con, plan, as_of, known_by, facts)
    ]


def forum(tickets: list[Ticket], start: dt.date) -> ForumFigure:
    """How the tickets of a report stand; `start`: the first day of its period."""
    late_open = [t for t in tickets if t.is_open and t.was_late]
    answered = [t for t in tickets if not t.is_open]
    in_time = [t for t in answered if not t.was_late]
    return ForumFigure(
        total_count=len(tickets),
        period_count=sum(t.opened_at is not None and t.opened_at.date() >= start for t in tickets),
        due_count=len(answered) + len(late_open),
        in_time_count=len(in_time),
        late_answered_count=len(answered) - len(in_time),
        open_overdue_count=len(late_open),
        waiting_count=sum(t.is_open and not t.was_late for t in tickets),
        urgent_open_count=sum(t.is_open and t.urgency == "紧急" for t in tickets),
        unassigned_count=sum(t.unit is None for t in tickets),
    )


def post(ticket: Ticket) -> PostLine:
    """A ticket as a report keeps it."""
    return PostLine(**{name: getattr(ticket, name) for name in PostLine.__struct_fields__})


def silences(lines: list[VerdictLine]) -> list[SilenceLine]:
    """Silences that leave verdicts open, those that leave most open first."""
    found: dict[str, list[VerdictLine]] = {}
    for line in lines:
        if line.verdict == UNKNOWN:
            unsaid = line.note if line.kind == "exposure_gate" else None
            for what in line.silent or [unsaid or "来源情况不明"]:
                found.setdefault(what, []).append(line)
    return [
        SilenceLine(
            what=what,
            verdict_count=len(own),
            units=list(dict.fromkeys(line.unit for line in own)),
            tasks=list(dict.fromkeys(line.task for line in own)),
        )
        for what, own in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def weekly(task: Task, rows: list[CoverageRow], facts: list[Fact], as_of: dt.date) -> list[WeekLine]:
    """Weeks of the weekly task that have begun; a short one of a silent source is marked ？ in its row."""
    missing = {
        week[:10]: week.endswith(UNSURE) for row in rows if row.task == task.id for week in row.missing
    }
    found = stories(matched(task, facts))
    lines = []
    for first, last in weeks(task.window.start, task.window.end):
        if first > as_of:
            break
        count = sum(first <= fact.published_day <= last for fact in found)
        silent = missing.get(first.isoformat())
        lines.append(WeekLine(first=first, last=last, count=count, state=_week_state(last > as_of, silent)))
    return lines


def _week_state(is_running: bool, silent: bool | None) -> WeekState:
    """Of a week that lacks nothing `silent` is None."""
    if is_running:
        return "running"
    return "met" if silent is None else "silent" if silent else "short"
