"""Owns RSS and Atom feeds: the links they give; a feed's text is cut, so it is never the record."""

from __future__ import annotations

import datetime as dt
import re
from time import struct_time
from typing import Any

import feedparser

from crawlers.dates import iso, parse_time
from crawlers.page import Page
from crawlers.platforms import discuz_address
from crawlers.platforms.address import clean_url, join_url, start_links_by_day
from crawlers.platforms.document import MAX_BYTES, Unreadable, check_html
from crawlers.text import clean_line
from pipeline.china import CHINA
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "feed"
OPTIONS: dict[str, str] = {}
MAX_ENTRIES = 1000

_START = re.compile(
    rb"^\s*+(?:\xef\xbb\xbf\s*+)?(?:<\?[^>]{0,300}>\s*|<!--(?:(?!-->).){0,2000}-->\s*)*+<(?:rss|feed|rdf:RDF)\b",
    re.S,
)


def canonical_url(url: str, site: Site | None = None) -> str:
    return clean_url(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    """The addresses of the site are feeds; what they link to are articles, or threads of a forum."""
    if site is not None and any(clean_url(url) == clean_url(start) for start in site.start):
        return "feed"
    if re.search(r"\.(?:xml|rss|atom|rdf)$|/(?:rss|feed|atom)/?$|[?&](?:mod=rss|feed=\w+)", url, re.I):
        return "feed"
    return "thread" if discuz_address.parse_address(url).what == "thread" else "article"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    """A feed gives links; any other page of such a site is read as a page of no known engine."""
    if not matches(page):
        from crawlers.platforms import detect  # a feed's articles are pages of any make

        return detect(page).parse(page)
    try:
        check_html(page)
        found = feedparser.parse(page.body, response_headers={"content-location": page.url})
    except Unreadable as unreadable:
        return Parsed(kind="feed", outcome=unreadable.outcome, detail=unreadable.detail)
    except Exception as error:  # whatever the bytes, one outcome
        return Parsed(kind="feed", outcome="parse_failed", detail=f"{type(error).__name__}: {error}"[:500])
    links: dict[str, Link] = {}
    for entry in found.entries[:MAX_ENTRIES]:
        url = join_url(page.url, _text(entry.get("link")))
        if url is None:
            continue
        published = _published(entry, page.fetched_at)
        context: dict[str, str | bool] = {}
        category = _text((entry.get("tags") or [{}])[0].get("term"))
        if category:
            context["column"] = category
        links.setdefault(
            url,
            Link(
                url=url,
                kind="thread" if discuz_address.parse_address(url).what == "thread" else "article",
                published=published,
                signature=_text(entry.get("updated")) or _text(entry.get("published")),
                title=_text(entry.get("title")),
                context=context,
            ),
        )
    if links:
        return Parsed(kind="feed", outcome="listed", links=list(links.values()))
    doubt = found.get("bozo_exception")
    harmless = isinstance(doubt, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType)
    problem = f"{doubt}"[:200] if found.get("bozo") and not harmless else None
    return Parsed(kind="feed", outcome="parse_failed" if problem else "empty_list", detail=problem)


def matches(page: Page) -> bool:
    return len(page.body) <= MAX_BYTES and bool(_START.match(page.body[:4096]))


def _text(value: Any) -> str | None:
    return clean_line(value) or None if isinstance(value, str) else None


def _published(entry: Any, fetched_at: dt.datetime) -> str | None:
    """feedparser reads the standard forms into UTC; a local form ("2017-09-27 10:00:00") it reads as UTC too,
    though the paper means its own clock, so the text decides wherever it names no zone."""
    text = _text(entry.get("published")) or _text(entry.get("updated"))
    if text and not re.search(r"GMT|UTC|Z$|[+-]\d\d:?\d\d$", text):
        return parse_time(text, fetched_at)
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    if isinstance(moment, struct_time):
        try:
            return parse_time(iso(dt.datetime(*moment[:6], tzinfo=dt.UTC).astimezone(CHINA)), fetched_at)
        except (ValueError, OverflowError):  # past the last day of the calendar
            return None
    return parse_time(text, fetched_at)
