"""Owns telling a paper's column from the 引题 it is printed in, by the names that the city's data lists."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What may stand behind a column's name; else it is part of a longer word: none in "行走在边境线上".
_BEHIND = re.compile(
    r"[”’》）)】\]」』]*(?:专栏|栏目)?(?=系列|开栏|之[一二三四五六七八九十]|[^A-Za-z\u3400-\u9fff]|$)"
)
_CLOSING = re.compile(r"[”’》）)】\]」』#]+")
_BETWEEN = re.compile(r"[^\w“‘《（(【#]+")  # separators; what opens a quotation belongs to the 引题


def split_column(kicker: str | None, columns: Iterable[str]) -> tuple[str | None, str | None]:
    """Column and 引题 of the line above a headline.

    Only letters are compared, so that commas, blanks and quotes make no other column. The longest name wins.

    Returns:
        the name as `columns` has it, and what is left of the 引题; None for each that is not there.
    """
    for name in sorted(columns, key=len, reverse=True) if kicker else []:
        end = _end_of(kicker or "", re.sub(r"[\W_]+", "", name))
        behind = _BEHIND.match(kicker or "", end) if end is not None else None
        if behind is None:
            continue
        rest = (kicker or "")[behind.end() :]
        for noise in (_CLOSING, _BETWEEN):
            found = noise.match(rest)
            rest = rest[found.end() :] if found else rest
        return name, rest.strip() or None
    return None, kicker


def _end_of(line: str, letters: str) -> int | None:
    """Where a name ends that a line begins with, blanks and punctuation aside."""
    at = 0
    for position, char in enumerate(line if letters else ""):
        if not re.match(r"[^\W_]", char):
            continue
        if char != letters[at]:
            return None
        at += 1
        if at == len(letters):
            return position + 1
    return None
