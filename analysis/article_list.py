"""Owns the list of all articles held in memory: made once for a state of the warehouse, cut many times."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from analysis.warehouse import Connection, ask, moment, question_sql

HELD = "held"  # the name by which questions know it


def hold_articles(con: Connection, known_by: dt.date | None = None) -> pa.Table:
    """All articles with tags and credits as known at a day (None: now), newest first."""
    cursor = con.execute(question_sql("article_held"), {"known_by": moment(known_by)})
    found: pa.Table = cursor.to_arrow_table()
    return found


def ask_held(con: Connection, held: pa.Table, question: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows that answer a question which reads the held list."""
    con.register(HELD, held)
    try:
        return ask(con, question, **parameters)
    finally:
        con.unregister(HELD)
