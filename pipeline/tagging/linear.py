"""Owns linear text models: tokens in, one score per class out, by summing rows of a weight matrix.

Features are the distinct words of a text, beside numbers that rules count. A row holds weight × idf, so that
a text costs a dictionary look-up per feature and one numpy sum. Training (scikit-learn) is in
`pipeline.training`; nothing of it is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

MODELS = Path(__file__).resolve().parent.parent / "models"

Floats = npt.NDArray[np.float32]


class ModelError(ValueError):
    """A model file is missing or damaged; the message says which and how to rebuild it."""


@dataclass(frozen=True)
class LinearModel:
    """Weights of a model. `rows` is (features, classes), `idf` (features,), `bias` (classes,)."""

    name: str
    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    rows: Floats
    idf: Floats
    bias: Floats
    # Weights of numbers that stand beside the words, (numbers, classes); empty where a model has none.
    dense: Floats = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    def ids(self, features: list[str]) -> list[int]:
        """Numbers of the known ones among distinct features."""
        get = self._ids.get
        return [number for number in map(get, features) if number is not None]

    def feature_scores(self, features: list[str], numbers: list[float] | None = None) -> Floats:
        """One margin per class from distinct features, and numbers where the model has them."""
        ids = self.ids(features)
        result: Floats = self.bias
        if ids:
            idf = self.idf[ids]
            result = result + self.rows[ids].sum(axis=0) / np.sqrt(idf @ idf)
        if numbers is not None:
            result = result + np.asarray(numbers, dtype=np.float32) @ self.dense
        return result

    def save(self, path: Path) -> None:
        """Write one .npz; the same model gives the same bytes."""
        text = "\n".join(self.vocabulary).encode()
        np.savez_compressed(
            path,
            classes=np.frombuffer("\n".join(self.classes).encode(), dtype=np.uint8),
            vocabulary=np.frombuffer(text, dtype=np.uint8),
            rows=self.rows.astype(np.float16),
            idf=self.idf.astype(np.float16),
            bias=self.bias.astype(np.float32),
            dense=self.dense.astype(np.float32),
        )


def softmax(scores: Floats) -> Floats:
    """Scores as shares that add up to 1."""
    power = np.exp(scores - scores.max())
    result: Floats = power / power.sum()
    return result


def load_model(name: str, folder: Path = MODELS) -> LinearModel:
    """Read `<folder>/<name>.npz`.

    Raises:
        ModelError: the file is missing or damaged.
    """
    path = folder / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as data:
            model = LinearModel(
                name=name,
                classes=tuple(data["classes"].tobytes().decode().split("\n")),
                vocabulary=tuple(data["vocabulary"].tobytes().decode().split("\n")),
                rows=data["rows"].astype(np.float32),
                idf=data["idf"].astype(np.float32),
                bias=data["bias"],
                dense=data["dense"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"模型 {path.name} 缺失或损坏（{error}），请运行 gangqing train 重建") from error
    if len(model.vocabulary) != len(model.rows) or len(model.bias) != len(model.classes):
        raise ModelError(f"模型 {path.name} 的词表与权重不一致，请运行 gangqing train 重建")
    return model
