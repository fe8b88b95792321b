"""Owns the page 今日: what needs the person who opens it, each line a way to where it is done."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from litestar.response import Response

from analysis.appeals import OPEN, Appeal, appeals
from analysis.deductions import SUGGESTED
from analysis.desk.commands_told import steps_told
from analysis.desk.page import Page
from analysis.desk.pages.articles import search_articles
from analysis.desk.pages.deductions import REVIEW, all_deductions, is_in
from analysis.desk.pages.doubts import all_doubts
from analysis.desk.pages.exposures import waiting_exposures
from analysis.desk.pages.sources import all_sources
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_TICKETS
from analysis.exposure import ExposureRow
from analysis.ground import UNKNOWN, UNMET, CoverageRow
from analysis.overview import DERIVED_KINDS, latest_day, next_step_lines, sites_of_outlets
from analysis.queue import Ticket
from analysis.queue_choice import is_late, next_due
from analysis.queue_lists import FloorToConfirm, amend_floors, floors_to_confirm
from analysis.reports.wording import NO_SOURCE
from analysis.search import ArticleFilter, Found
from analysis.source_health import SourceHealth
from analysis.warehouse import WarehouseError

SHOWN = 8  # lines of each list; the rest is behind its link
MOST_FOLDED = 60  # lines of a list that can be unfolded
SOON_DAYS = 14  # a task of the plan is near its end


@dataclasses.dataclass(kw_only=True)
class TodayPage(Page):
    """What needs me.

    Attributes:
        overdue: open tickets whose running clock has run out.
        due_today: open tickets whose running clock ends today.
        to_judge: tickets for which nobody decided yet whose they are (待研判), urgent ones first.
        to_sign: tickets that wait for their unit to sign for them (待签收).
        sent_back: tickets that a unit sent back, to be handed to another (退回改派).
        paused: tickets whose clocks stand still (暂停), those that stand longest first.
        to_close: answered tickets that nobody closed yet (已答复), those answered longest ago first.
        alarms: lines of the plan that are alarms: an exposure without approval, a notice taken down.
        gaps: units' lines of the plan that lack something and end within two weeks; those last that lack only
            what is past.
        gap_count: how many lines lack something in all.
        unknown_count: how many verdicts a silent source leaves open.
        silent: which source was silent when, where that leaves a verdict open.
        no_source: the note of `silent` that no site is crawled at all.
        steps: how these are fetched again, for who may start jobs: to the administrator the commands.
        confirm: floors on which a person must decide: answers of no registered account, disputes, thanks.
        doubts: how many credits the rules would not sign and that wait for a person.
        sources: sources in trouble, each with what is wrong.
        appeals: appeals that wait for a decision.
        planned: planned exposures that wait for an approval, for who may plan them.
        undecided: how many suggested deductions nobody decided yet, for who decides them.
        reviews: how many deductions have lost their ground and wait to be looked at again, for the same.
        pieces: articles published on `pieces_day`, the newest first, with how many there are.
        pieces_day: the day that is looked at, or the last one before it on which anything was published.
        latest: day of the newest capture; None: nothing was ever fetched.
        shown: how many lines of a list are shown.
        most_folded: up to which line a list can be unfolded here; a page must stay small.
    """

    template: ClassVar[str] = "today.html"
    heading: ClassVar[str] = "今日"
    section: ClassVar[str] = "/"
    overdue: list[Ticket]
    due_today: list[Ticket]
    to_judge: list[Ticket]
    to_sign: list[Ticket]
    sent_back: list[Ticket]
    paused: list[Ticket]
    to_close: list[Ticket]
    alarms: list[CoverageRow]
    gaps: list[CoverageRow]
    gap_count: int
    unknown_count: int
    silent: list[str]
    no_source: str = NO_SOURCE
    steps: list[str]
    confirm: list[FloorToConfirm]
    doubts: int
    sources: list[SourceHealth]
    appeals: list[Appeal]
    planned: list[ExposureRow]
    undecided: int
    reviews: int
    pieces: Found
    pieces_day: dt.date
    latest: dt.date | None
    shown: int = SHOWN
    most_folded: int = MOST_FOLDED


def _lists(visit: Visit) -> dict[str, Any]:
    """The tickets of the day by what they wait for."""
    tickets, at = visit.tickets(), visit.at
    waiting = [ticket for ticket in tickets if ticket.is_open]
    return {
        "overdue": [t for t in waiting if is_late(t, at)],
        "due_today": [t for t in waiting if (due := next_due(t)) is not None and due.date() == visit.as_of],
        "to_judge": [t for t in waiting if t.state == "待研判"],
        "paused": sorted((t for t in waiting if t.state == "暂停"), key=lambda t: str(t.decided_at)),
        "to_close": sorted((t for t in tickets if t.state == "已答复"), key=lambda t: str(t.answer_at)),
        "to_sign": [t for t in waiting if t.state == "待签收"],
        "sent_back": [t for t in waiting if t.state == "退回改派"],
    }


@standing
def build_today(visit: Visit) -> TodayPage:
    rows = [row for row in visit.coverage() if row.kind not in DERIVED_KINDS]
    unmet = [row for row in rows if row.verdict == UNMET]
    gaps = [row for row in unmet if row.window_end >= visit.as_of and row.days_left <= SOON_DAYS]
    pieces_day, pieces = _pieces(visit)
    return TodayPage(
        **visit.once(f"today's tickets {visit.scope}", lambda: _lists(visit), ON_TICKETS),
        alarms=[row for row in unmet if row.kind == "exposure_gate"],
        gaps=sorted(gaps, key=lambda row: (row.is_past, row.days_left, row.unit)),
        gap_count=len(unmet),
        unknown_count=sum(row.verdict == UNKNOWN for row in rows),
        silent=sorted({note for row in rows if row.verdict == UNKNOWN for note in row.silent}),
        steps=_steps(visit, rows),
        confirm=floors_of(visit),
        doubts=_doubt_count(visit),
        sources=[s for s in all_sources(visit) if s.trouble] if visit.may("city.read") else [],
        appeals=[
            appeal
            for appeal in visit.once("appeals", lambda: appeals(visit.con, visit.as_of, visit.known_by))
            if appeal.state in OPEN and visit.scope in (None, appeal.unit)
        ],
        planned=waiting_exposures(visit) if visit.may("exposure.propose") else [],
        undecided=_count(visit, SUGGESTED) if visit.may("deduction.decide") else 0,
        reviews=_count(visit, REVIEW) if visit.may("deduction.decide") else 0,
        pieces=pieces,
        pieces_day=pieces_day,
        latest=visit.edition.once(f"latest day {visit.as_of}", lambda: _latest(visit), ()),
    )


def _steps(visit: Visit, rows: list[CoverageRow]) -> list[str]:
    if not visit.may("job.run") or not visit.is_today:
        return []
    sites = sites_of_outlets(visit.office.city)
    lines = next_step_lines(rows, sites)
    return lines if visit.may("user.manage") else steps_told(lines, sites)


def floors_of(visit: Visit) -> list[FloorToConfirm]:
    """Floors of which only a person can say what they are: for who judges tickets."""
    if visit.scope is not None:
        return []
    asked = (visit.as_of, visit.known_by)
    return visit.edition.carried(
        ("confirm", *asked),
        lambda: floors_to_confirm(visit.con, *asked),
        lambda found, targets: amend_floors(found, visit.con, *asked, targets),
        ON_TICKETS,
    )


def _pieces(visit: Visit) -> tuple[dt.date, Found]:
    """What was published on the day, else on the last one before it: the first lines, and how many."""
    found = _published(visit, visit.as_of, SHOWN)
    if found.total:
        return visit.as_of, found
    newest = search_articles(
        visit, "", ArticleFilter(end=visit.as_of, scope=visit.scope), "newest", 1
    ).rows  # without an end, those whose day is not known would count
    at = newest[0].published_at if newest else None
    return (visit.as_of, found) if at is None else (at.date(), _published(visit, at.date(), SHOWN))


def _published(visit: Visit, day: dt.date, limit: int) -> Found:
    return search_articles(visit, "", ArticleFilter(start=day, end=day, scope=visit.scope), "newest", limit)


def _count(visit: Visit, state: str) -> int:
    return sum(is_in(row, state) for row in all_deductions(visit))


def _doubt_count(visit: Visit) -> int:
    return sum(doubt.role is not None for doubt in all_doubts(visit))


def _latest(visit: Visit) -> dt.date | None:
    try:
        return latest_day(visit.con, visit.as_of)
    except WarehouseError:
        return None


@see("/", "own.read")
def today(visit: Visit) -> Response[Any]:
    """今日."""
    return visit.show(build_today(visit))


ROUTES = [today]
