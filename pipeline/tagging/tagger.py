"""Owns the whole tagger: one object per city that tags articles, threads and plain posts.

Pure functions of text and city data: no clock, no network, no warehouse. The parts are loaded when they are
first needed, so that a stream of threads does not pay for the article models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.city import City
from pipeline.records import ArticleTags, Evidence, PostTags, ThreadTags
from pipeline.tagging.items import ArticleItem, PostItem, Shelf, ThreadItem, batched

if TYPE_CHECKING:
    from pipeline.tagging.articles import ArticleTagger
    from pipeline.tagging.followups import FollowUpReader, ThreadFollowUp
    from pipeline.tagging.posts import PostTagger
    from pipeline.tagging.reprint import Traces
    from pipeline.tagging.threads import ThreadTagger


BATCH = 128  # texts that numpy reads at once: their arrays stay in the cache


class Tagger:
    """Tags items of one city. Kin on several processes or machines give the same tags by the same `rules`."""

    rules = "Tagger"

    def __init__(self, city: City) -> None:
        self.city = city

    @cached_property
    def article_tagger(self) -> ArticleTagger:
        from pipeline.tagging.articles import ArticleTagger

        return ArticleTagger(self.city)

    @cached_property
    def thread_tagger(self) -> ThreadTagger:
        from pipeline.tagging.threads import ThreadTagger

        return ThreadTagger(self.city)

    @cached_property
    def followup_reader(self) -> FollowUpReader:
        from pipeline.tagging.followups import FollowUpReader
        from pipeline.tagging.threads_reading import PostReader
        from pipeline.tagging.unit_days import UnitDays

        return FollowUpReader(PostReader(self.city), UnitDays(self.city))

    @cached_property
    def post_tagger(self) -> PostTagger:
        from pipeline.tagging.posts import PostTagger

        return PostTagger(self.city)

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        """Tag articles, each by itself; `reprint_of` is left None, see `reprints`."""
        tags: list[ArticleTags] = []
        for part in batched(items, BATCH):
            tags += self.article_tagger.tag_all(part)
        return tags

    def threads(self, items: Iterable[ThreadItem]) -> list[ThreadTags]:
        tags: list[ThreadTags] = []
        for part in batched(items, BATCH):
            tags += self.thread_tagger.tag_all(part)
        return tags

    def followups(self, items: Iterable[ThreadItem]) -> list[ThreadFollowUp]:
        """What each floor of whole threads does, and on which units together the opening posts call."""
        found: list[ThreadFollowUp] = []
        for part in batched(items, BATCH):
            found += self.followup_reader.read_all(part)
        return found

    def posts(self, items: Iterable[PostItem]) -> list[PostTags]:
        tags: list[PostTags] = []
        for part in batched(items, BATCH):
            tags += self.post_tagger.tag_all(part)
        return tags

    def reprints(self, shelf: Shelf, traces: Traces | None = None) -> Mapping[str, tuple[str, Evidence]]:
        """Id of each reprint → id of the first publication among these articles, and why; `traces`: of
        articles that were read before, by id, to which those read now are added."""
        from pipeline.tagging.reprint import find_reprints

        return find_reprints(shelf, traces)
