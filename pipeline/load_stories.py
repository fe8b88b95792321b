"""Owns finding the stories: which articles are reprints of which, span by span of their publication."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from pipeline.load_tags import TaggerLike, article_item
from pipeline.warehouse import Warehouse

if TYPE_CHECKING:
    from pipeline.tagging.reprint import Traces

_ITEM_OF_BOTH = (
    'n.title, v.body, n.outlet, n.published, n.page, n.is_lead AS lead, n.column_name AS "column", '
    "n.kicker, n.subtitle, n.byline, n.source"
)
# Two months: a reprint's first publication is looked for in the reprint's own span and in the one before. A
# build looks through the spans of what changed and those after them, not through all that was ever loaded.
_DAY = "COALESCE(published_at, first_captured_at, TIMESTAMP '1970-01-01')"
_SPAN = f"(YEAR({_DAY}) * 6 + (MONTH({_DAY}) - 1) // 2)"


def spans_of(warehouse: Warehouse, articles: Collection[str]) -> set[int]:
    """The spans of two months in which these articles stand now."""
    warehouse.hold("todo", "article_id", sorted(articles))
    found = warehouse.rows(f"SELECT DISTINCT {_SPAN} FROM article_now SEMI JOIN todo USING (article_id)")  # noqa: S608
    return {span for (span,) in found}


def find_stories(warehouse: Warehouse, tagger: TaggerLike, changed: Collection[int] | None = None) -> int:
    """Find reprints among the newest texts of all articles; returns how many there are.

    Args:
        changed: the spans in which articles came, changed or left; None looks through all.
    """
    spans = {span for (span,) in warehouse.rows(f"SELECT DISTINCT {_SPAN} FROM article_now")}  # noqa: S608
    if changed is not None:
        spans &= {each for span in changed for each in (span, span + 1)}
    known = warehouse.rows(
        f"SELECT article_id, first_id, why FROM article_reprint JOIN article_now USING (article_id) "  # noqa: S608
        f"WHERE {_SPAN} NOT IN (SELECT UNNEST($1))",
        [sorted(spans)],
    )
    first_of = {article: (first, why) for article, first, why in known}
    traces: Traces = {}  # of the span before, which most spans have been looked through for already
    for span in sorted(spans):
        first_of |= _reprints_of(warehouse, tagger, span, traces)
    rows = []
    for reprint, (nearest, why) in sorted(first_of.items()):
        seen, first = {reprint}, nearest
        while first in first_of and first not in seen:  # a reprint of a reprint tells the first one's story
            seen.add(first)
            first = first_of[first][0]
        if first not in seen:
            rows.append({"article_id": reprint, "story_id": first, "first_id": nearest, "why": why})
    warehouse.replace("article_reprint", rows)
    return len(rows)


def _reprints_of(
    warehouse: Warehouse, tagger: TaggerLike, span: int, traces: Traces
) -> dict[str, tuple[str, str]]:
    """The reprints of one span: each with its first publication in it or in the one before, and why."""
    found = warehouse.records(
        f"SELECT article_id, span, {_ITEM_OF_BOTH} "  # noqa: S608
        f"FROM (SELECT *, {_SPAN} AS span FROM article_now WHERE {_SPAN} IN ({span - 1}, {span})) AS n "
        "JOIN article_version AS v USING (article_id, file, end_offset) "
        "ORDER BY n.published_at NULLS LAST, n.first_captured_at NULLS LAST, article_id",
        5000,
    )
    rows = [row for part in found for row in part]
    here = {row["article_id"] for row in rows if row["span"] == span}
    reprints = tagger.reprints([article_item(row) for row in rows], traces)
    for article in traces.keys() - here:
        del traces[article]
    return {reprint: (first, why.why) for reprint, (first, why) in reprints.items() if reprint in here}
