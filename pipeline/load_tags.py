"""Owns tagging the articles that were loaded, each text once; and what a loader asks of a tagger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

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
# The columns of which an item is made, by its fields. Columns of article_version; a query names its own so.
ITEM_COLUMNS = {"id": "article_id", "lead": "is_lead", "column": "column_name"} | {
    name: name
    for name in ("body", "title", "outlet", "published", "page", "kicker", "subtitle", "byline", "source")
}


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
        texts = _texts(loaded) if loaded is not None else []
        self.changed.update(text.item.id for text in texts)
        new = {_key(text.item.id, text.content_hash): text for text in reversed(texts)}
        keys = sorted(new.keys() - self._seen)
        if keys and self._had_tags:
            self._warehouse.hold("todo", "article_id", {new[key].item.id for key in keys})
            known = self._warehouse.rows(
                "SELECT article_id, content_hash FROM article_tag SEMI JOIN todo USING (article_id)"
            )
            keys = sorted(set(keys) - {_key(article, text) for article, text in known})
        self._seen.update(keys)
        tagged: list[tuple[_Text, ArticleTags]] = []
        for start in range(0, len(keys), BATCH):
            part = [new[key] for key in keys[start : start + BATCH]]
            tags = self._tagger.articles([text.item for text in part])
            tagged += zip(part, tags, strict=True)
        self._warehouse.insert("article_tag", [_tag_row(text, tags) for text, tags in tagged])
        self._warehouse.insert(
            "article_credit_tag", [credit for text, tags in tagged for credit in _credit_rows(text, tags)]
        )
        self.count += len(keys)


class _Text(NamedTuple):
    """A text that was loaded."""

    item: ArticleItem
    content_hash: str


def _key(article: str, content_hash: str) -> str:
    return f"{article}/{content_hash}"


def _texts(loaded: pa.Table) -> list[_Text]:
    hashes = loaded.column("content_hash").to_pylist()
    return [*map(_Text, article_items(loaded), hashes)]


def article_items(rows: pa.Table | pa.RecordBatch) -> list[ArticleItem]:
    """Rows with the columns of `ITEM_COLUMNS`."""
    columns = [rows.column(name).to_pylist() for name in ITEM_COLUMNS.values()]
    bodies = [*ITEM_COLUMNS].index("body")
    columns[bodies] = [body or "" for body in columns[bodies]]
    return [ArticleItem(**dict(zip(ITEM_COLUMNS, row, strict=True))) for row in zip(*columns, strict=True)]


def _tag_row(text: _Text, tags: ArticleTags) -> dict[str, Any]:
    return {
        "article_id": text.item.id,
        "content_hash": text.content_hash,
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


def _credit_rows(text: _Text, tags: ArticleTags) -> Iterator[dict[str, Any]]:
    for credit, doubtful in [*((c, False) for c in tags.credits), *((c, True) for c in tags.doubtful)]:
        evidence = credit.evidence
        yield {
            "article_id": text.item.id,
            "content_hash": text.content_hash,
            "unit": credit.unit,
            "role": credit.role,
            "confidence": float(credit.confidence),
            "is_doubtful": doubtful,
            "why": evidence.why,
            "field": evidence.field,
            "start_char": evidence.start,
            "end_char": evidence.end,
            "quote": _quote(text.item, evidence),
        }


def _quote(item: ArticleItem, evidence: Evidence) -> str | None:
    """The words themselves, so that the ledger shows them without the body."""
    text = getattr(item, evidence.field or "", None)
    if not isinstance(text, str) or evidence.start is None or evidence.end is None:
        return None
    return text[evidence.start : evidence.end][:200] or None


def as_json(value: Any) -> str:
    """The same text for the same value, whatever the order in which it was made."""
    return _ENCODER.encode(value).decode()
