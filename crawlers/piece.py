"""Owns a piece that runs over several pages: which page comes next, what each adds, what is lacking.

The piece is landed once, under its first page, with the whole text. Each further page has an outcome and a
capture of its own; its detail begins with PART_MARK, so that it is never taken for a piece of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from crawlers.piece_marks import CUT_AGAIN, CUT_MARK, PART_MARK
from crawlers.platforms.further import MAX_PARTS
from crawlers.state import TRANSIENT
from pipeline.records import Article, Outcome, Parsed

_PAGER_LINE = re.compile(
    r"(?:[\s\[\]【】()<>«»‹›|/…·]*+(?:\d{1,2}(?!\d)|(?:[上下]一?|首|尾|末|[前后]一|共\s?\d{1,2}\s?|第\s?\d{1,2}\s?)页))++"
    r"[\s\[\]【】()<>«»‹›|/…·]*+"
)
_PAGE_OF_TITLE = re.compile(  # without blanks
    r"(?<![_-])[_-]*+[(（\[【]?(?P<named>第)?(?<!\d)(?P<number>\d{1,2})(?P<of>/\d{1,2})?(?P<page>页)?[)）\]】]?$"
)
_LETTERS = re.compile(r"[\W_]+")


class Piece:
    """Gathers one piece. `canonical`: an address as its page is known by."""

    def __init__(self, url: str, first: Parsed, canonical: Callable[[str], str]) -> None:
        assert first.article is not None
        self._first, self._article, self._canonical = first, first.article, canonical
        self._pages: list[Article] = [first.article]
        self._asked = {url}
        self._waiting = list(first.further)
        self._lacking: dict[str, list[int]] = {}  # by reason, which pages
        self._again = False
        self.number = 1  # of the page asked for last
        self.is_other = False  # the page taken last is none of this piece

    def next_page(self) -> str | None:
        """The address of the next page, each once; None at the end, or once there are too many."""
        while self._waiting:
            address = self._waiting.pop(0)
            url = self._canonical(address)
            if url in self._asked:
                continue
            self.number += 1
            if len(self._asked) > MAX_PARTS:
                self._lack(f"超过 {MAX_PARTS + 1} 页")
                return None
            self._asked.add(url)
            return address
        return None

    def take(self, parsed: Parsed) -> tuple[Outcome, str]:
        """Add what a further page was read as; its outcome and its detail."""
        part = parsed.article
        self.is_other = parsed.outcome == "listed"
        if self.is_other:
            return parsed.outcome, self._said("是列表，不是后续页")
        if part is None or parsed.outcome not in ("stored", "no_date"):
            return parsed.outcome, self.lack(
                parsed.detail or "没有读出正文", again=parsed.outcome in TRANSIENT
            )
        self.is_other = not _is_same_title(self._article.title, part.title, self.number)
        if self.is_other:
            return "captured", self._said("标题不同，不是后续页")
        if any(_plain(part.body) == _plain(page.body) for page in self._pages):
            return "captured", self._said("与前面的页相同")
        self._pages.append(part)
        self._waiting += parsed.further
        return "captured", self._said("正文并入首页")

    def lack(self, reason: str, *, again: bool) -> str:
        """Note that the page asked for did not come; its detail. `again`: it may come next time."""
        self._again |= again
        self._lack(reason)
        return self._said(reason)

    def whole(self) -> tuple[Parsed, str | None]:
        """The first page with the text of all, and what is to be said of what is lacking."""
        article = joined(self._pages)
        outcome: Outcome = "stored" if article.published else self._first.outcome  # a later page may be dated
        whole = msgspec.structs.replace(self._first, article=article, outcome=outcome)
        if not self._lacking:
            return whole, None
        pages = [f"缺第 {'、'.join(map(str, which))} 页（{why}）" for why, which in self._lacking.items()]
        return whole, f"{CUT_AGAIN if self._again else CUT_MARK}{'；'.join(pages)}"

    def _lack(self, reason: str) -> None:
        self._lacking.setdefault(reason, []).append(self.number)

    def _said(self, what: str | None) -> str:
        return f"{PART_MARK}第 {self.number} 页" + (f"，{what}" if what else "")


def joined(pages: Sequence[Article]) -> Article:
    """One article of its pages: all their text and pictures, the rest of the first page that says it."""
    first = pages[0]
    if len(pages) == 1:
        return first
    return msgspec.structs.replace(
        first,
        body="\n".join(filter(None, map(_without_pager, pages))),
        published=next((page.published for page in pages if page.published), None),
        byline=next((page.byline for page in pages if page.byline), None),
        source=next((page.source for page in pages if page.source), None),
        images=list(dict.fromkeys(image for page in pages for image in page.images)),
    )


def _without_pager(page: Article) -> str:
    """The body without the pager at its end."""
    lines = page.body.split("\n")
    while lines and _PAGER_LINE.fullmatch(lines[-1]):
        lines.pop()
    return "\n".join(lines)


def _is_same_title(first: str, further: str, number: int) -> bool:
    """Has a further page the title of the first, or that with the number of the page? A number that the first
    has too tells one piece from the next (工作简报12, 工作简报13), unless it says that it is a page's."""
    if _plain(first) == _plain(further):
        return True
    first, further = "".join(first.split()), "".join(further.split())
    counted = _PAGE_OF_TITLE.search(further)
    if counted is None or int(counted["number"]) != number:
        return False
    base, page_of_first = _plain(further[: counted.start()]), _PAGE_OF_TITLE.search(first)
    if page_of_first is None:
        return base == _plain(first)
    says_page = page_of_first["named"] or page_of_first["of"] or page_of_first["page"]
    return base == _plain(first[: page_of_first.start()] if says_page else first)


def _plain(text: str) -> str:
    return _LETTERS.sub("", text)
