"""Owns segmentation: `jieba.lcut` token for token, by rjieba, more than ten times as fast.

rjieba keeps runs such as `t.cn` or `2.5xs` together where jieba splits them: jieba's number pattern has an
unescaped dot. Such tokens are split again by jieba's own pattern (`finalseg.re_skip`), unless its dictionary
lists them.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate

import rjieba

# jieba/finalseg/__init__.py: what of a block without Chinese characters stays together.
_SKIP = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")


@cache
def _in_dictionary(token: str) -> bool:
    return rjieba.has_word(token)


def segment(text: str) -> list[str]:
    """The tokens of `jieba.lcut(text)` (HMM on), punctuation and blanks included."""
    tokens = rjieba.cut(text)
    for token in tokens:
        if token < "\u3000" and len(token) > 1 and not token.isalnum():
            break
    else:
        return tokens
    split: list[str] = []
    for token in tokens:
        if token < "\u3000" and len(token) > 1 and not token.isalnum() and not _in_dictionary(token):
            split.extend(part for part in _SKIP.split(token) if part)
        else:
            split.append(token)
    return split


def search_tokens(text: str) -> list[str]:
    """The tokens of `jieba.lcut_for_search`: a long word and the words within it, for a full-text index."""
    found: list[str] = rjieba.cut_for_search(text)
    return found


def starts(tokens: list[str]) -> set[int]:
    """Where tokens begin in their text, in characters."""
    return {0, *accumulate(map(len, tokens))}
