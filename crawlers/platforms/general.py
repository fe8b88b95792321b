"""Owns pages of no known engine: body by running text or trafilatura, time by line or htmldate."""

from __future__ import annotations

import datetime as dt
import re

import htmldate
import trafilatura
from selectolax.lexbor import LexborNode

from crawlers.dates import parse_time
from crawlers.page import Page
from crawlers.platforms import listing
from crawlers.platforms.address import clean_url, path_of, query_of, start_links_by_day
from crawlers.platforms.article import (
    build_article,
    meta_author,
    meta_source,
    surroundings,
    time_in_body,
    time_in_stamp,
    time_near,
    title_of,
)
from crawlers.platforms.content import main_node, skip_noise
from crawlers.platforms.document import Document
from crawlers.platforms.further import further_pages
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import images_of
from crawlers.platforms.walls import raise_wall
from crawlers.text import clean_lines
from crawlers.title import is_site_name, title_line
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "general"
OPTIONS = listing.OPTIONS
MAX_FOR_LIBRARY = 2 * 1024 * 1024  # characters; trafilatura and htmldate are slow beyond
MAX_ELEMENTS_FOR_LIBRARY = 30_000
# One index.php serves lists and pieces in many CMSes (PHPCMS, ThinkPHP, WordPress, Joomla): the query tells.
_ACTIONS = ("a", "act", "action", "do", "op", "view", "s", "r")
_SHOWS = re.compile(
    r"(?:^|(?<=[/_]))(?:(?P<one>show|view|detail|read)|lists?|index|categor(?:y|ies)|cate)(?=[/_.]|$)", re.I
)
_NUMBERS = re.compile(r"(?:a|art|article|news|info|content)_?id", re.I)
MIN_RUNNING = 60  # characters of body below which the other reader is asked; below it a page may be a list


def canonical_url(url: str, site: Site | None = None) -> str:
    return clean_url(url)


def classify(url: str, site: Site | None = None) -> PageKind:
    """By the shape of the address; a site's start addresses are lists."""
    path = path_of(url).lower()
    if re.search(r"\.(?:xml|rss|atom)$|/(?:rss|feed|atom)/?$", path):
        return "feed"
    if re.search(
        r"\.(?:jpe?g|png|gif|bmp|webp|pdf|docx?|xlsx?|pptx?|zip|rar|mp[34]|avi|css|js|ico|svg|apk|exe)$", path
    ):
        return "other"
    if site is not None:
        own = clean_url(url)
        if any(own == clean_url(start) for start in site.start):
            return "list"
    if path.endswith("/") or not path or re.search(r"/(?:index|list|default|column)[-_\d]*\.\w+$", path):
        return "article" if _asks_for_one(url) else "list"
    return "article"


def _asks_for_one(url: str) -> bool:
    """Does the query name one piece? `?p=12`, `?a=show&id=12`, `?s=/news/detail/id/12`, `?newsid=12` do;
    `?a=lists&catid=12`, `?s=/article/lists/12` and `?page=2` name none. Of several words in a path that tell
    which, the last one counts."""
    query = query_of(url)
    if path_of(url) in ("", "/") and list(query) == ["p"]:
        return query["p"].isdigit()
    if any(value.isdigit() for name, value in query.items() if _NUMBERS.fullmatch(name)):
        return True
    if query.get("view", "").lower() == "article":
        return True
    last = [list(_SHOWS.finditer(query.get(name, "")))[-1:] for name in _ACTIONS]
    return any(match["one"] for matches in last for match in matches)


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, classify(page.url, page.site))


def matches(page: Page) -> bool:
    return True


def _parse(document: Document) -> Parsed:
    if document.kind == "list":
        return listing.parse_list(document, classify)
    return parse_article(document)


def parse_article(document: Document) -> Parsed:
    """Read any page as an article; one that is plainly a list gives its links."""
    raise_wall(document)
    title = title_of(document)
    node = main_node(document.tree.body)
    body = body_text(document, node)
    if len(body) < MIN_RUNNING or listing.is_list(document, body):
        listed = listing.parse_list(document, classify)
        if len(listed.links) >= 10:
            return listed
    before, after = surroundings(document, title, body)
    if title is None or is_site_name(title):
        title = title_line(before, body) or title
    published = (
        time_near(document, before, after, body)
        or time_in_body(document, body)
        or _htmldate(document)
        or time_in_stamp(document, before, title)
    )
    return build_article(
        document,
        body,
        title=title,
        published=published,
        byline=None,
        source=meta_source(document),
        images=images_of(node, document.url, "data-src", "data-original"),
        further=further_pages(document),
        url=canonical_url(document.page.url),
        around="\n".join(filter(None, (_as_label(meta_author(document)), before, after))),
    )


def body_text(document: Document, node: LexborNode | None) -> str:
    """The copy, by two readers: running text, of which `node` holds most, keeps copy in tables that
    trafilatura loses; trafilatura finds copy that is shorter than the teasers around it. Where they agree in
    substance the first stands."""
    own = document.copy_of(node, skip_noise) if node is not None else ""
    if _is_heavy(document):
        return own
    if len(own) >= MIN_RUNNING:
        return own
    found = trafilatura.extract(
        document.markup,
        url=document.page.url,
        include_comments=False,
        include_tables=False,
        deduplicate=False,
    )
    library = clean_lines(found or "")
    return library if len(library) > 1.5 * len(own) else own


def _is_heavy(document: Document) -> bool:
    return len(document.markup) > MAX_FOR_LIBRARY or document.element_count > MAX_ELEMENTS_FOR_LIBRARY


def _htmldate(document: Document) -> str | None:
    if _is_heavy(document):
        return None
    try:
        found = htmldate.find_date(
            document.markup,
            url=document.page.url,
            original_date=True,
            extensive_search=False,
            max_date=(document.page.fetched_at + dt.timedelta(days=1)).date().isoformat(),
        )
    except Exception:  # htmldate raises what lxml raises on broken trees; no date is then known
        return None
    return parse_time(found, document.page.fetched_at)


def _as_label(author: str | None) -> str | None:
    return f"作者：{author}" if author else None
