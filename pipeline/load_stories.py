"""Owns finding the stories: which articles are reprints of which, span by span of their publication."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.load_tags import TaggerLike, article_items
from pipeline.tagging.items import ArticleItem, Shelf
from pipeline.tagging.reprint import Traces, pack_trace, unpack_trace
from pipeline.warehouse import Warehouse

_ITEMS = """
SELECT article_id, n.title, v.body, n.outlet, n.published, n.page, n.is_lead, n.column_name, n.kicker,
  n.subtitle, n.byline, n.source
FROM article_now AS n JOIN article_version AS v USING (article_id, file, end_offset)
"""
# Two months: a reprint's first publication is looked for in the reprint's own span and in the one before. A
# build looks through the spans of what changed and those after them, not through all that was ever loaded.
_DAY = "COALESCE(published_at, first_captured_at, TIMESTAMP '1970-01-01')"
_SPAN = f"(YEAR({_DAY}) * 6 + (MONTH({_DAY}) - 1) // 2)"
# The articles of which traces are kept: from two spans before that of the newest capture on. A build looks
# through that span and the one before; where articles of the latter still come, through one more.
_NEWEST = "(SELECT MAX(YEAR(captured_at) * 6 + (MONTH(captured_at) - 1) // 2) FROM article_now)"
_KEPT = f"SELECT article_id, content_hash FROM article_now WHERE {_SPAN} >= {_NEWEST} - 2"  # noqa: S608
_BATCH = 5000


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
    _forget_traces(warehouse)
    return len(rows)


def _reprints_of(
    warehouse: Warehouse, tagger: TaggerLike, span: int, traces: Traces
) -> dict[str, tuple[str, str]]:
    """The reprints of one span: each with its first publication in it or in the one before, and why."""
    found = warehouse.rows(
        f"SELECT article_id, {_SPAN} = {span} FROM article_now WHERE {_SPAN} IN ({span - 1}, {span}) "  # noqa: S608
        "ORDER BY published_at NULLS LAST, first_captured_at NULLS LAST, article_id"
    )
    ids = [article for article, _ in found]
    here = {article for article, is_here in found if is_here}

    def read(numbers: Sequence[int]) -> list[ArticleItem]:
        return _items(warehouse, [ids[number] for number in numbers])

    kept = _kept_traces(warehouse, span)
    traces |= kept
    reprints = tagger.reprints(Shelf(ids, read), traces)
    for article in traces.keys() - here:
        del traces[article]
    _keep_traces(warehouse, {article: trace for article, trace in traces.items() if article not in kept})
    return {reprint: (first, why.why) for reprint, (first, why) in reprints.items() if reprint in here}


def _items(warehouse: Warehouse, articles: Sequence[str]) -> list[ArticleItem]:
    """The newest texts of these articles, in their order."""
    found: dict[str, ArticleItem] = {}
    for start in range(0, len(articles), _BATCH):
        part = articles[start : start + _BATCH]
        with warehouse.narrowed("article_id", part, ("article_now", "article_version")):
            for rows in warehouse.batches(_ITEMS, _BATCH):
                found |= {item.id: item for item in article_items(rows)}
    return [found[article] for article in articles]


def _kept_traces(warehouse: Warehouse, span: int) -> Traces:
    """Of the articles of a span and the one before, as far as they are kept."""
    found = warehouse.rows(
        "SELECT article_id, trace FROM article_trace JOIN article_now USING (article_id, content_hash) "  # noqa: S608
        f"WHERE {_SPAN} IN ({span - 1}, {span})"
    )
    return {article: unpack_trace(trace) for article, trace in found}


def _keep_traces(warehouse: Warehouse, traces: Traces) -> None:
    """Add those of articles whose span is one of the newest."""
    warehouse.hold("todo", "article_id", sorted(traces))
    new = warehouse.rows(f"FROM ({_KEPT}) SEMI JOIN todo USING (article_id) ORDER BY article_id")
    rows = [
        {"article_id": article, "content_hash": text, "trace": pack_trace(traces[article])}
        for article, text in new
    ]
    for start in range(0, len(rows), _BATCH):
        warehouse.insert("article_trace", rows[start : start + _BATCH])


def _forget_traces(warehouse: Warehouse) -> None:
    """Of texts that are no longer the newest, and of spans that are not."""
    warehouse.rows(
        f"DELETE FROM article_trace WHERE rowid NOT IN (SELECT t.rowid FROM article_trace AS t "  # noqa: S608
        f"SEMI JOIN ({_KEPT}) USING (article_id, content_hash))"
    )
