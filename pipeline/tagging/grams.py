"""Owns text models over characters and pairs of characters: a whole batch of texts in a few numpy calls.

A gram is one number: the code of its first character in bits 16 to 31, of its second (0 for a single one) in
bits 0 to 15, and in bits 32 and 33 where it stands: anywhere, in the title, or at the end of the text. A text
alone is a batch of one: nothing is computed in another way. Training is in `pipeline.training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.tagging.linear import MODELS, Floats, ModelError

Keys = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.intp]

TITLE, END = np.uint64(1 << 32), np.uint64(2 << 32)
END_LENGTH = 12  # characters of the end of a text that are told apart
_BEYOND = 0xFFFF  # stands for all characters outside the basic plane
_IDEOGRAPHIC_SPACE = 0x3000
_SHOWN = 8  # grams looked at to explain a class
_DOC = np.uint64(34)  # bits of a key
_KEY = np.uint64((1 << 34) - 1)  # all of a key; as a key itself it never occurs
_SLOT_BITS = 18  # of the table that finds a gram: one look into a quarter of a million slots
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads keys over the slots


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
    firsts = (documents << _DOC) | (codes << np.uint64(16))
    follows = documents[1:] == documents[:-1]
    pairs = (firsts[:-1] | codes[1:])[follows]
    parts = [firsts, pairs]
    if title_ends is not None:
        heads = begins + np.asarray(title_ends, dtype=np.intp)
        before = heads[documents.astype(np.intp)]
        title = places < before
        parts += [firsts[title] | TITLE, pairs[(title[:-1] & title[1:])[follows]] | TITLE]
        behind = places >= (ends - END_LENGTH)[documents.astype(np.intp)]
        parts += [pairs[(behind[:-1] & behind[1:])[follows]] | END]
    found, counts = np.unique(np.concatenate(parts), return_counts=True)
    starts = np.searchsorted(found, np.arange(size + 1, dtype=np.uint64) << _DOC)
    times: Floats = (1.0 + np.log(counts)).astype(np.float32)
    return Grams(found & _KEY, times, starts)


@dataclass(frozen=True)
class Known:
    """The grams of a batch that a model knows: numbers of its rows, and their counts, by text."""

    ids: Ids
    times: Floats
    starts: Ids

    def of(self, text: int) -> tuple[Ids, Floats]:
        part = slice(self.starts[text], self.starts[text + 1])
        return self.ids[part], self.times[part]


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

    @cached_property
    def _slots(self) -> tuple[Keys, npt.NDArray[np.int32]]:
        """Key and row number by slot; a key whose slot was taken is found by search instead."""
        places = _slot(self.keys)
        keys = np.full(1 << _SLOT_BITS, _KEY, dtype=np.uint64)
        numbers = np.zeros(1 << _SLOT_BITS, dtype=np.int32)
        # Written backwards, so that the first of two keys keeps a slot.
        keys[places[::-1]] = self.keys[::-1]
        numbers[places[::-1]] = np.arange(len(self.keys) - 1, -1, -1, dtype=np.int32)
        return keys, numbers

    @cached_property
    def _late(self) -> tuple[Keys, Ids]:
        """The keys that found their slot taken, sorted, and their rows."""
        keys, _ = self._slots
        late = np.flatnonzero(keys[_slot(self.keys)] != self.keys)
        return self.keys[late], late

    def known(self, grams: Grams) -> Known:
        """The grams of a batch that the model knows."""
        keys, numbers = self._slots
        late, rows = self._late
        slots = _slot(grams.keys)
        here = keys[slots] == grams.keys
        ids = numbers[slots].astype(np.intp)
        if len(late):
            rest = np.flatnonzero(~here)
            places = np.minimum(np.searchsorted(late, grams.keys[rest]), len(late) - 1)
            found = late[places] == grams.keys[rest]
            ids[rest[found]] = rows[places[found]]
            here[rest[found]] = True
        starts = np.concatenate(([0], np.cumsum(here)))[grams.starts]
        return Known(ids[here], grams.times[here], starts)

    def scores(self, known: Known, numbers: Floats | None = None) -> Floats:
        """One margin per text and class; the bias alone where a text has no known gram."""
        size = len(known.starts) - 1
        result = np.tile(self.bias, (size, 1))
        weights = known.times * self.idf[known.ids]
        for text in range(size):
            ids, times = known.of(text)
            if len(ids):
                part = weights[known.starts[text] : known.starts[text + 1]]
                result[text] += times @ self.rows[ids] / np.sqrt(part @ part)
        if numbers is not None:
            result += numbers @ self.dense
        return result

    def words(self, known: Known, text: int, tokens: Sequence[str], name: str, count: int = 3) -> list[str]:
        """Words of a text that hold the pairs of characters that speak most for a class."""
        ids, times = known.of(text)
        part = times * self.rows[ids, self.classes.index(name)]
        keys = self.keys[ids]
        part[(keys & np.uint64(0xFFFF)) == 0] = 0.0
        if len(part) > _SHOWN:
            best = np.argpartition(-part, _SHOWN)[:_SHOWN]
            part, keys = part[best], keys[best]
        found: list[str] = []
        for weight, key in sorted(
            zip(part.tolist(), keys.tolist(), strict=True), key=lambda e: (-e[0], e[1])
        ):
            if weight <= 0 or len(found) == count:
                break
            gram = chr(key >> 16 & 0xFFFF) + chr(key & 0xFFFF)
            word = next((token for token in tokens if gram in token), None)
            if word is not None and word not in found:
                found.append(word)
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


def _slot(keys: Keys) -> Ids:
    return ((keys * _SPREAD) >> np.uint64(64 - _SLOT_BITS)).astype(np.intp)


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
        raise ModelError(f"模型 {path.name} 缺失或损坏（{error}），请运行 gangqing train 重建") from error
    if not len(model.keys) or len(model.keys) != len(model.rows) or len(model.bias) != len(model.classes):
        raise ModelError(f"模型 {path.name} 的特征与权重不一致，请运行 gangqing train 重建")
    return model
