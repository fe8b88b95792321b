"""Owns text models over characters and pairs of characters, without a dictionary look-up per feature.

A gram is one number: the code of its first character in the upper half, of its second (0 for a single one) in
the lower. The model's grams are sorted, so that a text costs a handful of numpy calls. Training is in
`pipeline.training`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.tagging.linear import MODELS, Floats, ModelError

Keys = npt.NDArray[np.uint32]

_BEYOND = 0xFFFF  # stands for all characters outside the basic plane
_IDEOGRAPHIC_SPACE = 0x3000
_SHOWN = 8  # grams looked at to explain a class


def read_grams(text: str) -> tuple[Keys, Floats]:
    """Distinct grams of a text, sorted, and 1 + ln of their counts. Blanks are left out."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.minimum(codes[(codes > 32) & (codes != _IDEOGRAPHIC_SPACE)], _BEYOND)
    firsts = codes << 16
    keys, counts = np.unique(np.concatenate([firsts, firsts[:-1] | codes[1:]]), return_counts=True)
    times: Floats = (1.0 + np.log(counts)).astype(np.float32)
    return keys, times


@dataclass(frozen=True)
class GramModel:
    """Weights of a model: `keys` (grams,) sorted, `rows` (grams, classes) = weight × idf, kept in half
    precision on disk alone, `idf` (grams,)."""

    name: str
    classes: tuple[str, ...]
    keys: Keys
    rows: Floats
    idf: Floats
    bias: Floats

    def known(self, keys: Keys, times: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """Row numbers of the grams that the model knows, and their counts."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        here = self.keys[places] == keys
        return places[here], times[here]

    def scores(self, ids: npt.NDArray[np.intp], times: Floats) -> Floats:
        """One margin per class from `known` grams; the bias alone where there are none."""
        if not len(ids):
            return self.bias
        length = times * self.idf[ids]
        norm = np.float32(np.sqrt(length @ length))
        result: Floats = times @ self.rows[ids] / norm + self.bias
        return result

    def words(
        self, ids: npt.NDArray[np.intp], times: Floats, tokens: list[str], name: str, count: int = 3
    ) -> list[str]:
        """Words of the text that hold the pairs of characters that speak most for a class."""
        part = times * self.rows[ids, self.classes.index(name)]
        keys = self.keys[ids]
        part[(keys & 0xFFFF) == 0] = 0.0
        if len(part) > _SHOWN:
            best = np.argpartition(-part, _SHOWN)[:_SHOWN]
            part, keys = part[best], keys[best]
        found: list[str] = []
        for weight, key in sorted(
            zip(part.tolist(), keys.tolist(), strict=True), key=lambda e: (-e[0], e[1])
        ):
            if weight <= 0 or len(found) == count:
                break
            gram = chr(key >> 16) + chr(key & 0xFFFF)
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
        )


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
                keys=data["keys"],
                rows=data["rows"].astype(np.float32),
                idf=data["idf"].astype(np.float32),
                bias=data["bias"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"模型 {path.name} 缺失或损坏（{error}），请运行 gangqing train 重建") from error
    if not len(model.keys) or len(model.keys) != len(model.rows) or len(model.bias) != len(model.classes):
        raise ModelError(f"模型 {path.name} 的特征与权重不一致，请运行 gangqing train 重建")
    return model
