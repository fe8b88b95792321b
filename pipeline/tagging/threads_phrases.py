"""Owns finding phrases: one Aho-Corasick pass over a text for all lexicons of threads at once.

A phrase may hold one gap: `讲好…没` is found where the second part begins within `GAP` characters after the
first, in the same sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

GAP = 12
Span = tuple[int, int]
Key = TypeVar("Key", bound=Hashable)

_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


def fold(text: str) -> str:
    """The text in lower case, unless that would move characters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


class PhraseIndex(Generic[Key]):
    """Phrases, each with the keys it stands for; `add` all, then `find` in any number of texts."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Key]] = {}
        self._gaps: dict[str, list[tuple[str, Key]]] = {}  # first part → second part, key
        self._parts: set[str] = set()  # patterns that are a part of a phrase with a gap
        self._automaton: AhoCorasick | None = None
        self._table: list[tuple[str, tuple[Key, ...], bool]] = []  # by number of the pattern

    def add(self, phrases: Iterable[str], key: Key) -> None:
        for phrase in phrases:
            first, gap, second = fold(phrase.strip()).partition("…")
            if not first:
                continue
            if gap and second:
                self._gaps.setdefault(first, []).append((second, key))
                self._keys.setdefault(first, [])
                self._keys.setdefault(second, [])
                self._parts.update((first, second))
            else:
                keys = self._keys.setdefault(first, [])
                if key not in keys:
                    keys.append(key)
        self._automaton = None

    def _build(self) -> AhoCorasick:
        self._table = [(phrase, tuple(keys), phrase in self._parts) for phrase, keys in self._keys.items()]
        self._automaton = AhoCorasick(list(self._keys))
        return self._automaton

    def find(self, text: str) -> dict[Key, list[Span]]:
        """Key → spans in order of their end; a key that is not there has no entry."""
        automaton = self._automaton or self._build()
        text = fold(text)
        table = self._table
        found: defaultdict[Key, list[Span]] = defaultdict(list)
        parts: defaultdict[str, list[Span]] = defaultdict(list)
        for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            phrase, keys, is_part = table[number]
            span = (start, end)
            for key in keys:
                found[key].append(span)
            if is_part:
                parts[phrase].append(span)
        if parts:
            for first in parts.keys() & self._gaps.keys():
                for second, key in self._gaps[first]:
                    if second in parts:
                        spans = list(_joined(parts[first], parts[second], text))
                        if spans:
                            found[key] = sorted(found[key] + spans)
        return dict(found)


def _joined(firsts: Iterable[Span], seconds: Iterable[Span], text: str) -> Iterable[Span]:
    for start, end in firsts:
        for begin, stop in seconds:
            if end <= begin <= end + GAP and not _SENTENCE_END.search(text, end, begin):
                yield start, stop
                break


def covered(spans: Iterable[Span], text: str) -> list[str]:
    """The distinct texts of spans, in order."""
    return list(dict.fromkeys(text[start:end] for start, end in spans))
