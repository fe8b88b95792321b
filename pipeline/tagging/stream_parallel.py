"""Owns `gangqing tag` on several processes: the lines that one process writes, in the same order.

Workers get the lines as they are. They give back lines of tags, and of each article what its reprints are
looked for by. This process looks for them, and mends the lines of those alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import chain

import msgspec

from pipeline.city import City
from pipeline.records import ArticleTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, batched
from pipeline.tagging.parallel import CHUNK, ParallelTagger, in_order
from pipeline.tagging.reprint import ReprintSearch
from pipeline.tagging.reprint_pairs import Pair
from pipeline.tagging.spool import Spool
from pipeline.tagging.stream import as_bytes, encode, read_article, read_item, repeated, windows, with_reprint

_KINDS = {ArticleItem: "articles", ThreadItem: "threads", PostItem: "posts"}
_decode = msgspec.json.Decoder(ArticleTags).decode

MOST_PAIRS = 2  # that the workers compare, an article

Lines = list[bytes | str]


def tag_lines_on(lines: Iterable[bytes | str], city: City, jobs: int) -> Iterator[bytes]:
    """Tag lines on `jobs` processes, a bounded number at a time. Threads and posts are written as they come;
    from the first article on, all lines are read before the next is written (reprints need each other)."""
    pool = ParallelTagger(city, jobs)
    parts = windows((line for line in lines if line.strip()), CHUNK)
    rest: list[Lines] = []  # the first part with an article

    def without_articles(parts: Iterable[Lines]) -> Iterator[Lines]:
        for part in parts:
            if _has_article(part):
                rest.append(part)
                return
            yield part

    try:
        first = next(parts, None)
        if first is None:
            return
        pool.load({_KINDS[type(item)] for item in map(read_item, first) if type(item) in _KINDS})
        plain = without_articles(chain([first], parts))
        for _, (tagged, _) in in_order(pool.submit, plain, pool.most_waiting):
            yield from tagged
        if rest:
            yield from _tag_with_reprints(chain(rest, parts), pool)
    finally:
        pool.close()


def _has_article(lines: Sequence[bytes | str]) -> bool:
    """Whether an article is among lines. Only a line with the word, plain or escaped, can be one."""
    for line in lines:
        words, escaped = ("body", "\\u00") if isinstance(line, str) else (b"body", b"\\u00")
        may_be = words in line or escaped in line  # type: ignore[operator]
        if may_be and isinstance(read_item(line), ArticleItem):
            return True
    return False


def _tag_with_reprints(parts: Iterable[Lines], pool: ParallelTagger) -> Iterator[bytes]:
    """Have all parts tagged; the lines of reprints tell the story of their first publication."""
    with Spool() as articles, Spool() as done:
        search = ReprintSearch()
        places = array("L")  # of the articles among the lines
        known: set[str] = set()  # their ids
        for part, (lines, traces) in in_order(pool.submit, parts, pool.most_waiting):
            for place, trace in traces.items():
                if trace.card.id in known:
                    lines[place] = encode(repeated(trace.card.id))
                    continue
                known.add(trace.card.id)
                search.add(trace)
                places.append(len(done) + place)
                articles.append(as_bytes(part[place]))
            done.extend(lines)
        reprints = search.find(
            lambda number: read_article(articles[number]), _compared(search, articles, pool)
        )
        stories = {
            tags.id: tags
            for tags in (
                _decode(done[places[number]])
                for number in search.numbers_of({first for first, _ in reprints.values()})
            )
        }
        told = {places[number] for number in search.numbers_of(reprints)}
        for place, line in enumerate(done):
            yield encode(with_reprint(_decode(line), reprints, stories)) if place in told else line


def _compared(search: ReprintSearch, articles: Spool, pool: ParallelTagger) -> dict[Pair, float | None]:
    """Have the workers compare the pairs of articles, a bounded number at a time."""
    told: dict[Pair, float | None] = {}
    pairs = search.to_compare()
    if len(pairs) > MOST_PAIRS * len(articles):  # a crowd of one text: `find` needs few of them
        return told

    def compare(part: list[Pair]) -> Future[list[float | None]]:
        return pool.compare([(search.cards(pair), articles[pair[0]], articles[pair[1]]) for pair in part])

    for part, shares in in_order(compare, batched(pairs, CHUNK), pool.most_waiting):
        told.update(zip(part, shares, strict=True))
    return told
