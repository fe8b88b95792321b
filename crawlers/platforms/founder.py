"""Owns digital papers made with Founder's tools: front pages, editions and articles, old and new layout."""

from __future__ import annotations

import datetime as dt
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.dates import parse_time
from crawlers.page import Page
from crawlers.platforms.address import clean_url, path_of, start_links_by_day
from crawlers.platforms.article import build_article
from crawlers.platforms.document import Document, body_of, guarded, images_of, line_of
from crawlers.platforms.walls import raise_wall
from crawlers.text import clean_line
from crawlers.title import strip_site
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

NAME = "founder"

_EDITION = re.compile(r"/(?:node_\w+|nbs\.D\d+\w*|nw\.D\d+_\w+node\w*)\.s?html?$", re.I)
_ARTICLE = re.compile(r"/(?:content_\w+|nw\.D\d+\w*(?:-\w+)*)\.s?html?$", re.I)
_FRONT = re.compile(r"/(?:(?:paper)?index\.s?html?|paperindex\.\w+)?$", re.I)
_DAY = re.compile(r"/((?:19|20)\d\d)-?([01]\d)/([0-3]\d)/")
_NUMBER = re.compile(
    r"第?\s*([A-Za-z]?\s*\d{1,3}"
    r"|[一二三四五六七八九十]{1,3})\s*版\s*[:：]?\s*([^\s|｜<>]{0,12}(?:\s[^\s|｜<>\d第]{1,4})?)"
)
_PROPERTY = (re.compile(r"<!--\s*enpproperty\b", re.I), re.compile(r"enpproperty\s*-->", re.I))
_FIELD = re.compile(r"<(?:founder-)?(\w+)>(.*?)</(?:founder-)?\1>", re.S | re.I)
_CONTENT = (re.compile(r"<!--\s*enpcontent\s*-->", re.I), re.compile(r"<!--\s*/\s*enpcontent\s*-->", re.I))
MAX_PROPERTIES = 20_000  # characters of the comment that are read
_GO_TO = re.compile(
    r"(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:="
    r"|\.replace\()\s*['\"]([^'\"]{3,200})['\"]",
    re.I,
)


def canonical_url(url: str, site: Site | None = None) -> str:
    """Without the query: the same article is linked as `?div=0` and as `?div=-1`."""
    return clean_url(url, keep_query=False)


def classify(url: str, site: Site | None = None) -> PageKind:
    path = path_of(url)
    if _EDITION.search(path):
        return "list"
    if _ARTICLE.search(path):
        return "article"
    if not path or _FRONT.search(path):
        return "list"
    return "other"


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
    if target is not None:
        link = Link(url=target, kind=classify(target, document.page.site))
        return Parsed(kind="list", outcome="redirected", links=[link], detail=f"首页转到 {target}")
    body = _body(document)
    is_edition = document.first("#pageLink", "map[name=PagePicMap]", "#titleList") is not None
    if kind == "article" or (kind == "other" and body and not is_edition):
        return _parse_article(document, body)
    return _parse_edition(document)


def _refresh_target(document: Document) -> str | None:
    """A front page is a `<meta refresh>` (or a script's location) to the newest day's first edition."""
    for node in document.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            match = re.search(r"url\s*=\s*['\"]?([^'\";\s]+)", node.attributes.get("content") or "", re.I)
            target = document.url(match.group(1)) if match else None
            if target and canonical_url(target) != canonical_url(document.page.url):
                return target
    if document.first("#pageLink", "#ozoom", "founder-content", "a[href*=content_]") is None:
        match = _GO_TO.search(document.markup)
        return document.url(match.group(1)) if match else None
    return None


# ---------------------------------------------------------------- editions


def _parse_edition(document: Document) -> Parsed:
    """The articles of an edition with its number and name, and all editions of the day.

    The first article of the first edition is the paper's 头条: Founder lists a page in its layout's order.
    """
    day = _day_of(document)
    site = document.page.site
    number, name = _edition_of(document)
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
    if not links and _EDITION.search(path_of(document.page.url)):
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
        if url is None or not _EDITION.search(path_of(url)) or _day_in(url) != _day_in(document.page.url):
            continue
        if canonical_url(url) == own:
            continue
        match = _NUMBER.search(line_of(anchor) or "")
        context: dict[str, str | bool] = {}
        if match:
            context["page"] = _page_number(match.group(1))
            if name := _page_name(match.group(2)):
                context["page_name"] = name
        found.setdefault(
            canonical_url(url), Link(url=canonical_url(url), kind="list", published=day, context=context)
        )
    return list(found.values())


def _edition_of(document: Document) -> tuple[str | None, str | None]:
    """Number and name of the edition that a page shows: new layout `#nowLayout`; old layout in the one of
    the links to all editions that points back at this page, else in a heading."""
    new = line_of(document.first("#nowLayout"))
    if new:
        name = line_of(document.first("#nowLayoutName, #layoutName"))
        return _page_number(new), name
    own = canonical_url(document.page.url)
    for anchor in document.css("#pageLink"):
        url = document.url(anchor.attributes.get("href"))
        match = _NUMBER.search(line_of(anchor) or "")
        if url and match and canonical_url(url) == own:
            return _page_number(match.group(1)), _page_name(match.group(2))
    for node in document.css(".banci, .default, .dd, strong, td, .ban, .bc, .bctitle, .layout"):
        if node.css_first("#pageLink") is not None:
            continue
        text = line_of(node) or ""
        match = _NUMBER.search(text)
        if match and len(text) <= 40:
            return _page_number(match.group(1)), _page_name(match.group(2))
    return None, None


def _page_number(text: str) -> str:
    text = re.sub(r"\s", "", text)
    return f"{text.zfill(2) if text.isdigit() else text}版"


def _page_name(text: str) -> str | None:
    """ "综 合" is 综合: papers space out names of two characters."""
    return re.sub(r"\s", "", text).strip(":：-—") or None


# ---------------------------------------------------------------- articles


def _parse_article(document: Document, body: str) -> Parsed:
    properties = _properties(document)
    kicker, title, subtitle = _headings(document)
    title = title or properties.get("title") or strip_site(document.title_tag)
    number, name = _edition_of(document)
    if number is None and properties.get("pagenum"):
        number = _page_number(properties["pagenum"])
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
        kicker=kicker or properties.get("introtitle"),
        subtitle=subtitle or properties.get("subtitle"),
        # The day of the edition is the day of publication; the comment's clock is that of the make-up.
        published=_day_of(document, properties),
        byline=author,
        page=number,
        page_name=name or properties.get("pagename"),
        column=properties.get("column") or None,
        images=images_of(frame, document.url),
        url=canonical_url(document.page.url),
        around=_info(document),
    )


def _body(document: Document) -> str:
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


def _day_in(url: str) -> tuple[str, ...] | None:
    match = _DAY.search(url)
    return match.groups() if match else None


def _day_of(document: Document, properties: dict[str, str] | None = None) -> str | None:
    fetched_at = document.page.fetched_at
    day = _day_in(document.page.url)
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
