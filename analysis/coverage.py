"""Owns coverage: every unit's verdict on every task of the plan, as of any day, as known by any day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd

from analysis import announcement, exposure, measures, proofs, verdicts
from analysis.credits import Points, parse_points
from analysis.ground import MET, NOT_ASKED, NOT_YET, UNKNOWN, UNMET, CoverageRow, Ground
from analysis.kept import as_built, as_decided
from analysis.plan import CITY_ROW, Fact, Plan
from analysis.plan_facts import PlanFact, counted, counted_facts
from analysis.proofs import Record
from analysis.queue import queue
from analysis.record import proof_rows, said_in
from analysis.replaced import replaced_announcements, with_ends
from analysis.scoring import score_sums
from analysis.sources import lacks_site, load_sources, units_read
from analysis.ticket import Rules, Ticket, parse_rules
from analysis.ticket_tally import PostTally, tally
from analysis.warehouse import Connection, ask, moment
from pipeline.china import as_day

__all__ = [
    "COVERAGE_COLUMNS",
    "MET",
    "NOT_ASKED",
    "NOT_YET",
    "UNKNOWN",
    "UNMET",
    "CoverageRow",
    "Pieces",
    "coverage",
    "matrix",
    "notices",
    "piece_rows",
]

COVERAGE_COLUMNS = (
    "unit", "task", "title", "verdict", "done_count", "needed_count", "missing_count", "missing",
    "days_left", "silent", "note",
)  # fmt: skip

_BY_PIECES = {
    "quota": verdicts.quota,
    "weekly": verdicts.weekly,
    "series_topics": verdicts.series_topics,
    "indicators": verdicts.indicators,
    "editor_note": verdicts.editor_note,
    "emphasis_month": verdicts.emphasis_month,
    "honours": verdicts.honours,
}
_BY_RECORD = {
    "register_by": proofs.register_by,
    "meetings": proofs.meetings,
    "measures": measures.measures,
    "board_presence": proofs.board_presence,
    "announcement_presence": announcement.announcement_presence,
    "exposure_gate": proofs.exposure_gate,
    "forum_response": proofs.forum_response,
}


def coverage(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    unit: str | None = None,
    rules: Rules | None = None,
    points: Points | None = None,
    facts: list[Fact] | None = None,
    tickets: list[Ticket] | None = None,
    pieces: Pieces | None = None,
    with_evidence: bool = True,
) -> list[CoverageRow]:
    """Units × tasks as they stood at the end of a day, in the order of the plan.

    Args:
        known_by: only what had been captured and decided by then; None: all that is known now.
        unit: only the rows of this unit (or 全市).
        rules: of the forum's clocks; None: the defaults.
        facts, tickets: of this day (`load_facts`, `queue` with the closed ones), where one has them.
        pieces: of this day (`piece_rows`), where one has them.
        with_evidence: whether it is asked which articles count, not only how many.
    """
    rules, proven = rules or parse_rules({}), proof_rows(con, known_by)
    if pieces is None:
        pieces = piece_rows(
            con, plan, as_of, known_by, rules=rules, points=points, facts=facts, proofs=proven,
            with_evidence=with_evidence,
        )  # fmt: skip
    ground = pieces.ground
    asked: list[Ticket] | PostTally
    asked = _tickets(con, plan, rules, as_of, known_by) if tickets is None else tickets
    replaced = replaced_announcements(con, plan, as_of, known_by, ground.facts)
    ground = ground.beside([each.fact for each in replaced])
    record = _record(con, ground, rules, as_of, known_by, asked, proven)
    record = dataclasses.replace(record, fetches=with_ends(record.fetches, replaced))
    rows = [*pieces.rows]
    for task in plan.tasks:
        if task.kind in _BY_RECORD:
            rows += _BY_RECORD[task.kind](ground, record, task)
    for task in plan.tasks:  # last, since it draws on all the others
        if task.kind == "deduction":
            rows += proofs.deduction(ground, task, rows)
    order = {task.id: position for position, task in enumerate(plan.tasks)}
    rows.sort(key=lambda row: order[row.task])
    return [row for row in rows if unit is None or row.unit == unit]


@dataclasses.dataclass(frozen=True)
class Pieces:
    """The verdicts of a day that follow from published pieces, and what they stand on."""

    ground: Ground
    rows: list[CoverageRow]


def piece_rows(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
    *,
    rules: Rules | None = None,
    points: Points | None = None,
    facts: list[Fact] | None = None,
    proofs: list[dict[str, Any]] | None = None,
    with_evidence: bool = True,
) -> Pieces:
    """The part of `coverage` that only articles, sources and what people decided of them can change."""
    day = as_day(as_of)
    if facts is None:
        found = counted_facts(con, plan, as_of, known_by, with_evidence)
    else:
        found = counted(plan, facts, with_evidence)
    start = min((task.window.start for task in plan.tasks), default=day)
    sources = []
    if day >= start:
        calendar = (rules or parse_rules({})).calendar
        end = min(day, _last_read(plan))
        sources = load_sources(con, start, end, known_by, calendar, plan.min_silent_days, proofs)
    ground = Ground(plan, day, found, sources)
    rows: list[CoverageRow] = []
    for task in plan.tasks:
        if task.kind in _BY_PIECES:
            rows += _BY_PIECES[task.kind](ground, task)
        elif task.kind == "score":
            scoring = points or parse_points({})
            for name, (count, ids, total) in score_sums(plan, task, found, scoring).items():
                note = f"{total:g} 分"
                row = ground.row(task, name, ids, count, done_count=count, verdict=NOT_ASKED, note=note)
                rows.append(row)
    return Pieces(ground, rows)


def _last_read(plan: Plan) -> dt.date:
    """The last day on which it may matter that a source was silent: the plan asks for nothing after it. Where
    many days are silent it takes so many working days more to tell that they are no short run."""
    asked = [plan.season.end]
    for task in plan.tasks:
        asked += [task.window.end, task.publish_by or task.window.end]
        if task.emphasis is not None:
            asked.append(verdicts.month_end(dt.date.fromisoformat(f"{task.emphasis.month}-01")))
    least = max((task.min_days or 0 for task in plan.tasks), default=0)
    beyond = 60 + least + 3 * plan.min_silent_days
    return dt.date.fromordinal(min(max(asked).toordinal() + beyond, dt.date.max.toordinal()))


def _tickets(
    con: Connection,
    plan: Plan,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
) -> list[Ticket] | PostTally:
    """The tickets on which a verdict stands; counted, where all that ask of them ask of the same days."""
    windows = {(t.window.start, t.window.end) for t in plan.tasks if t.kind == "forum_response"}
    if not windows:
        return []
    if known_by is None and len(windows) == 1:
        return tally(con, rules, as_of, *windows.pop())
    return queue(con, rules, as_of, known_by=known_by, include_closed=True)


def _record(
    con: Connection,
    ground: Ground,
    rules: Rules,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    tickets: list[Ticket] | PostTally,
    proofs: list[dict[str, Any]],
) -> Record:
    plan = ground.plan
    asked = [task for task in plan.tasks if task.kind == "announcement_presence"]
    shown = [fact for fact in ground.facts if any(announcement.is_announcement(task, fact) for task in asked)]
    left = {fact.url for fact in shown if isinstance(fact, PlanFact)}
    urls = [fact.url for fact in shown if fact.url not in left]
    known = as_built(con, "presence", lambda: _by_url(ask(con, "presence_now"))) if left else {}
    fetches = {url: known[url] for url in left if url in known}
    if urls:
        fetches |= _by_url(ask(con, "presence", urls=urls, known_by=moment(known_by)))
    if known_by is None:
        said = as_decided(con, "exposures", lambda: said_in(con, exposure.KINDS))
    else:
        said = said_in(con, exposure.KINDS, known_by)
    until = moment(as_of)
    assert until is not None
    said = [each for each in said if each.at <= until]
    overdue = rules.overdue_day(until)
    return Record(proofs=proofs, tickets=tickets, fetches=fetches, said=said, overdue_day=overdue)


def _by_url(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    fetches: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        fetches.setdefault(row["url"], []).append(row)
    return fetches


def notices(con: Connection, plan: Plan, only: str | None = None) -> list[str]:
    """What the reader of the table must know, in Chinese: empty lists, outlets that nobody crawls.

    Args:
        only: the unit that the reader may see; no other is named.
    """
    found = [
        f"“{name}”的名单没有随通知印发，尚未录入，这些单位暂不计入；名单确定后请交管理员录入"
        for name, group in plan.groups.items()
        if not group.units and not group.kinds
    ]
    spans = ask(con, "source_span", known_by=None)
    crawled = {row["outlet_class"] for row in spans}
    wanted = {name for task in plan.tasks for name in task.outlets}
    missing = [plan.outlets[name].name for name in plan.outlets if name in wanted - crawled]
    if missing:
        found.append(f"尚未接入采集、须由单位报送的媒体：{'、'.join(missing)}")
    read = units_read((row["outlet_class"], row["unit"]) for row in spans)
    asked = ((t, unit) for t in plan.tasks if t.kind == "quota" for unit in plan.members[t.id])
    without = dict.fromkeys(unit for task, unit in asked if lacks_site(task, unit, read))
    named = [unit for unit in without if only is None or unit == only]
    if named:
        found.append(f"网站尚未接入采集、其上的稿件须由单位报送的单位：{'、'.join(named)}")
    return found


def matrix(rows: list[CoverageRow]) -> pd.DataFrame:
    """Units × tasks with a short text in each cell; a task that a unit is not asked is 不适用."""
    tasks = list(dict.fromkeys(row.task for row in rows))
    units = sorted(dict.fromkeys(row.unit for row in rows), key=lambda name: name != CITY_ROW)
    cells = {(row.unit, row.task): cell(row) for row in rows}
    table = [[cells.get((unit, task), NOT_ASKED) for task in tasks] for unit in units]
    return pd.DataFrame(table, index=pd.Index(units, name="责任单位"), columns=tasks)


def cell(row: CoverageRow) -> str:
    """达标 2/1, 缺1（剩3天）, 无法判定 …"""
    if row.verdict == MET:
        return f"{MET} {row.done_count}/{row.needed_count}"
    if row.verdict == UNMET:
        return f"缺{row.missing_count}" + (f"（剩{row.days_left}天）" if row.days_left else "")
    return row.verdict
