"""Owns text models over characters and pairs of characters: a whole batch of texts in a few numpy calls.

What a gram is stands in `pipeline.tagging.gram_keys`. A text alone is a batch of one: nothing is computed in
another way. Training is in `pipeline.training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from pipeline.tagging.gram_keys import DOC, KEY, SECOND, Grams, Ids, distinct, read_all
from pipeline.tagging.key_table import Flags, Keys, KeyTable, Numbers
from pipeline.tagging.linear import MODELS, Floats, ModelError, damaged
from pipeline.tagging.segment import words_with

_SHOWN = 12  # grams looked at to explain a class
_NUMBER = np.uint64(32)  # bits behind the number of a text
_NARROW = np.uint64(1 << 32)
_NUMBERS = np.uint64((1 << 32) - 1)
_ALL = np.uint64((1 << 64) - 1)
_IS_SPOKEN = np.zeros(1 << 16, dtype=bool)  # by the code of a character: Chinese, a letter or a digit
_IS_SPOKEN[0x4E00:0xA000] = _IS_SPOKEN[0x30:0x3A] = _IS_SPOKEN[0x41:0x5B] = _IS_SPOKEN[0x61:0x7B] = True
_SLOT_BITS = 18  # of the table that finds a gram: one look into a quarter of a million slots


@dataclass(frozen=True)
class Known:
    """The grams of a batch that a model, or another one of its bank, knows: numbers of its rows, and their
    counts, by text. What only another one knows has the number behind the last row, where all is nought."""

    ids: Numbers
    times: Floats
    starts: Ids

    def of(self, text: int) -> tuple[Numbers, Floats]:
        part = slice(self.starts[text], self.starts[text + 1])
        return self.ids[part], self.times[part]

    def part(self, first: int, last: int) -> Known:
        """The same of the texts from `first` to before `last`."""
        begin, end = self.starts[first], self.starts[last]
        return Known(self.ids[begin:end], self.times[begin:end], self.starts[first : last + 1] - begin)

    def pick(self, numbers: Sequence[int]) -> Known:
        """The same of the texts with these numbers, in their order."""
        parts = [slice(self.starts[number], self.starts[number + 1]) for number in numbers]
        if not parts:
            return self.part(0, 0)
        starts = np.cumsum([0] + [part.stop - part.start for part in parts])
        ids, times = ([array[part] for part in parts] for array in (self.ids, self.times))
        return Known(np.concatenate(ids), np.concatenate(times), starts)


@dataclass(frozen=True)
class GramModel:
    """Weights of a model: `keys` (grams,) sorted, `rows` (grams, classes) = weight × idf, kept in half
    precision on disk alone, `idf` (grams,), `dense` (numbers, classes) where it reads numbers too."""

    name: str
    classes: tuple[str, ...]
    keys: Keys
    rows: Floats
    idf: Floats
    bias: Floats
    dense: Floats = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    def known(self, grams: Grams) -> Known:
        """The grams of a batch that the model knows."""
        return self._bank.known(grams)[0]

    @cached_property
    def _bank(self) -> GramBank:
        return GramBank([self])

    @cached_property
    def _rows(self) -> Floats:
        """`rows`, and one of noughts."""
        return np.pad(self.rows, ((0, 1), (0, 0)))

    @cached_property
    def _idf(self) -> Floats:
        return np.pad(self.idf, (0, 1))

    @cached_property
    def _columns(self) -> Floats:
        """The weights of each class, side by side: to explain a tag, one class is looked at."""
        return np.ascontiguousarray(self._rows.T)

    @cached_property
    def pair_columns(self) -> Floats:
        """The same of pairs of characters without signs, nought for other grams: what a person is shown."""
        characters = [self.keys >> np.uint64(16) & SECOND, self.keys & SECOND]
        spoken = [_IS_SPOKEN.take(codes.astype(np.intp)) for codes in characters]
        return self._columns * np.pad(spoken[0] & spoken[1], (0, 1))

    def read(self, texts: Sequence[str]) -> Known:
        """The grams of texts that the model knows."""
        return self._bank.read(texts)[0]

    def scores(self, known: Known, numbers: Floats | None = None) -> Floats:
        """One margin per text and class; the bias alone where a text has no known gram."""
        norms = self.norms(known)
        norms[norms == 0] = 1.0
        starts = known.starts.astype(np.int32)
        times = known.times / np.repeat(norms, np.diff(starts))
        matrix = csr_array((times, known.ids, starts), shape=(len(norms), len(self._rows)))
        result: Floats = matrix @ self._rows + self.bias
        if numbers is not None:
            result += numbers @ self.dense
        return result

    def norms(self, known: Known) -> Floats:
        """The length of each text's known grams; 0 where it has none."""
        weights = np.square(known.times * self._idf.take(known.ids))
        norms: Floats = np.sqrt(np.add.reduceat(np.append(weights, np.float32(0)), known.starts[:-1]))
        norms[known.starts[1:] == known.starts[:-1]] = 0.0
        return norms

    def words(self, known: Known, number: int, text: str, name: str, count: int = 3) -> list[str]:
        """Words of a text that hold the pairs of characters that speak most for a class. `number` is that of
        the text in the batch."""
        return self.words_of(self.telling(known.part(number, number + 1), [text], [name]), count)[0]

    def telling(
        self, known: Known, texts: Sequence[str], names: Sequence[str]
    ) -> list[tuple[list[str], str]]:
        """Of each text of a batch the pairs of characters that speak for its class, those that speak most
        first; and the text."""
        counts = np.diff(known.starts)
        columns = np.array([self.classes.index(name) for name in names], dtype=np.intp)
        part = known.times * self._columns[np.repeat(columns, counts), known.ids]
        texts_of = np.repeat(np.arange(len(texts)), counts)
        # By text, then by weight: the bits of a positive number rise as it does.
        speaks = np.flatnonzero(part > 0)
        ranks = texts_of[speaks].astype(np.uint64) << _NUMBER | (_NUMBERS - part[speaks].view(np.uint32))
        ranked = np.sort(np.append(ranks, _ALL))
        bounds = np.searchsorted(ranked, np.arange(len(texts) + 1, dtype=np.uint64) << _NUMBER)
        last = np.minimum(bounds[:-1] + _SHOWN, bounds[1:]) - 1  # nobody asks it of a text where none speaks
        # With all that weigh the same as the last of the first.
        best = speaks[ranks <= ranked[last][texts_of[speaks]]]
        keys = self.keys.take(known.ids[best])
        order = np.lexsort((keys, -part[best], texts_of[best]))
        order = order[(keys[order] & SECOND) > 0]
        codes = np.stack((keys[order] >> np.uint64(16) & SECOND, keys[order] & SECOND), axis=1)
        said = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        ends = np.searchsorted(texts_of[best][order], np.arange(len(texts) + 1)).tolist()
        return [
            ([said[at : at + 2] for at in range(2 * begin, 2 * end, 2)], text)
            for text, begin, end in zip(texts, ends, ends[1:], strict=False)
        ]

    @staticmethod
    def words_of(asked: Sequence[tuple[list[str], str]], count: int = 3) -> list[list[str]]:
        """The first `count` words that hold parts of a text, for many lists of parts and their texts."""
        found: list[list[str]] = [[] for _ in asked]
        at, rest = 0, list(range(len(asked)))
        while rest:
            tried = [(number, part) for number in rest for part in asked[number][0][at : at + count]]
            for (number, _), word in zip(
                tried, words_with([(part, asked[number][1]) for number, part in tried]), strict=True
            ):
                if word is not None and len(found[number]) < count and word not in found[number]:
                    found[number].append(word)
            at += count
            rest = [number for number in rest if len(found[number]) < count and len(asked[number][0]) > at]
        return found

    def save(self, path: Path) -> None:
        """Write one .npz; the same model gives the same bytes."""
        np.savez_compressed(
            path,
            classes=np.frombuffer("\n".join(self.classes).encode(), dtype=np.uint8),
            keys=self.keys,
            rows=self.rows.astype(np.float16),
            idf=self.idf.astype(np.float16),
            bias=self.bias.astype(np.float32),
            dense=self.dense.astype(np.float32),
        )


