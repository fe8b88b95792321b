"""Owns article pages of Founder's digital papers: headings, body, the enpproperty comment."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.dates import parse_time
from crawlers.platforms.article import build_article
from crawlers.platforms.column import split_column
from crawlers.platforms.document import Document
from crawlers.platforms.founder_address import canonical_url, day_of
from crawlers.platforms.founder_edition import edition_of, page_number
from crawlers.platforms.node_text import body_of, images_of, line_of
from crawlers.platforms.walls import raise_wall
from crawlers.text import clean_line
from crawlers.title import strip_site
from pipeline.records import Parsed

_PROPERTY = (re.compile(r"<!--\s*enpproperty\b", re.I), re.compile(r"enpproperty\s*-->", re.I))
_FIELD = re.compile(r"<(?:founder-)?(\w+)>(.*?)</(?:founder-)?\1>", re.S | re.I)
_CONTENT = (re.compile(r"<!--\s*enpcontent\s*-->", re.I), re.compile(r"<!--\s*/\s*enpcontent\s*-->", re.I))
MAX_PROPERTIES = 20_000  # characters of the comment that are read


def parse_article(document: Document, body: str) -> Parsed:
    properties = _properties(document)
    kicker, title, subtitle = _headings(document)
    columns = document.options.get("columns") or []
    names = [columns] if isinstance(columns, str) else map(str, columns)
    column, kicker = split_column(kicker or properties.get("introtitle"), names)
    title = title or properties.get("title") or strip_site(document.title_tag)
    number, name = edition_of(document)
    if number is None and properties.get("pagenum"):
        number = page_number(properties["pagenum"])
    if not body:
        raise_wall(document)
    author = properties.get("author")
    if author and parse_time(author, document.page.fetched_at):
        author = None  # some papers put the date there, as the new layout does in #author
    frame = document.first("#ozoom", "#content", "founder-content", ".text_c")
    return build_article(
        document,
        body,
        title=title,
        kicker=kicker,
        subtitle=subtitle or properties.get("subtitle"),
        # The day of the edition is the day of publication; the comment's clock is that of the make-up.
        published=day_of(document, properties),
        byline=author,
        page=number,
        page_name=name or properties.get("pagename"),
        column=properties.get("column") or column,
        images=images_of(frame, document.url),
        url=canonical_url(document.page.url),
        around=_info(document),
    )


def body_text(document: Document) -> str:
    for selector in ("founder-content", "#ozoom", "#content", "#contenttext", ".article-content"):
        best = max((body_of(node, _is_heading) for node in document.css(selector)), key=len, default="")
        if len(best) >= 10:
            return best
    marked = _between(document.markup, *_CONTENT)
    return body_of(LexborHTMLParser(marked).body) if marked else ""


def _between(markup: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str | None:
    """What the last closing mark closes: from the first opening mark behind the closing mark before it."""
    ends = [match.start() for match in closing.finditer(markup)]
    if not ends:
        return None
    floor = ends[-2] + 1 if len(ends) > 1 else 0
    start = opening.search(markup, floor, ends[-1])
    return markup[start.end() : ends[-1]] if start else None


def _is_heading(node: LexborNode) -> bool:
    identity = node.attributes.get("id") or ""
    return identity in ("intro-title", "main-title", "sub-title", "author", "nowLayout", "NewsArticleTitle")


def _headings(document: Document) -> tuple[str | None, str | None, str | None]:
    """引题, title, 副题. Titles of the new layout may hold newlines; in the old one h3, h1, h2 stand in print
    order, and the title may stand in any of them if the others are empty."""
    if document.first("#main-title") is not None:
        parts = [line_of(document.first(f"#{name}")) for name in ("intro-title", "main-title", "sub-title")]
        return parts[0], parts[1], parts[2]
    frame = document.first(".text_c", ".text-c", "#articlecontent")
    if frame is not None:
        h1, h2, h3 = (line_of(frame.css_first(tag)) for tag in ("h1", "h2", "h3"))
        if h1:
            return h3, h1, h2
        if h2 or h3:
            return None, h2 or h3, None
    return None, line_of(document.first("#NewsArticleTitle", ".biaoti", ".bt", ".article-title", "h1")), None


def _properties(document: Document) -> dict[str, str]:
    """The fields of the last enpproperty comment, without the prefix `founder-`; values may hold newlines."""
    text = _between(document.markup, *_PROPERTY)
    if not text:
        return {}
    return {
        name.lower(): value
        for name, content in _FIELD.findall(text[:MAX_PROPERTIES])
        if (value := clean_line(re.sub(r"<[^>]*>", " ", content)))
    }


def _info(document: Document) -> str:
    return "\n".join(
        body_of(node) for node in document.css(".text_c h4, .info, .source, #source, .author")[:5]
    )
