"""Owns Discuz! thread pages: posts with floor, author, time, text, quote, pictures; the further pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from crawlers.dates import parse_time
from crawlers.platforms.discuz_address import canonical, parse_address, with_page
from crawlers.platforms.discuz_list import board_name, current_page, is_comment_pager, title_or_text
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.node_text import body_of, images_of, line_of, number_of
from pipeline.floors import each_floor_once, repeated_floors
from pipeline.records import Link, Parsed, Post, Quote, ThreadPage

MAX_PAGES = 2000  # of one thread that are linked; a pager that says more is broken
POSTS_PER_PAGE = 10  # Discuz's default

_FLOORS = {"楼主": 1, "沙发": 2, "板凳": 3, "地板": 4}
_EDITED = re.compile(r"本帖最后由\s*.*?\s*于\s*(.+?)\s*编辑")
_QUOTED = re.compile(
    r"^\s*(\S.{0,39}?)\s{0,20}发表于\s*((?:19|20)\d\d-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d\d(?::\d\d)?)?|[^\n]{0,20}前)?"
)
_NOT_BODY = frozenset(
    {"quote", "pstatus", "locked", "aimg_tip", "tip", "tip_4", "jammer", "attach_nopermission"}
)
_ANONYMOUS = re.compile(r"^(?:匿名|游客|Guest)", re.I)
_DELETED_USER = re.compile(r"(?<!\s)\s*(?:该用户已被删除|用户已被删除)\s*$")


def parse_thread(document: Document) -> Parsed:
    """The posts that the page shows. A page number that is too high answers 200 with the last page: the
    record and its address say which page it truly is, `detail` which was asked for."""
    address = parse_address(document.page.url)
    current, total = current_page(document)
    asked = address.page
    page = current or (1 if document.first("#postlist") is not None else asked)
    pages = max(total or 1, page)
    tid = _thread_id(document, address.number if address.what == "thread" else None)
    title = _title(document)
    if tid is None:
        raise Unreadable("error_page", "页面里没有主题编号")
    posts = list(_posts(document, page))
    if not posts:
        raise Unreadable("error_page", "主题页里没有一个帖子")
    numbers = [number_of(line_of(node)) for node in document.css("#postlist .hm .xi1")][:2]
    if not numbers:
        numbers = [number_of(line_of(node)) for node in document.css(".mtime .y em")][:2]
    site = document.page.site
    url = canonical(_own_url(document, tid, page))
    thread = ThreadPage(
        forum=site.outlet if site else "",
        board=board_name(document),
        tid=tid,
        url=url,
        title=title or "",
        page=page,
        pages=pages,
        posts=each_floor_once(posts),
        type=_type(document),
        views=numbers[0] if len(numbers) == 2 else None,
        replies=numbers[1] if len(numbers) == 2 else None,
        closed=_is_closed(document),
    )
    notes = [f"请求第 {asked} 页，页面是第 {page} 页" if asked != page else "", repeated_floors(posts)]
    detail = "；".join(filter(None, notes)) or None
    return Parsed(
        kind="thread",
        outcome="stored",
        thread=thread,
        links=_further_pages(document, tid, page, pages),
        detail=detail,
    )


def _thread_id(document: Document, from_address: str | None) -> str | None:
    if from_address:
        return from_address
    for anchor in document.css("#pt a[href], h1.ts a[href], span.xg1 a[href], link[rel=canonical]"):
        url = document.url(anchor.attributes.get("href"))
        if url and parse_address(url).what == "thread":
            return parse_address(url).number
    match = re.search(r"\btid\s*=\s*(?:parseInt\()?['\"](\d+)['\"]", document.markup)
    return match.group(1) if match else None


def _own_url(document: Document, tid: str, page: int) -> str:
    url = document.page.url
    if parse_address(url).what != "thread":
        url = document.url(f"forum.php?mod=viewthread&tid={tid}") or url
    return with_page(url, page)


def _title(document: Document) -> str | None:
    title = line_of(document.first("#thread_subject"))
    if title:
        return title
    heading = document.first(".view_tit", ".postlist h2", ".postlist > h2", "h1.ts")
    text = line_of(heading)
    if heading is None or not text:
        return document.title_tag.split(" - ")[0] or None
    for part in heading.css("em, span, a"):
        text = text.replace(line_of(part) or "\0", "", 1) if line_of(part) != text else text
    return text.strip() or None


def _type(document: Document) -> str | None:
    node = document.first("h1.ts > a", ".view_tit em")
    text = (line_of(node) or "").strip("[]【】 ")
    return text or None


def _is_closed(document: Document) -> bool:
    if document.first(".vwthd .xg1 img[alt=关闭]", ".vwthd img[src*='locked.gif']") is not None:
        return True
    notes = document.css(".modact, #threadstamp, .vwthd .xg1, #f_pst .hm, .locked_thread")
    # "本主题由 某 于 … 关闭", later perhaps "… 打开": the last word counts.
    acts = re.findall(r"(?:取消|解除)?关闭|打开", " ".join(line_of(node) or "" for node in notes))
    return bool(acts) and acts[-1] == "关闭"


def _further_pages(document: Document, tid: str, page: int, pages: int) -> list[Link]:
    """All later pages, in the form of the pager's own links."""
    model = None
    for anchor in document.css(".pg a[href]"):
        url = document.url(anchor.attributes.get("href"))
        if not url or (anchor.parent is not None and is_comment_pager(anchor.parent)):
            continue
        address = parse_address(url)
        if address.what == "thread" and address.number == tid:
            model = url
            break
    if model is None:
        return []
    return [
        Link(url=with_page(model, number), kind="thread")
        for number in range(page + 1, min(pages, page + MAX_PAGES) + 1)
    ]


