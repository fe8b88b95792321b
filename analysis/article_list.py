"""Owns the list of all articles held in memory: made once an edition, amended by decisions, cut often."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from analysis.recent import RecentAnswers
from analysis.warehouse import Connection, DatabaseError, ask, moment, question_sql

HELD = "held"  # the name by which questions know it
KEPT_TEXTS = 5_000  # bodies that were shown of late
KEPT_ANSWERS = 200  # screens of lists and single articles that were shown of late
Key = tuple[str, str]  # an article's id and the hash of its text
_NUMBERS = itertools.count(1)


class HeldArticles:
    """A table beside the edition, for all connections on it; it goes with the last who holds it.

    Attributes:
        recent: answers that were cut from it of late: kept until it is amended.
    """

    def __init__(self, con: Connection, known_by: dt.date | None) -> None:
        self._known_by = known_by
        self.table = f"memory.main.held_{next(_NUMBERS)}"
        self._rows = 0
        self._texts: OrderedDict[Key, str] = OrderedDict()
        self.recent = RecentAnswers(KEPT_ANSWERS)
        self._lock = threading.Lock()
        self._ask(con, f"CREATE TABLE {self.table} AS", None)
        weakref.finalize(self, _drop, con.cursor(), self.table)

    def amend(self, con: Connection, targets: Iterable[str]) -> HeldArticles:
        """The same table after decisions on some targets: what they may change is asked again."""
        touched = ask(con, "touched_stories", targets=sorted(set(targets)))
        if touched:
            stories = [row["story_id"] for row in touched]
            ids = con.execute(
                f"SELECT article_id FROM {self.table} WHERE list_contains($ids, story_id)",  # noqa: S608
                {"ids": stories},
            ).fetchall()
            # A story has the name of its first article.
            articles = sorted({*stories, *(row[0] for row in ids)})
            con.begin()
            con.execute(
                f"DELETE FROM {self.table} WHERE list_contains($ids, article_id)",  # noqa: S608
                {"ids": articles},
            )
            self._ask(con, f"INSERT INTO {self.table} BY NAME", articles)
            con.commit()
            self.recent.clear()
        return self

    def texts(self, con: Connection, keys: Iterable[Key]) -> dict[Key, str]:
        """Bodies of articles of the list; "" where there is none."""
        wanted = [*keys]
        with self._lock:
            lacking = sorted({article for article, text in wanted if (article, text) not in self._texts})
        rows = ask(con, "article_text", ids=lacking) if lacking else []
        with self._lock:
            self._texts |= {(row["article_id"], row["content_hash"]): row["body"] or "" for row in rows}
            found = {key: self._texts.get(key, "") for key in wanted}
            for key in found.keys() & self._texts.keys():
                self._texts.move_to_end(key)
            while len(self._texts) > KEPT_TEXTS:
                self._texts.popitem(last=False)
        return found

    def _ask(self, con: Connection, what: str, articles: list[str] | None) -> None:
        # place: a number by which a few rows are found without reading all of them.
        rows = question_sql("article_held").rstrip().removesuffix(";")
        numbered = f"SELECT *, {self._rows} + ROW_NUMBER() OVER () AS place FROM ({rows})"  # noqa: S608
        given = {"known_by": moment(self._known_by), "articles": articles}
        # Fetched, since a result that is not leaves the statement uncommitted: others would not see it.
        self._rows += con.execute(f"{what} {numbered}", given).fetchall()[0][0]


def _drop(con: Connection, table: str) -> None:
    with contextlib.suppress(DatabaseError):  # the edition may be closed already
        con.execute(f"DROP TABLE IF EXISTS {table}")
        con.close()


def hold_articles(con: Connection, known_by: dt.date | None = None) -> HeldArticles:
    """All articles with tags and credits as known at a day (None: now)."""
    return HeldArticles(con, known_by)


def ask_held(con: Connection, held: HeldArticles, question: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows that answer a question which reads the held list."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW {HELD} AS FROM {held.table}")
    return ask(con, question, **parameters)