class GramBank:
    """Several models that read the same texts: each gram is looked up once for all of them."""

    def __init__(self, models: Sequence[GramModel]) -> None:
        keys = np.unique(np.concatenate([model.keys for model in models]))
        self._rows = np.empty((len(models), len(keys)), dtype=np.int32)
        for row, model in zip(self._rows, models, strict=True):
            row[:] = len(model.keys)
            row[np.searchsorted(keys, model.keys)] = np.arange(len(model.keys), dtype=np.int32)
        self._bits = np.uint64(len(keys).bit_length())
        self._numbers = KeyTable(keys, np.arange(len(keys), dtype=np.int32), _SLOT_BITS)

    def known(self, grams: Grams) -> list[Known]:
        """The grams of a batch that any of the models knows, as each of them does."""
        here, numbers = self._look_up(grams.keys)
        starts = np.concatenate(([0], np.cumsum(here)))[grams.starts]
        return self._by_model(numbers, grams.times[here], starts)

    def read(self, texts: Sequence[str], title_ends: Sequence[int] | None = None) -> list[Known]:
        """`known(read_grams(texts, title_ends))`, sooner: what no model knows is left out uncounted.

        A gram's number rises with its key, so that both ways give the same order.
        """
        keys = read_all(texts, title_ends)
        here, numbers = self._look_up(keys & KEY)
        behind = (keys[here] >> DOC) << self._bits | numbers.astype(np.uint64)
        limits = np.arange(len(texts) + 1, dtype=np.uint64) << self._bits
        if limits[-1] < _NARROW:  # narrow numbers are sorted sooner
            narrow, times = distinct(behind.astype(np.uint32))
            found, starts = narrow.astype(np.uint64), np.searchsorted(narrow, limits.astype(np.uint32))
        else:
            found, times = distinct(behind)
            starts = np.searchsorted(found, limits)
        return self._by_model((found & ~(_ALL << self._bits)).astype(np.int32), times, starts)

    def _look_up(self, keys: Keys) -> tuple[Flags, Numbers]:
        """Which keys any model knows, and the numbers of those."""
        numbers = self._numbers.find(keys)
        here = numbers >= 0
        return here, numbers[here]

    def _by_model(self, numbers: Numbers, times: Floats, starts: Ids) -> list[Known]:
        return [Known(rows.take(numbers), times, starts) for rows in self._rows]


def load_gram_model(name: str, folder: Path = MODELS) -> GramModel:
    """Read `<folder>/<name>.npz`.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = folder / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as data:
            model = GramModel(
                name=name,
                classes=tuple(data["classes"].tobytes().decode().split("\n")),
                keys=data["keys"].astype(np.uint64),
                rows=data["rows"].astype(np.float32),
                idf=data["idf"].astype(np.float32),
                bias=data["bias"],
                dense=data["dense"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise damaged(path.name, error) from error
    if not len(model.keys) or len(model.keys) != len(model.rows) or len(model.bias) != len(model.classes):
        raise ModelError(f"模型 {path.name} 的特征与权重不一致，请运行 gangqing train 重建")
    return model
