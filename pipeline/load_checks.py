"""Owns the zero-row checks that an edition must pass: of all its rows, or of those that a build touched.

What a build did not touch passed the same checks when it came; where a check or a view is another one than
then, all is checked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping

from pipeline.definitions import check_queries
from pipeline.warehouse import CheckError, Warehouse

_TABLES = {
    "article_id": ("article_version", "article_now", "article_tag", "article_credit_tag"),
    "thread_id": (
        "thread_page_version", "thread_post_version", "thread_floor_now", "thread_state", "thread_floor",
        "ticket_span", "thread_past", "thread_state_past", "thread_floor_past", "thread_call_past",
    ),
    "file": ("page_fetch", "consumed", "article_version", "thread_page_version"),
}  # fmt: skip
# The checks that look at the rows of one article, thread or landing file at a time. The others look at all
# rows: whether a reprint's first publication is there and is none itself hangs on other articles.
_KEY_OF = {
    "article_tagged_once": "article_id",
    "credit_once": "article_id",
    "credit_role_known": "article_id",
    "credit_unit_known": "article_id",
    "floor_once": "thread_id",
    "state_once": "thread_id",
    "thread_has_state": "thread_id",
    "thread_past_once": "thread_id",
    "ticket_once": "thread_id",
    "landed_once": "file",
    "loaded_up_to_the_offset": "file",
    "record_has_its_page": "file",
}


def check(warehouse: Warehouse, touched: Mapping[str, Collection[str]] | None = None) -> int:
    """Run all checks; returns how many there are.

    Args:
        touched: by key (article_id, thread_id, file) whose rows are new or others than before; None: all.
    Raises:
        CheckError: names the check, what it asserts, and its first rows.
    """
    queries = check_queries()
    for key in (None, *_TABLES):
        here = {name: sql for name, sql in queries.items() if _KEY_OF.get(name) == key}
        with _seen(warehouse, key, touched):
            for name, sql in here.items():
                if found := warehouse.rows(sql):
                    said = [line.removeprefix("-- ") for line in sql.splitlines() if line.startswith("--")]
                    raise CheckError(f"检查未通过：{name}（{' '.join(said)}）例：{found[:3]}")
    return len(queries)


def touched(
    warehouse: Warehouse, articles: Collection[str], threads: Collection[str], targets: Collection[str]
) -> dict[str, set[str]]:
    """What a build touched, for `check`; `load_texts.hold_consumed` must have been asked before.

    Args:
        articles, threads: ids of those that had a new line.
        targets: of decisions that came since.
    """
    found = {"article_id": {*articles}, "thread_id": {*threads}}
    if targets:
        warehouse.hold("todo", "ref", sorted(targets))
        for key, view in (("article_id", "article_ref"), ("thread_id", "thread_ref")):
            named = warehouse.rows(f"SELECT {key} FROM {view} SEMI JOIN todo USING (ref)")  # noqa: S608
            found[key] |= {each for (each,) in named}
        found["thread_id"] |= {target.rpartition("-")[0] or target for target in targets}  # a ticket's thread
    files = warehouse.rows(
        "SELECT file FROM consumed LEFT JOIN consumed_before USING (file) "
        "WHERE read_offset IS DISTINCT FROM end_offset"
    )
    return found | {"file": {file for (file,) in files}}


@contextlib.contextmanager
def _seen(
    warehouse: Warehouse, key: str | None, touched: Mapping[str, Collection[str]] | None
) -> Iterator[None]:
    """Within it, queries see the rows that are to be checked."""
    with contextlib.ExitStack() as stack:
        if key is not None and touched is not None:
            stack.enter_context(warehouse.narrowed(key, sorted(touched[key]), _TABLES[key]))
        if key == "article_id":  # several checks read the ledger
            stack.enter_context(warehouse.shadowed({"article_credit": "FROM article_credit"}))
        yield
