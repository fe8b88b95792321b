"""Owns Discuz! lists: the index of boards and the threads of a board."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawlers.dates import is_relative, parse_time
from crawlers.platforms.discuz_address import MAX_PAGE, parse_address
from crawlers.platforms.document import Document
from crawlers.platforms.node_text import line_of, number_of
from pipeline.records import Link, Parsed

_ROWS = "tbody[id^=normalthread_], tbody[id^=stickthread_]"
_EMPTY = re.compile(r"尚无主题|没有主题|暂无主题|还没有帖子|暂无帖子")


def parse_index(document: Document) -> Parsed:
    links = board_links(document, document.css("a[href]"))
    if not links:
        return Parsed(kind="list", outcome="empty_list", detail="首页上没有版块")
    return Parsed(kind="list", outcome="listed", links=links)


def parse_board(document: Document) -> Parsed:
    """The rows of a board, its sub-boards and the next page.

    A page number that is too high answers 200 with page 1's rows, so the pager decides which page this is.
    """
    asked = parse_address(document.page.url).page
    current, total = current_page(document)
    touch = document.first(".threadlist") is not None and document.first("#threadlisttableid") is None
    if current is None and touch:
        current = asked
    if asked > 1 and asked != (current or 1):
        return Parsed(
            kind="list", outcome="duplicate", detail=f"请求第 {asked} 页，页面是第 {current or 1} 页"
        )
    name = board_name(document)
    rows = document.css(_ROWS)
    links = [link for row in rows if (link := _row_link(document, row, name))]
    if not links:
        links = _touch_links(document, name)
    own = parse_address(document.page.url).number
    boards = [
        link
        for link in board_links(
            document, document.css(".fl a[href], [id^=subforum] a[href], table.fl_tb a[href]")
        )
        if parse_address(link.url).number != own
    ]
    follow = _next_link(document, name, current or 1)
    if not links and not boards:
        text = line_of(document.first("#threadlist", ".threadlist")) or ""
        why = text[:100] if _EMPTY.search(text) else "列表里没有一行主题"
        return Parsed(kind="list", outcome="empty_list", detail=why)
    detail = f"共 {total} 页" if total else None
    return Parsed(kind="list", outcome="listed", links=[*links, *boards, *follow], detail=detail)


def board_links(document: Document, anchors: list[LexborNode]) -> list[Link]:
    """Boards among some anchors, each once, with its name; `boards` of the site's options narrows them."""
    wanted = {str(fid) for fid in (document.options.get("boards") or [])}
    found: dict[str, Link] = {}
    for anchor in anchors:
        url = document.url(anchor.attributes.get("href"))
        address = parse_address(url) if url else None
        if url is None or address is None or address.what != "board" or address.page > 1 or "filter=" in url:
            continue
        name = line_of(anchor)
        if not name or address.number is None or (wanted and address.number not in wanted):
            continue
        if address.number not in found:
            found[address.number] = Link(url=url, kind="list", title=name, context={"board": name})
    return list(found.values())


def board_name(document: Document) -> str | None:
    """From the heading of a board's list, or the last board in the path of a thread (`#pt`). In a thread the
    link in the heading is the type ("[投诉]"), which leads to the board with a filter."""
    heading = document.first("h1.xs2 a", ".forumdisplay-top h2")
    if heading is not None and (name := line_of(heading)):
        return re.sub(r"(?<!\s)\s*收藏.*$", "", name)
    for anchor in reversed(document.css("#pt a[href], .header h2 a[href]")):
        url = document.url(anchor.attributes.get("href"))
        if url and parse_address(url).what == "board" and "filter=" not in url:
            return line_of(anchor)
    return line_of(document.first(".header h2"))


def current_page(document: Document) -> tuple[int | None, int | None]:
    """The page that the pager marks, and how many there are; None where there is no pager.

    The pager of a post's comments (点评) has the same classes and `javascript:` links, so `.pg` inside a post
    does not count.
    """
    for pager in document.css("div.pg"):
        if is_comment_pager(pager):
            continue
        total: int | None
        current = number_of(line_of(pager.css_first("strong")))
        if current is not None and current > MAX_PAGE:
            current = None
        total = None
        label = pager.css_first("label span[title]")
        if label is not None:
            total = number_of(label.attributes.get("title"))
        if total is None:
            # Without the jump box (touch pages) the highest number linked is the last page.
            numbers = [
                parse_address(url).page
                for anchor in pager.css("a[href]")
                if (url := document.url(anchor.attributes.get("href")))
            ]
            total = max([*numbers, current or 1])
        return current, total
    return None, None


