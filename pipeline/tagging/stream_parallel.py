"""Owns `gangqing tag` on several processes: the lines that one process writes, in the same order.

Workers get the lines as they are and give back lines of tags. Where articles are among them, this process
looks for reprints meanwhile, and mends the lines of those alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from pipeline.city import City
from pipeline.records import ArticleTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem
from pipeline.tagging.parallel import AHEAD, CHUNK, ParallelTagger
from pipeline.tagging.stream import encode, read_item, with_reprint

_KINDS = {ArticleItem: "articles", ThreadItem: "threads", PostItem: "posts"}
_decode = msgspec.json.Decoder(ArticleTags).decode

Lines = list[bytes | str]


class _Part(NamedTuple):
    """Some lines on their way: what comes back, and the articles among them by their place."""

    done: Future[list[bytes]]
    articles: dict[int, ArticleItem]


def tag_lines_on(lines: Iterable[bytes | str], city: City, jobs: int) -> Iterator[bytes]:
    """Tag lines on `jobs` processes. Threads and posts are read and written a bounded number at a time; from
    the first article on, all lines are read before the next is written (reprints need each other)."""
    pool = ParallelTagger(city, jobs)
    parts = _cut(line for line in lines if line.strip())
    try:
        first = next(parts, None)
        if first is None:
            return
        pool.load({_KINDS[type(item)] for item in map(read_item, first) if type(item) in _KINDS})
        waiting: deque[_Part] = deque()
        for part in chain([first], parts):
            articles = _articles(part)
            waiting.append(_Part(pool.submit(part), articles))
            if articles:
                waiting.extend(_Part(pool.submit(rest), _articles(rest)) for rest in parts)
                break
            if len(waiting) >= jobs * AHEAD:
                yield from waiting.popleft().done.result()
        yield from _written(waiting, pool)
    finally:
        pool.close()


def _cut(lines: Iterator[bytes | str]) -> Iterator[Lines]:
    while part := list(islice(lines, CHUNK)):
        yield part


def _articles(lines: Sequence[bytes | str]) -> dict[int, ArticleItem]:
    """The articles among lines, by their place. Only a line with the word, plain or escaped, can be one."""
    found = {}
    for place, line in enumerate(lines):
        words, escaped = ("body", "\\u00") if isinstance(line, str) else (b"body", b"\\u00")
        if words in line or escaped in line:  # type: ignore[operator]
            item = read_item(line)
            if isinstance(item, ArticleItem):
                found[place] = item
    return found


def _written(waiting: deque[_Part], pool: ParallelTagger) -> Iterator[bytes]:
    """The lines of all parts; those of reprints with the story that they tell."""
    articles = [item for part in waiting for item in part.articles.values()]
    reprints = pool.reprints(articles) if articles else {}
    firsts = {first for first, _ in reprints.values()}
    places = {
        item.id: (part.done, place)
        for part in waiting
        for place, item in part.articles.items()
        if item.id in firsts
    }
    stories: Mapping[str, ArticleTags] = {
        name: _decode(done.result()[place]) for name, (done, place) in places.items()
    }
    while waiting:
        part = waiting.popleft()
        for place, line in enumerate(part.done.result()):
            item = part.articles.get(place)
            if item is None or item.id not in reprints:
                yield line
            else:
                yield encode(with_reprint(_decode(line), reprints, stories))
