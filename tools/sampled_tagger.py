"""Owns a tagger for measuring everything but the tagging: real tags of a few hundred texts, given in turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from msgspec import structs

from pipeline.city import City
from pipeline.records import ArticleTags, Evidence, ThreadTags
from pipeline.tagging.followups import ThreadFollowUp
from pipeline.tagging.items import ArticleItem, Shelf, ThreadItem
from pipeline.tagging.reprint import Traces
from pipeline.tagging.tagger import Tagger

READ = 300  # articles that are really tagged


class SampledTagger(Tagger):
    """The real tagger for threads and reprints; the first articles' tags for all further ones. `seconds` (of
    the processor) is what it took itself, `tagged` how many items it really tagged meanwhile."""

    def __init__(self, city: City, read: int | None = READ, *, finds_reprints: bool = True) -> None:
        super().__init__(city)
        self._read, self._finds_reprints = read, finds_reprints
        self._kept: list[ArticleTags] = []
        self._given = 0
        self.seconds: dict[str, float] = {}
        self.tagged: dict[str, int] = {}

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        items = list(items)
        wanted = len(items) if self._read is None else max(0, min(len(items), self._read - len(self._kept)))
        begun = time.process_time()
        tags = super().articles(items[:wanted])
        self._count("articles", begun, wanted)
        if self._read is not None:
            self._kept += tags
        for item in items[wanted:]:
            kept = self._kept[self._given % len(self._kept)]
            self._given += 1
            tags.append(structs.replace(kept, id=item.id))
        return tags

    def threads(self, items: Iterable[ThreadItem]) -> list[ThreadTags]:
        items, begun = list(items), time.process_time()
        tags = super().threads(items)
        self._count("threads", begun, len(items))
        return tags

    def followups(self, items: Iterable[ThreadItem]) -> list[ThreadFollowUp]:
        items, begun = list(items), time.process_time()
        found = super().followups(items)
        self._count("threads", begun, 0)
        return found

    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]:
        begun = time.process_time()
        found = super().reprints(shelf, traces) if self._finds_reprints else {}
        self._count("reprints", begun, len(shelf.ids))
        return found

    def _count(self, kind: str, begun: float, items: int) -> None:
        self.seconds[kind] = self.seconds.get(kind, 0.0) + time.process_time() - begun
        self.tagged[kind] = self.tagged.get(kind, 0) + items
