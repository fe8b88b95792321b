"""Owns the pieces that people handed in, by imports and appeals, and that no build has read yet."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterator

from analysis.warehouse import Connection, ask
from pipeline.batch import APPEAL, IMPORT
from pipeline.landing import iter_landed
from pipeline.records import Article
from pipeline.store import Store


def pieces_since(store: Store, con: Connection) -> Iterator[Article]:
    """Every piece that was imported or made from a granted appeal since the warehouse was built."""
    loaded = {row["file"]: row["end_offset"] for row in ask(con, "loaded_up_to")}
    for site in (IMPORT, APPEAL):
        for _, _, landed in iter_landed(store.folder, loaded, site=site):
            if landed.article is not None:
                yield landed.article


def not_built(con: Connection, articles: Collection[str]) -> set[str]:
    """Those of the articles that the warehouse does not have: handed in since it was built."""
    if not articles:
        return set()
    rows = ask(con, "article_keys", ids=list(articles), urls=[], days=[])
    return set(articles) - {row["article_id"] for row in rows}


def day_said(piece: Article) -> dt.date | None:
    """The day on which a piece says that it was published."""
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat((piece.published or "")[:10])
    return None
