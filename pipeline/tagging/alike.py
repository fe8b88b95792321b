"""Owns which posts tell of the same matter: one building site, one school, what is wrong at one estate.

Two posts are alike if they share a rare phrase (a place, a company, a project) and speak, besides it, of the
same thing. Either alone is not enough: an estate has many troubles, and one trouble is had by many estates.
Whether two posts are alike depends on nothing but these two and on frequencies learned beforehand, so the
order in which posts come changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.tagging.alike_phrase import Phrases
from pipeline.tagging.alike_weights import (
    Floats64,
    Frequencies,
    Message,
    heaviest,
    is_rhetoric,
    load_frequencies,
    table_of,
    weigh_all,
)
from pipeline.tagging.gram_keys import DOC, KEY, Ids, distinct, read_all
from pipeline.tagging.key_table import Keys

MAX_GAP_DAYS = 120  # between the openings of two posts on one matter
_RARE = 0.01  # a shared phrase holds a pair of characters that is no more frequent than this
# Least likeness of the whole, and of what is left without the shared phrase.
_CANDIDATE, _BESIDES = 0.15, 0.13
_COVERS = 0.8  # a shared phrase that is so much of the shorter title is the matter itself
_NOTHING = 1e-6  # a square of weights under it is what rounding leaves of none
_ROUNDED = 1e-6  # likenesses are compared as rounded to so much
_ROWS, _COLUMNS = 2000, 8000  # messages compared at once: what a product holds lies in memory
_TOLD, _COMPARED = 6000, 10_000  # messages whose candidates are looked at together; candidates at once


@dataclasses.dataclass(frozen=True)
class Alike:
    """Two posts on one matter; `first` < `second`. `strength` 0..1, `words`: the phrase that they share."""

    first: str
    second: str
    strength: float
    words: str


def alike(
    messages: Sequence[Message], new: Collection[str] | None = None, threads: int = 2
) -> Iterator[Alike]:
    """Pairs of messages on one matter, of which at least one is in `new` (None: any), each pair once.
    Compared on so many threads, each of which has its own product in memory.

    Raises:
        ModelError: the frequencies are missing.
    """
    # By day, so that those that are near enough to a part of them stand together.
    ordered = sorted(messages, key=_day)
    if not ordered:
        return
    comparison = _Comparison(ordered, load_frequencies())
    is_new = np.array([new is None or each.id in new for each in ordered])
    days = np.array([_day(each) for each in ordered])
    dated = int(np.searchsorted(days, 0))  # where those that have a day begin
    wanted = np.flatnonzero(is_new)

    def compared(start: int) -> list[Alike]:
        found: list[tuple[Ids, Ids, Floats64]] = []
        for begin in range(start, min(start + _TOLD, len(wanted)), _ROWS):
            part = wanted[begin : begin + _ROWS]
            first, last = days[part[0]], days[part[-1]]
            near = np.arange(len(ordered))
            if first >= 0:
                low, high = np.searchsorted(days, [first - MAX_GAP_DAYS, last + MAX_GAP_DAYS + 1])
                near = np.concatenate([near[:dated], near[max(low, dated) : high]])
            near = near[~is_new[near] | (near > part[0])]  # what is new before was compared with them
            for rows, columns, wholes in comparison.candidates(part, near):
                gaps = abs(days[rows] - days[columns])
                keep = (rows != columns) & (~is_new[columns] | (rows < columns))
                keep &= (days[rows] < 0) | (days[columns] < 0) | (gaps <= MAX_GAP_DAYS)
                found.append((rows[keep], columns[keep], wholes[keep]))
        return list(comparison.tell(found)) if found else []

    # Most of the time is spent in numpy and scipy, which let other threads work meanwhile.
    with ThreadPoolExecutor(threads) as pool:
        for told in pool.map(compared, range(0, len(wanted), _TOLD)):
            yield from told


def _day(message: Message) -> int:
    """The day's number, -1 for none: what has no day can be on one matter with any."""
    return message.day.toordinal() if message.day else -1


