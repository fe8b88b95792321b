"""Owns sites of lists and articles as TRS and its like make them: governments, bureaus, news portals.

Without the options that name selectors, the marks of TRS and then running text decide.
"""

from __future__ import annotations

import datetime as dt
import re

from selectolax.lexbor import LexborNode

from crawlers.dates import parse_time
from crawlers.page import Page
from crawlers.platforms import general, listing
from crawlers.platforms.address import clean_url, path_of, start_links_by_day
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
from crawlers.platforms.content import noise_of
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.further import further_pages
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import images_of, line_of
from crawlers.platforms.walls import raise_wall
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "trs"
OPTIONS = {
    **listing.OPTIONS,
    "body": "正文的 CSS 选择器",
    "title": "标题的 CSS 选择器",
    "time": "发布时间的 CSS 选择器",
    "source": "来源的 CSS 选择器",
}

# TRS's own container first; the string TRS_Editor also stands in styles and scripts, so only elements count.
_BODIES = (
    "div.TRS_Editor",
    ".TRS_Editor",
    "div.trs_editor_view",
    ".trs_web_editor",
    "#UCAP-CONTENT",
    "div.Custom_UnionStyle",
    ".TRS_UEDITOR",
    "#zoom",
    "#Zoom",
    "#fontzoom",
    ".pages_content",
    ".article-body",
    "#news_content",
    ".xl_content",
)
_ARTICLE = re.compile(r"/(?:t\d{6,}(?:_\d+)?|\d{6,}|(?:art|c|content)_\w+|content|art\w*)\.s?html?$", re.I)


def canonical_url(url: str, site: Site | None = None) -> str:
    """TRS addresses need no query; `index.shtml` is the folder."""
    cleaned = clean_url(url)
    if re.search(r"/t\d{6,}(?:_\d+)?\.s?html?\?", cleaned):
        cleaned = clean_url(url, keep_query=False)
    return re.sub(r"/index\.s?html?$", "/", cleaned)


def classify(url: str, site: Site | None = None) -> PageKind:
    if _ARTICLE.search(path_of(url)):
        return "article"
    return general.classify(url, site)


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, classify(page.url, page.site))


def matches(page: Page) -> bool:
    """The marks of TRS WCM: its meta tags or its editor's container."""
    head = page.body[: 256 * 1024]
    if re.search(rb'<meta\s+name=["\']?(?:ArticleTitle|PubDate|ColumnName|SiteIDCode)\b', head, re.I):
        return True
    return bool(re.search(rb"class=[\"']?(?:TRS_Editor|trs_editor_view|TRS_UEDITOR)\b", page.body))


def _parse(document: Document) -> Parsed:
    if document.kind == "list" and document.meta("ArticleTitle") is None:
        return listing.parse_list(document, classify)
    return _parse_article(document)


def _parse_article(document: Document) -> Parsed:
    options = document.options
    node = _body_node(document, options.get("body"))
    if node is None:
        return general.parse_article(document)
    is_noise = noise_of(node)
    body = document.copy_of(node, lambda each: is_noise(each) and not _is_editor(each))
    if len(body) < 10:
        raise_wall(document)
    title = _selected(document, options.get("title")) or title_of(document)
    before, after = surroundings(document, title, body)
    published = parse_time(_selected(document, options.get("time")), document.page.fetched_at)
    source = _selected(document, options.get("source")) or meta_source(document)
    author = meta_author(document)
    return build_article(
        document,
        body,
        title=title,
        published=published
        or time_near(document, before, after, body)
        or time_in_body(document, body)
        or time_in_stamp(document, before, title),
        source=re.sub(r"^来源\s*[:：]\s*", "", source) if source else None,
        column=document.meta("ColumnName"),
        images=images_of(node, document.url, "oldsrc-absolute", "data-src"),
        further=further_pages(document),
        url=canonical_url(document.page.url),
        around="\n".join(filter(None, (f"作者：{author}" if author else None, before, after))),
    )


def _body_node(document: Document, selector: str | None) -> LexborNode | None:
    if selector:
        node = _first(document, selector)
        if node is None:
            raise Unreadable("parse_failed", f"站点配置里的正文选择器 {selector} 没有找到正文")
        return node
    for candidate in _BODIES:
        nodes = document.css(candidate)
        if len(nodes) > 1:
            return max(nodes, key=lambda node: len(node.text() or ""))
        if nodes:
            return nodes[0]
    return None


def _is_editor(node: LexborNode) -> bool:
    return "TRS_Editor" in (node.attributes.get("class") or "")


def _selected(document: Document, selector: str | None) -> str | None:
    return line_of(_first(document, selector)) if selector else None


def _first(document: Document, selector: str) -> LexborNode | None:
    try:
        return document.first(selector)
    except Exception as error:
        raise Unreadable("parse_failed", f"站点配置里的选择器 {selector} 写错了：{error}") from error
