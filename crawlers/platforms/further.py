"""Owns finding the further pages of a piece that runs over several: links of its own pager, never a list's.

A further page has the address of the first with a number added or counted on: `t20171011_12_1.html` after
`t20171011_12.html` (TRS counts from 0), `show-3-12-2.html` after `show-3-12-1.html`, `?page=2`, `12/2/`.
Its link says the number or 下一页. 上一篇 and 下一篇 lead to other pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from selectolax.lexbor import LexborNode

from crawlers.platforms.address import host_of, join_url, path_of, query_of
from crawlers.platforms.document import Document
from crawlers.platforms.listing import CREATE_PAGE
from crawlers.platforms.node_text import line_of

MAX_PARTS = 20  # further pages of one piece

_SAYS = re.compile(  # without blanks
    r"[\[(【]?第?(\d{1,2})页?[\])】]?|(?:下一?页|后一页|下页|尾页|末页|最后一?页|余下全文|next|last)[>›»\])]*",
    re.I,
)
_PAGER = re.compile(
    r"下一?页|后一页|尾页|末页|最后一?页|余下全文|>\s*+[\[(【]?\s*+第?\s*+\d{1,2}\s*+页?\s*+[\])】]?\s*+<|>\s*+(?:next|last)\b",
    re.I,
)
# Leads back to the first page: the pager of one piece does so, links to the neighbours of a piece do not.
_SAYS_FIRST = re.compile(r"[<‹«\[(【]*(?:第?0?1页?|首页|第一页|最前页|first)[\])】]?", re.I)  # without blanks
_PAGE_FIELDS = frozenset(
    {"page", "pageno", "page_no", "pageindex", "pagenum", "currentpage", "nowpage", "pg"}
)
# A number counted on; not that of a TRS piece, t20171011_12.html, which is the piece's own.
_NUMBERED = re.compile(r"^(?!.*/t\d{6,8}_\d+\.\w+$)(.*[^_-])([_-])(\d{1,2})(\.\w+)$")
_OF_TRS = re.compile(r"/t\d{6,8}_\d+\.\w+$")
_WITH_ENDING = re.compile(r"^(.*[^/])(\.s?html?|\.php|\.aspx?|\.jsp|\.htm)$", re.I)
_OF_COMMENTS = re.compile(r"comment|pinglun|reply|liuyan|guestbook", re.I)


def further_pages(document: Document) -> list[str]:
    """The addresses of the pages that follow this one, in their order, at most MAX_PARTS + 1."""
    created = _created(document)
    if created or not _PAGER.search(document.markup):
        return created
    anchors = document.css("a[href]")[:3000]
    forms = _forms(document, anchors)
    found: dict[int, str] = {}
    template: tuple[str, str] | None = None
    start = 0
    for anchor in anchors:
        said = _SAYS.fullmatch(_text(anchor))
        url = document.url(anchor.attributes.get("href")) if said else None
        if (
            said is None
            or url is None
            or host_of(url) != host_of(document.page.url)
            or _is_of_comments(anchor)
        ):
            continue
        for before, after, shown in forms:
            number = _number(url, before, after)
            says = int(said.group(1)) if said.group(1) else None
            if number is None or number <= shown or (says is not None and says not in (number, number + 1)):
                continue
            if number == 1 and says == 1:  # another address of the first page
                continue
            if template is None:
                template = (before, after)
                counts_on = shown > 0 or says == number + 1 or _OF_TRS.search(path_of(document.page.url))
                start = shown + 1 if counts_on else 2  # 7.html is followed by 7_1.html or by 7_2.html
            if template == (before, after):
                found.setdefault(number, url)
                break
    if template is None:
        return []
    start = min(start, *found)
    return [
        found.get(number) or _address(document, *template, number)
        for number in range(start, min(max(found), start + MAX_PARTS) + 1)
    ]


def _created(document: Document) -> list[str]:
    """TRS writes the pager by a script that names the file and counts its pages."""
    markup = document.markup
    match = CREATE_PAGE.search(markup) if "reatePage" in markup else None  # five times as quick
    if match is None:
        return []
    pages, name, ending = int(match.group(1)), match.group(3), match.group(4)
    if not path_of(document.page.url).endswith(f"/{name}.{ending}"):
        return []
    numbers = range(1, min(pages, MAX_PARTS + 2))  # a page may write any number
    urls = [join_url(document.page.url, f"{name}_{number}.{ending}") for number in numbers]
    return [url for url in urls if url]


def _forms(document: Document, anchors: Sequence[LexborNode]) -> list[tuple[str, str, int]]:
    """What stands before and behind the number in addresses of further pages, and the number shown now."""
    url = document.page.url
    path = path_of(url)
    query = query_of(url)
    rest = urlencode([(name, value) for name, value in query.items() if name.lower() not in _PAGE_FIELDS])
    shown = next((int(v) for n, v in query.items() if n.lower() in _PAGE_FIELDS and v.isdecimal()), 1)
    forms = [(path, f"?{rest}", shown)]
    numbered, ending = _NUMBERED.match(path), _WITH_ENDING.match(path)
    tail = f"?{rest}" if rest else ""
    if numbered is not None:
        before, after, number = f"{numbered[1]}{numbered[2]}", f"{numbered[4]}{tail}", int(numbered[3])
        # show-12.html is the twelfth page of a piece, or the twelfth piece.
        if number <= 1 or _links_first(document, anchors, before, after):
            forms.append((before, after, number))
    if ending is not None:
        forms += [(f"{ending[1]}{mark}", f"{ending[2]}{tail}", 0) for mark in "_-"]
    elif path.strip("/"):
        forms.append((f"{path.rstrip('/')}/", tail, 1))
    return forms


def _links_first(document: Document, anchors: Sequence[LexborNode], before: str, after: str) -> bool:
    for anchor in anchors:
        if _SAYS_FIRST.fullmatch(_text(anchor)):
            url = document.url(anchor.attributes.get("href"))
            if url and host_of(url) == host_of(document.page.url) and _number(url, before, after) in (0, 1):
                return True
    return False


def _number(url: str, before: str, after: str) -> int | None:
    """The number of a further page, where an address has the form."""
    path, query = path_of(url), query_of(url)
    if path == before:  # by a field of the query
        rest = urlencode([(name, value) for name, value in query.items() if name.lower() not in _PAGE_FIELDS])
        said = [value for name, value in query.items() if name.lower() in _PAGE_FIELDS]
        number = said[0] if len(said) == 1 and after == f"?{rest}" else ""
    elif path.startswith(before):
        asked = f"?{urlencode(list(query.items()))}" if query else ""
        number = f"{path[len(before) :]}{asked}"
        if not number.endswith(after):
            return None
        number = number[: len(number) - len(after)].removesuffix("/") if after else number.removesuffix("/")
    else:
        return None
    return int(number) if re.fullmatch(r"\d{1,2}", number, re.ASCII) else None


def _address(document: Document, before: str, after: str, number: int) -> str:
    """The address of a page between two that are linked ("1 2 … 8")."""
    if after.startswith("?") and before == path_of(document.page.url):
        return join_url(document.page.url, f"{before}{after}{'&' if after != '?' else ''}page={number}") or ""
    return join_url(document.page.url, f"{before}{number}{after}") or ""


def _text(anchor: LexborNode) -> str:
    text = "".join((line_of(anchor, limit=40) or "").split())
    return text if len(text) <= 12 else ""


def _is_of_comments(anchor: LexborNode) -> bool:
    node = anchor.parent
    for _ in range(6):
        if node is None or node.tag == "body":
            return False
        if _OF_COMMENTS.search(f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"):
            return True
        node = node.parent
    return False
