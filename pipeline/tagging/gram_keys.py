"""Owns reading the grams of texts: characters and pairs of characters as numbers, a whole batch at a time.

A gram is one number: the code of its first character in bits 16 to 31, of its second (0 for a single one) in
bits 0 to 15, and in bits 32 and 33 where it stands: anywhere, in the title, or at the end of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.tagging.key_table import Keys
from pipeline.tagging.linear import Floats

Ids = npt.NDArray[np.intp]
Sortable = TypeVar("Sortable", Keys, npt.NDArray[np.uint32])

TITLE, END = np.uint64(1 << 32), np.uint64(2 << 32)
END_LENGTH = 12  # characters of the end of a text that are told apart
_BEYOND = 0xFFFF  # stands for all characters outside the basic plane
_IDEOGRAPHIC_SPACE = 0x3000
SECOND = np.uint64(0xFFFF)  # of a key: its second character
DOC = np.uint64(34)  # bits of a key
KEY = np.uint64((1 << 34) - 1)  # all of a key


@dataclass(frozen=True)
class Grams:
    """The distinct grams of a batch of texts, by text: `keys[starts[i]:starts[i + 1]]` are those of text i,
    sorted, and `times` 1 + ln of their counts. Blanks are left out."""

    keys: Keys
    times: Floats
    starts: Ids

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, text: int) -> tuple[Keys, Floats]:
        part = slice(self.starts[text], self.starts[text + 1])
        return self.keys[part], self.times[part]


def read_grams(texts: Sequence[str], title_ends: Sequence[int] | None = None) -> Grams:
    """Grams of texts. Where it is told where their titles end, those of title and end stand out too."""
    found, times = distinct(read_all(texts, title_ends))
    starts = np.searchsorted(found, np.arange(len(texts) + 1, dtype=np.uint64) << DOC)
    return Grams(found & KEY, times, starts)


def distinct(keys: Sortable) -> tuple[Sortable, Floats]:
    """Keys sorted, each once, and 1 + ln of their counts; `keys` are left sorted."""
    keys.sort()
    first = np.empty(len(keys), dtype=bool)
    first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    places = np.flatnonzero(first)
    counts = np.diff(places, append=len(keys))
    times = np.ones(len(counts), dtype=np.float32)
    often = np.flatnonzero(counts > 1)
    times[often] += np.log(counts[often])
    return keys[places], times


def read_all(texts: Sequence[str], title_ends: Sequence[int] | None = None, singles: bool = True) -> Keys:
    """Every gram of every text as it comes, with the number of its text in the bits from `DOC` on. `singles`:
    the characters by themselves too, not pairs alone."""
    size = len(texts)
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, texts), dtype=np.intp, count=size)
    ends = np.cumsum(lengths + 1) - 1
    begins = ends - lengths
    documents = np.repeat(np.arange(size, dtype=np.uint64), lengths + 1)[: len(codes)]
    places = np.arange(len(codes), dtype=np.intp)
    read = np.flatnonzero((codes > 32) & (codes != _IDEOGRAPHIC_SPACE))
    codes, documents, places = (
        np.minimum(codes[read], _BEYOND).astype(np.uint64),
        documents[read],
        places[read],
    )
    firsts = (documents << DOC) | (codes << np.uint64(16))
    follows = documents[1:] == documents[:-1]
    pairs = (firsts[:-1] | codes[1:])[follows]
    parts = [firsts, pairs] if singles else [pairs]
    if title_ends is not None:
        heads = begins + np.asarray(title_ends, dtype=np.intp)
        before = heads[documents.astype(np.intp)]
        title = places < before
        parts += [firsts[title] | TITLE, pairs[(title[:-1] & title[1:])[follows]] | TITLE]
        behind = places >= (ends - END_LENGTH)[documents.astype(np.intp)]
        parts += [pairs[(behind[:-1] & behind[1:])[follows]] | END]
    return np.concatenate(parts)
