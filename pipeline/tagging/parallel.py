"""Owns tagging on several processes: the same tags in the same order.

Items and tags travel as MessagePack, lines as they are, which costs little beside tagging them. The models
are loaded before the processes part, so that they are loaded once and their memory is shared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import msgspec

from pipeline.city import City
from pipeline.records import ArticleTags, PostTags, ThreadTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, batched
from pipeline.tagging.reprint import AT_HAND, Card, Trace, likeness
from pipeline.tagging.reprint_text import ComparedText
from pipeline.tagging.stream import read_article, spare_collector, tag_part
from pipeline.tagging.tagger import Tagger

CHUNK = 128  # items that a worker gets at a time
AHEAD = 3  # chunks a worker may have waiting

encode = msgspec.msgpack.Encoder().encode
ITEMS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    "articles": msgspec.msgpack.Decoder(list[ArticleItem]),
    "threads": msgspec.msgpack.Decoder(list[ThreadItem]),
    "posts": msgspec.msgpack.Decoder(list[PostItem]),
}
TAGS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    "articles": msgspec.msgpack.Decoder(list[ArticleTags]),
    "threads": msgspec.msgpack.Decoder(list[ThreadTags]),
    "posts": msgspec.msgpack.Decoder(list[PostTags]),
}
_LOADED = {"articles": "article_tagger", "threads": "thread_tagger", "posts": "post_tagger"}
Compared = tuple[tuple[Card, Card], bytes, bytes]  # two articles and their lines
_worker: list[Tagger] = []  # the tagger that the workers have
Part = TypeVar("Part")
Result = TypeVar("Result")


def in_order(
    submit: Callable[[Part], Future[Result]], parts: Iterable[Part], most: int
) -> Iterator[tuple[Part, Result]]:
    """Each part with what came of it, in the order of the parts, of which at most `most` wait at a time.

    Raises:
        Exception: what the first part that failed raised; those behind it are left to who closes the workers.
    """
    waiting: deque[tuple[Part, Future[Result]]] = deque()

    def taken() -> tuple[Part, Result]:
        part, result = waiting.popleft()
        return part, result.result()

    for part in parts:
        waiting.append((part, submit(part)))
        if len(waiting) >= most:
            yield taken()
    while waiting:
        yield taken()


class ParallelTagger(Tagger):
    """A tagger whose articles, threads and posts are tagged by `jobs` processes; close it after use."""

    def __init__(self, city: City, jobs: int) -> None:
        super().__init__(city)
        self.most_waiting = jobs * AHEAD
        self._jobs = jobs

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, initializer=_start, initargs=(self.city,))

    def load(self, kinds: Iterable[str]) -> None:
        """Load what tags these kinds of items (`articles`, `threads`, `posts`), before the workers start."""
        if "_pool" not in self.__dict__:
            _worker[:] = [Tagger(self.city)]
            for kind in kinds:
                getattr(_worker[0], _LOADED[kind])

    def submit(self, lines: Sequence[bytes | str]) -> Future[tuple[list[bytes], dict[int, Trace]]]:
        """Have lines tagged as if each article stood alone: one line of tags for each, encoded; and by its
        place of each article what its reprints are looked for by."""
        return self._pool.submit(_tag_part, list(lines))

    def compare(self, pairs: Sequence[Compared]) -> Future[list[float | None]]:
        """Have pairs of articles compared: how much of the shorter text stands in the other, if a reprint."""
        return self._pool.submit(_compare, list(pairs))

    def articles(self, items: Iterable[ArticleItem]) -> list[ArticleTags]:
        return list(self._tag("articles", items))

    def threads(self, items: Iterable[ThreadItem]) -> list[ThreadTags]:
        return list(self._tag("threads", items))

    def posts(self, items: Iterable[PostItem]) -> list[PostTags]:
        return list(self._tag("posts", items))

    def close(self) -> None:
        """Ends the workers; may be called again."""
        if "_pool" in self.__dict__:
            self._pool.shutdown(cancel_futures=True)
            del self.__dict__["_pool"]

    def _tag(self, kind: str, items: Iterable[Any]) -> Iterator[Any]:
        self.load([kind])

        def submit(chunk: bytes) -> Future[bytes]:
            return self._pool.submit(_tag, kind, chunk)

        for _, packed in in_order(submit, map(encode, batched(items, CHUNK)), self.most_waiting):
            yield from TAGS[kind].decode(packed)


def _start(city: City) -> None:
    spare_collector()
    if not _worker or _worker[0].city is not city:
        _worker[:] = [Tagger(city)]


def _tag_part(lines: list[bytes | str]) -> tuple[list[bytes], dict[int, Trace]]:
    """Runs in a worker."""
    return tag_part(lines, _worker[0])


def _compare(pairs: list[Compared]) -> list[float | None]:
    """Runs in a worker."""
    text = lru_cache(maxsize=AT_HAND)(lambda line: ComparedText(read_article(line)))
    return [likeness(cards, text(one), text(other)) for cards, one, other in pairs]


def _tag(kind: str, packed: bytes) -> bytes:
    """Runs in a worker."""
    return encode(getattr(_worker[0], kind)(ITEMS[kind].decode(packed)))
