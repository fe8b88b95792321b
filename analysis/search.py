"""Owns finding articles and posts: by words in the full-text index, by what they are in the warehouse."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from analysis.article_list import HeldArticles, ask_held, hold_articles
from analysis.recent import RecentAnswers
from analysis.search_hits import Hits, Sort, hits_of_late
from analysis.search_query import parse_query
from analysis.search_text import Piece, passage
from analysis.warehouse import Connection, ask, moment

Copies = Literal["", "first", "reprint"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArticleFilter:
    """Which articles are wanted; "" or None: any.

    Attributes:
        scope: only those that credit, name or expose this unit, or stand on its own site: a liaison's.
        outlet: by its name. unit: credited, in `role` where that is named.
    """

    unit: str = ""
    role: str = ""
    outlet: str = ""
    topic: str = ""
    form: str = ""
    sentiment: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    copies: Copies = ""
    scope: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundArticle:
    """One article of a list.

    Attributes:
        credits: of its units, with role and who decided.
        copies: all copies of its story, first publication first; empty where it stands alone.
        title_pieces, passage: title and passage, cut into pieces of which some are marked.
    """

    article_id: str
    outlet: str
    page: str | None
    title: str
    url: str
    published_at: dt.datetime | None
    topic: str | None
    indicator: str | None
    form: str
    sentiment: str
    is_first: bool
    copy_count: int
    story_id: str
    credits: list[dict[str, Any]]
    exposed: list[str]
    copies: list[dict[str, Any]]
    title_pieces: list[Piece]
    passage: list[Piece]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundThread:
    """One thread of a list, with its post that fits best."""

    thread_id: str
    title: str
    forum: str
    board: str | None
    url: str
    opened_at: dt.datetime | None
    floor: int
    posted_at: dt.datetime | None
    hit_count: int
    title_pieces: list[Piece]
    passage: list[Piece]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """One screen of what was found. `hits`: what the index said; None where no words were asked."""

    rows: list[Any]
    total: int
    hits: Hits | None


def find_articles(
    con: Connection,
    index: Path,
    words: str,
    wanted: ArticleFilter,
    as_of: dt.date,
    known_by: dt.date | None = None,
    *,
    sort: Sort | None = None,
    limit: int = 50,
    offset: int = 0,
    held: HeldArticles | None = None,
) -> Found:
    """Articles that hold the words ("": all) and fit the filter, as of a day.

    Args:
        sort: None: by rank where there are words, else newest first.
        held: the list of all articles (hold_articles) as known by `known_by`; None: it is made.

    Raises:
        SearchError: the question cannot be asked.
    """
    query = parse_query(words) if words.strip() else None
    sort = sort or ("rank" if query else "newest")
    hits = hits_of_late(index, query, "article", sort, as_of) if query else None
    given = hits or Hits()
    every = held if held is not None else hold_articles(con, known_by)
    rows = every.recent.once(
        (query, wanted, as_of, sort, limit, offset),
        hits,
        lambda: ask_held(
            con,
            every,
            "article_list",
            has_words=query is not None,
            refs=given.refs,
            parts=given.parts,
            scores=given.scores,
            as_of=as_of,
            limit=limit,
            offset=offset,
            sort=sort,
            **dataclasses.asdict(wanted),
        ),
    )
    bodies = every.texts(con, ((row["article_id"], row["content_hash"]) for row in rows))
    terms = query.terms if query else ()
    found = [
        FoundArticle(
            **{
                field.name: row[field.name]
                for field in dataclasses.fields(FoundArticle)
                if field.name in row and field.name not in ("credits", "exposed", "copies")
            },
            credits=list(row["credits"] or []),
            exposed=list(row["exposed"] or []),
            copies=list(row["copies"] or []),
            title_pieces=passage(row["title"], terms, 200),
            passage=passage(bodies[row["article_id"], row["content_hash"]], terms),
        )
        for row in rows
    ]
    return Found(rows=found, total=rows[0]["total"] if rows else 0, hits=hits)


def find_threads(
    con: Connection,
    index: Path,
    words: str,
    as_of: dt.date,
    known_by: dt.date | None = None,
    *,
    only: Collection[str] | None = None,
    sort: Sort = "rank",
    limit: int = 50,
    offset: int = 0,
    recent: RecentAnswers | None = None,
) -> Found:
    """Threads of which a post holds the words, as of a day; `only`: of these threads.

    Args:
        recent: what was found of late in this edition of the warehouse.

    Raises:
        SearchError: the question cannot be asked.
    """
    query = parse_query(words)
    hits = hits_of_late(index, query, "post", sort, as_of)
    those = None if only is None else tuple(sorted(only))
    rows = (recent or RecentAnswers(1)).once(
        (query, as_of, known_by, those, sort, limit, offset),
        hits,
        lambda: ask(
            con,
            "thread_found",
            refs=hits.refs,
            floors=[int(part.split(" ", 1)[0]) for part in hits.parts],
            scores=hits.scores,
            as_of=moment(as_of),
            known_by=moment(known_by),
            only=those,
            limit=limit,
            offset=offset,
            sort=sort,
        ),
    )
    found = [
        FoundThread(
            **{field.name: row[field.name] for field in dataclasses.fields(FoundThread) if field.name in row},
            title_pieces=passage(row["title"], query.terms, 200),
            passage=passage(row["text"] or "", query.terms),
        )
        for row in rows
    ]
    return Found(rows=found, total=rows[0]["total"] if rows else 0, hits=hits)
