"""Owns `gangqing tag`: lines of JSON in, one line of tags per line out, in the same order.

A line is an article (it has `body`), a thread (it has `posts`) or a plain post (it has `text`).
A line that is none of them gets `{"id", "error"}`: nothing is dropped, nothing stops the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from pipeline.city import City
from pipeline.records import ArticleTags
from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem
from pipeline.tagging.reprint import with_story
from pipeline.tagging.tagger import Tagger

Item = ArticleItem | ThreadItem | PostItem


class Unreadable(msgspec.Struct, frozen=True):
    """What stands in the output for a line that is no item."""

    id: str | None
    error: str


def read_item(line: bytes | str) -> Item | Unreadable:
    """Decode one line; the keys that are present say what it is."""
    try:
        raw = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(id=None, error=f"不是 JSON：{error}")
    if not isinstance(raw, dict):
        return Unreadable(id=None, error="每行应是一个 JSON 对象")
    # Ids may be numbers; null stands for missing wherever a text is expected.
    if isinstance(raw.get("id"), int):
        raw["id"] = str(raw["id"])
    name = raw["id"] if isinstance(raw.get("id"), str) else None
    for key in ("title", "body", "text"):
        if key in raw and raw[key] is None:
            raw[key] = ""
    if "posts" in raw:
        kind: Any = ThreadItem
    elif "body" in raw:
        kind = ArticleItem
    elif "text" in raw:
        kind = PostItem
    else:
        return Unreadable(id=name, error="既没有 body、posts，也没有 text，不知道是稿件、帖子还是留言")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        return Unreadable(id=name, error=f"字段有误：{error}")


def tag_lines(lines: Iterable[bytes | str], city: City) -> Iterator[bytes]:
    """Tag all lines. Articles need each other (reprints), so they are read before the first is printed."""
    tagger = Tagger(city)
    items = [read_item(line) for line in lines if line.strip()]
    articles = [item for item in items if isinstance(item, ArticleItem)]
    reprints = tagger.reprints(articles) if articles else {}
    encode = msgspec.json.Encoder().encode
    tag = tagger.article_tagger.tag
    firsts = {first for first, _ in reprints.values()}
    stories = {item.id: tag(item) for item in articles if item.id in firsts}
    for item in items:
        if isinstance(item, ArticleItem):
            tags: Any = with_reprint(stories.get(item.id) or tag(item), reprints, stories)
        elif isinstance(item, ThreadItem):
            tags = tagger.thread_tagger.tag(item)
        elif isinstance(item, PostItem):
            tags = tagger.post_tagger.tag(item)
        else:
            tags = item
        yield encode(tags)


def with_reprint(tags: ArticleTags, reprints: Any, stories: Mapping[str, ArticleTags]) -> ArticleTags:
    """The same tags with `reprint_of` and its reason filled in, and the credits of the first publication."""
    found = reprints.get(tags.id)
    if found is None:
        return tags
    first, why = found
    tags = msgspec.structs.replace(tags, reprint_of=first, why={**tags.why, "reprint_of": why})
    story = stories.get(first)
    return tags if story is None else with_story(tags, story)
