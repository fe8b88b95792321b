"""Owns pages that a person pointed to: kept as evidence, judged only by whether they show what they should.

They make no records: whether such a page is an article that counts is for a person to say. A site of this
platform is made by crawlers.pages, not written into outlets.yaml.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from crawlers.page import Page
from crawlers.platforms.address import clean_url
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import body_of
from crawlers.platforms.walls import raise_wall
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "page"
OPTIONS = {"shows": "网址到应见文字的对照：页面里一处都没有的，算作错误页"}


def canonical_url(url: str, site: Site | None = None) -> str:
    return clean_url(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    return "other"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    """Each address once. Of the kind that is always fetched anew, whatever is known of it."""
    return [Link(url=url, kind="list") for url in dict.fromkeys(site.start)]


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, "other")


def matches(page: Page) -> bool:
    """Never by itself: only a person points to pages."""
    return False


def _parse(document: Document) -> Parsed:
    raise_wall(document)
    text = plain(f"{document.title_tag}\n{body_of(document.tree.body)}")
    if not text:
        raise Unreadable("error_page", "页面没有文字", "other")
    wanted = _wanted(document)
    if wanted and not any(plain(each) in text for each in wanted):
        raise Unreadable("error_page", f"页面打开正常，但没有“{wanted[0]}”", "other")
    return Parsed(kind="other", outcome="captured", detail=document.title_tag[:200] or None)


def _wanted(document: Document) -> list[str]:
    """What a page should show. A page to which the address led (a redirect) is asked for any of it."""
    shows = document.options.get("shows") or {}
    own = shows.get(canonical_url(document.page.url))
    return list(own) if own is not None else [each for some in shows.values() for each in some]


def plain(text: str) -> str:
    """A text without spaces, punctuation and widths: how a title is printed differs in these."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
