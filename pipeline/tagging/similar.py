"""Owns finding earlier cases like a new one, by the pairs of characters that they share, rare ones most."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from pipeline.tagging.alike_weights import (
    Frequencies,
    Message,
    Weighed,
    load_frequencies,
    matrix_of,
    weigh,
    weigh_all,
)

_SHOWN = 4  # shared phrases told
# Names of places are rare and say little of what is asked: rarity counts less than for one matter.
_TEMPER = 0.3


@dataclasses.dataclass(frozen=True)
class Near:
    """An earlier case; `likeness` 0..1, `words`: what both speak of, the weightiest first."""

    id: str
    likeness: float
    words: list[str]


class Cases:
    """Cases that can be asked for the nearest ones. Built once, asked many times."""

    def __init__(self, messages: Sequence[Message]) -> None:
        known = load_frequencies()
        self._known = known
        self._read = [_temper(read, known) for read in weigh_all(messages, known)]
        if self._read:
            self._matrix, self._names = matrix_of(self._read)

    def nearest(self, message: Message, count: int, least: float = 0.05) -> list[Near]:
        """At most `count` cases, the nearest first; none that is less like than `least`, none with its id."""
        if not self._read:
            return []
        asked = _temper(weigh(message, self._known), self._known)
        row, names = matrix_of([asked])
        places = np.searchsorted(self._names, names)
        here = (places < len(self._names)) & (self._names[np.minimum(places, len(self._names) - 1)] == names)
        vector = np.zeros(len(self._names))
        vector[places[here]] = row.toarray()[0][here]
        likeness = self._matrix @ vector
        best = np.lexsort((np.arange(len(likeness)), -np.round(likeness, 6)))[: count + 1]
        chosen = [i for i in best if likeness[i] >= least and self._read[i].message.id != message.id][:count]
        return [
            Near(self._read[i].message.id, round(float(likeness[i]), 4), shared(asked, self._read[i]))
            for i in chosen
        ]


def _temper(read: Weighed, known: Frequencies) -> Weighed:
    return dataclasses.replace(read, weights=read.weights * known.of(read.keys) ** _TEMPER)


def shared(one: Weighed, other: Weighed) -> list[str]:
    """The runs of characters of `one` whose pairs both hold, the weightiest first."""
    weight = dict(zip(one.keys.tolist(), one.weights.tolist(), strict=True))
    both = {key for key in other.keys.tolist() if key in weight}
    text = one.message.title + "\n" + one.message.text
    runs: dict[str, float] = {}
    start, total = 0, 0.0
    for i in range(len(text)):
        key = ord(text[i]) << 16 | ord(text[i + 1]) & 0xFFFF if i + 1 < len(text) else -1
        if key in both:
            total += weight[key]
            continue
        if total:
            run = text[start : i + 1].strip()
            runs[run] = max(runs.get(run, 0.0), total)
        start, total = i + 1, 0.0
    return [run for run, _ in sorted(runs.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]]