class _Comparison:
    """Candidates among the messages of one call, compared many at a time. What is told of two messages
    depends on nothing but these two: sums are taken in the order of the keys, whatever stands beside them."""

    def __init__(self, messages: Sequence[Message], known: Frequencies) -> None:
        self._messages, self._known, self._phrases = messages, known, Phrases(messages)
        self._all, self._names = table_of(weigh_all(messages, known))
        self._heaviest, self._lengths = heaviest(self._all)
        self._squares = self._all.multiply(self._all).sum(axis=1)
        # The length of a message's other pairs, by which the sum of all is bounded from that of the heaviest.
        has_more = np.diff(self._all.indptr) > np.diff(self._heaviest.indptr)
        self._others = np.sqrt(np.where(has_more, np.maximum(self._squares - self._lengths**2, 0.0), 0.0))
        self._title_sizes = np.array([len(each.title) for each in messages])
        self._ranks = np.empty(len(messages), dtype=np.intp)  # of the ids
        self._ranks[sorted(range(len(messages)), key=lambda n: messages[n].id)] = np.arange(len(messages))

    def candidates(self, part: Ids, near: Ids) -> Iterator[tuple[Ids, Ids, Floats64]]:
        """Rows of `part`, columns of `near` whose heaviest pairs are like enough; and how like."""
        rows = self._heaviest[part]
        for start in range(0, len(near), _COLUMNS):
            columns = near[start : start + _COLUMNS]
            product = rows @ self._heaviest[columns].T
            found = np.flatnonzero(product.data > _CANDIDATE - _ROUNDED)
            found = found[np.round(product.data[found], 6) >= _CANDIDATE]
            at = np.searchsorted(product.indptr, found, side="right") - 1
            yield part[at], columns[product.indices[found]], product.data[found]

    def tell(self, parts: Sequence[tuple[Ids, Ids, Floats64]]) -> Iterator[Alike]:
        """Those of the candidates that are on one matter, by row and column."""
        rows, columns, wholes = map(np.concatenate, zip(*parts, strict=True))
        order = np.lexsort((columns, rows))
        rows, columns, wholes = rows[order], columns[order], wholes[order]
        is_first = self._ranks[rows] < self._ranks[columns]
        ones, others = np.where(is_first, rows, columns), np.where(is_first, columns, rows)
        phrases = self._phrases.longest(ones, others)
        for start in range(0, len(phrases), _COMPARED):
            part = slice(start, start + _COMPARED)
            yield from self._tell(ones[part], others[part], wholes[part], phrases[part])

    def _tell(self, ones: Ids, others: Ids, wholes: Floats64, phrases: Sequence[str]) -> Iterator[Alike]:
        inside, owners = _telling(phrases, self._known)
        tells = np.bincount(owners, minlength=len(phrases)) > 0
        shorter = np.minimum(self._title_sizes[ones], self._title_sizes[others])
        covers = np.fromiter(map(len, phrases), np.intp, len(phrases)) >= _COVERS * shorter
        is_asked = tells & ~covers
        here, numbers = is_asked[owners], np.cumsum(is_asked) - 1
        rests = np.ones(len(phrases))
        rests[is_asked] = self._besides(
            ones[is_asked], others[is_asked], wholes[is_asked], inside[here], numbers[owners[here]]
        )
        for at in np.flatnonzero(tells & (np.round(rests, 6) >= _BESIDES)).tolist():
            one, other = self._messages[ones[at]], self._messages[others[at]]
            strength = round(float(np.sqrt(wholes[at] * rests[at])), 4)
            yield Alike(one.id, other.id, strength, phrases[at].strip())

    def _besides(self, ones: Ids, others: Ids, wholes: Floats64, inside: Keys, owners: Ids) -> Floats64:
        """Cosines (pairs,) of what two messages say without the phrase that they share; 0 where it is too
        little to count."""
        places = np.minimum(np.searchsorted(self._names, inside), len(self._names) - 1)
        is_said = self._names[places] == inside
        places, owners = places[is_said], owners[is_said]
        one, other = (np.asarray(self._all[side[owners], places]).ravel() for side in (ones, others))
        size = len(ones)
        taken = np.bincount(owners, one * other, size)
        lengths = self._squares[ones] - np.bincount(owners, one**2, size)
        lengths = lengths * (self._squares[others] - np.bincount(owners, other**2, size))
        most = wholes * self._lengths[ones] * self._lengths[others] - taken
        most += (
            self._others[ones] * np.sqrt(self._squares[others]) + self._lengths[ones] * self._others[others]
        )
        left = np.flatnonzero(lengths > _NOTHING)
        left = left[most[left] > (_BESIDES - 2 * _ROUNDED) * np.sqrt(lengths[left])]
        cosines = np.zeros(size)
        shared = self._all[ones[left]].multiply(self._all[others[left]]).sum(axis=1)
        cosines[left] = (shared - taken[left]) / np.sqrt(lengths[left])
        return cosines


def _telling(phrases: Sequence[str], known: Frequencies) -> tuple[Keys, Ids]:
    """The pairs of characters of phrases but those of rhetoric, and the numbers of their phrases; of a phrase
    none where none of its pairs is rare."""
    read, _ = distinct(read_all(phrases, singles=False))
    keys, owners = read & KEY, (read >> DOC).astype(np.intp)
    here = ~is_rhetoric(keys)
    keys, owners = keys[here], owners[here]
    rare = np.bincount(owners, known.of(keys) <= _RARE, len(phrases)) > 0
    return keys[rare[owners]], owners[rare[owners]]
