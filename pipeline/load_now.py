"""Owns the tables that hold what is known now, made of all versions once a build."""

from __future__ import annotations

from pipeline.warehouse import Warehouse

_MADE_OF = {
    "article_now": "SELECT * EXCLUDE (body) FROM article_history(NULL)",
    "thread_floor_now": "SELECT * EXCLUDE (text, quote_text) FROM thread_post_history(NULL)",
    "source_day_now": "SELECT * FROM source_day_history(NULL)",
}


def refresh_now(warehouse: Warehouse) -> None:
    """Make them anew from what has been loaded. The city's tables must be filled."""
    for table, query in _MADE_OF.items():
        warehouse.rows(f"DELETE FROM {table}")  # noqa: S608
        warehouse.rows(f"INSERT INTO {table} BY NAME {query} ORDER BY ALL")
