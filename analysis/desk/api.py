"""Owns the API of the desk, /api/v1: what the pages show, as JSON, with the same rights. It only reads."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Collection
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.exceptions import NotFoundException, ValidationException
from litestar.openapi.spec import Example
from litestar.params import Parameter

from analysis.clock_days import ClockDay, explain
from analysis.columns import as_dicts
from analysis.coverage import CoverageRow
from analysis.credits import CreditRow
from analysis.desk.pages.article import counted, find_article
from analysis.desk.pages.articles import COPIES, SORTS, read_filter, search_articles, search_threads
from analysis.desk.pages.hotspots import all_issues
from analysis.desk.pages.sources import all_sources
from analysis.desk.pages.ticket import find as find_ticket
from analysis.desk.routing import see
from analysis.desk.visit import Visit
from analysis.hot import HotIssue
from analysis.queue import TicketError
from analysis.search import FoundArticle, FoundThread
from analysis.search_query import MAX_CHARS, SearchError
from analysis.source_health import SourceHealth
from analysis.ticket import Ticket
from analysis.worktime import UnknownYear
from pipeline.china import CHINA
from pipeline.city import Unit

V1 = "/api/v1"
MOST, USUAL = 1000, 100  # rows of an answer
T = TypeVar("T")

AsOf = Annotated[dt.date | None, Parameter(query="as_of", description="截至日期；不写为今天。")]
KnownBy = Annotated[dt.date | None, Parameter(query="known_by", description="只用到这一天为止所知。")]
Limit = Annotated[int, Parameter(ge=1, le=MOST, description="最多几行。")]
Offset = Annotated[int, Parameter(ge=0, le=1_000_000, description="从第几行起（0 为第一行）。")]
Words = Annotated[
    str,
    Parameter(
        max_length=MAX_CHARS,
        description="检索词：各词都要有，“整句”加引号，OR、NOT、括号。",
        examples=[Example(value="水利 NOT 招标")],
    ),
]
Name = Annotated[str, Parameter(max_length=100)]
# What a search reads from the address, described here; `read_filter` reads it as the page does.
Choice = Annotated[str, Parameter(max_length=100, description="不写为全部。")]
Day = Annotated[dt.date | None, Parameter(description="刊发日期。")]
Copies = Annotated[
    str, Parameter(description="首发或转载；不写为全部。", schema_extra={"enum": ["", *COPIES]})
]
Sort = Annotated[str, Parameter(description="次序；不写为通常的。", schema_extra={"enum": ["", *SORTS]})]


@dataclasses.dataclass(frozen=True)
class Answer(Generic[T]):
    """One screen of rows. `total`: of all screens."""

    as_of: dt.date
    known_by: dt.date | None
    total: int
    rows: list[T]


@dataclasses.dataclass(frozen=True)
class ArticleAnswer:
    """One article: as the plan sees it, its credits and tags with the reasons, its copies, versions, text."""

    article: dict[str, Any]
    credits: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    mentions: list[str]
    copies: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    counts_for: list[dict[str, Any]]
    body: str | None


@dataclasses.dataclass(frozen=True)
class ClockAnswer:
    """A ticket with each day of its clocks: counted or not, and why."""

    ticket: Ticket
    days: list[ClockDay]


def _answer(visit: Visit, rows: list[T], limit: int, offset: int) -> Answer[T]:
    return Answer(visit.as_of, visit.known_by, len(rows), rows[offset : offset + limit])


def _check_choice(name: str, value: str, known: Collection[str]) -> None:
    """Raises ValidationException for a value that is none of those known. "": nothing is chosen."""
    if value and value not in known:
        raise ValidationException(f"参数 {name}：应是 {'、'.join(known)} 之一，而不是“{value[:40]}”")


def _api(path: str, permission: str) -> Any:
    def route(function: Any) -> Any:
        @functools.wraps(function)
        def answer(*args: Any, **kwargs: Any) -> Any:
            return _plain(function(*args, **kwargs))

        return see(f"{V1}{path}", permission, include_in_schema=True, tags=["v1"])(answer)

    return route


def _plain(value: Any) -> Any:
    """As JSON says it. Times get the offset of China: the wall-clock times within are of no zone."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=CHINA) if value.tzinfo is None else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: _plain(each) for name, each in msgspec.structs.asdict(value).items()}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


@_api("/units", "own.read")
def units(
    visit: Visit, as_of: AsOf = None, known_by: KnownBy = None, limit: Limit = MOST, offset: Offset = 0
) -> Answer[Unit]:
    """责任单位。"""
    found = [unit for unit in visit.office.city.units if visit.scope in (None, unit.short)]
    return _answer(visit, found, limit, offset)


@_api("/coverage", "own.read")
def coverage(
    visit: Visit,
    unit: Choice = "",
    task: Choice = "",
    verdict: Choice = "",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    limit: Limit = USUAL,
    offset: Offset = 0,
) -> Answer[CoverageRow]:
    """对账：单位 × 事项的结论、已完成、缺项和静默来源。"""
    found = [
        row
        for row in visit.proven_coverage()
        if unit in ("", row.unit) and task in ("", row.task) and verdict in ("", row.verdict)
    ]
    return _answer(visit, found, limit, offset)


