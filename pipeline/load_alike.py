"""Owns finding threads on the same matter: pairs of which one thread changed since the last build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from pipeline.tagging.alike import MAX_GAP_DAYS, Message, alike
from pipeline.warehouse import Warehouse

Count = Callable[[int, int], None]


def link_threads(warehouse: Warehouse, threads: Collection[str], count: Count) -> int:
    """Find the pairs of the changed threads anew; returns how many pairs there are of them."""
    if not threads:
        return 0
    count(0, len(threads))
    warehouse.hold("todo", "thread_id", sorted(threads))
    warehouse.rows(
        "DELETE FROM thread_alike WHERE thread_id IN (SELECT thread_id FROM todo) "
        "OR other_id IN (SELECT thread_id FROM todo)"
    )
    warehouse.rows(
        "CREATE OR REPLACE TEMP TABLE opening AS "
        "SELECT DISTINCT ON (p.thread_id) p.thread_id, t.title, COALESCE(p.text, '') AS text, "
        "CAST(COALESCE(p.posted_at, p.captured_at) AS DATE) AS day "
        "FROM thread_post_version AS p JOIN thread_at(NULL) AS t USING (thread_id) WHERE p.floor = 1 "
        "ORDER BY p.thread_id, p.captured_at DESC NULLS LAST, p.file DESC, p.end_offset DESC"
    )
    first, last = warehouse.rows("SELECT MIN(day), MAX(day) FROM opening SEMI JOIN todo USING (thread_id)")[0]
    span = dt.timedelta(days=MAX_GAP_DAYS)
    where = (
        f"WHERE day IS NULL OR day BETWEEN DATE '{first - span}' AND DATE '{last + span}'"
        if first is not None
        else ""
    )
    found = warehouse.records(f"SELECT * FROM opening {where} ORDER BY thread_id")  # noqa: S608
    messages = [
        Message(row["thread_id"], row["title"], row["text"], row["day"]) for part in found for row in part
    ]
    pairs = [
        {"thread_id": pair.first, "other_id": pair.second, "strength": pair.strength, "words": pair.words}
        for pair in alike(messages, set(threads))
    ]
    warehouse.insert("thread_alike", pairs)
    warehouse.rows("DROP TABLE opening")
    count(len(threads), len(threads))
    return len(pairs)
