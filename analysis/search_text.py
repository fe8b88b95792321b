"""Owns what is shown of a text that was found: the passage around the first match, with the matches' places.

Places, never markup: a template escapes the text and marks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.search_tokens import folded, word_tokens

Piece = tuple[str, bool]  # text, whether it is marked
_AROUND = 60  # characters before and after the first match


def marked(text: str, terms: Iterable[str]) -> list[Piece]:
    """The text in pieces; marked are the terms, or the words of one that stands nowhere as a whole."""
    spans = _spans(text, terms)
    pieces: list[Piece] = []
    position = 0
    for start, end in spans:
        if start > position:
            pieces.append((text[position:start], False))
        pieces.append((text[start:end], True))
        position = end
    if position < len(text):
        pieces.append((text[position:], False))
    return pieces


def passage(text: str, terms: Iterable[str], length: int = 2 * _AROUND) -> list[Piece]:
    """A passage of about `length` characters around the first match, else the beginning."""
    text = re.sub(r"\s+", " ", text)
    spans = _spans(text, terms)
    start = max(0, spans[0][0] - _AROUND) if spans else 0
    end = min(len(text), start + length)
    pieces = marked(text[start:end], terms)
    if start:
        pieces.insert(0, ("…", False))
    if end < len(text):
        pieces.append(("…", False))
    return pieces


def _spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    lowered = text.lower() if len(text.lower()) == len(text) else text
    for term in terms:
        own = _places(lowered, folded(term)) or _places(lowered, term)
        if not own:
            for word in word_tokens(folded(term)):
                own += _places(lowered, word)
        found += own
    found.sort()
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _places(text: str, word: str) -> list[tuple[int, int]]:
    if not word:
        return []
    return [(match.start(), match.end()) for match in re.finditer(re.escape(word), text)]
