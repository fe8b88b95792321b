"""Owns which posts tell of the same matter: one building site, one school, what is wrong at one estate.

Two posts are alike if they share a rare phrase (a place, a company, a project) and speak, besides it, of the
same thing. Either alone is not enough: an estate has many troubles, and one trouble is had by many estates.
Whether two posts are alike depends on nothing but these two and on frequencies learned beforehand, so the
order in which posts come changes nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipeline.city import load_own_yaml
from pipeline.tagging.grams import DOC, KEY, Keys, read_grams
from pipeline.tagging.linear import MODELS, Floats, ModelError

MODEL = "gram-frequency"
LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "alike.yaml"
MAX_GAP_DAYS = 120  # between the openings of two posts on one matter
_READ = 300  # characters of the text; the matter stands at the beginning
_TITLE, _TEXT = 2.0, 0.5  # weights of a pair of characters in title and text
_COMMON = 0.08  # a pair of characters in a greater share of all messages says nothing
_RARE = 0.01  # a shared phrase holds a pair of characters that is no more frequent than this
_KEPT = 60  # heaviest pairs of characters by which candidates are found
_CANDIDATE, _BESIDES = (
    0.15,
    0.13,
)  # least likeness of the whole, and of what is left without the shared phrase
_COVERS = 0.8  # a shared phrase that is so much of the shorter title is the matter itself
_NOTHING = 1e-6  # a square of weights under it is what rounding leaves of none
_ROWS = 500
_COMPARED = 5000


@dataclasses.dataclass(frozen=True)
class Message:
    """A post as far as it tells its matter."""

    id: str
    title: str
    text: str
    day: dt.date | None  # of its opening


@dataclasses.dataclass(frozen=True)
class Alike:
    """Two posts on one matter; `first` < `second`. `strength` 0..1, `words`: the phrase that they share."""

    first: str
    second: str
    strength: float
    words: str


@dataclasses.dataclass(frozen=True, eq=False)
class Frequencies:
    """In how many of `total` messages each pair of characters stands. `keys` (n,) sorted, `counts` (n,)."""

    keys: Keys
    counts: npt.NDArray[np.uint16]
    total: int

    def of(self, keys: Keys) -> Floats:
        """Share of the messages that hold each key; of one never seen, as if it stood in one."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        counts = np.where(self.keys[places] == keys, self.counts[places], 1)
        shares: Floats = (counts / self.total).astype(np.float32)
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
        raise ModelError(f"模型 {path.name} 缺失或损坏（{error}），请运行 gangqing train 重建") from error


@dataclasses.dataclass(frozen=True)
class Weighed:
    """A message's pairs of characters: `keys` sorted, with their weights."""

    message: Message
    keys: Keys
    weights: npt.NDArray[np.float64]


Places = npt.NDArray[np.intp]
Floats64 = npt.NDArray[np.float64]
_SECOND = np.uint64(0xFFFF)  # the second character of a gram


@cache
def _rhetoric() -> Keys:
    """Pairs of characters of words that stand in posts on any matter."""
    words = load_own_yaml(LEXICON)["rhetoric"]
    return np.unique(np.concatenate([pairs(word) for word in words]))


def pairs(text: str) -> Keys:
    """Pairs of characters of a text, sorted, each once."""
    keys = read_grams([text]).keys
    return keys[(keys & _SECOND) != 0]


