"""Owns what a spreadsheet would run as a formula, wherever a text leaves the program in a table."""

from __future__ import annotations

# In full width too: Excel set to Chinese or Japanese reads them as the others.
_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula."""
    return text.startswith(_STARTS)


def defuse(cell: str) -> str:
    """A cell of a CSV file: a leading apostrophe keeps it text; numbers stay as they are."""
    return f"'{cell}" if is_formula(cell) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
