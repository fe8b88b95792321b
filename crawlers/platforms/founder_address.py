"""Owns the addresses of Founder's digital papers: what stands at one, its identity, the day it is of."""

from __future__ import annotations

import re

from crawlers.dates import parse_time
from crawlers.platforms.address import clean_url, path_of
from crawlers.platforms.document import Document
from crawlers.platforms.node_text import line_of
from pipeline.city import Site
from pipeline.records import PageKind

EDITION = re.compile(r"/(?:node_\w+|nbs\.D\d+\w*|nw\.D\d+_\w+node\w*)\.s?html?$", re.I)
_ARTICLE = re.compile(r"/(?:content_\w+|nw\.D\d+\w*(?:-\w+)*)\.s?html?$", re.I)
_FRONT = re.compile(r"/(?:(?:paper)?index\.s?html?|paperindex\.\w+)?$", re.I)
_DAY = re.compile(r"/((?:19|20)\d\d)-?([01]\d)/([0-3]\d)/")


def canonical_url(url: str, site: Site | None = None) -> str:
    """Without the query: the same article is linked as `?div=0` and as `?div=-1`."""
    return clean_url(url, keep_query=False)


def classify(url: str, site: Site | None = None) -> PageKind:
    path = path_of(url)
    if EDITION.search(path):
        return "list"
    if _ARTICLE.search(path):
        return "article"
    if not path or _FRONT.search(path):
        return "list"
    return "other"


def day_in(url: str) -> tuple[str, ...] | None:
    match = _DAY.search(url)
    return match.groups() if match else None


def day_of(document: Document, properties: dict[str, str] | None = None) -> str | None:
    fetched_at = document.page.fetched_at
    day = day_in(document.page.url)
    candidates = [
        "-".join(day) if day else None,
        (properties or {}).get("date"),
        line_of(document.first("#author")),
    ]
    candidates.append(line_of(document.first(".date", "#date", ".riqi")))
    for text in candidates:
        time = parse_time(text, fetched_at)
        if time:
            return time[:10]
    match = re.search(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日", document.markup)
    time = parse_time(match.group() if match else None, fetched_at)
    return time[:10] if time else None