def alike(messages: Sequence[Message], new: Collection[str] | None = None) -> Iterator[Alike]:
    """Pairs of messages on one matter, of which at least one is in `new` (None: any), each pair once.

    Raises:
        ModelError: the frequencies are missing.
    """
    known = load_frequencies()
    # By day, so that those that are near enough to a part of them stand together.
    read = weigh_all(sorted(messages, key=_day), known)
    if not read:
        return
    matrix, _ = matrix_of(read)
    comparison = _Comparison(read, known)
    wanted = [i for i, r in enumerate(read) if new is None or r.message.id in new]
    is_new = np.zeros(len(read), dtype=bool)
    is_new[wanted] = True
    days = np.array([_day(r.message) for r in read])
    dated = int(np.searchsorted(days, 0))  # where those that have a day begin
    for start in range(0, len(wanted), _ROWS):
        part = wanted[start : start + _ROWS]
        first, last = days[part[0]], days[part[-1]]
        near = np.arange(len(read))
        if first >= 0:
            low, high = np.searchsorted(days, [first - MAX_GAP_DAYS, last + MAX_GAP_DAYS + 1])
            near = np.concatenate([near[:dated], near[max(low, dated) : high]])
        found = (matrix[part] @ matrix[near].T).tocoo()
        rows, columns = np.array(part)[found.row], near[found.col]
        keep = (np.round(found.data, 6) >= _CANDIDATE) & (rows != columns)
        keep &= (days[rows] < 0) | (days[columns] < 0) | (abs(days[rows] - days[columns]) <= MAX_GAP_DAYS)
        keep &= ~is_new[columns] | (rows < columns)
        yield from comparison.tell(rows[keep], columns[keep], found.data[keep])


def _day(message: Message) -> int:
    """The day's number, -1 for none: what has no day can be on one matter with any."""
    return message.day.toordinal() if message.day else -1


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


