"""Owns how the detail of a landed page tells of a piece that runs over several pages."""

from __future__ import annotations

PART_MARK = "后续页："  # begins the detail of a further page
CUT_MARK = "正文不全："  # of a piece of which a page is lacking for good
CUT_AGAIN = "正文不全，下次再取："  # of one whose lacking page may be there next time


def is_part(detail: str | None) -> bool:
    """Is a landed page a further page of a piece?"""
    return bool(detail) and str(detail).startswith(PART_MARK)


def is_cut(detail: str | None) -> bool:
    """Was a piece landed without a page that the next crawl should ask for again?"""
    return bool(detail) and CUT_AGAIN in str(detail)


def is_told_cut(detail: str | None) -> bool:
    """Was a piece landed as one that lacks a page, whether that may still come or not?"""
    return is_cut(detail) or CUT_MARK in (detail or "")
