"""Owns quotation marks inside quotation marks (GB/T 15834-2011, 4.8): double outside, single inside."""

from __future__ import annotations

_CLOSES = {"“": "”", "‘": "’"}
_INNER = str.maketrans("“”", "‘’")


def quoted(text: object) -> str:
    """A title or words of others in quotation marks; those inside it become single: “开展‘送水’行动”."""
    return _by_depth(f"“{text}”") or f"“{str(text).translate(_INNER)}”"


def nested(text: str) -> str:
    """A sentence of ours that quotes others, each pair of marks as its depth asks. Left as they are: single
    marks outside, and all where one is not closed."""
    return _by_depth(text) or text


def _by_depth(text: str) -> str | None:
    """None: a mark is not closed, or closes nothing."""
    opened: list[tuple[str, str]] = []  # of each pair: the mark that closes it, and the one to be written
    written = []
    for place, mark in enumerate(text):
        if mark in _CLOSES:
            is_outer = opened[-1][1] == "’" if opened else mark == "“"
            opened.append((_CLOSES[mark], "”" if is_outer else "’"))
            mark = "“" if is_outer else "‘"
        elif opened and mark == opened[-1][0]:
            mark = opened.pop()[1]
        elif mark == "”" or (mark == "’" and not _is_apostrophe(text, place)):
            return None
        written.append(mark)
    return None if opened else "".join(written)


def _is_apostrophe(text: str, place: int) -> bool:
    """China’s, O’Brien."""
    return place > 0 and text[place - 1].isascii() and text[place - 1].isalpha()