def _weigh(messages: Sequence[Message], known: Frequencies) -> list[Weighed]:
    grams = read_grams([part for each in messages for part in (each.title, each.text[:_READ])])
    texts = np.repeat(np.arange(len(grams)), np.diff(grams.starts))  # title, text, title, text …
    worth = np.where(texts % 2 == 0, _TITLE, _TEXT * grams.times).astype(np.float64)
    numbers = (texts // 2).astype(np.uint64) << DOC
    found, places = np.unique(numbers | grams.keys, return_inverse=True)
    weights, keys = np.bincount(places, weights=worth, minlength=len(found)), found & KEY
    shares = known.of(keys)
    here = ((keys & _SECOND) != 0) & (shares <= _COMMON) & ~_are_in(keys, _rhetoric())
    starts = np.searchsorted(found[here], np.arange(len(messages) + 1, dtype=np.uint64) << DOC)
    keys, weights = keys[here], weights[here] * -np.log(shares[here])
    return [
        Weighed(each, keys[begin:end], weights[begin:end])
        for each, (begin, end) in zip(messages, pairwise(starts.tolist()), strict=True)
    ]


def matrix_of(read: Sequence[Weighed]) -> tuple[sparse.csr_array, Keys]:
    """Each message's heaviest pairs as a row of length one, and the pairs of the columns, sorted."""
    columns: list[Keys] = []
    values: list[npt.NDArray[np.float64]] = []
    for r in read:
        top = np.sort(np.lexsort((r.keys, -r.weights))[:_KEPT])
        length = np.sqrt((r.weights[top] ** 2).sum()) or 1.0
        columns.append(r.keys[top])
        values.append(r.weights[top] / length)
    names, places = np.unique(np.concatenate(columns), return_inverse=True)
    ends = np.cumsum([0, *map(len, columns)])
    matrix = sparse.csr_array((np.concatenate(values), places, ends), shape=(len(read), len(names)))
    return matrix, names


class _Comparison:
    """Candidates among the messages of one call, compared many at a time. What is told of two messages
    depends on nothing but these two: sums are taken in the order of the keys, whatever stands beside them."""

    def __init__(self, read: Sequence[Weighed], known: Frequencies) -> None:
        self._read = read
        self._known = known
        keys = np.concatenate([r.keys for r in read])
        weights = np.concatenate([r.weights for r in read])
        ends = np.cumsum([0, *(len(r.keys) for r in read)])
        self._names, places = np.unique(keys, return_inverse=True)
        self._all = sparse.csr_array((weights, places, ends), shape=(len(read), len(self._names)))
        self._squares = self._all.multiply(self._all).sum(axis=1)

    def tell(self, rows: Places, columns: Places, wholes: Floats64) -> Iterator[Alike]:
        """Those of the candidates that are on one matter, by row and column."""
        order = np.lexsort((columns, rows))
        for start in range(0, len(order), _COMPARED):
            part = order[start : start + _COMPARED]
            yield from self._tell(rows[part], columns[part], wholes[part])

    def _tell(self, rows: Places, columns: Places, wholes: Floats64) -> Iterator[Alike]:
        numbers = zip(rows.tolist(), columns.tolist(), strict=True)
        pairs_ = [sorted(two, key=lambda k: self._read[k].message.id) for two in numbers]
        phrases = [_phrase(self._read[one].message, self._read[other].message) for one, other in pairs_]
        inside, owners = _telling(phrases, self._known)
        besides = self._besides(np.array(pairs_), inside, owners)
        tells = np.bincount(owners, minlength=len(phrases)) > 0
        for at in np.flatnonzero(tells):
            one, other = (self._read[k].message for k in pairs_[at])
            covers = len(phrases[at]) >= _COVERS * min(len(one.title), len(other.title))
            rest = 1.0 if covers else float(besides[at])
            if round(rest, 6) >= _BESIDES:
                strength = round(float(np.sqrt(wholes[at] * rest)), 4)
                yield Alike(one.id, other.id, strength, phrases[at].strip())

    def _besides(self, two: Places, inside: Keys, owners: Places) -> Floats64:
        """Cosines (pairs,) of what two messages (pairs, 2) say without the phrase that they share."""
        left, right = two.T
        places = np.minimum(np.searchsorted(self._names, inside), len(self._names) - 1)
        is_said = self._names[places] == inside
        places, owners = places[is_said], owners[is_said]
        one, other = (np.asarray(self._all[side[owners], places]).ravel() for side in (left, right))
        size = len(two)
        shared = self._all[left].multiply(self._all[right]).sum(axis=1)
        shared = shared - np.bincount(owners, one * other, size)
        lengths = self._squares[left] - np.bincount(owners, one**2, size)
        lengths = lengths * (self._squares[right] - np.bincount(owners, other**2, size))
        is_left = lengths > _NOTHING
        cosines: Floats64 = np.where(is_left, shared / np.sqrt(np.where(is_left, lengths, 1.0)), 0.0)
        return cosines


def _phrase(one: Message, other: Message) -> str:
    """The longest phrase of the one's or the other's title that stands in the other's or the one's post."""
    found = _shared(one.title, f"{other.title}\n{other.text[:_READ]}")
    return _shared(other.title, f"{one.title}\n{one.text[:_READ]}", found)


def _shared(title: str, rest: str, found: str = "") -> str:
    """The longest phrase of a title that stands in the rest, the first of several: what difflib's
    `find_longest_match` finds without its table of the rest, which takes ten times as long as the answer.
    `found`: where none is longer, this."""
    for start in range(len(title) - len(found)):
        while (longer := title[start : start + len(found) + 1]) in rest and len(longer) > len(found):
            found = longer
    return found


def _telling(phrases: Sequence[str], known: Frequencies) -> tuple[Keys, Places]:
    """The pairs of characters of phrases but those of rhetoric, and the numbers of their phrases; of a phrase
    none where none of its pairs is rare."""
    grams = read_grams(phrases)
    owners = np.repeat(np.arange(len(grams)), np.diff(grams.starts))
    here = ((grams.keys & _SECOND) != 0) & ~_are_in(grams.keys, _rhetoric())
    keys, owners = grams.keys[here], owners[here]
    rare = np.bincount(owners, known.of(keys) <= _RARE, len(phrases)) > 0
    return keys[rare[owners]], owners[rare[owners]]


def _are_in(keys: Keys, those: Keys) -> npt.NDArray[np.bool_]:
    """np.isin for keys that are sorted on both sides, which takes a fifth of its time for short ones."""
    found: npt.NDArray[np.bool_] = those[np.minimum(np.searchsorted(those, keys), len(those) - 1)] == keys
    return found
