"""Owns the tables that hold what is known now: made of all versions, brought up to date by what changed."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.warehouse import Warehouse

_ARTICLE = ("article_now", "SELECT * EXCLUDE (body) FROM article_history(NULL)")
_FLOOR = ("thread_floor_now", "SELECT * EXCLUDE (text, quote_text) FROM thread_post_history(NULL)")
_THREAD = ("thread_now", "SELECT * FROM thread_history(NULL)")
_SOURCE_DAY = ("source_day_now", "SELECT * FROM source_day_history(NULL)")


def refresh_now(
    warehouse: Warehouse, articles: Collection[str] | None = None, threads: Collection[str] | None = None
) -> None:
    """Bring them up to date with what was loaded. The city's tables must be filled.

    Args:
        articles, threads: ids of those that changed; None makes the tables anew.
    """
    if articles is None:
        _fill(warehouse, *_ARTICLE)
    elif articles:
        with warehouse.narrowed("article_id", sorted(articles), ("article_version",)):
            _fill(warehouse, *_ARTICLE, "article_id")
    if threads is None:
        _fill(warehouse, *_FLOOR)
        _fill(warehouse, *_THREAD)
    elif threads:
        with warehouse.narrowed("thread_id", sorted(threads), ("thread_page_version", "thread_post_version")):
            _fill(warehouse, *_FLOOR, "thread_id")
            _fill(warehouse, *_THREAD, "thread_id")
    _fill(warehouse, *_SOURCE_DAY)


def _fill(warehouse: Warehouse, table: str, query: str, key: str | None = None) -> None:
    of_changed = f"WHERE {key} IN (SELECT {key} FROM narrowed)" if key else ""  # noqa: S608
    warehouse.rows(f"DELETE FROM {table} {of_changed}")  # noqa: S608
    warehouse.rows(f"INSERT INTO {table} BY NAME {query} ORDER BY ALL")
