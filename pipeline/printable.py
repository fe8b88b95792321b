"""Owns text of others as it may be shown: without what a terminal obeys or what turns the writing around."""

from __future__ import annotations

import unicodedata


def printable(value: str) -> str:
    """Without control characters, but for ends of lines and tabs, and without marks of direction."""
    return "".join(
        char for char in value if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
    )


def printable_line(value: str, most: int = 100) -> str:
    """The same on one line, cut after so many characters."""
    return " ".join(printable(value[: most * 2]).split())[:most]
