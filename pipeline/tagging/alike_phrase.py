"""Owns the longest phrase that the title of one post shares with another post, for many pairs of posts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.tagging.alike_weights import READ, Message
from pipeline.tagging.gram_keys import Ids

_SLOTS = 1 << 16
_SPREAD = np.uint32(40503)  # 2^16 / golden ratio: spreads characters over the slots
_AT_ONCE = 20_000


class Phrases:
    """Posts, of which two at a time are asked for what they share. Each pair of neighbouring characters is
    kept as the number of a slot: where a phrase stands in a post the slots of its pairs are all among the
    post's, so that only the longest run of such slots is looked for in the text."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._titles = [each.title for each in messages]
        self._posts = [f"{each.title}\n{each.text[:READ]}" for each in messages]
        sizes = np.fromiter(map(len, self._posts), np.intp, len(self._posts))
        self._starts = np.append(0, np.cumsum(sizes))
        self._pairs = np.maximum(np.fromiter(map(len, self._titles), np.intp, len(sizes)) - 1, 0)
        codes = np.frombuffer("".join(self._posts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        after = np.append(codes[1:], np.uint32(0))
        self._slots = ((codes * _SPREAD) ^ (codes >> 16) ^ after).astype(np.uint16)

    def longest(self, ones: Ids, others: Ids) -> list[str]:
        """Of each pair of posts the longest phrase of the one's or the other's title that stands in the
        other's or the one's post; where none of two characters does, nothing."""
        found = []
        places = zip(
            ones.tolist(),
            others.tolist(),
            *(each.tolist() for each in self._runs(ones, others)),
            *(each.tolist() for each in self._runs(others, ones)),
            strict=True,
        )
        for one, other, run, start, run_of_other, start_of_other in places:
            said = self._said(one, other, run, start, "")
            if run_of_other >= len(said):
                said = self._said(other, one, run_of_other, start_of_other, said)
            found.append(said)
        return found

    def _said(self, one: int, other: int, run: int, start: int, found: str) -> str:
        """The phrase of a title of which the run tells, in the other's post; `found`: if it is no longer."""
        if not run:
            return found
        title, post = self._titles[one], self._posts[other]
        phrase = title[start : start + run + 1]
        return phrase if phrase in post else longest_shared(title, post, found)

    def _runs(self, titles: Ids, posts: Ids) -> tuple[Ids, Ids]:
        """Of each title the longest run of pairs whose slots are among the post's, and where it begins."""
        runs, starts = np.zeros(len(titles), dtype=np.intp), np.zeros(len(titles), dtype=np.intp)
        order = np.argsort(posts, kind="stable")
        order = order[self._pairs[titles[order]] > 0]
        is_held = np.zeros(_SLOTS, dtype=bool)
        for begin in range(0, len(order), _AT_ONCE):
            part = order[begin : begin + _AT_ONCE]
            runs[part], starts[part] = self._part(titles[part], posts[part], is_held)
        return runs, starts

    def _part(self, titles: Ids, posts: Ids, is_held: npt.NDArray[np.bool_]) -> tuple[Ids, Ids]:
        counts = self._pairs[titles] + 1  # a title's last character begins no pair: it parts titles
        firsts = np.cumsum(counts) - counts
        slots = self._slots[np.arange(counts.sum()) + np.repeat(self._starts[titles] - firsts, counts)]
        is_there = np.empty(len(slots), dtype=bool)
        changes = np.flatnonzero(np.append(True, posts[1:] != posts[:-1]))
        ends = [*firsts[changes].tolist(), len(slots)]
        for post, (begin, end) in zip(posts[changes].tolist(), pairwise(ends), strict=True):
            held = self._slots[self._starts[post] : self._starts[post + 1] - 1]
            is_held[held] = True
            is_there[begin:end] = is_held[slots[begin:end]]
            is_held[held] = False
        is_there[firsts + counts - 1] = False
        places = np.arange(len(slots))
        lengths = places - np.maximum.accumulate(np.where(is_there, -1, places))
        runs = np.maximum.reduceat(lengths, firsts)
        is_end = lengths == np.repeat(runs, counts)
        numbers = np.repeat(np.arange(len(titles)), counts)[is_end]
        first_end = np.searchsorted(numbers, np.arange(len(titles)))
        return runs, places[is_end][first_end] - runs + 1 - firsts


def longest_shared(title: str, rest: str, found: str = "") -> str:
    """The longest phrase of a title that stands in the rest, the first of several: what difflib's
    `find_longest_match` finds without its table of the rest, which takes ten times as long as the answer.
    `found`: where none is longer, this."""
    for start in range(len(title) - len(found)):
        while (longer := title[start : start + len(found) + 1]) in rest and len(longer) > len(found):
            found = longer
    return found