@_api("/credits", "own.read")
def credits(
    visit: Visit,
    unit: Choice = "",
    task: Choice = "",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    limit: Limit = USUAL,
    offset: Offset = 0,
) -> Answer[CreditRow]:
    """计分：哪篇稿件计给哪个单位的哪个事项，依据和存证。"""
    return _answer(visit, visit.credits(unit or None, task or None), limit, offset)


@_api("/articles", "own.read")
def articles(
    visit: Visit,
    q: Words = "",
    unit: Choice = "",
    role: Choice = "",
    outlet: Choice = "",
    topic: Choice = "",
    genre: Annotated[str, Parameter(query="form", max_length=100, description="体裁。")] = "",
    sentiment: Choice = "",
    copies: Copies = "",
    start: Day = None,
    end: Day = None,
    sort: Sort = "",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    limit: Limit = USUAL,
    offset: Offset = 0,
) -> Answer[FoundArticle]:
    """稿件：全文检索和筛选。"""
    _check_choice("copies", copies, COPIES)
    _check_choice("sort", sort, SORTS)
    _, wanted = read_filter(visit)
    try:
        found = search_articles(visit, q, wanted, sort, limit, offset)
    except SearchError as error:
        raise ValidationException(str(error)) from error
    return Answer(visit.as_of, visit.known_by, found.total, found.rows)


@_api("/articles/{article_id:str}", "own.read")
def article(visit: Visit, article_id: Name, as_of: AsOf = None, known_by: KnownBy = None) -> ArticleAnswer:
    """一篇稿件：计分、标签及依据、同文、各版文字。"""
    shown = find_article(visit, article_id)
    hidden = ("body", "why_json", "confidence_json", "file", "end_offset")
    return ArticleAnswer(
        article=shown.fact,
        credits=shown.credits,
        tags=as_dicts(shown.tags),
        mentions=list(shown.mentions),
        copies=shown.copies,
        versions=[{k: v for k, v in version.items() if k not in hidden} for version in shown.versions],
        counts_for=as_dicts(counted(visit, shown)),
        body=shown.version["body"],
    )


@_api("/threads", "own.read")
def threads(
    visit: Visit,
    q: Words,
    sort: Sort = "",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    limit: Limit = USUAL,
    offset: Offset = 0,
) -> Answer[FoundThread]:
    """帖子：全文检索。"""
    _check_choice("sort", sort, SORTS)
    try:
        found = search_threads(visit, q, sort, limit, offset)
    except SearchError as error:
        raise ValidationException(str(error)) from error
    return Answer(visit.as_of, visit.known_by, found.total, found.rows)


@_api("/tickets", "own.read")
def tickets(
    visit: Visit,
    unit: Choice = "",
    stands: Annotated[str, Parameter(query="state", max_length=100, description="状态。")] = "",
    as_of: AsOf = None,
    known_by: KnownBy = None,
    limit: Limit = USUAL,
    offset: Offset = 0,
) -> Answer[Ticket]:
    """待回复帖，连同已办结的；超时的在前。"""
    found = [t for t in visit.tickets() if unit in ("", t.unit) and stands in ("", t.state)]
    return _answer(visit, found, limit, offset)


@_api("/tickets/{ticket_id:str}", "own.read")
def ticket(visit: Visit, ticket_id: Name, as_of: AsOf = None, known_by: KnownBy = None) -> Ticket:
    """一件待回复帖。"""
    return find_ticket(visit, ticket_id)


@_api("/tickets/{ticket_id:str}/explain", "own.read")
def ticket_explain(
    visit: Visit, ticket_id: Name, as_of: AsOf = None, known_by: KnownBy = None
) -> ClockAnswer:
    """一件待回复帖的两个时钟，逐日说明计入与否。"""
    find_ticket(visit, ticket_id)
    try:
        found, days = explain(visit.con, visit.office.rules, ticket_id, visit.at, visit.known_by)
    except (UnknownYear, TicketError) as error:
        raise NotFoundException(str(error)) from error
    return ClockAnswer(found, list(days))


@_api("/sources", "city.read")
def sources(
    visit: Visit, as_of: AsOf = None, known_by: KnownBy = None, limit: Limit = USUAL, offset: Offset = 0
) -> Answer[SourceHealth]:
    """来源：最近采集、结果、与自身习惯相比、静默。"""
    return _answer(visit, all_sources(visit), limit, offset)


@_api("/hot", "city.read")
def hot(
    visit: Visit, as_of: AsOf = None, known_by: KnownBy = None, limit: Limit = USUAL, offset: Offset = 0
) -> Answer[HotIssue]:
    """热点：说同一件事的帖子，热度怎么来，是否突然升温。"""
    return _answer(visit, all_issues(visit), limit, offset)


ROUTES = [
    units, coverage, credits, articles, article, threads, tickets, ticket, ticket_explain, sources, hot,
]  # fmt: skip
