"""Owns edition pages of Founder's digital papers: number and name, the articles, the day's other editions."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawlers.platforms.address import path_of
from crawlers.platforms.document import Document
from crawlers.platforms.founder_address import EDITION, canonical_url, classify, day_in, day_of
from crawlers.platforms.node_text import line_of
from crawlers.platforms.walls import raise_wall
from pipeline.records import Link, Parsed

_NUMBER = re.compile(
    r"(?:第\s*)?((?:[A-Za-z]\s*)?\d{1,3}"
    r"|[一二三四五六七八九十]{1,3})\s*版\s*[:：]?\s*([^\s|｜<>]{0,12}(?:\s[^\s|｜<>\d第]{1,4})?)"
)


def parse_edition(document: Document) -> Parsed:
    """The articles of an edition with its number and name, and all editions of the day.

    The first article of the first edition is the paper's 头条: Founder lists a page in its layout's order.
    """
    day = day_of(document)
    site = document.page.site
    number, name = edition_of(document)
    context: dict[str, str | bool] = {}
    if number:
        context["page"] = number
    if name:
        context["page_name"] = name
    titles: dict[str, tuple[str, str | None]] = {}
    for anchor in _article_anchors(document):
        url = document.url(anchor.attributes.get("href"))
        if url is None or classify(url, site) != "article":
            continue
        key = canonical_url(url)
        title = line_of(anchor)
        if key not in titles or (title and not titles[key][1]):
            titles[key] = (url, title)
    order = {key: index for index, key in enumerate(titles)}
    listed = [key for key, (_, title) in titles.items() if title] or list(titles)
    links = []
    for key, (_, title) in sorted(titles.items(), key=lambda item: order[item[0]]):
        lead = key == listed[0] and number is not None and re.fullmatch(r"[Aa]?0*1版", number) is not None
        extra: dict[str, str | bool] = {"lead": True} if lead else {}
        links.append(
            Link(
                url=key,
                kind="article",
                published=day,
                signature=day,
                title=title,
                context={**context, **extra},
            )
        )
    editions = _edition_links(document, day)
    if not links and not editions:
        raise_wall(document)
        return Parsed(kind="list", outcome="empty_list", detail="版面页里没有文章，也没有其他版")
    if not links and EDITION.search(path_of(document.page.url)):
        return Parsed(kind="list", outcome="empty_list", links=editions, detail="版面页里没有文章")
    return Parsed(kind="list", outcome="listed", links=[*links, *editions])


def _article_anchors(document: Document) -> list[LexborNode]:
    chosen = document.css("#titleList li a[href], div.title li a[href]")
    chosen += document.css("map[name=PagePicMap] area[href], map[name=pagepicmap] area[href]")
    return chosen or document.css("a[href*=content_], area[href*=content_], a[href*='nw.D']")


def _edition_links(document: Document, day: str | None) -> list[Link]:
    found: dict[str, Link] = {}
    own = canonical_url(document.page.url)
    for anchor in document.css("#pageLink") or document.css("a[href*=node_], a[href*='nbs.D']"):
        url = document.url(anchor.attributes.get("href"))
        if url is None or not EDITION.search(path_of(url)) or day_in(url) != day_in(document.page.url):
            continue
        if canonical_url(url) == own:
            continue
        match = _NUMBER.search(line_of(anchor) or "")
        context: dict[str, str | bool] = {}
        if match:
            context["page"] = page_number(match.group(1))
            if name := _page_name(match.group(2)):
                context["page_name"] = name
        found.setdefault(
            canonical_url(url), Link(url=canonical_url(url), kind="list", published=day, context=context)
        )
    return list(found.values())


def edition_of(document: Document) -> tuple[str | None, str | None]:
    """Number and name of the edition that a page shows: new layout `#nowLayout`; old layout in the one of
    the links to all editions that points back at this page, else in a heading."""
    new = line_of(document.first("#nowLayout"))
    if new:
        name = line_of(document.first("#nowLayoutName, #layoutName"))
        return page_number(new), name
    own = canonical_url(document.page.url)
    for anchor in document.css("#pageLink"):
        url = document.url(anchor.attributes.get("href"))
        match = _NUMBER.search(line_of(anchor) or "")
        if url and match and canonical_url(url) == own:
            return page_number(match.group(1)), _page_name(match.group(2))
    for node in document.css(".banci, .default, .dd, strong, td, .ban, .bc, .bctitle, .layout"):
        if node.css_first("#pageLink") is not None:
            continue
        text = line_of(node) or ""
        match = _NUMBER.search(text)
        if match and len(text) <= 40:
            return page_number(match.group(1)), _page_name(match.group(2))
    return None, None


def page_number(text: str) -> str:
    text = re.sub(r"\s", "", text)
    return f"{text.zfill(2) if text.isdigit() else text}版"


def _page_name(text: str) -> str | None:
    """ "综 合" is 综合: papers space out names of two characters."""
    return re.sub(r"\s", "", text).strip(":：-—") or None
