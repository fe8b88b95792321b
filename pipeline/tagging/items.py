"""Owns what a tagger reads: articles, threads and plain posts, in the format of the gold data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from pipeline.records import Record

T = TypeVar("T")


class ArticleItem(Record, frozen=True, kw_only=True):
    """An article to tag. Only `id` and `body` are needed; everything else may be missing."""

    id: str
    body: str = ""
    title: str = ""
    outlet: str | None = None
    published: str | None = None
    page: str | None = None
    lead: bool = False
    column: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    source: str | None = None


class Shelf(NamedTuple):
    """Articles that are read by their numbers, when wanted, and need not be in memory all at once."""

    ids: Sequence[str]  # by number
    read: Callable[[Sequence[int]], Sequence[ArticleItem]]  # those with these numbers, in their order

    @classmethod
    def of(cls, items: Sequence[ArticleItem]) -> Shelf:
        """Articles that are in memory."""
        return cls([item.id for item in items], lambda numbers: [items[number] for number in numbers])


class ThreadPost(Record, frozen=True, kw_only=True):
    """One floor of a thread to tag."""

    floor: int
    author: str | None = None
    is_registered_official: bool = False
    time: str | None = None
    text: str | None = None


class ThreadItem(Record, frozen=True, kw_only=True):
    """A thread to tag, its posts in the order of their floors."""

    id: str
    posts: list[ThreadPost]
    title: str = ""
    forum: str | None = None
    board: str | None = None


class PostItem(Record, frozen=True, kw_only=True):
    """A plain message of a citizen, in no thread."""

    id: str
    text: str
    title: str = ""


def batched(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """Items in their order, `most` at a time; no more of them are read than asked for."""
    source = iter(items)
    while part := list(islice(source, most)):
        yield part
