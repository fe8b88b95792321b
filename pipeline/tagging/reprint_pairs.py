"""Owns the search for pairs of articles that may carry the same text, without keeping the texts.

An index of clauses finds what was taken over as it stood; MinHash and LSH what was edited in every sentence.
Each alone misses a part. Of an article about a kilobyte is kept. The pairs are the same in whatever order the
articles come; whether a pair is a reprint is decided elsewhere (`reprint`).
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from pipeline.tagging.key_table import SPREAD

# Six characters from each frequent one on: a tenth of all sequences, chosen by the text and not by position,
# so that an insertion moves none of the others.
_ANCHORED = re.compile(r"([的在了是和一不为有人上])(?=(.{5}))")

MIN_CLAUSE = 8  # characters; shorter clauses are everybody's
MIN_TEXT = 40  # characters; a shorter text proves nothing
COMMON = 40  # a clause in more articles than this is a formula
SHARED = 0.25  # of the shorter text in common clauses: worth a look
PERMUTATIONS = 128
LSH_BANDS = 32  # of four numbers each: texts that are alike in half of their sequences agree in one of them
CROWD = 100  # texts that are all alike (a page of an error, a form): each is compared with so many others
SEED = 20170927
_ROWS = 1 << 18  # clauses looked at together
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)

Pair = tuple[int, int]  # numbers of two articles, the smaller first


class Print(NamedTuple):
    """What the text of one article is looked for by; another process may have read it, and it may be kept.
    The same text gives the same bytes."""

    size: int  # of the text, in characters
    clauses: bytes  # the long ones, each as a number of 64 bits, sorted
    lengths: bytes  # of the same, in characters, as numbers of 32 bits
    # Of its sketch, each as a number of 64 bits; none where nothing proves that it is like another.
    bands: bytes


def read_print(clauses: list[str]) -> Print:
    """The print of the article that consists of these clauses, stripped of punctuation and blanks."""
    text = "".join(clauses)
    long = list({clause for clause in clauses if len(clause) >= MIN_CLAUSE})
    bands = b""
    # A table or a text of another language may have no such sequence: it is not like all others.
    if len(text) >= MIN_TEXT and (sequences := list(map("".join, _ANCHORED.findall(text)))):
        sketch = RMinHash(PERMUTATIONS, SEED)
        sketch.update(sequences)
        bands = _bands(sketch.digest())
    found = sorted(zip(RMinHash.hash_token_sets([long])[0], map(len, long), strict=True))
    numbers, lengths = array("Q", [number for number, _ in found]), array("I", [size for _, size in found])
    return Print(len(text), numbers.tobytes(), lengths.tobytes(), bands)


def _bands(sketch: list[int]) -> bytes:
    bands = np.array(sketch, dtype=np.uint64).reshape(LSH_BANDS, -1)
    folded = np.zeros(LSH_BANDS, dtype=np.uint64)  # one number of the four of a band
    for place in range(bands.shape[1]):
        folded = folded * SPREAD + bands[:, place]
    return folded.tobytes()


class PairSearch:
    """Articles are added one after the other and numbered so; then `pairs` are asked for."""

    def __init__(self) -> None:
        # By clause: its number, its length, and whose it is.
        self._clauses, self._lengths, self._owners = array("Q"), array("I"), array("I")
        self._sizes = array("I")  # of the texts, in characters
        self._bands, self._banded = bytearray(), array("I")  # of the sketches, and whose each is

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, read: Print) -> None:
        """Add the article of this print."""
        number = len(self._sizes)
        self._sizes.append(read.size)
        self._clauses.frombytes(read.clauses)
        self._lengths.frombytes(read.lengths)
        self._owners.extend([number] * (len(self._clauses) - len(self._owners)))
        if read.bands:
            self._bands += read.bands
            self._banded.append(number)

    def pairs(self) -> list[Pair]:
        """The pairs that share enough clauses, sorted; then those that only share much in pieces, sorted."""
        return list(dict.fromkeys((*sorted(self._taken_over()), *self._edited())))

    def _edited(self) -> list[Pair]:
        """The pairs whose sketches agree in a band, sorted."""
        owners = np.array(self._banded, dtype=np.uint64)
        pairs = np.zeros(0, dtype=np.uint64)
        for band in np.frombuffer(self._bands, dtype=np.uint64).reshape(len(owners), LSH_BANDS).T:
            order = np.argsort(band, kind="stable")
            ordered, step = band[order], 1
            found: list[npt.NDArray[np.uint64]] = []
            # Equal ones stand together: each with the next one, with the one after it …
            here = np.flatnonzero(ordered[1:] == ordered[:-1])
            while len(here) and step <= CROWD:
                found.append(owners[order[here]] << _HALF | owners[order[here + step]])
                step += 1
                here = here[here + step < len(ordered)]
                here = here[ordered[here + step] == ordered[here]]
            if found:  # texts that are alike agree in many bands
                pairs = np.union1d(pairs, np.concatenate(found))
        return list(zip((pairs >> _HALF).tolist(), (pairs & _LOW).tolist(), strict=True))

    def _taken_over(self) -> Iterator[Pair]:
        shared: dict[Pair, int] = defaultdict(int)
        for owners, length in self._common_clauses():
            for pair in combinations(owners, 2):
                shared[pair] += length
        sizes = self._sizes
        for pair, size in shared.items():
            if size >= SHARED * min(sizes[pair[0]], sizes[pair[1]]):
                yield pair

    def _common_clauses(self) -> Iterator[tuple[list[int], int]]:
        """Of each clause that several articles share, whose it is, and its length; formulas are left out."""
        if not self._clauses:
            return
        clauses = np.frombuffer(self._clauses, dtype=np.uint64)
        ordered = np.sort(clauses)
        # Most clauses stand in one article alone: the few others are looked for once more.
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        del ordered
        places: dict[int, list[int]] = defaultdict(list)
        for start in range(0, len(clauses) if len(twice) else 0, _ROWS):
            part = clauses[start : start + _ROWS]
            here = np.flatnonzero(twice.take(np.searchsorted(twice, part), mode="clip") == part)
            for clause, place in zip(part[here].tolist(), (here + start).tolist(), strict=True):
                places[clause].append(place)
        for found in places.values():
            if len(found) <= COMMON:
                yield [self._owners[place] for place in found], self._lengths[found[0]]
