"""Owns what a crawl reports: per site its counts per outcome, what was new, what went wrong."""

from __future__ import annotations

import msgspec

from pipeline.records import Article, Outcome, PageKind, ThreadPage


class FieldCount(msgspec.Struct):
    """How many records of a kind were parsed, and in how many of them each field was found."""

    records: int = 0
    found: dict[str, int] = {}

    def add(self, record: Article | ThreadPage) -> None:
        self.records += 1
        for name, seen in fields_of(record).items():
            self.found[name] = self.found.get(name, 0) + int(seen)


class SiteReport(msgspec.Struct):
    """One site's part of a crawl. `requested` = the sum of `outcomes` + `unfinished`."""

    site: str
    outcomes: dict[Outcome, int] = {}
    requested: int = 0
    unfinished: int = 0  # requested, but the crawl ended before an outcome: the next one asks again
    new_records: int = 0
    known: int = 0  # links to pages that were read before and need no second look
    off_site: int = 0  # links that lead elsewhere
    over_limit: int = 0  # links left for the next crawl because of the limit
    seconds: float = 0.0
    bytes_fetched: int = 0
    torn: list[str] = []  # files in which a kill had left half a line or half a capture
    quarantined: int = 0  # landing lines that are no valid record
    fields: dict[PageKind, FieldCount] = {}
    error: str | None = None  # in Chinese: why the site was not crawled, or not to its end
    notes: list[str] = []  # in Chinese: what is no fault and yet to be known

    def count(self, outcome: Outcome) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    @property
    def fetched(self) -> int:
        return sum(self.outcomes.values())


class CrawlReport(msgspec.Struct):
    """What a crawl did. `run` is its id, None where no site could be started."""

    run: str | None = None
    sites: list[SiteReport] = []
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def by_site(self) -> dict[str, SiteReport]:
        return {site.site: site for site in self.sites}

    @property
    def new_records(self) -> int:
        return sum(site.new_records for site in self.sites)


def fields_of(record: Article | ThreadPage) -> dict[str, bool]:
    """Per field of a record whether it was found."""
    if isinstance(record, Article):
        return {
            "title": bool(record.title),
            "body": bool(record.body),
            "published": record.published is not None,
            "source": record.source is not None,
            "byline": record.byline is not None,
        }
    posts = record.posts
    return {
        "title": bool(record.title),
        "posts": bool(posts),
        "author": any(post.author for post in posts),
        "time": any(post.time for post in posts),
        "text": any(post.text for post in posts),
        "board": record.board is not None,
    }
