"""Owns a page as a tree: guarded parsing, its base address, its text by paragraphs, outcomes of failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.page import Page
from crawlers.platforms.address import join_url
from crawlers.text import clean_line, clean_lines
from pipeline.records import Outcome, PageKind, Parsed

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
BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure"
        " footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th"
        " thead tr ul founder-content"
    )
)
_SILENT = frozenset(
    str.split("script style noscript template iframe object select textarea button svg head title")
)
_PIECES_AT_ONCE = 50
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

_STATUS: dict[int, Outcome] = {
    401: "login_wall",
    403: "login_wall",
    404: "not_found",
    410: "not_found",
    412: "captcha",  # the answer of the script walls that many government sites stand behind
    429: "captcha",
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

    def __init__(self, page: Page) -> None:
        check_html(page)
        self.page = page
        self.markup = page.text
        # Elements that are fewer than the depth cannot be nested deeper: the usual page is not walked.
        if self.markup.count("<") > MAX_DEPTH and nesting(self.markup) > MAX_DEPTH:
            raise Unreadable("parse_failed", f"标签嵌套超过 {MAX_DEPTH} 层")
        if self.markup.count("<") > MAX_ELEMENTS and self.element_count > MAX_ELEMENTS:
            raise Unreadable("parse_failed", f"标签超过 {MAX_ELEMENTS} 个")
        if may_have_many_attributes(self.markup) and has_many_attributes(self.markup):
            raise Unreadable("parse_failed", f"一个标签的属性超过 {MAX_ATTRIBUTES} 个")
        self.tree = LexborHTMLParser(self.markup)
        base = self.first("base[href]")
        self.base = (join_url(page.url, base.attributes.get("href")) if base else None) or page.url

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
            for node in self.css("meta[content]"):
                attributes = node.attributes
                key = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
                content = clean_line(attributes.get("content") or "")
                if key and content:
                    self._metas.setdefault(key.strip().lower(), content)
        return next((self._metas[name.lower()] for name in names if name.lower() in self._metas), None)

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


def may_have_many_attributes(markup: str) -> bool:
    """Is there enough on the page to part so many attributes? Each ends at a blank, a slash or a quote."""
    marks, blanks = (sum(map(markup.count, each)) for each in ("/\"'", " \n\t\r\f"))
    return marks + blanks > MAX_ATTRIBUTES and marks + len(markup.split()) > MAX_ATTRIBUTES


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


def guarded(parse: Callable[[Document], Parsed], page: Page, kind: PageKind) -> Parsed:
    """Run a parser so that whatever the bytes one `Parsed` comes back, its cause in `detail`."""
    try:
        parsed = parse(Document(page))
    except Unreadable as unreadable:
        return Parsed(kind=unreadable.kind or kind, outcome=unreadable.outcome, detail=unreadable.detail)
    except Exception as error:
        return Parsed(kind=kind, outcome="parse_failed", detail=f"{type(error).__name__}: {error}"[:500])
    if page.status == 404 and parsed.outcome in ("stored", "listed", "no_date", "too_short", "empty_list"):
        return Parsed(kind=parsed.kind, outcome="not_found", detail=f"HTTP {page.status}")
    return parsed


def is_hidden(node: LexborNode) -> bool:
    return bool(_HIDDEN.search(node.attributes.get("style") or ""))


def raw_text(
    node: LexborNode,
    skip: Callable[[LexborNode], bool] | None = None,
    silent: bool = False,
    limit: int | None = None,
) -> str:
    """The text of a node with a newline at each block's start and end and at <br>; what a reader does not
    see (scripts, hidden elements) and what `skip` names is left out. With `limit` it ends after so many
    characters: for a text that is asked of many nodes, one in another."""
    if limit is None:
        # In most texts no element has to be asked whether it is hidden. (With a limit, asking costs more.)
        return "".join(_pieces(node, skip, silent, node.css_first("[style]") is not None))
    parts: list[str] = []
    length = 0
    for part in _pieces(node, skip, silent, True):
        parts.append(part)
        length += len(part) + 1 if part != "\n" else 0
        if length > limit:
            break
    return "".join(parts)


def _pieces(
    node: LexborNode, skip: Callable[[LexborNode], bool] | None, silent: bool, hides: bool
) -> Iterator[str]:
    """The pieces of `raw_text`. Not recursive: depth is the page's."""
    iterators: list[Iterator[LexborNode]] = [node.iter(include_text=True)]
    blocks = [False]
    while iterators:
        child = next(iterators[-1], None)
        if child is None:
            iterators.pop()
            if blocks.pop():
                yield "\n"
            continue
        if child.is_text_node:
            yield _in_one_line(child.text_content or "")
            continue
        tag = child.tag
        if tag == "br":
            yield "\n"
            continue
        if not child.is_element_node or (tag in _SILENT and not silent):
            continue
        if (hides and is_hidden(child)) or (skip is not None and skip(child)):
            continue
        is_block = tag in BLOCKS
        if is_block:
            yield "\n"
        elif tag in ("td", "th"):
            yield " "
        only = child.first_child
        if only is not None and (not only.is_text_node or only.next is not None):
            iterators.append(child.iter(include_text=True))
            blocks.append(is_block)
            continue
        if only is not None:  # a link, a paragraph: half of all elements have one text in them
            yield _in_one_line(only.text_content or "")
        if is_block:
            yield "\n"


def _in_one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ") if "\n" in text or "\r" in text else text


def lines_of(node: LexborNode | None) -> Iterator[str]:
    """The lines of `body_of`, read no further than they are asked for."""
    if node is None:
        return
    parts: list[str] = []
    for part in _pieces(node, None, False, node.css_first("[style]") is not None):
        parts.append(part)
        if part == "\n" and len(parts) >= _PIECES_AT_ONCE:
            yield from filter(None, clean_lines("".join(parts)).split("\n"))
            parts.clear()
    yield from filter(None, clean_lines("".join(parts)).split("\n"))


def body_of(node: LexborNode | None, skip: Callable[[LexborNode], bool] | None = None) -> str:
    """A node's text, one paragraph a line."""
    return clean_lines(raw_text(node, skip)) if node is not None else ""


def line_of(node: LexborNode | None, keep_silent: bool = False, limit: int | None = None) -> str | None:
    """A node's text in one line, None where there is none; `limit` as in `raw_text`."""
    if node is None:
        return None
    return clean_line(raw_text(node, silent=keep_silent, limit=limit)) or None


def number_of(text: str | None) -> int | None:
    """The first whole number in a text: "共 3 页" is 3."""
    match = re.search(r"\d{1,9}", text or "")
    return int(match.group()) if match else None


def images_of(
    node: LexborNode | None, resolve: Callable[[str | None], str | None], *attributes: str
) -> list[str]:
    """Absolute addresses of the pictures in a node, each once, from the first attribute that has one."""
    found: dict[str, None] = {}
    for image in node.css("img") if node is not None else []:
        values = image.attributes
        for name in (*attributes, "src"):
            url = resolve(values.get(name))
            if url and not re.search(r"none\.gif|/smil(?:ey|ies)/|/spacer\.|/blank\.", url):
                found[url] = None
                break
    return list(found)