def _posts(document: Document, page: int) -> Iterator[Post]:
    per_page = int(document.options.get("posts_per_page") or POSTS_PER_PAGE)
    floor = (page - 1) * per_page
    seen: set[str] = set()
    for node in document.css("#postlist div[id^=post_], div.plc[id^=pid]"):
        identity = re.fullmatch(r"(?:post_|pid)(\d+)", node.attributes.get("id") or "")
        if not identity or identity.group(1) in seen:  # post_rate_1 and its like are none
            continue
        pid = identity.group(1)
        seen.add(pid)
        touch = "plc" in (node.attributes.get("class") or "").split() and node.css_first(".favatar") is None
        shown = _floor(
            node.css_first(f"#postnum{pid}") if not touch else node.css_first(".mtit .y, .authi em")
        )
        floor = shown if shown else floor + 1
        yield _post(document, node, pid, floor, touch)


def _floor(node: LexborNode | None) -> int | None:
    """楼主, 沙发, 板凳, 地板, then 5#. A post lifted to the top says "来自 12#"."""
    text = line_of(node) or ""
    for name, floor in _FLOORS.items():
        if name in text:
            return floor
    match = re.search(r"(\d{1,6})\s*(?:#|楼|$)", text)
    return int(match.group(1)) if match and int(match.group(1)) > 0 else None


def _post(document: Document, node: LexborNode, pid: str, floor: int, touch: bool) -> Post:
    fetched_at = document.page.fetched_at
    if touch:
        author, when = _touch_author(node), _touch_time(node)
        body = node.css_first(".message")
    else:
        author = _author(node)
        when = title_or_text(node.css_first(f"#authorposton{pid}") or node.css_first("em[id^=authorposton]"))
        body = node.css_first(f"#postmessage_{pid}") or node.css_first("td.t_f")
    blocked = body is None or (
        touch and body.css_first(".locked, .grey.quote") is not None and not body_of(body, _is_noise)
    )
    quote = None if body is None else _quote(body)
    status = node.css_first("i.pstatus")
    edited = _EDITED.search(line_of(status) or "") if status is not None else None
    return Post(
        floor=floor,
        author=author,
        time=parse_time(when, fetched_at),
        text=None if blocked or body is None else body_of(body, _is_noise),
        pid=pid,
        quote=quote,
        edited=parse_time(edited.group(1), fetched_at) if edited else None,
        # Attached pictures stand below the text as well as in it; avatars and smileys are neither.
        images=[] if touch and blocked else _pictures(document, node, body),
    )


def _is_noise(node: LexborNode) -> bool:
    return bool(_NOT_BODY & set((node.attributes.get("class") or "").split()))


def _author(node: LexborNode) -> str | None:
    """None for an anonymous poster, who has no link, only the word 匿名."""
    anchor = node.css_first(".favatar .authi a.xw1, .favatar .authi a") or node.css_first(
        ".authi a.xi2, .authi a.xw1"
    )
    name = line_of(anchor)
    if name and anchor is not None and not _ANONYMOUS.match(name):
        return name
    text = line_of(node.css_first(".favatar > .pi") or node.css_first(".favatar .pi")) or ""
    if not text or _ANONYMOUS.match(text) or anchor is not None:
        return None
    return _DELETED_USER.sub("", text) or None


def _touch_author(node: LexborNode) -> str | None:
    anchor = node.css_first("li.mtit .z a, ul.authi b a, .authi a[href*=space]")
    name = line_of(anchor)
    if name:
        return None if _ANONYMOUS.match(name) else name
    text = line_of(node.css_first("li.mtit .z, ul.authi b")) or ""
    return None if not text or _ANONYMOUS.match(text) else _DELETED_USER.sub("", text) or None


def _touch_time(node: LexborNode) -> str | None:
    line = node.css_first("li.mtime, li.grey.rela, li.rela")
    shown = title_or_text(line) or ""
    counts = line_of(line.css_first(".y")) if line is not None else None  # views and replies stand before it
    return shown.removeprefix(counts or "")


def _quote(body: LexborNode) -> Quote | None:
    """The earlier post that this one answers: "张三 发表于 2017-9-27 10:00", then its words."""
    node = body.css_first("div.quote blockquote, div.quote, .grey.quote")
    if node is None:
        return None
    text = body_of(node)
    match = _QUOTED.match(text)
    if not match:
        return Quote(text=text) if text else None
    return Quote(author=match.group(1).strip() or None, text=text[match.end() :].strip())


def _pictures(document: Document, node: LexborNode, body: LexborNode | None) -> list[str]:
    if body is None:
        return []
    found: dict[str, None] = {}
    for image in node.css("img[aid], img[zoomfile], img[file]"):
        values = image.attributes
        for name in ("zoomfile", "file", "src"):
            url = document.url(values.get(name))
            if url and not url.endswith("none.gif"):
                found[url] = None
                break
    for url in images_of(body, document.url, "zoomfile", "file"):
        if "/static/image/" not in url and "static/image/common" not in url:
            found.setdefault(url)
    return list(found)
