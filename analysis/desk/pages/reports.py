"""Owns the pages 报表: make, preview, download; issue; those that were issued and what has changed since."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any, ClassVar, cast

from litestar.exceptions import NotFoundException, ValidationException
from litestar.response import Redirect, Response

from analysis.acts.bulletin import issue_report
from analysis.acts.record import ActError
from analysis.desk.acting import perform, signature
from analysis.desk.forms import LONG, Form
from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import act, file_answer, see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.ground import terms
from analysis.overview import DERIVED_KINDS
from analysis.reports import day_words, wording
from analysis.reports.build import compose, stem_of
from analysis.reports.collect import Context, collect
from analysis.reports.difference import Difference, difference
from analysis.reports.issued import IssueError, Kept, load_issue, load_issues
from analysis.reports.model import KIND_NAMES, Figures, Kind, Report, VerdictLine
from analysis.reports.rules import load_report_rules
from analysis.warehouse import moment

HERE = "/reports"
_FILE = re.compile(r"[^/\\]+\.(docx|xlsx|png|json)")


@dataclasses.dataclass(kw_only=True)
class ReportsPage(Page):
    """Making reports, and those that were issued.

    Attributes:
        kinds: kinds of report.
        units: of which a unit sheet can be made.
        issued: those that were issued up to the day, newest first.
        newer: id → id of the report that corrects it.
    """

    template: ClassVar[str] = "reports.html"
    heading: ClassVar[str] = "报表"
    section: ClassVar[str] = HERE
    kinds: dict[str, str]
    units: list[str]
    issued: Listing[Kept]
    newer: dict[str, str]


@dataclasses.dataclass(kw_only=True)
class PreviewPage(Page):
    """The figures of a report, as its files will say them.

    Attributes:
        figures: the figures.
        name: what the report is called.
        said: its sentences: of the pieces, the outlets, the topics, the verdicts.
        gaps: lines of the plan that are not met, each with what it lacks in words.
        terms: by task, the first and the last day by which its units must have done it.
        files: what can be downloaded: suffix → address.
        replaceable: issued reports of the same kind and day, which a new issue would correct.
    """

    template: ClassVar[str] = "report.html"
    heading: ClassVar[str] = "报表预览"
    section: ClassVar[str] = HERE
    figures: Figures
    name: str
    said: list[str]
    gaps: list[tuple[VerdictLine, list[str]]]
    terms: dict[str, tuple[dt.date, dt.date]]
    files: dict[str, str]
    replaceable: list[Kept]


@dataclasses.dataclass(kw_only=True)
class IssuedPage(Page):
    """One issued report.

    Attributes:
        kept: as it lies on disk, with what is wrong with it.
        difference: what has changed since; None: it cannot be told.
        problem: why it cannot; "" for none.
    """

    template: ClassVar[str] = "issued.html"
    heading: ClassVar[str] = "已印发的报表"
    section: ClassVar[str] = HERE
    kept: Kept
    difference: Difference | None
    problem: str


def context_of(visit: Visit) -> Context:
    """Where a report's figures come from."""
    office = visit.office
    now = None if office.is_played else office.clock()
    known = moment(visit.known_by)
    return Context(visit.con, office.city, office.plan, office.rules, office.points, known, now)


def wanted(visit: Visit, kind: str, unit: str) -> tuple[Kind, str | None]:
    """The report that is asked for. Raises ValidationException."""
    if kind not in KIND_NAMES:
        raise ValidationException(f"没有“{kind[:20]}”这种报表")
    if kind != "unit":
        return cast(Kind, kind), None
    if unit not in visit.office.city.unit_by_short:
        raise ValidationException("单位情况表须选定单位")
    return "unit", unit


@standing
def figures_of(visit: Visit, kind: Kind, unit: str | None) -> Figures:
    """The figures of a report of the day, collected once a visit."""

    def found() -> Figures:
        context, day = context_of(visit), visit.as_of
        return collect(context, kind, day, unit, visit.facts(), visit.all_tickets(), visit.pieces())

    return visit.once(f"figures {kind} {unit}", found)


def report_of(visit: Visit, kind: Kind, unit: str | None) -> Report:
    """The report itself, composed once a visit; of today with the date under which it would be issued now."""
    figures, signed = figures_of(visit, kind, unit), visit.as_of if visit.is_today else None
    rules = load_report_rules(visit.office.city)
    return visit.once(f"report {kind} {unit}", lambda: compose(figures, rules, signed=signed))


def issued_of(visit: Visit) -> list[Kept]:
    """Those issued up to the day, newest first."""
    store = visit.office.store
    found = load_issues(store.bulletins, store.decisions)
    return [kept for kept in reversed(found) if kept.issue.issued_at.date() <= visit.as_of]


