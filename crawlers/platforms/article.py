"""Owns putting an article together: title, time, byline and source from what stands around a body."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

from crawlers.byline import byline_of, source_in, source_of
from crawlers.dates import parse_stamp, parse_time
from crawlers.platforms.document import Document
from crawlers.platforms.node_text import line_of
from crawlers.text import clean_line, cut_edges
from crawlers.title import printed_title, strip_site, unlabelled
from pipeline.records import Article, Link, Outcome, Parsed

MIN_BODY = 10  # characters; a picture's caption is shorter
MAX_STAMP = 100  # characters of a line that gives a relative date beside other facts
NEAR = 14  # lines before a body that are searched for its time and author

_META_TIME = str.split(
    "PubDate publishdate article:published_time og:release_date og:published_time weibo:article:create_at "
    "datePublished pubtime publish-date publication_date firstpublishedtime apub:time createDate"
    " dc.date.issued dc.date"
)
_META_SOURCE = ("ContentSource", "source", "article:source", "mediaid", "og:article:source")
_META_AUTHOR = ("Author", "article:author", "og:article:author", "dc.creator", "byl")
_DATE_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[-/]?([01]\d)[-/]?([0-3]\d)(?:/|[_-])|[/_t]((?:19|20)\d\d)([01]\d)([0-3]\d)_\d"
    r"|/((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})[/_-]"
)
_YEAR = re.compile(r"(?:(?:19|20)[\d０-９]{2}|[０-９]{4})\s*[-/.年－／]")
_YEAR_IN_LINE = re.compile(rf"[^\n]{{0,300}}?{_YEAR.pattern}[^\n]{{0,40}}")
_UNPLAIN = re.compile(r"[\W_]+")
_LABELLED_TIME = re.compile(
    r"(?:(?:发布|发表|发稿|更新|公开|上传|添加|成文)\s*)?(?:时间|日期)|发布于|发表于|posted|Date", re.I
)
_FACT = re.compile(r"发[布表稿]|更新|时间|日期|来[源自]|稿源|作者|编辑|阅读|浏览|点击")
_HOUR = re.compile(r"\d[:：]\d\d")

_POSTED = re.compile(r"(?:发[表布]于|发[表布]时间|发布日期)\s*[:：]?\s*(?:19|20)\d\d")


def build_article(
    document: Document,
    body: str,
    *,
    title: str | None = None,
    published: str | None = None,
    byline: str | None = None,
    source: str | None = None,
    kicker: str | None = None,
    subtitle: str | None = None,
    page: str | None = None,
    page_name: str | None = None,
    column: str | None = None,
    images: list[str] | None = None,
    links: list[Link] | None = None,
    further: list[str] | None = None,
    url: str,
    around: str = "",
) -> Parsed:
    """One article and its outcome. `around` is the text beside the body (info line, tails), where byline and
    source are read if the caller has none. `no_date` keeps the record; `too_short` lands none."""
    body, cut = cut_edges(body, title)
    beside = f"{around}\n{cut}"
    outlet = document.page.site.outlet if document.page.site else ""
    article = Article(
        outlet=outlet,
        url=url,
        title=title or "",
        body=body,
        published=published,
        kicker=kicker,
        subtitle=subtitle,
        byline=byline or byline_of(body, beside),
        source=source or source_of(beside) or _source_in(body, outlet),
        page=page,
        page_name=page_name,
        column=column,
        images=images or [],
    )
    if len(body) < MIN_BODY and not (article.title and article.images):
        detail = f"正文只有 {len(body)} 字"
        return Parsed(kind="article", outcome="too_short", links=links or [], detail=detail)
    outcome: Outcome = "stored" if published else "no_date"
    return Parsed(kind="article", outcome=outcome, article=article, links=links or [], further=further or [])


def _source_in(body: str, outlet: str) -> str | None:
    """What the copy says of its source, unless it is the outlet itself."""
    found = source_in(body)
    return found if found != outlet else None


def title_of(document: Document) -> str | None:
    """The title as `_titled` finds it, without the label that some forums print before it."""
    title = _titled(document)
    return (unlabelled(title) or None) if title else title


def _titled(document: Document) -> str | None:
    """The title without the site's name: what the page says in a meta tag, else the heading that the <title>
    begins with, else the <title> without its trailing names."""
    said = document.meta("ArticleTitle")
    if said:
        return clean_line(re.sub(r"</?[a-zA-Z][^<>]{0,60}>", " ", said))
    tag = document.title_tag
    tag_plain = _plain(tag)
    headings = [
        text
        for node in document.css(
            "h1, h2, h3, [class*=title], [id*=title], [class*=Title], [id*=Title], [class*=bt]"
        )[:80]
        if node.tag != "title" and (text := line_of(node)) and 4 <= len(text) <= 120
    ]
    inside = [text for text in headings if len(_plain(text)) >= 5 and tag_plain.startswith(_plain(text))]
    if inside:
        return max(inside, key=len)
    within = [
        text
        for node in document.css("h1, h2, h3")[:40]
        if (text := line_of(node)) and len(_plain(text)) >= 8 and _plain(text) in tag_plain
    ]
    if within:
        return max(within, key=len)
    social = document.meta("og:title", "twitter:title")
    shown = printed_title(social or tag, itertools.chain.from_iterable(document.lines()))
    stripped = shown or strip_site(social or tag)
    inside = [text for text in headings if _plain(stripped) and _plain(text).startswith(_plain(stripped))]
    if inside and len(_plain(stripped)) >= 6 and stripped.endswith(("…", "...")):
        return min(inside, key=len)  # a <title> that was cut off
    ones = [text for node in document.css("h1") if (text := line_of(node)) and len(text) >= 6]
    if len(ones) == 1 and not social and (len(ones[0]) > len(stripped) or _plain(ones[0]) not in _plain(tag)):
        return strip_site(ones[0])
    return stripped or (ones[0] if ones else None)


def surroundings(document: Document, title: str | None, body: str) -> tuple[str, str]:
    """The lines before and after the body on the page: from its title (or some lines before it) to its first
    line, and the lines that follow its last."""
    wanted = body.split("\n")
    page = _Lines(document.lines())
    plain_title = _plain(title) if title else ""
    heads = [plain for plain in map(_plain, wanted[:3]) if plain]
    # A body that repeats the title begins, for this, below it: what stands between the two belongs to both.
    head = heads[1] if len(heads) > 1 and heads[0] == plain_title else next(iter(heads), None)
    first = page.index(head, 0) if head else None
    if first is None:
        return "\n".join(page.upto(60)), ""
    last = page.index(next(filter(None, map(_plain, reversed(wanted)))), first)
    start = max(0, first - NEAR)
    if plain_title:
        for index in range(first, max(-1, first - 60), -1):
            if _holds(page.lines[index], plain_title):
                start = max(0, index - 3) if index < first else start
                break
    lines = page.upto(last + 9 if last is not None else first + 1)
    before = "\n".join(lines[start : first + 1]) if len(lines[first]) <= 60 else "\n".join(lines[start:first])
    after = "\n".join(lines[last + 1 : last + 9]) if last is not None else ""
    return before, after


class _Lines:
    """The lines of a page, read no further than they are asked for."""

    def __init__(self, batches: Iterator[list[str]]) -> None:
        self._more = batches
        self.lines: list[str] = []

    def upto(self, count: int) -> list[str]:
        while len(self.lines) < count and self._read():
            pass
        return self.lines[:count]

    def index(self, wanted: str, start: int) -> int | None:
        """Where a line holds a wanted one (its first 40 characters), at `start` or behind."""
        key, index = wanted[:40], start
        while key and (index < len(self.lines) or self._read()):
            for line in self.lines[index:]:
                if _holds(line, key):
                    return index
                index += 1
        return None

    def _read(self) -> bool:
        batch = next(self._more, None)
        if batch is not None:
            self.lines += filter(None, batch)
        return batch is not None


def time_near(document: Document, before: str, after: str, body: str = "") -> str | None:
    """The publication time: of what the meta tags and the line near the title say the finer, where they mean
    the same day; then structured data, a line "发表于 …" that closes the body, the lines behind it (comments
    may begin there), the address."""
    fetched_at = document.page.fetched_at
    told = next((t for name in _META_TIME if (t := parse_time(document.meta(name), fetched_at))), None)
    seen = _time_in(before, document)
    if told:
        told = told.removesuffix("T00:00:00").removesuffix("T00:00")  # midnight sharp: only the day was known
    if told and seen:
        return seen if seen[:10] == told[:10] and len(seen) > len(told) else told
    if told or seen:
        return told or seen
    closing = [line for line in body.split("\n")[-6:] if len(line) <= 100 and _POSTED.search(line)]
    dated = _time_in_json(document) or _time_in("\n".join(closing), document) or _time_in(after, document)
    if dated:
        return dated
    addressed = time_in_address(document)
    stamped = time_in_stamp(document, before, None) if addressed else None
    return stamped if stamped and stamped[:10] == addressed else addressed


def _time_in(text: str, document: Document) -> str | None:
    """The first line with a full date wins; one with a clock before one without, labelled before bare."""
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(text.split("\n")):
        if len(line) > 300 or not _YEAR.search(line):
            continue
        for part in _YEAR_IN_LINE.findall(line)[:2]:
            time = parse_time(part, document.page.fetched_at)
            if time:
                rank = (0 if _LABELLED_TIME.search(part) else 1) + (0 if len(time) > 10 else 2)
                found.append((rank, number, time))
                break
    return min(found)[2] if found else None


def time_in_stamp(document: Document, before: str, title: str | None) -> str | None:
    """A relative date near the title ("6 天前", "昨天 10:20 来源：某报"), of the capture's time; a line with
    a label before a bare one. To be asked last: a box with the weather or with what is read most has such
    words too, so that one without an hour counts only beside a label, or alone on a line below the title."""
    lines = before.split("\n")
    below = next((n for n in range(len(lines) - 1, -1, -1) if title and title in lines[n]), len(lines))
    found = []
    for number, line in enumerate(lines):
        time = parse_stamp(line, document.page.fetched_at) if len(line) <= MAX_STAMP else None
        is_labelled = _FACT.search(line) is not None
        if time and (is_labelled or _HOUR.search(line) or (number > below and len(line.strip()) <= 6)):
            found.append((not is_labelled, number, time))
    return min(found)[2] if found else None


def _time_in_json(document: Document) -> str | None:
    for node in document.css("script[type='application/ld+json']")[:5]:
        try:
            data = json.loads(node.text() or "")
        except (ValueError, RecursionError):
            continue
        for entry in data if isinstance(data, list) else [data]:
            if isinstance(entry, dict):
                value = entry.get("datePublished") or entry.get("pubDate") or entry.get("dateCreated")
                if isinstance(value, str) and (time := parse_time(value, document.page.fetched_at)):
                    return time
    match = re.search(
        r"[\"']?(?:publish_?time|pub_?time|pub_?date|publish_?date"
        r"|datePublished)[\"']?\s*[:=]\s*[\"']([^\"']{8,30})[\"']",
        document.markup,
        re.I,
    )
    return parse_time(match.group(1), document.page.fetched_at) if match else None


def time_in_body(document: Document, body: str) -> str | None:
    """A short line with a date at the body's head, or at its end, where notices are signed and dated."""
    lines = body.split("\n")
    edges = [line for line in (*lines[:5], *lines[-4:]) if len(line) <= 60]
    return _time_in("\n".join(edges), document)


def time_in_address(document: Document) -> str | None:
    match = _DATE_IN_ADDRESS.search(document.page.url)
    if not match:
        return None
    return parse_time("-".join(part for part in match.groups() if part), document.page.fetched_at)


def meta_author(document: Document) -> str | None:
    """The author that a meta tag names, if it is a name: not a number, not the site, not a company."""
    text = document.meta(*_META_AUTHOR)
    if (
        not text
        or len(text) > 30
        or re.search(r"\d|网|公司|集团|新闻|日报|中心|admin|www|http|[a-z]{3}\.[a-z]", text, re.I)
    ):
        return None
    return text if re.search(r"[\u4e00-\u9fff]", text) else None


def meta_source(document: Document) -> str | None:
    text = document.meta(*_META_SOURCE)
    if not text:
        return None
    return re.sub(r"^(?:来源|稿源)\s*[:：]\s*|(?<!\s)\s*原创稿?$", "", text).strip() or None


def _holds(line: str, plain: str) -> bool:
    """Is a plain text part of a line? What is plain of a line that lacks a character of it is not made."""
    return all(map(line.__contains__, plain)) and plain in _plain(line)


def _plain(text: str) -> str:
    return _UNPLAIN.sub("", text)
