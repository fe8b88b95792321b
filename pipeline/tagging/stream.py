"""Owns `gangqing tag`: lines of JSON in, one line of tags per line out, in the same order.

A line is an article (it has `body`), a thread (it has `posts`) or a plain post (it has `text`).
A line that is none of them gets `{"id", "error"}`: nothing is dropped, nothing stops the rest.
"""

from __future__ import annotations

import gc
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

from pipeline.city import City
from pipeline.records import ArticleTags, PostTags, ThreadTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem
from pipeline.tagging.reprint import Reprints, ReprintSearch, Trace, read_trace, with_story
from pipeline.tagging.spool import Spool
from pipeline.tagging.tagger import Tagger
from pipeline.unreadable import LINE_FAULTS, TOLD_TOO_LONG, field_fault, is_too_long, line_fault

WINDOW = 512  # lines that are tagged together
WINDOW_BYTES = 32 << 20  # of them, but for the last

encode = msgspec.json.Encoder().encode  # tags as a line

Item = ArticleItem | ThreadItem | PostItem
# By what they alone have.
_KINDS: dict[str, Any] = {"posts": ThreadItem, "body": ArticleItem, "text": PostItem}


class Unreadable(msgspec.Struct, frozen=True):
    """What stands in the output for a line that is no item."""

    id: str | None
    error: str


def repeated(ident: str) -> Unreadable:
    """For an article whose id an earlier one has: whose reprint or story it is could not be told apart."""
    return Unreadable(id=ident, error="编号与前面的稿件相同，请改为不同的编号")


def as_bytes(line: bytes | str) -> bytes:
    return line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")


def read_item(line: bytes | str) -> Item | Unreadable:
    """Decode one line; the keys that are present say what it is."""
    if is_too_long(line):
        return Unreadable(id=None, error=f"这一行{TOLD_TOO_LONG}")
    try:
        raw = msgspec.json.decode(line)
    except LINE_FAULTS as error:
        return Unreadable(id=None, error=f"这一行{line_fault(line, error)}")
    if not isinstance(raw, dict):
        return Unreadable(id=None, error="每行应是一个 JSON 对象")
    # Ids may be numbers; null stands for missing wherever a text is expected.
    if isinstance(raw.get("id"), int):
        raw["id"] = str(raw["id"])
    name = raw["id"] if isinstance(raw.get("id"), str) else None
    present = [key for key in _KINDS if key in raw]
    told = next((key for key in present if raw[key] is not None), present[0] if present else None)
    if told is None:
        return Unreadable(id=name, error="既没有 body、posts，也没有 text，不知道是稿件、帖子还是留言")
    for key in ("title", "body", "text"):
        if key in raw and raw[key] is None:
            raw[key] = ""
    try:
        item: Item = msgspec.convert(raw, _KINDS[told])
        return item
    except msgspec.ValidationError as error:
        return Unreadable(id=name, error=f"字段有误：{field_fault(error)}")


def windows(lines: Iterable[bytes | str], most: int) -> Iterator[list[bytes | str]]:
    """Lines in their order, `most` at a time, fewer where they are long."""
    part: list[bytes | str] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if len(part) == most or size >= WINDOW_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


_ERROR = re.compile(rb'\{"id":(?:null|"(?:[^"\\]|\\.)*+"),"error":')


def is_error(line: bytes) -> bool:
    """Whether a line of the output says that its line was no item."""
    return _ERROR.match(line) is not None


def read_article(line: bytes) -> ArticleItem:
    """Decode a line that is known to hold an article."""
    item = read_item(line)
    assert isinstance(item, ArticleItem)
    return item


def tag_lines(
    lines: Iterable[bytes | str], city: City, jobs: int = 1, tagger: Tagger | None = None
) -> Iterator[bytes]:
    """Tag all lines, on `jobs` processes, or by a tagger that is there already.

    Threads and posts are read and written a window at a time. Articles need each other (reprints): from the
    first one on, all lines are read before the next is written; they wait in a spool, not in memory.
    """
    if tagger is None and jobs > 1:
        from pipeline.tagging.stream_parallel import tag_lines_on

        yield from tag_lines_on(lines, city, jobs)
    else:
        yield from _tag_lines(lines, tagger or Tagger(city))


