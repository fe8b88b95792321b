"""Owns a page as a tree: guarded parsing, its base address and meta tags, what is no page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.page import Page
from crawlers.platforms.address import join_url
from crawlers.platforms.node_text import BLOCKS, body_of, line_of, lines_of
from crawlers.text import clean_line
from pipeline.records import Outcome, PageKind

MAX_BYTES = 8 * 1024 * 1024  # larger pages are refused, not cut: half a page is no evidence
MAX_ELEMENTS = 250_000  # the parsers go over a page several times; the largest real pages have some 50,000
MAX_ATTRIBUTES = 4000  # of one element; lexbor is quadratic in them too (100,000: over 12 s)
MAX_DEPTH = 1500  # open elements; lexbor's tree building is quadratic in them (200,000: 84 s)

_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
)
_BINARY_TYPE = re.compile(r"^(?:image|audio|video|font)/|pdf|msword|officedocument|zip|octet-stream", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_VALUE = r"\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+)"
_ATTRIBUTE = re.compile(rf"=?[^\s/>=]++(?:{_VALUE})?+")
_OPENING = re.compile(rf"<!--|<([a-zA-Z][^\s/>]*+)((?:[\s/]++|=?[^\s/>=]++(?:{_VALUE})?+|=)*+)")
_RAW = frozenset({"script", "style"})
_ELEMENT = re.compile(r"<[a-zA-Z]")
_NO_DEPTH = frozenset(
    str.split(
        "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead"
        " tfoot option optgroup html head body"
    )
)
_STATUS: dict[int, Outcome] = {
    401: "login_wall",
    403: "login_wall",
    404: "not_found",
    410: "not_found",
    412: "captcha",  # the answer of the script walls that many government sites stand behind
}


class Unreadable(Exception):
    """A page that ends in an outcome other than a record; raised inside a parser, turned into `Parsed`."""

    def __init__(self, outcome: Outcome, detail: str | None = None, kind: PageKind | None = None) -> None:
        super().__init__(detail or outcome)
        self.outcome, self.detail, self.kind = outcome, detail, kind


class Document:
    """A page's tree with what every parser asks of it.

    Raises:
        Unreadable: the page is no HTML, too large or nested too deeply.
    """

    def __init__(self, page: Page, kind: PageKind = "other") -> None:
        check_html(page)
        self.page = page
        self.kind = kind  # what its address says
        self.markup, encoded = page.text, page.utf8
        # Elements that are fewer than the depth cannot be nested deeper: the usual page is not walked.
        most = encoded.count(b"<")
        if most > MAX_DEPTH and nesting(self.markup) > MAX_DEPTH:
            raise Unreadable("parse_failed", f"标签嵌套超过 {MAX_DEPTH} 层")
        if most > MAX_ELEMENTS and self.element_count > MAX_ELEMENTS:
            raise Unreadable("parse_failed", f"标签超过 {MAX_ELEMENTS} 个")
        if may_have_many_attributes(encoded) and has_many_attributes(self.markup):
            raise Unreadable("parse_failed", f"一个标签的属性超过 {MAX_ATTRIBUTES} 个")
        self.tree = LexborHTMLParser(encoded)
        base = next((node for node in self.tree.tags("base") if "href" in node.attributes), None)
        self.base = (join_url(page.url, base.attributes.get("href")) if base else None) or page.url
        self._read: dict[int, str] = {}  # what `copy_of` gave of blocks, by their id

    @cached_property
    def element_count(self) -> int:
        return len(_ELEMENT.findall(self.markup))

    @property
    def options(self) -> dict[str, Any]:
        """What the city's data says of this site beyond its addresses; see OPTIONS of the platform."""
        return self.page.site.options if self.page.site else {}

    def css(self, selector: str) -> list[LexborNode]:
        return self.tree.css(selector)

    def first(self, *selectors: str) -> LexborNode | None:
        """The first node of the first selector that finds one."""
        for selector in selectors:
            node = self.tree.css_first(selector)
            if node is not None:
                return node
        return None

    def url(self, href: str | None) -> str | None:
        return join_url(self.base, href)

    def meta(self, *names: str) -> str | None:
        """Content of the first meta tag of that name or property that says something; case is ignored."""
        if not hasattr(self, "_metas"):
            self._metas: dict[str, str] = {}
            for node in self.tree.tags("meta"):
                attributes = node.attributes
                key = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
                content = clean_line(attributes.get("content") or "")
                if key and content:
                    self._metas.setdefault(key.strip().lower(), content)
        return next((self._metas[name.lower()] for name in names if name.lower() in self._metas), None)

    def copy_of(self, node: LexborNode, skip: Callable[[LexborNode], bool]) -> str:
        """`body_of` of the element that holds the copy; `lines` need not read it a second time."""
        left_out: list[LexborNode] = []
        text = body_of(node, skip, left_out)
        if text and not left_out and node.tag in BLOCKS:
            self._read[node.mem_id] = text
        return text

    def lines(self) -> Iterator[list[str]]:
        """The lines of the page, some at a time, read no further than they are asked for."""
        return lines_of(self.tree.body, self._read)

    @property
    def title_tag(self) -> str:
        """The <title>, or what the envelope of a saved page (`<text id=address title=…>`) kept of it."""
        shown = line_of(self.first("head title", "title"), keep_silent=True)
        envelope = self.first("text[title]") if not shown else None
        return shown or clean_line((envelope.attributes.get("title") if envelope else None) or "")


