"""Owns 红豆社区 (hongdou.gxnews.com.cn). Its structure was read in others' code, seen on no page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlunsplit

from selectolax.lexbor import LexborNode

from crawlers.dates import is_relative, parse_time
from crawlers.page import Page
from crawlers.platforms.address import clean_url, host_of, path_of, split_url, start_links_by_day
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.guard import guarded
from crawlers.platforms.node_text import body_of, images_of, line_of
from crawlers.platforms.walls import raise_wall
from pipeline.city import Site
from pipeline.floors import each_floor_once, repeated_floors
from pipeline.records import Link, PageKind, Parsed, Post, Quote, ThreadPage

NAME = "hongdou"
OPTIONS = {"posts_per_page": "每页楼层数，默认 15；只在页面不显示楼层号时用得上"}
MAX_PAGES = 2000
POSTS_PER_PAGE = 15  # of a thread, where the posts give no floor

_BOARD = re.compile(r"/viewforum-(\d+)(?:-(\d{1,7}))?\.html?$")
_THREAD = re.compile(r"/viewthread-(\d+)(?:-(\d{1,7}))?\.html?$")
_PAGER = re.compile(r"第\s*(\d{1,7})\s*/\s*(\d{1,7})\s*页")
_HEAD = re.compile(r"^\s*标题\s*[:：]\s*(.*?)\s*(?:[（(]\s*您是第.*)?$", re.S)
_POSTED = re.compile(r"发表于\s*((?:19|20)\d\d-\d{1,2}-\d{1,2}\s+\d{1,2}:\d\d(?::\d\d)?)")
_FLOOR = re.compile(r"第\s*(\d{1,6})\s*(?:楼|层|帖)|(\d{1,6})\s*楼")
_EDITED = re.compile(
    r"(?:最后编辑|编辑于|本帖最后由.*?于)\s*[:：]?\s*((?:19"
    r"|20)\d\d-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d\d(?::\d\d)?)?)"
)

# "引用 张三 的发言：", "原帖由 张三 于 2017-9-7 08:05 发表", "张三 说："; then the quoted words.
_QUOTED = re.compile(
    r"^(?:引用|回复)?\s*(?:[:：]\s*)?(?:原帖由\s*)?([^\s:：]{1,30})\s{0,9}(?:于.{0,30}?)?的?\s{0,9}(?:发言|发表|帖子|写道|说)"
    r"(?:的|于[^\n]*)?\s*[:：]?"
)
_ANONYMOUS = re.compile(r"匿名|游客")


def canonical_url(url: str, site: Site | None = None) -> str:
    """Page 1 of a thread has two addresses: `viewthread-5.html` and `viewthread-5-1.html`."""
    parts = split_url(clean_url(url, keep_query=False))
    if not parts.netloc:
        return clean_url(url)
    path = re.sub(r"(/view(?:thread|forum)-\d+)(?:-0*1)?\.html?$", r"\1.html", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def classify(url: str, site: Site | None = None) -> PageKind:
    path = path_of(url)
    if _THREAD.search(path):
        return "thread"
    return "list" if _BOARD.search(path) or path in ("", "/", "/index.html", "/index.htm") else "other"


def start_links(site: Site, first_day: dt.date | None, last_day: dt.date | None) -> list[Link]:
    return start_links_by_day(site, classify, first_day, last_day)


def parse(page: Page) -> Parsed:
    return guarded(_parse, page, classify(page.url, page.site))


def matches(page: Page) -> bool:
    if host_of(page.url).endswith("hongdou.gxnews.com.cn"):
        return True
    body = page.body
    return b"nomalThread" in body or (b"postbit" in body and b"viewmessage" in body)


def _parse(document: Document) -> Parsed:
    if classify(document.page.url) == "thread" or document.first("div.postbit") is not None:
        return _parse_thread(document)
    return _parse_board(document)


def _pager(document: Document) -> tuple[int | None, int | None]:
    match = _PAGER.search(body_of(document.tree.body))
    return (int(match.group(1)), int(match.group(2))) if match else (None, None)


# ---------------------------------------------------------------- boards


def _parse_board(document: Document) -> Parsed:
    address = _BOARD.search(path_of(document.page.url))
    asked = int(address.group(2) or 1) if address else 1
    current, pages = _pager(document)
    if current is not None and current != asked:
        return Parsed(kind="list", outcome="duplicate", detail=f"请求第 {asked} 页，页面是第 {current} 页")
    board = line_of(document.first(".forumname", "#forumname", ".nav a[href*=viewforum]:last-of-type"))
    links: dict[str, Link] = {}
    # `nomalThread` is the site's own spelling.
    for anchor in document.css(
        "#nomalThread .threadbit1 a[href*=viewthread], .threadbit1 a[href*=viewthread]"
    ):
        url = document.url(anchor.attributes.get("href"))
        match = _THREAD.search(path_of(url)) if url else None
        title = line_of(anchor)
        if url is None or match is None or not title or title.isdigit():
            continue  # the small numbers behind a title are its pages
        row = _row(anchor)
        links.setdefault(
            match.group(1),
            Link(
                url=canonical_url(url),
                kind="thread",
                signature=_signature(row, title),
                title=title,
                context={"board": board} if board else {},
            ),
        )
    boards: dict[str, Link] = {}
    for anchor in document.css("a[href*=viewforum]"):
        url = document.url(anchor.attributes.get("href"))
        match = _BOARD.search(path_of(url)) if url else None
        name = line_of(anchor)
        if (
            url
            and match
            and name
            and not match.group(2)
            and not (address and match.group(1) == address.group(1))
        ):
            boards.setdefault(match.group(1), Link(url=url, kind="list", title=name, context={"board": name}))
    follow = []
    if address and current and pages and current < pages:
        url = document.url(f"/viewforum-{address.group(1)}-{current + 1}.html")
        follow = [Link(url=url, kind="list", context={"board": board} if board else {})] if url else []
    if not links and (address or not boards):
        raise_wall(document)
        return Parsed(kind="list", outcome="empty_list", detail="版块里没有一行主题")
    return Parsed(
        kind="list", outcome="listed", links=[*links.values(), *([] if address else boards.values()), *follow]
    )


def _row(anchor: LexborNode) -> LexborNode:
    node = anchor
    while node.parent is not None and "threadbit1" not in (node.attributes.get("class") or "").split():
        node = node.parent
    return node


def _signature(row: LexborNode, title: str) -> str | None:
    """Everything countable of a row but its views cannot be told apart on a page never seen, so the row's
    numbers and absolute dates stand together: it changes too often rather than too seldom."""
    text = (line_of(row) or "").replace(title, " ", 1)
    if is_relative(text):
        return None
    numbers = re.findall(r"\d+(?:[-/:]\d+)*", text)
    return "|".join(numbers)[:200] or None


# ---------------------------------------------------------------- threads


def _parse_thread(document: Document) -> Parsed:
    head = document.first(".thead")
    address = _THREAD.search(path_of(document.page.url))
    if head is None:
        raise_wall(document)
        raise Unreadable("not_found", (line_of(document.tree.body) or "页面里没有主题")[:200])
    if address is None:
        raise Unreadable("error_page", "地址里没有主题编号")
    match = _HEAD.match(line_of(head) or "")
    title = match.group(1) if match else line_of(head) or ""
    asked = int(address.group(2) or 1)
    current, pages = _pager(document)
    page = current or asked
    posts = list(_posts(document, page))
    if not posts:
        raise Unreadable("error_page", "主题页里没有一个帖子")
    site = document.page.site
    views = re.search(r"您是第\s*(\d{1,9})", line_of(head) or "")
    url = document.page.url
    own = canonical_url(_with_page(url, page))
    thread = ThreadPage(
        forum=site.outlet if site else "",
        board=line_of(document.first(".nav a[href*=viewforum]", "a[href*=viewforum]")),
        tid=address.group(1),
        url=own,
        title=title,
        page=page,
        pages=max(pages or 1, page),
        posts=each_floor_once(posts),
        views=int(views.group(1)) if views else None,
    )
    links = [
        Link(url=_with_page(url, number), kind="thread")
        for number in range(page + 1, min(thread.pages, page + MAX_PAGES) + 1)
    ]
    notes = [f"请求第 {asked} 页，页面是第 {page} 页" if asked != page else "", repeated_floors(posts)]
    detail = "；".join(filter(None, notes)) or None
    return Parsed(kind="thread", outcome="stored", thread=thread, links=links, detail=detail)


def _with_page(url: str, page: int) -> str:
    return re.sub(r"(/viewthread-\d+)(?:-\d+)?(\.html?)", rf"\g<1>-{page}\g<2>", url)


def _posts(document: Document, page: int) -> Iterator[Post]:
    per_page = int(document.options.get("posts_per_page") or POSTS_PER_PAGE)
    floor = (page - 1) * per_page
    for node in document.css("div.postbit"):
        table = node.css_first("table.posttable") or node
        if table.css_first(".viewmessage") is None and table.css_first("[id*=postmenu]") is None:
            continue
        stamp = line_of(table.css_first("td[width='230']")) or line_of(table.css_first(".alt1 [align=right]"))
        if not stamp or "发表于" not in stamp:
            stamp = line_of(node) or ""
        posted = _POSTED.search(stamp)
        shown = _FLOOR.search(stamp[posted.end() :] if posted else stamp[:200])
        floor = int(shown.group(1) or shown.group(2)) if shown else floor + 1
        body = table.css_first(".viewmessage")
        identity = re.search(
            r"(\d{3,})", (table.css_first("[id*=postmenu]") or node).attributes.get("id") or ""
        )
        edited = _EDITED.search(line_of(body) or "")
        quote = _quote(body)
        yield Post(
            floor=floor,
            author=_author(table),
            time=parse_time(posted.group(1) if posted else stamp, document.page.fetched_at),
            text=None if body is None or _is_blocked(body) else body_of(body, _is_noise),
            pid=identity.group(1) if identity else None,
            quote=quote,
            edited=parse_time(edited.group(1), document.page.fetched_at) if edited else None,
            images=images_of(body, document.url, "data-original"),
        )


def _is_blocked(body: LexborNode) -> bool:
    """A post that the site blocked shows a notice in place of its words."""
    notice = body.css_first(".locked")
    return notice is not None and not body_of(body, lambda node: _is_noise(node) or _is_locked(node))


def _is_locked(node: LexborNode) -> bool:
    return "locked" in (node.attributes.get("class") or "").split()


def _is_noise(node: LexborNode) -> bool:
    return bool({"quote", "jammer", "tip"} & set((node.attributes.get("class") or "").split()))


def _quote(body: LexborNode | None) -> Quote | None:
    node = body.css_first(".quote") if body is not None else None
    text = body_of(node)
    if not text:
        return None
    match = _QUOTED.match(text)
    if match:
        author = match.group(1)
        return Quote(author=None if _ANONYMOUS.match(author) else author, text=text[match.end() :].strip())
    return Quote(text=text)


def _author(table: LexborNode) -> str | None:
    for selector in ("[id*=postmenu] a", "[id*=postmenu]", ".green", "td.alt2 a", "td.alt2"):
        name = line_of(table.css_first(selector))
        if name:
            name = name.split(" ")[0][:40]
            return None if _ANONYMOUS.match(name) else name
    return None
