"""Owns the measures: precision, recall, F1, accuracy, macro F1, confusion. Counts in, shares out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

import msgspec


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value. `value` is a share 0..1, None where there was no case."""

    name: str
    measure: str  # accuracy, macro F1, precision, recall, F1
    value: float | None
    cases: int


class SetCounts(msgspec.Struct, kw_only=True):
    """True positives, false positives and false negatives over sets of labels per item."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, gold: set[Hashable], said: set[Hashable]) -> None:
        self.right += len(gold & said)
        self.wrong += len(said - gold)
        self.missed += len(gold - said)

    @property
    def precision(self) -> float | None:
        return share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        return share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        return share(2 * self.right, 2 * self.right + self.wrong + self.missed)

    def scores(self, name: str) -> list[Score]:
        cases = self.right + self.missed
        return [
            Score(name=name, measure="precision", value=self.precision, cases=self.right + self.wrong),
            Score(name=name, measure="recall", value=self.recall, cases=cases),
            Score(name=name, measure="F1", value=self.f1, cases=cases),
        ]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def accuracy(pairs: list[tuple[Hashable, Hashable]]) -> float | None:
    """Share of pairs (gold, said) that are equal."""
    return share(sum(gold == said for gold, said in pairs), len(pairs))


def macro_f1(pairs: list[tuple[Hashable, Hashable]]) -> float | None:
    """Mean of the F1 of each label that gold has."""
    # In order: sums in another order differ in the last digit.
    labels = dict.fromkeys(gold for gold, _ in pairs)
    if not labels:
        return None
    total = 0.0
    for label in labels:
        right = sum(gold == said == label for gold, said in pairs)
        total += 2 * right / sum((gold == label) + (said == label) for gold, said in pairs)
    return total / len(labels)


def confusion(pairs: Iterable[tuple[Hashable, Hashable]]) -> Counter[tuple[Hashable, Hashable]]:
    return Counter(pairs)
