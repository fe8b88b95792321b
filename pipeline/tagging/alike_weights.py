"""Owns what a post's pairs of characters weigh: by where they stand, and how rare they are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from pipeline.city import load_own_yaml
from pipeline.tagging.gram_keys import DOC, KEY, SECOND, Ids, distinct, read_all, read_grams
from pipeline.tagging.key_table import Flags, Keys, KeyTable, Numbers
from pipeline.tagging.linear import MODELS, Floats, damaged

MODEL = "gram-frequency"
LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "alike.yaml"
READ = 300  # characters of the text; the matter stands at the beginning
KEPT = 60  # heaviest pairs of characters by which candidates are found
_TITLE, _TEXT = 2.0, 0.5  # weights of a pair of characters in title and text
_COMMON = 0.08  # a pair of characters in a greater share of all messages says nothing
_ROWS = 500
_BITS, _FEW_BITS = 19, 12  # of tables that find a pair of characters
_ONE = np.uint64(1)

Floats64 = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Message:
    """A post as far as it tells its matter."""

    id: str
    title: str
    text: str
    day: dt.date | None  # of its opening


@dataclasses.dataclass(frozen=True, eq=False)
class Frequencies:
    """In how many of `total` messages each pair of characters stands. `keys` (n,) sorted, `counts` (n,)."""

    keys: Keys
    counts: npt.NDArray[np.uint16]
    total: int

    def of(self, keys: Keys) -> Floats:
        """Share of the messages that hold each key; of one never seen, as if it stood in one."""
        return self._shares.take(self._table.find(keys))

    @cached_property
    def _table(self) -> KeyTable:
        return KeyTable(self.keys, np.arange(len(self.keys), dtype=np.int32), _BITS)

    @cached_property
    def _shares(self) -> Floats:
        """Of each key; the last is that of a key never seen, whose number is -1."""
        shares: Floats = (np.append(self.counts, np.uint16(1)) / self.total).astype(np.float32)
        return shares

    def save(self, path: Path) -> None:
        """Write one .npz; the same content gives the same bytes."""
        np.savez_compressed(path, keys=self.keys, counts=self.counts, total=np.array([self.total]))


@cache
def load_frequencies(folder: Path = MODELS) -> Frequencies:
    """Raises ModelError where the file is missing or damaged."""
    path = folder / f"{MODEL}.npz"
    try:
        with np.load(path, allow_pickle=False) as data:
            return Frequencies(data["keys"].astype(np.uint64), data["counts"], int(data["total"][0]))
    except (OSError, KeyError, ValueError) as error:
        raise damaged(path.name, error) from error


@dataclasses.dataclass(frozen=True)
class Weighed:
    """A message's pairs of characters: `keys` sorted, with their weights."""

    message: Message
    keys: Keys
    weights: Floats64


def pairs(text: str) -> Keys:
    """Pairs of characters of a text, sorted, each once."""
    keys = read_grams([text]).keys
    return keys[(keys & SECOND) != 0]


def is_rhetoric(keys: Keys) -> Flags:
    """Which pairs are of words that stand in posts on any matter."""
    return _rhetoric().find(keys) >= 0


@cache
def _rhetoric() -> KeyTable:
    words = load_own_yaml(LEXICON)["rhetoric"]
    keys = np.unique(np.concatenate([pairs(word) for word in words]))
    return KeyTable(keys, np.arange(len(keys), dtype=np.int32), _FEW_BITS)


def weigh(message: Message, known: Frequencies) -> Weighed:
    """A message's pairs of characters, each with its place in title or text times its rarity."""
    return weigh_all([message], known)[0]


def weigh_all(messages: Sequence[Message], known: Frequencies) -> list[Weighed]:
    """The same of many, some at a time."""
    return [
        weighed
        for start in range(0, len(messages), _ROWS)
        for weighed in _weigh(messages[start : start + _ROWS], known)
    ]


def _weigh(messages: Sequence[Message], known: Frequencies) -> Iterator[Weighed]:
    texts = [part for each in messages for part in (each.title, each.text[:READ])]
    read = read_all(texts, singles=False)
    # The last bit tells text from title, so that what stands in both comes together.
    numbers = read >> DOC
    found, times = distinct((numbers >> _ONE) << (DOC + _ONE) | (read & KEY) << _ONE | (numbers & _ONE))
    worth = np.where(found & _ONE, _TEXT * times, np.float32(_TITLE)).astype(np.float64)
    found >>= _ONE
    is_first = np.append(True, found[1:] != found[:-1])[: len(found)]
    weights = np.bincount(np.cumsum(is_first) - 1, weights=worth)
    found = found[is_first]
    keys = found & KEY
    shares = known.of(keys)
    here = (shares <= _COMMON) & ~is_rhetoric(keys)
    starts = np.searchsorted(found[here], np.arange(len(messages) + 1, dtype=np.uint64) << DOC)
    keys, weighed = keys[here], weights[here] * -np.log(shares[here]).astype(np.float64)
    for each, (begin, end) in zip(messages, pairwise(starts.tolist()), strict=True):
        yield Weighed(each, keys[begin:end], weighed[begin:end])


def table_of(read: Sequence[Weighed]) -> tuple[sparse.csr_array, Keys]:
    """Each message's pairs as a row, and the pairs of the columns, sorted."""
    # By a table of hashes: np.unique, which sorts all keys, takes six times as long.
    numbered = pa.array(np.concatenate([r.keys for r in read])).dictionary_encode()
    names: Keys = numbered.dictionary.to_numpy()
    order = np.argsort(names)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    places = ranks[numbered.indices.to_numpy()]
    weights, ends = np.concatenate([r.weights for r in read]), np.cumsum([0, *(len(r.keys) for r in read)])
    return sparse.csr_array((weights, *_small(places, ends)), shape=(len(read), len(names))), names[order]


def heaviest(table: sparse.csr_array) -> tuple[sparse.csr_array, Floats64]:
    """Each row's heaviest pairs, as a row of length one; and how long they were."""
    counts = np.diff(table.indptr)
    kept = np.ones(table.nnz, dtype=bool)
    for row in np.flatnonzero(counts > KEPT).tolist():
        begin, end = table.indptr[row : row + 2]
        kept[begin + np.argsort(-table.data[begin:end], kind="stable")[KEPT:]] = False
    counts = np.minimum(counts, KEPT)
    weights, rows = table.data[kept], np.repeat(np.arange(len(counts)), counts)
    lengths = np.sqrt(np.bincount(rows, weights**2, len(counts)))
    lengths[lengths == 0] = 1.0
    places, ends = _small(table.indices[kept], np.append(0, np.cumsum(counts)))
    return sparse.csr_array((weights / lengths[rows], places, ends), shape=table.shape), lengths


def _small(places: Ids, ends: Ids) -> tuple[Numbers, Numbers]:
    """Numbers of half the width, where there are not too many: they are read all the time."""
    width = np.int32 if ends[-1] <= np.iinfo(np.int32).max else np.int64
    return places.astype(width), ends.astype(width)


def matrix_of(read: Sequence[Weighed]) -> tuple[sparse.csr_array, Keys]:
    """Each message's heaviest pairs as a row of length one, and the pairs of the columns, sorted."""
    table, names = table_of(read)
    return heaviest(table)[0], names
