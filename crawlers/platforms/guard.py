"""Owns running a parser: whatever the bytes one `Parsed` comes back, and a guard's page is never a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from crawlers.page import Page
from crawlers.platforms.document import Document, Unreadable
from crawlers.platforms.proof import MAX_TEXT, raise_proof
from pipeline.records import PageKind, Parsed

_READ = frozenset({"listed", "redirected", "duplicate"})  # lists and threads: what a guard sends has neither


def guarded(parse: Callable[[Document], Parsed], page: Page, kind: PageKind) -> Parsed:
    """One `Parsed`, its cause in `detail`. A page that wants proof of a human ends as `captcha`, whatever its
    status and whatever the parser found in it."""
    try:
        parsed = _read(parse, page, kind)
    except Unreadable as unreadable:
        return Parsed(kind=unreadable.kind or kind, outcome=unreadable.outcome, detail=unreadable.detail)
    except Exception as error:
        return Parsed(kind=kind, outcome="parse_failed", detail=f"{type(error).__name__}: {error}"[:500])
    if page.status == 404 and parsed.outcome in ("stored", "listed", "no_date", "too_short", "empty_list"):
        return Parsed(kind=parsed.kind, outcome="not_found", detail=f"HTTP {page.status}")
    return parsed


def _read(parse: Callable[[Document], Parsed], page: Page, kind: PageKind) -> Parsed:
    document: Document | None = None
    try:
        document = Document(page, kind)
        parsed = parse(document)
    except Unreadable as unreadable:
        if document is None and page.status >= 400:  # told by the status alone: see what the page says
            document = _whatever_the_status(page, kind)
        if document is not None and unreadable.outcome != "captcha":
            raise_proof(document)
        raise
    article = parsed.article
    is_short = article is None or len(article.body) <= MAX_TEXT
    if is_short and parsed.thread is None and parsed.outcome not in _READ:
        raise_proof(document, is_dated=article is not None and article.published is not None)
    return parsed


def _whatever_the_status(page: Page, kind: PageKind) -> Document | None:
    try:
        return Document(dataclasses.replace(page, status=200), kind)
    except Unreadable:
        return None
