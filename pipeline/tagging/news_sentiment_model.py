"""Owns the learned models over the words of news: presence of words by tf-idf and a few numbers per label.

Training is in `pipeline.training`; at tagging time several models share one dictionary look-up per word.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.tagging.linear import MODELS, Floats, ModelError, damaged, softmax

FOLDER = MODELS / "news"
WORD_WEIGHT = 4.0  # length of the tf-idf part beside the numbers
TAIL = 50  # words at the end of a text that a model may tell apart from the same words before
TAIL_MARK = "\t"  # leads a word of a vocabulary that means the word at the end


@dataclass(frozen=True)
class NewsModel:
    """`rows` is (words, labels), `idf` (words,), `numbers` (signals, labels), `bias` (labels,)."""

    vocabulary: tuple[str, ...]
    rows: Floats
    idf: Floats
    numbers: Floats
    bias: Floats

    @cached_property
    def bank(self) -> WordBank:
        """This model alone."""
        return WordBank([self])

    @cached_property
    def parts(self) -> Floats:
        """Of each word what it adds to each label, and to the square of the length; (words, labels + 1)."""
        return np.column_stack([self.rows * self.idf[:, None], np.square(self.idf)])

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    def shares(self, tokens: list[str], signals: Floats) -> Floats:
        """One share per label, adding up to 1 (calibrated by the regression itself)."""
        shares: Floats = self.shares_of(self.bank.read([tokens])[0], signals[None])[0]
        return shares

    def shares_of(self, words: Floats, signals: Floats) -> Floats:
        """The shares of many texts at once, (texts, labels); `words` as a bank reads them, `signals` are
        (texts, signals)."""
        return softmax(self.bias + words + signals @ self.numbers)

    def telling(self, tokens: Sequence[str], label: int, count: int = 3) -> list[str]:
        """The words of a text that speak most for a label, longer than one character, strongest first."""
        weights: dict[str, float] = {}
        for words, mark in ((tokens, ""), (tokens[-TAIL:], TAIL_MARK)):
            for word in set(words):
                number = self._ids.get(mark + word)
                if number is not None and len(word) > 1:
                    weights[word] = weights.get(word, 0.0) + float(self.parts[number, label])
        ranked = sorted((-weight, word) for word, weight in weights.items() if weight > 0)
        return [word for _, word in ranked[:count]]

    def save(self, path: Path) -> None:
        """Write one .npz; the same model gives the same bytes."""
        np.savez_compressed(
            path,
            vocabulary=np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8),
            rows=self.rows.astype(np.float16),
            idf=self.idf.astype(np.float16),
            numbers=self.numbers.astype(np.float32),
            bias=self.bias.astype(np.float32),
        )


class WordBank:
    """Several models that read the same words: each word is looked up once for all of them."""

    def __init__(self, models: Sequence[NewsModel]) -> None:
        words = sorted({word for model in models for word in model.vocabulary})
        number = {word: at for at, word in enumerate(words)}
        self._ids = {word: at for word, at in number.items() if not word.startswith(TAIL_MARK)}
        self._tail_ids = {word[1:]: at for word, at in number.items() if word.startswith(TAIL_MARK)}
        self._columns: list[slice] = []
        width = sum(len(model.bias) + 1 for model in models)
        self._parts = np.zeros((len(words), width), dtype=np.float32)
        at = 0
        for model in models:
            columns = slice(at, at + len(model.bias) + 1)
            self._parts[[number[word] for word in model.vocabulary], columns] = model.parts
            self._columns.append(columns)
            at = columns.stop

    def read(self, texts: Sequence[list[str]]) -> list[Floats]:
        """Per model what the words of each text add to its labels, (texts, labels)."""
        ids = array("q")  # not a list, which numpy reads number by number
        starts = [0]
        for tokens in texts:
            known: set[Any] = set(map(self._ids.get, tokens))
            if self._tail_ids:
                known.update(map(self._tail_ids.get, tokens[-TAIL:]))
            known.discard(None)
            ids.extend(known)
            starts.append(len(ids))
        sums = np.zeros((len(texts), self._parts.shape[1]), dtype=np.float32)
        if ids:
            ends = np.array(starts)
            some = np.flatnonzero(ends[1:] > ends[:-1])
            rows = self._parts.take(np.frombuffer(ids, dtype=np.int64), axis=0)
            sums[some] = np.add.reduceat(rows, ends[some], axis=0)
        found: list[Floats] = []
        for columns in self._columns:
            part = sums[:, columns]
            norms = np.sqrt(part[:, -1:])
            norms[norms == 0] = 1.0
            found.append((part[:, :-1] * (WORD_WEIGHT / norms)).astype(np.float32, copy=False))
        return found


def load_news_model(name: str, folder: Path = FOLDER) -> NewsModel:
    """Read `<folder>/<name>.npz`.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = folder / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as data:
            model = NewsModel(
                vocabulary=tuple(data["vocabulary"].tobytes().decode().split("\n")),
                rows=data["rows"].astype(np.float32),
                idf=data["idf"].astype(np.float32),
                numbers=data["numbers"],
                bias=data["bias"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise damaged(path.name, error) from error
    if len(model.vocabulary) != len(model.rows):
        raise ModelError(f"模型 {path.name} 的词表与权重不一致，请运行 gangqing train 重建")
    return model
