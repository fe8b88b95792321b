"""Owns what a reader sees of a tree: its text by paragraphs and lines, its pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.text import clean_line, clean_lines

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
# Placeholders, icons, page turners and the picture of a captcha.
_NO_PICTURE = re.compile(
    r"none\.gif|/smil(?:ey|ies)/|/(?:spacer?|blank)\.|/\w*icons?/|/(?:next|prev?)_?page\.|validate_?code|captcha",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def is_hidden(node: LexborNode) -> bool:
    style = node.attributes.get("style")
    return bool(style and _HIDDEN.search(style))


def raw_text(
    node: LexborNode,
    skip: Callable[[LexborNode], bool] | None = None,
    silent: bool = False,
    limit: int | None = None,
    left_out: list[LexborNode] | None = None,
) -> str:
    """The text of a node with a newline at each block's start and end and at <br>; what a reader does not
    see (scripts, hidden elements) and what `skip` names is left out. With `limit` it ends after so many
    characters: for a text that is asked of many nodes, one in another. What `skip` named is put into
    `left_out`."""
    if limit is None:
        # In most texts no element has to be asked whether it is hidden. (With a limit, asking costs more.)
        hides = node.css_first("[style]") is not None
        return "".join(_pieces(node, skip, silent, hides, left_out))
    parts: list[str] = []
    length = 0
    for part in _pieces(node, skip, silent, True):
        parts.append(part)
        length += len(part) + 1 if part != "\n" else 0
        if length > limit:
            break
    return "".join(parts)


def _pieces(
    node: LexborNode,
    skip: Callable[[LexborNode], bool] | None,
    silent: bool,
    hides: bool,
    left_out: list[LexborNode] | None = None,
    read: Mapping[int, str] | None = None,
) -> Iterator[str]:
    """The pieces of `raw_text`. Not recursive: depth is the page's. A block in `read` gives one `_Read`."""
    stack = [(node.iter(include_text=True), False)]
    while stack:
        children, in_block = stack[-1]
        for child in children:
            kind = _KINDS.get(child.tag_id) or _kind_of(child)
            if kind == _TEXT:
                yield _in_one_line(child.text_content or "")
                continue
            if kind == _BREAK:
                yield "\n"
                continue
            if kind == _NOTHING or (kind == _UNSEEN and not silent):
                continue
            if hides and is_hidden(child):
                continue
            if skip is not None and skip(child):
                if left_out is not None:
                    left_out.append(child)
                continue
            is_block = kind == _BLOCK
            if is_block:
                yield "\n"
                if read and (text := read.get(child.mem_id)) is not None:
                    yield _Read(text)
                    continue
            elif kind == _CELL:
                yield " "
            only = child.first_child
            if only is not None and (only.tag_id != _TEXT_ID or only.next is not None):
                stack.append((child.iter(include_text=True), is_block))
                break
            if only is not None:  # a link, a paragraph: half of all elements have one text in them
                yield _in_one_line(only.text_content or "")
            if is_block:
                yield "\n"
        else:
            stack.pop()
            if in_block:
                yield "\n"


class _Read(str):
    """The lines of a block that were made before, in the place of its pieces."""


def _kind_of(node: LexborNode) -> int:
    """What a node is to a text; kept for the tags of HTML, whose ids are the same in all trees."""
    tag = node.tag
    if not node.is_element_node:
        return _TEXT if node.is_text_node else _NOTHING
    kind = _kind_of_tag(tag or "")
    if node.tag_id < _OWN_TAGS:
        _KINDS[node.tag_id] = kind
    return kind


def _kind_of_tag(tag: str) -> int:
    if tag == "br":
        return _BREAK
    if tag in _SILENT:
        return _UNSEEN
    if tag in BLOCKS:
        return _BLOCK
    return _CELL if tag in ("td", "th") else _INLINE


_TEXT, _BREAK, _NOTHING, _UNSEEN, _BLOCK, _CELL, _INLINE = range(1, 8)
_OWN_TAGS = 4096  # ids below are of tags that lexbor knows; a page's own tags have addresses as ids
_TEXT_ID = next(LexborHTMLParser("<p>.").tags("p")[0].iter(include_text=True)).tag_id
_KINDS = {_TEXT_ID: _TEXT}


def _in_one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ") if "\n" in text or "\r" in text else text


def lines_of(node: LexborNode | None, read: Mapping[int, str] | None = None) -> Iterator[list[str]]:
    """The lines of `body_of`, some at a time, read no further than they are asked for. `read` has the text of
    blocks that is known already, by their `mem_id`."""
    if node is None:
        return
    parts: list[str] = []
    for part in _pieces(node, None, False, node.css_first("[style]") is not None, read=read):
        if type(part) is _Read:
            yield [*clean_lines("".join(parts)).split("\n"), *part.split("\n")]
            parts.clear()
            continue
        parts.append(part)
        if part == "\n" and len(parts) >= _PIECES_AT_ONCE:
            yield clean_lines("".join(parts)).split("\n")
            parts.clear()
    yield clean_lines("".join(parts)).split("\n")


def body_of(
    node: LexborNode | None,
    skip: Callable[[LexborNode], bool] | None = None,
    left_out: list[LexborNode] | None = None,
) -> str:
    """A node's text, one paragraph a line. What `skip` named is put into `left_out`."""
    return clean_lines(raw_text(node, skip, left_out=left_out)) if node is not None else ""


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
            if url and not _NO_PICTURE.search(url):
                found[url] = None
                break
    return list(found)
