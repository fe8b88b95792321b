"""Owns tagging the articles that were loaded, each text once; and what a loader asks of a tagger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import pyarrow as pa

from pipeline.records import ArticleTags, Evidence, ThreadTags
from pipeline.tagging.followups import ThreadFollowUp
from pipeline.tagging.items import ArticleItem, Shelf, ThreadItem
from pipeline.warehouse import Warehouse

if TYPE_CHECKING:
    from pipeline.tagging.reprint import Traces

BATCH = 500
_ENCODER = msgspec.json.Encoder(order="deterministic")
# Columns of article_version of which the tags are made.
_READ = ["article_id", "content_hash", "title", "body", "outlet", "published", "page", "is_lead"]
_READ += ["column_name", "kicker", "subtitle", "byline", "source"]


class TaggerLike(Protocol):
    """What the loader asks of a tagger; `pipeline.tagging.tagger.Tagger` is one."""

    def articles(self, items: list[ArticleItem]) -> list[ArticleTags]: ...
    def threads(self, items: list[ThreadItem]) -> list[ThreadTags]: ...
    def followups(self, items: list[ThreadItem]) -> list[ThreadFollowUp]: ...
    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]: ...


class TextTagger:
    """Tags each text of an article once, as it is loaded; `changed` are the articles that had a new line."""

    def __init__(self, warehouse: Warehouse, tagger: TaggerLike) -> None:
        self._warehouse, self._tagger = warehouse, tagger
        self._had_tags = bool(warehouse.rows("SELECT 1 FROM article_tag LIMIT 1"))
        self._seen: set[str] = set()
        self.changed: set[str] = set()
        self.count = 0  # texts tagged

    def tag(self, loaded: pa.Table | None) -> None:
        """Tag those of these rows of article_version whose text has no tags yet."""
        versions = loaded.select(_READ).to_pylist() if loaded is not None else []
        self.changed.update(row["article_id"] for row in versions)
        new = {_text_key(row): row for row in reversed(versions)}
        keys = sorted(new.keys() - self._seen)
        if keys and self._had_tags:
            self._warehouse.hold("todo", "key", keys)
            known = self._warehouse.rows(
                "SELECT key FROM todo "
                "SEMI JOIN (SELECT article_id || '/' || content_hash AS key FROM article_tag) USING (key)"
            )
            keys = sorted(set(keys) - {key for (key,) in known})
        self._seen.update(keys)
        tagged: list[tuple[dict[str, Any], ArticleTags]] = []
        for start in range(0, len(keys), BATCH):
            rows = [new[key] for key in keys[start : start + BATCH]]
            tags = self._tagger.articles([_loaded_item(row) for row in rows])
            tagged += zip(rows, tags, strict=True)
        self._warehouse.insert("article_tag", [_tag_row(row, tags) for row, tags in tagged])
        self._warehouse.insert(
            "article_credit_tag", [credit for row, tags in tagged for credit in _credit_rows(row, tags)]
        )
        self.count += len(keys)


def _text_key(row: Mapping[str, Any]) -> str:
    return f"{row['article_id']}/{row['content_hash']}"


def _loaded_item(row: Mapping[str, Any]) -> ArticleItem:
    return article_item({**row, "lead": row["is_lead"], "column": row["column_name"]})


def article_item(row: Mapping[str, Any]) -> ArticleItem:
    """A row of a query that names its columns as an item does."""
    values = {name: row[name] for name in ArticleItem.__struct_fields__ if name != "id"}
    return ArticleItem(id=row["article_id"], **values | {"body": row["body"] or ""})


def _tag_row(row: Mapping[str, Any], tags: ArticleTags) -> dict[str, Any]:
    return {
        "article_id": row["article_id"],
        "content_hash": row["content_hash"],
        "topic": tags.topic,
        "indicator": tags.indicator,
        "sentiment": tags.sentiment,
        "sentiment_score": float(tags.sentiment_score),
        "form": tags.form,
        "has_editor_note": tags.has_editor_note,
        "is_plan_column": tags.plan_column,
        "mentions": tags.mentions,
        "exposed": tags.exposed,
        "why_json": as_json(tags.why),
        "confidence_json": as_json(tags.confidence),
    }


def _credit_rows(row: Mapping[str, Any], tags: ArticleTags) -> Iterator[dict[str, Any]]:
    for credit, doubtful in [*((c, False) for c in tags.credits), *((c, True) for c in tags.doubtful)]:
        evidence = credit.evidence
        yield {
            "article_id": row["article_id"],
            "content_hash": row["content_hash"],
            "unit": credit.unit,
            "role": credit.role,
            "confidence": float(credit.confidence),
            "is_doubtful": doubtful,
            "why": evidence.why,
            "field": evidence.field,
            "start_char": evidence.start,
            "end_char": evidence.end,
            "quote": _quote(row, evidence),
        }


def _quote(row: Mapping[str, Any], evidence: Evidence) -> str | None:
    """The words themselves, so that the ledger shows them without the body."""
    text = row.get(evidence.field or "")
    if not isinstance(text, str) or evidence.start is None or evidence.end is None:
        return None
    return text[evidence.start : evidence.end][:200] or None


def as_json(value: Any) -> str:
    """The same text for the same value, whatever the order in which it was made."""
    return _ENCODER.encode(value).decode()