def check_html(page: Page) -> None:
    """Refuse what is no page: an error status, a file of another kind, too many bytes.

    Raises:
        Unreadable: with the outcome that the answer deserves.
    """
    if page.status >= 500:
        raise Unreadable("server_error", f"HTTP {page.status}")
    if page.status >= 400 and page.status != 404:
        raise Unreadable(_STATUS.get(page.status, "error_page"), f"HTTP {page.status}")
    if len(page.body) > MAX_BYTES:
        raise Unreadable("too_large", f"{len(page.body)} 字节，上限 {MAX_BYTES}")
    kind = next((value for name, value in page.headers.items() if name.lower() == "content-type"), "")
    if page.body.startswith(_BINARY) or (kind and _BINARY_TYPE.search(kind)):
        raise Unreadable("not_html", kind or "内容是二进制文件")
    if not page.body.strip():
        raise Unreadable("not_found" if page.status == 404 else "error_page", "页面是空的")
    if b"\x00" in page.body[:1024] and not page.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("not_html", "内容是二进制文件")


def nesting(markup: str) -> int:
    """An upper estimate of how deep the elements of a page are nested, in one pass and without a tree."""
    depth = deepest = 0
    for match in _TAG.finditer(markup):
        if match.group(2).lower() in _NO_DEPTH:
            continue
        if match.group(1):
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def may_have_many_attributes(markup: bytes) -> bool:
    """Is there enough on the page (in UTF-8) to part so many attributes? Each ends at a blank, a slash or a
    quote."""
    if len(markup) - len(markup.translate(None, b"/\"' \n\t\r\f")) <= MAX_ATTRIBUTES:
        return False
    marks = len(markup) - len(markup.translate(None, b"/\"'"))
    return marks + len(markup.split()) > MAX_ATTRIBUTES


def has_many_attributes(markup: str) -> bool:
    """Has one tag more than MAX_ATTRIBUTES? In one pass and without a tree."""
    position = 0
    while match := _OPENING.search(markup, position):
        position = match.end()
        name = (match.group(1) or "").lower()
        if not name:  # a comment
            position = markup.find("-->", match.start() + 2)
        elif match.end() - match.start() > 2 * MAX_ATTRIBUTES and (
            sum(1 for _ in _ATTRIBUTE.finditer(match.group(2))) > MAX_ATTRIBUTES
        ):
            return True
        elif name in _RAW:
            closing = re.compile(f"</{name}", re.I).search(markup, position)
            position = closing.start() if closing else -1
        if position < 0:  # what is never closed runs to the end of the page
            return False
    return False