def build_preview(visit: Visit, kind: Kind, unit: str | None) -> PreviewPage:
    figures = figures_of(visit, kind, unit)
    rules = load_report_rules(visit.office.city)
    posts = {post.ticket_id: post.title for post in figures.posts}
    return PreviewPage(
        figures=figures,
        name=stem_of(figures),
        said=[
            wording.pieces(figures),
            wording.outlet_line(figures),
            wording.topic_line(figures),
            wording.verdicts(figures, rules.min_cases),
        ],
        gaps=[
            (line, [posts.get(item, day_words.span(item, figures.as_of)) for item in line.missing])
            for line in figures.lines
            if line.verdict == "未达标" and line.kind not in DERIVED_KINDS
        ],
        terms=terms(figures.lines),
        files={
            suffix: visit.link(f"{HERE}/make/{kind}.{suffix}", unit=unit)
            for suffix in ("docx", "xlsx", "json")
        },
        replaceable=replaceable(visit, kind, unit),
    )


def replaceable(visit: Visit, kind: Kind, unit: str | None) -> list[Kept]:
    """Issued reports of the same kind and day, newest first, which a new issue would correct."""
    wanted = (kind, visit.as_of, unit)
    return [
        kept for kept in issued_of(visit) if (kept.issue.kind, kept.issue.as_of, kept.issue.unit) == wanted
    ]


@see(HERE, "city.read")
def page(visit: Visit) -> Response[Any]:
    """报表."""
    found = issued_of(visit)
    return visit.show(
        ReportsPage(
            kinds=KIND_NAMES,
            units=[unit.short for unit in visit.office.city.units],
            issued=cut(found, visit.request.query_params),
            newer={kept.issue.replaces: kept.issue.id for kept in found if kept.issue.replaces},
        )
    )


@see(f"{HERE}/preview", "city.read")
def preview(visit: Visit, kind: str = "weekly", unit: str = "") -> Response[Any]:
    """The figures of a report on the page."""
    return visit.show(build_preview(visit, *wanted(visit, kind, unit)))


@see(f"{HERE}/make/{{file:str}}", "city.read", fresh=True)
def make(visit: Visit, file: str, unit: str = "") -> Response[bytes]:
    """One file of a report that is not issued: bulletin.docx."""
    kind, _, suffix = file.partition(".")
    if suffix not in ("docx", "xlsx", "json"):
        raise NotFoundException("没有这种文件")
    report = report_of(visit, *wanted(visit, kind, unit))
    name = f"{stem_of(report.figures)}.{suffix}"
    visit.log("下载报表", name)
    return file_answer(report.files(stem_of(report.figures))[name], name)


@act(f"{HERE}/issue", "report.make")
def issue(visit: Visit, form: Form) -> Redirect:
    """Issue a report: number it, keep its figures, files and rules."""
    kind, unit = wanted(visit, form.text("kind", "报表", required=True), form.text("unit", "单位"))
    why, office = form.text("why", "理由", limit=LONG), visit.office
    day = form.day("signed", "成文日期") or visit.as_of
    replaces = form.text("replaces", "更正哪一份") or None
    there = replaceable(visit, kind, unit) if replaces is None else []
    to = visit.link(f"{HERE}/preview", kind=kind, unit=unit) if there else HERE

    def do() -> str:
        if there:
            raise ActError(
                f"截至 {visit.as_of} 的这份报表已印发为 {there[0].issue.shown_number}；要更正，"
                "请在本页的“印发这份报表”里选定更正哪一份，写明理由，再印发"
            )
        made = issue_report(
            office.store,
            context_of(visit),
            kind,
            visit.as_of,
            who=signature(visit),
            at=office.clock(),
            unit=unit,
            signed=day,
            replaces=replaces,
            why=why,
        )
        return f"{made.id} {made.shown_number}"

    return perform(visit, "印发报表", f"{KIND_NAMES[kind]} {visit.as_of}", do, to, why=why)


def find_issue(visit: Visit, name: str) -> Kept:
    """Raises NotFoundException."""
    store = visit.office.store
    try:
        return load_issue(store.bulletins, store.decisions, name)
    except IssueError as error:
        raise NotFoundException(str(error)) from error


@see(f"{HERE}/issued/{{name:str}}", "city.read")
def issued(visit: Visit, name: str) -> Response[Any]:
    """One issued report, and what has changed since."""
    kept, found, problem = find_issue(visit, name), None, ""
    try:
        found = visit.once(f"difference {kept.issue.id}", lambda: difference(context_of(visit), kept))
    except IssueError as error:
        problem = str(error)
    return visit.show(IssuedPage(kept=kept, difference=found, problem=problem))


@see(f"{HERE}/issued/{{name:str}}/{{file:str}}", "city.read")
def issued_file(visit: Visit, name: str, file: str) -> Response[bytes]:
    """A file of an issued report, byte for byte as it was issued."""
    kept = find_issue(visit, name)
    if not _FILE.fullmatch(file) or file not in kept.issue.files:
        raise NotFoundException("这份报表没有这个文件")
    try:
        content = (kept.folder / file).read_bytes()
    except OSError as error:
        raise NotFoundException(f"{file} 读不出，请从备份恢复") from error
    visit.log("下载已印发的报表", f"{kept.issue.id}/{file}")
    return file_answer(content, file)


ROUTES = [page, preview, make, issue, issued, issued_file]
