"""Owns pages of feed."""

from __future__ import annotations

import datetime as dt

from crawlers.page import Page
from crawlers.platforms import general
from crawlers.platforms.address import clean_url, start_links_by_day
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "feed"


def canonical_url(url: str, site: Site | None = None) -> str:
    return clean_url(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    return general.classify(url, site)


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return general.parse(page)


def matches(page: Page) -> bool:
    return False
