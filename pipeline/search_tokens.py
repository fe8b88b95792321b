"""Owns by what a text is found: its words and its single characters, as they are indexed and asked."""

from __future__ import annotations

import re
import unicodedata

from pipeline.tagging.segment import search_tokens

_RUN = re.compile(r"[^\W_]", re.UNICODE)


def folded(text: str) -> str:
    """A text as it is indexed and asked: width and case do not matter. May change the length."""
    return unicodedata.normalize("NFKC", text).lower()


def word_tokens(text: str) -> list[str]:
    """The words of a folded text, and those within them; what has no letter or digit is none."""
    return [token for token in search_tokens(text) if _RUN.search(token)]


def char_tokens(text: str) -> list[str]:
    """The single characters of a folded text, runs of Latin letters and digits together."""
    return re.findall(r"[a-z0-9]+|[^\W_]", text)
