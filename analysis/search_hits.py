"""Owns what the full-text index finds: its hits in their order, and what must be said of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import sqlite3
import time
from pathlib import Path
from typing import Any, Literal

from analysis.search_query import Query, SearchError
from analysis.warehouse import Connection
from pipeline.search_parts import Identity, index_identity, index_state, is_behind, opened

Sort = Literal["rank", "newest", "oldest"]
Kind = Literal["article", "post"]
MAX_HITS = 5000  # texts that one question finds at most; the page says so
_LOOKED_AT = 20_000  # of more, only those that came last into the index, unless the order is by day
_SECONDS = 5.0  # a question that takes longer is given up
# How many there are is told at once; to rank them by bm25 takes a look at each of them.
# So where there are more than MAX_HITS the newest of the _LOOKED_AT that came last are taken; where the order
# is by day anyway, the first of all.
_COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM {kind}_text WHERE {kind}_text MATCH :words LIMIT :limit)"
_RANKED = """
SELECT d.ref, d.part, t.rank AS score, d.day
FROM {kind}_text AS t CROSS JOIN doc AS d ON d.id = t.rowid
WHERE {kind}_text MATCH :words AND t.rank MATCH 'bm25(6.0, 1.0, 1.0)' AND (d.day IS NULL OR d.day <= :until)
ORDER BY {order} LIMIT :limit
"""
_MANY = """
SELECT d.ref, d.part, d.id, d.day
FROM (
  SELECT d.id, d.day FROM {kind}_text AS t CROSS JOIN doc AS d ON d.id = t.rowid
  WHERE {kind}_text MATCH :words AND (d.day IS NULL OR d.day <= :until)
  ORDER BY t.rowid DESC LIMIT :looked_at
) AS found CROSS JOIN doc AS d ON d.id = found.id
ORDER BY found.day {order}, found.id DESC LIMIT :limit
"""
_IN_TITLE = "SELECT rowid FROM {kind}_text WHERE {kind}_text MATCH :title AND rowid >= :least"
_ORDERS = {"rank": "score", "newest": "d.day DESC, score", "oldest": "d.day, score"}
_ORDERS_OF_MANY = {"rank": "DESC", "newest": "DESC", "oldest": "ASC"}
# What is wrong with an index that cannot be asked.
_AMISS = {
    "missing": "还没有全文索引",
    "damaged": "全文索引已损坏（与建立时不一致）",
    "other version": "全文索引是另一版本的程序建立的",
}


class NoSearchIndex(SearchError):
    """There is no index yet, or one that is damaged or of another version: what it finds says nothing."""

    def __init__(self, amiss: str) -> None:
        """Args:
        amiss: what is wrong, in Chinese.
        """
        super().__init__(f"{amiss}，请运行 gangqing build（数据多时要几分钟）")
        self.amiss = amiss


@dataclasses.dataclass(frozen=True)
class Hits:
    """Texts that a question found. `score`: lower is better."""

    refs: list[str] = dataclasses.field(default_factory=list)
    parts: list[str] = dataclasses.field(default_factory=list)
    scores: list[float] = dataclasses.field(default_factory=list)
    is_cut: bool = False  # there are more than MAX_HITS
    is_by_day: bool = False  # too many to be ranked: titles that hold the words first, then the newest
    is_by_chars: bool = False  # none was found by words, these are by characters


def hits_notice(hits: Hits) -> str:
    """What the reader must know of the order and of what is left out, in Chinese; "": all are there."""
    order = "标题有这些词的在前，其余新的在前"
    if hits.is_cut and hits.is_by_day:
        return f"命中超过 {MAX_HITS} 段：只列新近的 {MAX_HITS} 段，{order}。请再加几个词或条件。"
    if hits.is_cut:
        return f"命中太多，只列最靠前的 {MAX_HITS} 段，请再加几个词或条件。"
    return f"各日的命中合计太多，不按相关程度排：{order}。" if hits.is_by_day else ""


def search_hits(
    index: Path,
    query: Query,
    kind: Kind,
    sort: Sort = "rank",
    as_of: dt.date | None = None,
) -> Hits:
    """What the index finds: by words, or by characters where no text has the words.

    Raises:
        NoSearchIndex: there is none that can be asked. SearchError: the question takes too long.
    """
    if (state := index_state(index)) != "whole":
        raise NoSearchIndex(_AMISS[state])
    until = (as_of or dt.date.max).isoformat()
    try:
        with opened(index) as parts:
            for part in parts:
                _bound(part)
            for expression, is_by_chars in ((query.by_words, False), (query.by_chars, True)):
                asked = {"words": expression, "title": query.by_title, "until": until, "limit": MAX_HITS + 1}
                count = sum(part.execute(_COUNT.format(kind=kind), asked).fetchone()[0] for part in parts)
                if count:
                    find = _many if count > MAX_HITS else _ranked
                    found = find(parts, kind, sort, asked)
                    is_by_chars = is_by_chars and query.by_chars != query.by_words
                    if found.refs:
                        return dataclasses.replace(found, is_by_chars=is_by_chars)
    except FileNotFoundError as error:
        raise NoSearchIndex(_AMISS["missing"]) from error
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise SearchError("检索用时太长，请写得更具体一些") from error
        raise SearchError(f"这个检索式无法执行，请改简单一些（{str(error)[:100]}）") from error
    except sqlite3.DatabaseError as error:
        raise NoSearchIndex(_AMISS["damaged"]) from error
    return Hits()


def _ranked(parts: list[sqlite3.Connection], kind: Kind, sort: Sort, asked: dict[str, Any]) -> Hits:
    """The best of at most MAX_HITS that hold the words, by bm25."""
    sql = _RANKED.format(kind=kind, order=_ORDERS[sort])
    rows = [row for part in parts for row in part.execute(sql, asked)]
    if len(parts) > 1:
        rows.sort(key=lambda row: row[2])
        if sort != "rank":
            rows.sort(key=lambda row: row[3] or "", reverse=sort == "newest")
    refs, names, scores = ([row[place] for row in rows] for place in range(3))
    return Hits(refs, names, scores)


def _many(parts: list[sqlite3.Connection], kind: Kind, sort: Sort, asked: dict[str, Any]) -> Hits:
    """MAX_HITS of more: those that hold the words in their title first, then the newest; or by their day.
    Scores are places in that order."""
    asked = asked | {"looked_at": _LOOKED_AT if sort == "rank" else -1}
    sql = _MANY.format(kind=kind, order=_ORDERS_OF_MANY[sort])
    rows: list[tuple[str, str, str | None, bool]] = []  # ref, part, day, whether the title holds the words
    for part in reversed(parts):  # what came last first
        found = part.execute(sql, asked).fetchall()
        titled: set[int] = set()
        if sort == "rank" and found:
            least = asked | {"least": min(row[2] for row in found)}
            titled = {rowid for (rowid,) in part.execute(_IN_TITLE.format(kind=kind), least)}
        rows += [(ref, name, day, number in titled) for ref, name, number, day in found]
    if len(parts) > 1:
        rows.sort(key=lambda row: row[2] or "", reverse=_ORDERS_OF_MANY[sort] == "DESC")
    is_cut, rows = len(rows) > MAX_HITS, rows[:MAX_HITS]
    rows.sort(key=lambda row: not row[3])
    refs, names = [row[0] for row in rows], [row[1] for row in rows]
    return Hits(refs, names, [float(place) for place in range(len(rows))], is_cut, is_by_day=sort == "rank")


def hits_of_late(index: Path, query: Query, kind: Kind, sort: Sort, as_of: dt.date) -> Hits:
    """`search_hits`, kept for a while: who turns over the screens of what she found, or sets a filter, asks
    the same words again."""
    try:
        edition = index_identity(index)
    except FileNotFoundError:
        return search_hits(index, query, kind, sort, as_of)
    return _kept_hits(index, edition, query, kind, sort, as_of)


@functools.lru_cache(maxsize=32)  # thousands of hits each
def _kept_hits(
    index: Path,
    edition: Identity,  # in the key alone: another file is asked anew
    query: Query,
    kind: Kind,
    sort: Sort,
    as_of: dt.date,
) -> Hits:
    return search_hits(index, query, kind, sort, as_of)


def lacks_texts(con: Connection, index: Path) -> bool:
    """Whether the index lacks texts that the warehouse holds, as it does until a build is through."""
    if index_state(index) != "whole":
        return True
    return is_behind(index, dict(con.execute("SELECT file, end_offset FROM consumed").fetchall()))


def _bound(part: sqlite3.Connection) -> None:
    until = time.monotonic() + _SECONDS
    part.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