def spare_collector() -> None:
    """For a process that does nothing but tag: tags hold no cycles, so looking for some is lost time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def tag_part(lines: Iterable[bytes | str], tagger: Tagger) -> tuple[list[bytes], dict[int, Trace]]:
    """Tag lines as if each article stood alone: nothing is said of reprints, but of each article, by its
    place, is told what they are looked for by."""
    items = [read_item(line) for line in lines]
    traces = {place: read_trace(item) for place, item in enumerate(items) if isinstance(item, ArticleItem)}
    return list(map(encode, _tag_items(items, tagger, {}))), traces


def _tag_lines(lines: Iterable[bytes | str], tagger: Tagger) -> Iterator[bytes]:
    source = (line for line in lines if line.strip())
    for part in windows(source, WINDOW):
        items = [read_item(line) for line in part]
        if any(isinstance(item, ArticleItem) for item in items):
            yield from _tag_with_reprints(chain(part, source), tagger)
        else:
            yield from map(encode, _tag_items(items, tagger, {}))


def _tag_with_reprints(lines: Iterable[bytes | str], tagger: Tagger) -> Iterator[bytes]:
    """Read all lines, which wait in a spool, then tag them."""
    with Spool() as waiting:
        search = ReprintSearch()
        places = array("L")  # of the articles among the lines
        known: set[str] = set()  # ids of articles
        again: set[int] = set()  # places of articles with such an id
        at_hand: list[Item | Unreadable] = []  # the first lines need not be read a second time
        for place, line in enumerate(lines):
            waiting.append(as_bytes(line))
            item = read_item(line)
            if waiting.in_memory:
                at_hand.append(item)
            if isinstance(item, ArticleItem):
                if item.id in known:
                    again.add(place)
                else:
                    known.add(item.id)
                    search.add(read_trace(item))
                    places.append(place)

        def read(place: int, line: bytes | str | None = None) -> Item | Unreadable:
            if place < len(at_hand):
                item = at_hand[place]
            else:
                item = read_item(waiting[place] if line is None else line)
            return repeated(str(item.id)) if place in again else item

        def article(number: int) -> ArticleItem:
            item = read(places[number])
            assert isinstance(item, ArticleItem)
            return item

        reprints = search.find(article)
        firsts = search.numbers_of({first for first, _ in reprints.values()})
        stories = {tags.id: tags for tags in tagger.articles(map(article, firsts))}
        start = 0
        for lines_of_part in windows(waiting, WINDOW):
            part = [read(place, line) for place, line in enumerate(lines_of_part, start)]
            start += len(part)
            for tags in _tag_items(part, tagger, stories):
                done = with_reprint(tags, reprints, stories) if isinstance(tags, ArticleTags) else tags
                yield encode(done)


def _tag_items(
    items: list[Item | Unreadable], tagger: Tagger, stories: Mapping[str, ArticleTags]
) -> Iterator[ArticleTags | ThreadTags | PostTags | Unreadable]:
    """The tags of items in their order, each sort tagged together."""
    tags: dict[type, Iterator[Any]] = {
        ArticleItem: iter(
            tagger.articles([i for i in items if isinstance(i, ArticleItem) and i.id not in stories])
        ),
        ThreadItem: iter(tagger.threads([i for i in items if isinstance(i, ThreadItem)])),
        PostItem: iter(tagger.posts([i for i in items if isinstance(i, PostItem)])),
    }
    for item in items:
        if isinstance(item, Unreadable):
            yield item
        elif isinstance(item, ArticleItem) and item.id in stories:
            yield stories[item.id]
        else:
            yield next(tags[type(item)])


def with_reprint(tags: ArticleTags, reprints: Reprints, stories: Mapping[str, ArticleTags]) -> ArticleTags:
    """The same tags with `reprint_of` and its reason filled in, and the credits of the first publication."""
    found = reprints.get(tags.id)
    if found is None:
        return tags
    first, why = found
    tags = msgspec.structs.replace(tags, reprint_of=first, why={**tags.why, "reprint_of": why})
    story = stories.get(first)
    return tags if story is None else with_story(tags, story)
