"""Owns a tagger for measuring everything but the tagging: real tags of a few hundred texts, given in turn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import structs

from pipeline.city import City
from pipeline.records import ArticleTags, Evidence, ThreadTags
from pipeline.tagging.followups import ThreadFollowUp
from pipeline.tagging.items import ArticleItem, Shelf, ThreadItem
from pipeline.tagging.reprint import Traces
from pipeline.tagging.tagger import Tagger

READ = 300  # articles that are really tagged


class Taken(NamedTuple):
    """What tagging took."""

    seconds: float = 0.0  # of the processor
    clock: float = 0.0  # seconds by the clock
    items: int = 0  # how many were really tagged meanwhile


class SampledTagger(Tagger):
    """The real tagger for threads and reprints; the first articles' tags for all further ones. `taken`: by
    kind what it took itself; with the reprints their texts are read from the warehouse."""

    def __init__(self, city: City, read: int | None = READ, *, finds_reprints: bool = True) -> None:
        super().__init__(city)
        self._read, self._finds_reprints = read, finds_reprints
        self._kept: list[ArticleTags] = []
        self._given = 0
        self.taken: dict[str, Taken] = {}

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        items = list(items)
        wanted = len(items) if self._read is None else max(0, min(len(items), self._read - len(self._kept)))
        begun = _now()
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
        items, begun = list(items), _now()
        tags = super().threads(items)
        self._count("threads", begun, len(items))
        return tags

    def followups(self, items: Iterable[ThreadItem]) -> list[ThreadFollowUp]:
        items, begun = list(items), _now()
        found = super().followups(items)
        self._count("threads", begun, 0)
        return found

    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]:
        begun = _now()
        found = super().reprints(shelf, traces) if self._finds_reprints else {}
        self._count("reprints", begun, len(shelf.ids))
        return found

    def _count(self, kind: str, begun: tuple[float, float], items: int) -> None:
        taken, now = self.taken.get(kind, Taken()), _now()
        self.taken[kind] = Taken(
            taken.seconds + now[0] - begun[0], taken.clock + now[1] - begun[1], taken.items + items
        )


def _now() -> tuple[float, float]:
    """Seconds of the processor and by the clock."""
    return time.process_time(), time.perf_counter()
