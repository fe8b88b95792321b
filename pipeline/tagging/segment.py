"""Owns segmentation: `jieba.lcut` token for token, by rjieba, more than ten times as fast.

rjieba keeps runs such as `t.cn` or `2.5xs` together where jieba splits them: jieba's number pattern has an
unescaped dot. Such tokens are split again by jieba's own pattern (`finalseg.re_skip`), unless its dictionary
lists them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import rjieba

# jieba/finalseg/__init__.py: what of a block without Chinese characters stays together.
_SKIP = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")

# What rjieba keeps together and jieba may not: a sign beside a sign, a letter or a digit. Without one no
# token can need it.
_SIGN = re.compile(r"[+#&._%\-][A-Za-z0-9+#&._%\-]|[A-Za-z0-9][+#&._%\-]|\r\n")
_SIGNS = re.compile(r"[+#&._%\-\r]")  # one stands in whatever `_SIGN` matches, and is found much sooner
NEAR = 6  # characters around a place that tell where its words begin


def _stays(token: str) -> bool:
    """Whether jieba keeps a token of letters, digits and signs together."""
    return _SKIP.fullmatch(token) is not None or _in_dictionary(token)


@cache
def _in_dictionary(token: str) -> bool:
    return rjieba.has_word(token)


def segment(text: str) -> list[str]:
    """The tokens of `jieba.lcut(text)` (HMM on), punctuation and blanks included."""
    tokens = rjieba.cut(text)
    sign = _SIGNS.search(text)
    if sign is None or not _SIGN.search(text, max(0, sign.start() - 1)):
        return tokens
    odd = {
        token
        for token in tokens
        if token < "\u3000" and len(token) > 1 and not token.isalnum() and not _stays(token)
    }
    if not odd:
        return tokens
    split: list[str] = []
    for token in tokens:
        if token in odd:
            split.extend(part for part in _SKIP.split(token) if part)
        else:
            split.append(token)
    return split


def search_tokens(text: str) -> list[str]:
    """The tokens of `jieba.lcut_for_search`: a long word and the words within it, for a full-text index."""
    found: list[str] = rjieba.cut_for_search(text)
    return found


def begins_word(text: str, place: int) -> bool:
    """Whether a word begins at a place of a text, by the words around it alone."""
    begin = max(0, place - NEAR)
    end = begin
    for token in rjieba.cut(text[begin : place + NEAR]):
        if end >= place:
            break
        end += len(token)
    return end == place


def words_and_kinds(text: str) -> list[tuple[str, str, bool]]:
    """The words of a text, their kinds as jieba names them (`ns`: place), whether it lists them."""
    return [(word, kind, rjieba.has_word(word)) for word, kind in rjieba.tag(text)]


def words_with(asked: Sequence[tuple[str, str]]) -> list[str | None]:
    """`word_with` of many pairs of a part and its text: what is around the first place of each is cut at
    once."""
    begins, windows = [], []
    for part, text in asked:
        place = text.find(part)
        begins.append((place, max(0, place - NEAR)))
        windows.append(text[begins[-1][1] : place + len(part) + NEAR] if place >= 0 else "")
    tokens = iter(rjieba.cut(" ".join(windows)))  # no word reaches over a blank
    found: list[str | None] = []
    start = end = 0  # of the token, and of the window that is looked at, among all
    window_start = 0
    token = ""
    for (part, text), (place, begin), window in zip(asked, begins, windows, strict=True):
        if place < 0:
            found.append(None)
            window_start += 1
            continue
        first = window_start + place - begin
        while end < first + len(part):
            token = next(tokens)
            start, end = end, end + len(token)
        # Where a word ends within the part, another place may hold it whole.
        found.append(token if start <= first else word_with(part, text, place + 1))
        window_start += len(window) + 1
    return found


def word_with(part: str, text: str, since: int = 0) -> str | None:
    """The first word of a text that holds a part of a few characters, by the words around it alone; the part
    is looked for from `since` on."""
    place = text.find(part, since)
    while place >= 0:
        end = max(0, place - NEAR)
        for token in rjieba.cut(text[end : place + len(part) + NEAR]):
            end += len(token)
            if end >= place + len(part):
                if end - len(token) <= place:
                    return token
                break
        place = text.find(part, place + 1)
    return None
