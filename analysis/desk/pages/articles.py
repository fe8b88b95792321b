"""Owns the page 稿件: articles found by words and cut by what they are; threads found by words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar, get_args

from litestar.exceptions import NotFoundException, ValidationException
from litestar.response import Response

from analysis.acts.tag import topics
from analysis.article_list import KEPT_ANSWERS, HeldArticles, hold_articles
from analysis.columns import ROLES, SENTIMENTS
from analysis.desk.page import PER_SCREEN, Listing, Page, screen_of
from analysis.desk.routing import see
from analysis.desk.search_renewal import NotSearchable, index_of, notice_of, searched
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_ARTICLES
from analysis.recent import RecentAnswers
from analysis.search import (
    ArticleFilter,
    Found,
    FoundArticle,
    FoundThread,
    find_articles,
    find_threads,
)
from analysis.search_hits import hits_notice
from analysis.search_query import SearchError
from analysis.warehouse import ask, moment
from pipeline.records import Form

SORTS = {"rank": "最相关", "newest": "最新", "oldest": "最早"}
COPIES = {"first": "只看首发", "reprint": "只看转载"}
CREDITED = ("byline", "subject", "joint", "exposed")
MAX_SCREEN = 2000  # further on nobody reads; the database would count so far each time


@dataclasses.dataclass(kw_only=True)
class ArticlesPage(Page):
    """Articles, or threads, that were looked for.

    Attributes:
        listing: articles of this screen; empty where threads are looked for.
        threads: threads of this screen; None where articles are looked for.
        chosen: what is chosen: q, unit, role, outlet, topic, form, sentiment, start, end, copies, sort.
        problem: why the words cannot be looked for; "" for none.
        notice: what must be known of the answer: found by characters only, cut, index lags; "" for nothing.
        units, outlets, topics, forms, roles, sentiments, sorts, copies: what can be chosen.
        is_filtered: whether more is chosen than words.
    """

    template: ClassVar[str] = "articles.html"
    heading: ClassVar[str] = "稿件"
    section: ClassVar[str] = "/articles"
    listing: Listing[FoundArticle]
    threads: Listing[FoundThread] | None
    chosen: dict[str, str]
    problem: str
    notice: str
    units: list[str]
    outlets: list[str]
    topics: list[str]
    forms: list[str]
    roles: dict[str, str]
    sentiments: dict[str, str]
    sorts: dict[str, str]
    copies: dict[str, str]
    is_filtered: bool


@dataclasses.dataclass(kw_only=True)
class ThreadPage(Page):
    """A thread that needs no answer: chat, advertising, an authority's notice.

    Attributes:
        thread: its title, forum, board, address, and what the rules say of it.
        posts: its floors up to the day.
    """

    template: ClassVar[str] = "thread.html"
    heading: ClassVar[str] = "帖子"
    section: ClassVar[str] = "/articles"
    thread: dict[str, Any]
    posts: list[dict[str, Any]]


NAMES = ("unit", "role", "outlet", "topic", "form", "sentiment", "start", "end", "copies")


def read_filter(visit: Visit) -> tuple[dict[str, str], ArticleFilter]:
    """What the address asks for: as text for the form, and as a filter, cut to a liaison's unit.

    Raises:
        ValidationException: a day that is none. What else is not known finds nothing.
    """
    params = visit.request.query_params
    chosen = {name: (params.get(name) or "").strip()[:100] for name in NAMES}
    if chosen["copies"] not in COPIES:
        chosen["copies"] = ""
    given: dict[str, Any] = {name: chosen[name] for name in NAMES if name not in ("start", "end")}
    return chosen, ArticleFilter(
        **given, start=_day(chosen["start"]), end=_day(chosen["end"]), scope=visit.scope
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationException(f"日期应写成 2017-12-31，而不是“{text[:40]}”") from None


def search_articles(
    visit: Visit, words: str, wanted: ArticleFilter, sort: str, limit: int = PER_SCREEN, offset: int = 0
) -> Found:
    """Articles as this person may see them. Raises SearchError, NotSearchable."""
    known: Any = sort if sort in SORTS else None
    if known == "rank" and not words:
        known = None
    return searched(
        visit,
        lambda: find_articles(
            visit.con,
            index_of(visit),
            words,
            wanted,
            visit.as_of,
            visit.known_by,
            sort=known,
            limit=limit,
            offset=offset,
            held=held_articles(visit),
        ),
    )


def search_threads(visit: Visit, words: str, sort: str, limit: int = PER_SCREEN, offset: int = 0) -> Found:
    """Threads as this person may see them: a liaison those of her tickets. Raises: as search_articles."""
    only = {ticket.thread_id for ticket in visit.tickets()} if visit.scope else None
    known: Any = sort if sort in SORTS else "rank"
    # Which posts hold the words hangs on the edition, on no decision.
    recent = visit.edition.once("threads found of late", lambda: RecentAnswers(KEPT_ANSWERS), kinds=())
    return searched(
        visit,
        lambda: find_threads(
            visit.con,
            index_of(visit),
            words,
            visit.as_of,
            visit.known_by,
            only=only,
            sort=known,
            limit=limit,
            offset=offset,
            recent=recent,
        ),
    )


@standing
def held_articles(visit: Visit) -> HeldArticles:
    """The list of all articles, made once for an edition, whatever the day."""
    return visit.edition.carried(
        ("articles", visit.known_by),
        lambda: hold_articles(visit.con, visit.known_by),
        lambda held, targets: held.amend(visit.con, targets),
        ON_ARTICLES,
        is_large=True,
    )


def build_articles(visit: Visit) -> ArticlesPage:
    params = visit.request.query_params
    chosen, wanted = read_filter(visit)
    words = (params.get("q") or "")[: 10 * PER_SCREEN].strip()
    sort = params.get("sort") or ""
    is_threads = params.get("in") == "threads"
    screen = min(screen_of(params), MAX_SCREEN)
    problem, notice, found = "", "", Found(rows=[], total=0, hits=None)
    try:
        find: Any = (
            (lambda offset: search_threads(visit, words, sort, offset=offset))
            if is_threads
            else (lambda offset: search_articles(visit, words, wanted, sort, offset=offset))
        )
        found = find((screen - 1) * PER_SCREEN)
        if not found.rows and screen > 1:
            screen, found = 1, find(0)
    except SearchError as error:
        problem = str(error) if words or not is_threads else ""
    except NotSearchable as error:
        problem = error.detail
    if found.hits is not None:
        notice = notice_of(visit, found)
        if found.hits.is_by_chars:
            notice += "按词没有找到，下面是按原文字句找到的。"
        notice += hits_notice(found.hits)
    listing: Listing[Any] = Listing(found.rows, found.total, screen, max(1, -(-found.total // PER_SCREEN)))
    empty: Listing[FoundArticle] = Listing([], 0, 1, 1)
    known = moment(visit.known_by)
    outlets = visit.once(
        "outlets", lambda: [row["outlet"] for row in ask(visit.con, "article_choices", known_by=known)]
    )
    return ArticlesPage(
        listing=empty if is_threads else listing,
        threads=listing if is_threads else None,
        chosen=chosen | {"q": words, "sort": sort if sort in SORTS else ""},
        problem=problem,
        notice=notice,
        units=[unit.short for unit in visit.office.city.units if visit.scope in (None, unit.short)],
        outlets=outlets,
        topics=list(topics()),
        forms=list(get_args(Form)),
        roles={role: ROLES[role] for role in CREDITED},
        sentiments=SENTIMENTS,
        sorts=SORTS,
        copies=COPIES,
        is_filtered=any(chosen.values()),
    )


@see("/articles", "own.read")
def articles(visit: Visit) -> Response[Any]:
    """稿件."""
    return visit.show(build_articles(visit))


@see("/threads/{thread_id:str}", "own.read")
def thread(visit: Visit, thread_id: str) -> Response[Any]:
    """To the ticket of a thread; one that needs no answer shows its posts."""
    found = next(iter(visit.tickets_of([thread_id])), None)
    if found is not None:
        return visit.back(f"/tickets/{found.ticket_id}")
    rows = (
        [] if visit.scope else ask(visit.con, "thread_named", ref=thread_id, known_by=moment(visit.known_by))
    )
    if not rows:
        raise NotFoundException("没有这个帖子，或它不归您办理")
    posts = ask(
        visit.con,
        "thread_posts",
        thread_id=rows[0]["thread_id"],
        as_of=moment(visit.as_of),
        known_by=moment(visit.known_by),
    )
    return visit.show(ThreadPage(thread=rows[0], posts=posts))


ROUTES = [articles, thread]
