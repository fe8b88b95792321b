"""Owns list pages of news and government sites: rows of link and date, and the next page.

Without the option `list`, the rows are the group of links with dates beside them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from selectolax.lexbor import LexborNode

from crawlers.dates import parse_time
from crawlers.platforms.address import clean_url, host_of, join_url, path_of
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.node_text import body_of, line_of
from crawlers.platforms.walls import raise_wall
from crawlers.title import strip_site
from pipeline.city import Site
from pipeline.records import Link, PageKind, Parsed

OPTIONS = {
    "list": "列表条目或其链接的 CSS 选择器，如 div.rightDiv > ul > li；不写则取旁边带日期的一组链接",
    "date": "条目里日期的 CSS 选择器",
    "next": "“下一页”链接的 CSS 选择器",
    "column": "这份列表的栏目名；不写则取页面自己写的",
    "list_pages": "用 createPageHTML 翻页的列表最多翻几页，默认 500",
    "follow": "正则表达式，条目的网址要匹配它才跟",
}

MAX_LINKS = 1000
MIN_ROWS = 12  # of a list on a page whose address does not say that it is one
MAX_BESIDE = 200  # characters beside the link in a row with a date
MAX_ROW = 2000  # characters of a row that are searched for its date
MIN_TITLE = 5  # characters; shorter links are navigation

_DATE = re.compile(
    r"(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?)"
    r"|[\[(（【]\s*\d{1,2}[-/月]\d{1,2}日?\s*[\])）】]|(?<!\d)\d{1,2}[-/]\d{1,2}(?!\d)\s*$"
    r"|(?<!\d)\d{1,2}月\d{1,2}日"
)
CREATE_PAGE = re.compile(
    r"createPageHTML\s*\(\s*['\"]?(\d+)['\"]?\s*,\s*['\"]?(\d+)['\"]?\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]",
    re.I,
)
_NEXT = re.compile(r"^(?:下一?页|下页|后一页|next|›|»|>|>>|下一页\s*[>›»]*)$", re.I)
_MORE = re.compile(r"^(?:更多|more|首页|上一页|尾页|末页|返回|查看|详细|\[?详情\]?)", re.I)


def parse_list(document: Document, classify: Callable[[str, Site | None], PageKind]) -> Parsed:
    """The entries of a list page and the link to its next page."""
    site = document.page.site
    options = document.options
    selector = options.get("list")
    rows = _selected(document, selector) if selector else _found(document)
    column = options.get("column") or _column(document)
    pattern = re.compile(options["follow"]) if options.get("follow") else None
    links: dict[str, Link] = {}
    for anchor, row in rows[:MAX_LINKS]:
        url = document.url(anchor.attributes.get("href"))
        if url is None or not _same_site(url, document, site):
            continue
        if pattern is not None and not pattern.search(url):
            continue
        kind = classify(url, site)
        if kind == "other" or (kind == "list" and not selector):
            continue
        published = _row_date(document, anchor, row, options.get("date"))
        title = _row_title(anchor)
        links.setdefault(
            clean_url(url),
            Link(
                url=url,
                kind=kind,
                published=published,
                signature=published,
                title=title,
                context={"column": column} if column else {},
            ),
        )
    if not links:
        raise_wall(document)
        why = f"选择器 {selector} 没有找到条目" if selector else "列表页里没有条目"
        return Parsed(kind="list", outcome="empty_list", detail=why)
    return Parsed(kind="list", outcome="listed", links=[*links.values(), *next_links(document, options)])


def is_list(document: Document, body: str) -> bool:
    """Is a page whose address says nothing a list? Its running text then stands in many like rows, each with
    its link; an article's stands outside of links, whatever lists stand around it."""
    rows = _repeated(document)
    if len(rows) < MIN_ROWS:
        return False
    lines = {line for line in body.split("\n") if len(line) >= 8}
    listed = {line for _, row in rows for line in body_of(row).split("\n")}
    inside = sum(len(line) for line in lines if line in listed)
    return inside > 0.5 * sum(map(len, lines))


def _repeated(document: Document) -> list[tuple[LexborNode, LexborNode]]:
    """The largest group of like siblings (same tag, same first class) that each hold a link."""
    groups: dict[tuple[int, str, str], dict[int, tuple[LexborNode, LexborNode]]] = defaultdict(dict)
    for anchor in document.css("a[href]")[:5000]:
        if len(line_of(anchor) or "") < 6:
            continue
        node = anchor
        for _ in range(8):
            parent = node.parent
            if parent is None or node.tag in ("body", "html"):
                break
            first_class = (node.attributes.get("class") or "").split()[:1]
            key = (parent.mem_id, node.tag or "", first_class[0] if first_class else "")
            groups[key].setdefault(node.mem_id, (anchor, node))
            node = parent
    large = [list(group.values()) for group in groups.values() if len(group) >= MIN_ROWS]
    return max(large, key=lambda group: sum(len(row.text() or "") for _, row in group), default=[])