def is_comment_pager(pager: LexborNode) -> bool:
    parent = pager.parent
    while parent is not None:
        identity = parent.attributes.get("id") or "" if parent.is_element_node else ""
        if identity.startswith(("comment_", "post_", "pid")):
            return True
        parent = parent.parent
    return False


def _next_link(document: Document, board: str | None, current: int) -> list[Link]:
    for anchor in document.css(".pg a.nxt[href]"):
        url = document.url(anchor.attributes.get("href"))  # None for javascript:;
        if url and parse_address(url).what == "board" and parse_address(url).page > current:
            return [Link(url=url, kind="list", context={"board": board} if board else {})]
    return []


def _row_link(document: Document, row: LexborNode, board: str | None) -> Link | None:
    """One thread of the list. The signature is its number of replies and its last post, so that an old thread
    with a new reply differs; what changes without a post (views, "3 小时前") is left out."""
    anchor = row.css_first("a.xst") or row.css_first("th a[href*=viewthread], th a[href*=thread-]")
    url = document.url(anchor.attributes.get("href")) if anchor is not None else None
    if anchor is None or url is None or parse_address(url).what != "thread":
        return None
    fetched_at = document.page.fetched_at
    cells = row.css("td.by")
    replies = number_of(line_of(row.css_first("td.num a")))
    last = time_of(cells[-1].css_first("em"), document) if len(cells) > 1 else None
    started = parse_time(title_or_text(cells[0].css_first("em span, em")), fetched_at) if cells else None
    head = line_of(row.css_first("th")) or ""
    moved = "移动:" in head or "移动：" in head
    context: dict[str, str | bool] = {}
    if board:
        context["board"] = board
    if (row.attributes.get("id") or "").startswith("stickthread_"):
        context["sticky"] = True
    kind = line_of(row.css_first("th em a"))
    if kind:
        context["type"] = kind.strip("[]【】")
    icon = row.css_first("td.icn a[title]")
    if (icon is not None and "关闭" in (icon.attributes.get("title") or "")) or row.css_first("th.lock"):
        context["closed"] = True
    if moved:
        # A stub that points at the thread in its new board; "-" stands for its counts.
        context["moved"] = True
        context.pop("board", None)
    signature = None if moved or replies is None else f"{replies}|{last or ''}"
    return Link(
        url=url, kind="thread", signature=signature, published=started, title=line_of(anchor), context=context
    )


def _touch_links(document: Document, board: str | None) -> list[Link]:
    found: dict[str, Link] = {}
    for row in document.css(".threadlist li"):
        anchor = row.css_first("a[href*=viewthread], a[href*=thread-]")
        url = document.url(anchor.attributes.get("href")) if anchor is not None else None
        number = parse_address(url).number if url else None
        if anchor is None or url is None or number is None or parse_address(url).what != "thread":
            continue
        context: dict[str, str | bool] = {"board": board} if board else {}
        if "list_top" in (row.attributes.get("class") or "") or row.css_first(".icon_top"):
            context["sticky"] = True
        replies = line_of(row.css_first("span.num")) or line_of(
            row.css_first(".threadlist_foot li:last-child")
        )
        started = title_or_text(row.css_first(".mtime, span.by, .by"))
        title = line_of(row.css_first("em:not(.mgl)")) or line_of(
            anchor.css_first(".threadlist_tit") or anchor
        )
        count = number_of(replies)
        if title and count is not None and title.endswith(replies or " "):
            title = title.removesuffix(replies or "").strip()
        found.setdefault(
            number,
            Link(
                url=url,
                kind="thread",
                signature=None if count is None else f"{count}|",
                published=parse_time(started, document.page.fetched_at),
                title=title,
                context=context,
            ),
        )
    return list(found.values())


def title_or_text(node: LexborNode | None) -> str | None:
    """A time as Discuz writes it: recent ones say "6 天前" and hold the true time in a title."""
    if node is None:
        return None
    for holder in (node, *node.css("span[title]")):
        title = holder.attributes.get("title")
        if title and re.search(r"\d{4}-\d", title):
            return title
    return line_of(node)


def time_of(node: LexborNode | None, document: Document) -> str | None:
    text = title_or_text(node)
    return None if is_relative(text) else parse_time(text, document.page.fetched_at)
