"""Owns digital papers made with Founder's tools, old and new layout: front pages, and what reads the rest.

Papers print a column's name (栏目) in the 引题. A 引题 that begins with one of the option `columns` is split
into column and 引题, whatever blanks, commas and quotes stand in and around the name.
"""

from __future__ import annotations

import datetime as dt
import re

from crawlers.page import Page
from crawlers.platforms.address import start_links_by_day
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.founder_address import canonical_url, classify
from crawlers.platforms.founder_article import body_text, parse_article
from crawlers.platforms.founder_edition import parse_edition
from crawlers.platforms.guard import guarded
from crawlers.platforms.proof import TO_PROOF, is_proof_address
from pipeline.city import Site
from pipeline.records import Link, Parsed

__all__ = ["NAME", "OPTIONS", "canonical_url", "classify", "matches", "parse", "start_links"]

NAME = "founder"
OPTIONS = {
    "columns": "报纸的栏目名（列表）。引题以其中之一开头时，拆成栏目和引题；标点、空格、引号写法不同也认得"
}

_GO_TO = re.compile(
    r"(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:="
    r"|\.replace\()\s*['\"]([^'\"]{3,200})['\"]",
    re.I,
)


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, classify(page.url, page.site))


def matches(page: Page) -> bool:
    """enp comments, `founder-` elements or the edition's picture map, which Founder's templates all write."""
    body = page.body[: 1024 * 1024].lower()
    if b"enpproperty" in body or b"<founder-content" in body or b"enpcontent" in body:
        return True
    return b"pagepicmap" in body or (b"id=pagelink" in body or b'id="pagelink"' in body)


def _parse(document: Document) -> Parsed:
    kind = classify(document.page.url, document.page.site)
    target = _refresh_target(document)
    if target is not None and is_proof_address(target):
        raise Unreadable("captcha", f"{TO_PROOF}{target}")
    if target is not None:
        link = Link(url=target, kind=classify(target, document.page.site))
        return Parsed(kind="list", outcome="redirected", links=[link], detail=f"首页转到 {target}")
    body = body_text(document)
    is_edition = document.first("#pageLink", "map[name=PagePicMap]", "#titleList") is not None
    if kind == "article" or (kind == "other" and body and not is_edition):
        return parse_article(document, body)
    return parse_edition(document)


def _refresh_target(document: Document) -> str | None:
    """A front page is a `<meta refresh>` (or a script's location) to the newest day's first edition."""
    for node in document.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            match = re.search(r"url\s*=\s*['\"]?([^'\";\s]+)", node.attributes.get("content") or "", re.I)
            target = document.url(match.group(1)) if match else None
            if target and canonical_url(target) != canonical_url(document.page.url):
                return target
    sets_cookie = "document.cookie" in document.markup  # the script of a guard, which comes back here
    if (
        not sets_cookie
        and document.first("#pageLink", "#ozoom", "founder-content", "a[href*=content_]") is None
    ):
        match = _GO_TO.search(document.markup)
        return document.url(match.group(1)) if match else None
    return None