def next_links(document: Document, options: dict[str, object] | None = None) -> list[Link]:
    """The next page of a list: TRS writes its pager by `createPageHTML(pages, current, "index", "shtml")`,
    where page 0 is index.shtml and page n is index_n.shtml; other sites link it."""
    options = options or {}
    match = CREATE_PAGE.search(document.markup)
    if match:
        pages, current, name, extension = (
            int(match.group(1)),
            int(match.group(2)),
            match.group(3),
            match.group(4),
        )
        shown = re.search(rf"{re.escape(name)}_(\d+)\.{extension}$", path_of(document.page.url))
        if shown:
            current = int(shown.group(1))
        limit = min(pages, int(str(options.get("list_pages") or 500)))
        if current + 1 < limit:
            url = join_url(document.page.url, f"{name}_{current + 1}.{extension}")
            return [Link(url=url, kind="list")] if url else []
        return []
    anchors = document.css(str(options["next"])) if options.get("next") else document.css("a[href]")
    for anchor in anchors:
        if options.get("next") or _NEXT.match(line_of(anchor) or ""):
            url = document.url(anchor.attributes.get("href"))
            if url and clean_url(url) != clean_url(document.page.url):
                return [Link(url=url, kind="list")]
    return []


def _selected(document: Document, selector: str) -> list[tuple[LexborNode, LexborNode]]:
    try:
        nodes = document.css(selector)
    except Exception as error:
        raise Unreadable("parse_failed", f"站点配置里的选择器 {selector} 写错了：{error}") from error
    pairs = []
    counts: dict[int, int] = {}
    for node in nodes[:MAX_LINKS]:
        anchor = node if node.tag == "a" else node.css_first("a[href]")
        if anchor is not None:
            pairs.append((anchor, _row_of(node, counts) if node.tag == "a" else node))
    return pairs


def _found(document: Document) -> list[tuple[LexborNode, LexborNode]]:
    """The links with a date beside them, of the list (the rows' common parent) that has most of them; without
    any dates the largest group of long links."""
    dated: dict[int, list[tuple[LexborNode, LexborNode]]] = defaultdict(list)
    plain: dict[int, list[tuple[LexborNode, LexborNode]]] = defaultdict(list)
    counts: dict[int, int] = {}
    for anchor in document.css("a[href]")[:5000]:
        text = line_of(anchor) or anchor.attributes.get("title") or ""
        if len(text) < MIN_TITLE or _MORE.match(text):
            continue
        row = _row_of(anchor, counts)
        parent = row.parent
        key = parent.mem_id if parent is not None else 0
        context = line_of(row, limit=len(text) + MAX_BESIDE + 100) or ""
        if len(context) <= len(text) + MAX_BESIDE and _DATE.search(context.replace(text, " ", 1) or context):
            dated[key].append((anchor, row))
        elif len(text) >= 8:
            plain[key].append((anchor, row))
    groups = [group for group in dated.values() if len(group) >= 2] or list(dated.values())
    if groups:
        return [pair for group in groups for pair in group]
    if repeated := _repeated(document):
        return repeated
    groups = [group for group in plain.values() if len(group) >= 4]
    return [pair for group in groups for pair in group]


def _row_of(anchor: LexborNode, counts: dict[int, int]) -> LexborNode:
    """The element that holds a link and what stands beside it. `counts` remembers how many links an element
    holds, because many links share it."""

    def links_in(node: LexborNode) -> int:
        if node.mem_id not in counts:
            counts[node.mem_id] = len(node.css("a[href]"))
        return counts[node.mem_id]

    node = anchor
    for _ in range(6):
        parent = node.parent
        if parent is None or parent.tag in ("body", "html"):
            break
        if node.tag in ("li", "tr", "dd", "dt"):
            return node
        if node is not anchor and links_in(parent) > links_in(node) + 1:
            return node
        node = parent
    return node


def _row_date(document: Document, anchor: LexborNode, row: LexborNode, selector: str | None) -> str | None:
    fetched_at = document.page.fetched_at
    if selector:
        found = row.css_first(selector)
        if found is None and row.parent is not None:
            found = row.parent.css_first(selector)
        time = parse_time(line_of(found), fetched_at)
        if time:
            return time
    title = line_of(anchor) or ""
    text = (line_of(row, limit=len(title) + MAX_ROW) or "").replace(title, " ", 1)
    match = _DATE.search(text) or _DATE.search(title[-24:])
    if match:
        return parse_time(match.group().strip("[]()（）【】 "), fetched_at)
    return None


def _row_title(anchor: LexborNode) -> str | None:
    shown = line_of(anchor) or ""
    full = (anchor.attributes.get("title") or "").strip()
    if full and (not shown or shown.endswith(("…", "...", "..")) or full.startswith(shown)):
        return line_of(anchor) if len(full) > 150 else full
    return re.sub(_DATE.pattern + r"\s*$", "", shown).strip("·•▪ \t") or shown or None


def _column(document: Document) -> str | None:
    said = document.meta("ColumnName")
    if said:
        return said
    title = strip_site(document.title_tag)
    return title if 2 <= len(title) <= 20 else None


def _same_site(url: str, document: Document, site: Site | None) -> bool:
    host = host_of(url)
    own = host_of(document.page.url)
    allowed = {own, *(site.hosts if site else [])}
    return host in allowed or host.removeprefix("www.") == own.removeprefix("www.")
