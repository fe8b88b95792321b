"""Owns finding phrases: one Aho-Corasick pass over a text for all lexicons of threads at once.

A phrase may hold one gap: `讲好…没` is found where the second part begins within `GAP` characters after the
first, in the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick

GAP = 12
Span = tuple[int, int]
Key = TypeVar("Key", bound=Hashable)
_MARKED: list[Span] = []

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


def fold(text: str) -> str:
    """The text in lower case, unless that would move characters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


class _Gap(NamedTuple):
    """A phrase with a gap, found by the longer of its parts; the other is looked for around it."""

    other: str
    is_first: bool  # the other part stands before
    key: Any
    is_mark: bool


class _Pattern(NamedTuple):
    keys: list[Any]
    marks: list[Any]
    gaps: list[_Gap]


class PhraseIndex(Generic[Key]):
    """Phrases, each with the keys it stands for; `add` all, then `find` in any number of texts."""

    def __init__(self) -> None:
        self._patterns: dict[str, _Pattern] = {}
        self._automaton: AhoCorasick | None = None
        self._table: list[_Pattern] = []  # by number of the pattern

    def add(self, phrases: Iterable[str], key: Key, *, is_mark: bool = False) -> None:
        """`is_mark`: of this key it is asked only whether it stands in a text, not where."""
        for phrase in phrases:
            first, gap, second = fold(phrase.strip()).partition("…")
            if not first:
                continue
            if gap and second:
                # Long words are rarer than single characters.
                is_first = len(first) <= len(second)
                anchor, other = (second, first) if is_first else (first, second)
                self._pattern(anchor).gaps.append(_Gap(other, is_first, key, is_mark))
            else:
                pattern = self._pattern(first)
                keys = pattern.marks if is_mark else pattern.keys
                if key not in keys:
                    keys.append(key)
        self._automaton = None

    def _pattern(self, words: str) -> _Pattern:
        return self._patterns.setdefault(words, _Pattern([], [], []))

    def _build(self) -> AhoCorasick:
        self._table = list(self._patterns.values())
        # No DFA: its table does not fit the cache beside everything else that reads a post.
        self._automaton = AhoCorasick(list(self._patterns), store_patterns=False)
        return self._automaton

    def find(self, text: str) -> dict[Key, list[Span]]:
        """Key → spans in their order, none for a mark; a key that is not there has no entry."""
        automaton = self._automaton or self._build()
        text = fold(text)
        spans: dict[int, list[Span]] = {}
        for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            if number in spans:
                spans[number].append((start, end))
            else:
                spans[number] = [(start, end)]
        found: dict[Key, list[Span]] = {}
        mixed: set[Key] = set()  # keys with spans of several patterns
        for number, places in spans.items():
            keys, marks, gaps = self._table[number]
            for key in marks:
                found[key] = _MARKED
            for key in keys:
                if key in found:
                    found[key] = found[key] + places
                    mixed.add(key)
                else:
                    found[key] = places
            for gap in gaps:
                if gap.is_mark:
                    if gap.key not in found and _join(places, gap, text):
                        found[gap.key] = _MARKED
                elif joined := _join(places, gap, text):
                    found[gap.key] = found.get(gap.key, []) + joined
                    mixed.add(gap.key)
        for key in mixed:
            found[key] = sorted(set(found[key]))
        return found


def _join(places: Iterable[Span], gap: _Gap, text: str) -> list[Span]:
    """The spans of a phrase with a gap, one of whose parts stands at each of `places`."""
    other, is_first, _, _ = gap
    size = len(other)
    found: list[Span] = []
    for start, end in places:
        if is_first:
            first = text.rfind(other, start - GAP - size if start > GAP + size else 0, start)
            if first >= 0 and _SENTENCE_END.search(text, first + size, start) is None:
                found.append((first, end))
        else:
            second = text.find(other, end, end + GAP + size)
            if second >= 0 and _SENTENCE_END.search(text, end, second) is None:
                found.append((start, second + size))
    return found


def covered(spans: Iterable[Span], text: str) -> list[str]:
    """The distinct texts of spans, in order."""
    return list(dict.fromkeys(text[start:end] for start, end in spans))
