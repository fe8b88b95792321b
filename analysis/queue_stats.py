"""Owns the statistics of the reply queue: how many, how fast, how often in time; by unit, kind or month.

An open post that is overdue stands in every denominator and among the times (with the time so far), so that
not answering never looks better than answering late. What came late counts as late for good.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Callable, Iterable
from typing import Literal

from analysis.queue import ticket_rows
from analysis.reply_rules import Rules
from analysis.ticket import Ticket, ticket_from
from analysis.ticket_clocks import Clocks, earliest, run_clocks
from analysis.warehouse import Connection, moment

By = Literal["unit", "kind", "month"]
WHOLE = "全部"

STATS_COLUMNS = (
    "group",
    "ticket_count",
    "answered_count",
    "open_ticket_count",
    "overdue_open_count",
    "late_count",
    "response_share",
    "answer_share",
    "response_median_hours",
    "response_p90_hours",
    "answer_median_days",
    "answer_p90_days",
)


@dataclasses.dataclass(frozen=True)
class QueueStats:
    """One group of tickets at a moment.

    Attributes:
        ticket_count: opened up to then, without 无需回复 and those whose post has no readable time.
        answered_count: answered, or closed by a person.
        overdue_open_count: open, and a clock has run out.
        late_count: either clock was ever late, answered since or not.
        response_share, answer_share: in time, of those done or overdue; None: fewer than `min_cases` of them.
        response_*_hours, answer_*_days: working time; None: fewer than `min_cases`.
    """

    group: str
    ticket_count: int
    answered_count: int
    open_ticket_count: int
    overdue_open_count: int
    late_count: int
    response_share: float | None
    answer_share: float | None
    response_median_hours: float | None
    response_p90_hours: float | None
    answer_median_days: float | None
    answer_p90_days: float | None


def queue_stats(
    con: Connection,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    by: By = "unit",
    known_by: dt.date | dt.datetime | None = None,
    unit: str | None = None,
) -> list[QueueStats]:
    """The whole first, then each group; units by their number of tickets, months in order.

    Args:
        by: unit (as it stands then), kind of post, or month of the post (YYYY-MM).
        unit: only this unit's tickets.
    """
    at = moment(as_of)
    assert at is not None
    rows = ticket_rows(con, at, known_by)
    cases = []
    for row in rows:
        ticket = ticket_from(row, rules, at)
        if ticket.state == "无需回复" or ticket.opened_at is None or unit not in (None, ticket.unit):
            continue
        cases.append((ticket, run_clocks(row, rules, at)))
    groups: dict[str, list[tuple[Ticket, Clocks]]] = {}
    for case in cases:
        groups.setdefault(_GROUP[by](case[0]), []).append(case)
    order = sorted(groups) if by == "month" else sorted(groups, key=lambda name: (-len(groups[name]), name))
    return [_stats(WHOLE, cases, rules, at), *(_stats(name, groups[name], rules, at) for name in order)]


def basis_lines(rules: Rules, as_of: dt.date | dt.datetime) -> list[str]:
    """How the figures are counted (口径), for under the table."""
    return [
        f"口径：截至 {as_of}；按责任单位计件，一帖几家分别计；不含“无需回复”。",
        "按时率＝按时的 ÷（已回应的＋未回应而已超时的）；未到期的不进分母。超时后再答、再延期，仍计超时。",
        "用时按工作日历计、不含暂停，含仍未答的超时帖（按至今计）；九成＝九成的帖不超过此数。"
        "重新办理的按最近一轮计用时。",
        f"不足 {rules.min_cases} 件的不给比率和中位数（city 的 min_cases）。",
    ]


_GROUP: dict[str, Callable[[Ticket], str]] = {
    "unit": lambda ticket: ticket.unit or "单位未定",
    "kind": lambda ticket: ticket.kind,
    "month": lambda ticket: f"{ticket.opened_at:%Y-%m}",
}


def _stats(group: str, cases: list[tuple[Ticket, Clocks]], rules: Rules, at: dt.datetime) -> QueueStats:
    tickets = [ticket for ticket, _ in cases]
    late_open = [t for t in tickets if t.is_open and (t.is_first_response_overdue or t.is_answer_overdue)]
    responses: list[float] = []
    answers: list[float] = []
    responded_in_time: list[bool] = []
    answered_in_time: list[bool] = []
    for ticket, clocks in cases:
        if ticket.is_unsure:
            continue
        for done_at, due, is_late, skipped, in_time, times, measure in (
            (ticket.first_response_at, clocks.first_due, ticket.is_first_response_overdue,
             clocks.first_skipped, responded_in_time, responses, rules.calendar.worked_hours),
            (ticket.answer_at, clocks.answer_due, ticket.is_answer_overdue,
             clocks.answer_skipped, answered_in_time, answers, rules.calendar.worked_days),
        ):  # fmt: skip
            done = earliest(done_at, ticket.ended_at)
            if not is_late and (done is None or due is None):
                continue  # its time is not over, or nobody can tell yet when it is
            in_time.append(not is_late)
            if done is not None and clocks.start is not None and done < clocks.start:
                continue  # a transfer started the clocks anew afterwards: it took no time of theirs
            if clocks.start is not None and due is not None:
                times.append(measure(clocks.start, done or at, skipped))
    return QueueStats(
        group=group,
        ticket_count=len(tickets),
        answered_count=sum(not ticket.is_open for ticket in tickets),
        open_ticket_count=sum(ticket.is_open for ticket in tickets),
        overdue_open_count=len(late_open),
        late_count=sum(t.is_first_response_overdue or t.is_answer_overdue for t in tickets),
        response_share=_share(responded_in_time, rules.min_cases),
        answer_share=_share(answered_in_time, rules.min_cases),
        response_median_hours=_rounded(_quantile(responses, 0.5, rules.min_cases)),
        response_p90_hours=_rounded(_quantile(responses, 0.9, rules.min_cases)),
        answer_median_days=_quantile(answers, 0.5, rules.min_cases),
        answer_p90_days=_quantile(answers, 0.9, rules.min_cases),
    )


def _share(in_time: list[bool], least: int) -> float | None:
    return sum(in_time) / len(in_time) if len(in_time) >= least else None


def _quantile(values: Iterable[float], share: float, least: int) -> float | None:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if len(ordered) >= least else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
