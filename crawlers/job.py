"""Owns what the process of a crawl is told and what it tells: a job on its stdin, lines on its stdout."""

from __future__ import annotations

import msgspec

from crawlers.report import CrawlReport
from pipeline.city import Site


class Job(msgspec.Struct, frozen=True):
    """What to crawl. `start` is the wall-clock time of China, or of the replayed day, when the crawl begins;
    elapsed real time is added to it."""

    city: str
    home: str
    sites: list[str]
    first_day: str
    last_day: str
    start: str
    limit: int | None = None
    per_kind: int | None = None  # at most so many lists, articles, threads: a look at a site, no crawl
    pages: list[Site] = []  # what is no site of the city: pages that a person pointed to (crawlers.pages)


class Progress(msgspec.Struct):
    """How far the crawl is: per site pages with an outcome, and pages requested so far."""

    done: dict[str, tuple[int, int]]


class Message(msgspec.Struct, omit_defaults=True):
    """One line on stdout."""

    progress: Progress | None = None
    report: CrawlReport | None = None
    error: str | None = None
    is_told: bool = False  # the error is written for the user: no traceback is wanted
