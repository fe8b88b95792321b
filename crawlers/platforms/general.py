"""Owns pages of no known engine."""

from __future__ import annotations

import datetime as dt
import re

import trafilatura

from crawlers.page import Page
from crawlers.platforms.address import clean_url, path_of, start_links_by_day
from pipeline.city import Site
from pipeline.records import Article, Link, PageKind, Parsed

NAME = "general"


def canonical_url(url: str, site: Site | None = None) -> str:
    return clean_url(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    path = path_of(url)
    if re.search(r"\.(xml|rss|atom)$|/(rss|feed|atom)/?$", path):
        return "feed"
    if path.endswith("/") or re.search(r"/(index|list)\w*\.\w+$", path):
        return "list"
    return "article"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    try:
        document = trafilatura.bare_extraction(page.text, url=page.url, with_metadata=True)
    except Exception as error:
        return Parsed(kind="article", outcome="parse_failed", detail=f"{type(error).__name__}: {error}")
    if document is None or isinstance(document, dict) or not document.text:
        return Parsed(kind="article", outcome="too_short")
    article = Article(
        outlet=page.site.outlet if page.site else "",
        url=canonical_url(page.url),
        title=document.title or "",
        body=document.text,
        published=document.date,
    )
    return Parsed(kind="article", outcome="stored" if article.published else "no_date", article=article)


def matches(page: Page) -> bool:
    return True
