"""Owns finding the main text of a page of no known engine: which element holds the copy.

trafilatura is made for pages of paragraphs; many Chinese pages set their copy in table cells with <br>, where
it loses text or finds none. Here running text is known by its sentence marks and by not being links.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping

from selectolax.lexbor import LexborNode

from crawlers.platforms.node_text import BLOCKS, is_hidden

MAX_NODES = 200_000
MAX_FORM = (
    200  # characters of labels and advice beside the box of a form; the form of ASP.NET holds all the page
)

_MARKS = re.compile(r"[，。！？；：、,!?;“”]")
_ASIDE = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|pinglun|footer|foot|copyright|nav|navbar|menu|sidebar|side|aside"
    r"|related|relate"
    r"|xiangguan|share|bdshare|recommend|rank|ranking|hot|breadcrumb|crumbs?|position|toolbar|login|search"
    r"|editor"
    r"|disclaimer|statement|mianze|pager|pagination|tags?|links?)(?:$|[-_\s\d])",
    re.I,
)
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "select", "textarea", "svg", "head"}
)
_RUNS = frozenset({"p", "span", "font", "b", "strong"})
_STRUCTURE = frozenset({"nav", "footer", "aside", "header"})
_MAY_BE_ASIDE = BLOCKS | {"td", "a", "span"}


@dataclasses.dataclass(slots=True)
class _Weight:
    """What stands below one element: characters of running text, of all text, of links."""

    node: LexborNode
    running: int = 0
    own: int = 0  # of `running`, what stands directly in the element
    plain: int = 0
    linked: int = 0
    aside: bool = False
    children: list[_Weight] = dataclasses.field(default_factory=list)

    @property
    def link_share(self) -> float:
        return self.linked / max(1, self.plain + self.linked)


def main_node(root: LexborNode | None, share: float = 0.7) -> LexborNode | None:
    """The smallest element that still holds `share` of the running text of each element around it; None for a
    page without running text."""
    if root is None:
        return None
    weight = _weigh(root)
    if weight.running == 0:
        return None
    while True:
        heaviest = max(weight.children, key=lambda child: child.running, default=None)
        if heaviest is None or heaviest.running < share * weight.running or heaviest.node.tag in _RUNS:
            return weight.node
        # Paragraphs beside the heaviest child are its beginning or end, as where the rest is folded away.
        beside = weight.own + sum(
            c.running for c in weight.children if c is not heaviest and c.node.tag in _RUNS
        )
        if beside > max(80, 0.1 * weight.running):
            return weight.node
        weight = heaviest


def is_aside(node: LexborNode) -> bool:
    """Is an element inside the copy none of it: a block of links, comments, sharing, tags?"""
    if node.tag in _STRUCTURE:
        return True
    return _is_named_aside(node.attributes)


def _is_named_aside(attributes: Mapping[str, str | None]) -> bool:
    if "class" not in attributes and "id" not in attributes:
        return False
    return bool(_ASIDE.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))


def noise_of(body: LexborNode) -> Callable[[LexborNode], bool]:
    """What `body_of` skips of a main node: asides and, if it has links, blocks that are mostly links."""
    return skip_noise if body.css_first("a") is not None else _skip_aside


def _skip_aside(node: LexborNode) -> bool:
    if not node.attributes:
        return node.tag in _STRUCTURE
    return node.tag in _MAY_BE_ASIDE and is_aside(node)


def skip_noise(node: LexborNode) -> bool:
    """Is an element of a main node an aside, a form to comment by, or a block that is mostly links?"""
    if _skip_aside(node):
        return True
    if node.tag in ("ul", "ol", "dl", "table", "div", "p", "section", "form"):
        if node.css_first("textarea") is not None and len(_plain(node.text())) < MAX_FORM:
            return True
        linked = sum(len(_plain(anchor.text())) for anchor in node.css("a")[:200])
        if linked >= 12:
            total = len(_plain(node.text()))
            return linked > 0.6 * total
    return False


def _plain(text: str) -> str:
    return "".join(text.split())


def _weigh(root: LexborNode) -> _Weight:
    """One pass from the leaves up, without recursion. A text with sentence marks is running text."""
    top = _Weight(root)
    stack: list[tuple[_Weight, Iterator[LexborNode], bool]] = [(top, root.iter(include_text=True), False)]
    count = 0
    while stack:
        weight, children, in_link = stack[-1]
        child = next(children, None)
        count += 1
        if child is None or count > MAX_NODES:
            stack.pop()
            if stack:
                _add(stack[-1][0], weight)
            continue
        if child.is_text_node:
            text = _plain(child.text_content or "")
            if in_link:
                weight.linked += len(text)
            else:
                weight.plain += len(text)
                if len(text) >= 8 and _MARKS.search(text):
                    weight.running += len(text)
                    weight.own += len(text)
            continue
        tag = child.tag
        if not child.is_element_node or tag in _SILENT:
            continue
        attributes = child.attributes
        if "style" in attributes and is_hidden(child):
            continue
        below = _Weight(child, aside=tag in _STRUCTURE or _is_named_aside(attributes))
        is_link = in_link or (tag == "a" and "href" in attributes)
        stack.append((below, child.iter(include_text=True), is_link))
    return top


def _add(parent: _Weight, child: _Weight) -> None:
    parent.plain += child.plain
    parent.linked += child.linked
    if child.aside or (child.linked > 30 and child.link_share > 0.6):
        child.running //= 5
    parent.running += child.running
    if child.running:
        parent.children.append(child)
