"""Owns the small learned model of news sentiment: words by tf-idf and a few numbers, weights per label.

Training is in `pipeline.training.news`; at tagging time it costs one dictionary look-up per word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.tagging.linear import MODELS, Floats, ModelError, softmax

FOLDER = MODELS / "news"
WORD_WEIGHT = 4.0  # length of the tf-idf part beside the numbers


@dataclass(frozen=True)
class NewsModel:
    """`rows` is (words, labels), `idf` (words,), `numbers` (signals, labels), `bias` (labels,)."""

    vocabulary: tuple[str, ...]
    rows: Floats
    idf: Floats
    numbers: Floats
    bias: Floats

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    @cached_property
    def _parts(self) -> Floats:
        """Of each word what it adds to each label, and to the square of the length; (words, labels + 1)."""
        return np.column_stack([self.rows * self.idf[:, None], np.square(self.idf)])

    def shares(self, tokens: list[str], signals: Floats) -> Floats:
        """One share per label, adding up to 1 (calibrated by the regression itself)."""
        shares: Floats = self.shares_of([tokens], signals[None])[0]
        return shares

    def shares_of(self, texts: Sequence[list[str]], signals: Floats) -> Floats:
        """The shares of many texts at once, (texts, labels); `signals` are (texts, signals)."""
        ids: list[int] = []
        starts = [0]
        for tokens in texts:
            known: set[Any] = set(map(self._ids.get, tokens))
            known.discard(None)
            ids += known
            starts.append(len(ids))
        scores = self.bias + signals @ self.numbers
        if ids:
            ends = np.array(starts)
            some = np.flatnonzero(ends[1:] > ends[:-1])
            parts = np.add.reduceat(self._parts[ids], ends[some], axis=0)
            scores[some] += parts[:, :-1] * (WORD_WEIGHT / np.sqrt(parts[:, -1:]))
        return softmax(scores)

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
        raise ModelError(f"模型 {path.name} 缺失或损坏（{error}），请运行 gangqing train 重建") from error
    if len(model.vocabulary) != len(model.rows):
        raise ModelError(f"模型 {path.name} 的词表与权重不一致，请运行 gangqing train 重建")
    return model
