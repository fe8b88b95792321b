"""Owns a column of few names, such as the states or units of tickets: numbers in their place, so that a
hundred thousand are compared at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np

from analysis.workday_columns import Column


@dataclasses.dataclass(frozen=True)
class Names:
    """A column of few names. `codes`: of each row, the place of its name in `names`; -1: it has none."""

    codes: Column
    names: list[str]

    def isin(self, wanted: Collection[str]) -> Column:
        """Which rows have one of these names."""
        table = np.array([*(name in wanted for name in self.names), False], bool)
        found: Column = table[self.codes]
        return found

    def __getitem__(self, which: Column) -> Names:
        return Names(self.codes[which], self.names)

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Names:
        """A column of these names."""
        names = sorted({name for name in values if name is not None})
        places = {name: place for place, name in enumerate(names)}
        return cls(np.array([-1 if name is None else places[name] for name in values], np.int32), names)

    def joined(self, other: Names) -> Names:
        """This column with another one behind it."""
        names = list(dict.fromkeys([*self.names, *other.names]))
        places = {name: place for place, name in enumerate(names)}
        table = np.array([*(places[name] for name in other.names), -1], np.int32)
        return Names(np.concatenate([self.codes, table[other.codes]]), names)

    def counts(self) -> dict[str, int]:
        """How many rows there are of each name that there are any of."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names)).tolist()
        return {name: count for name, count in zip(self.names, counts, strict=True) if count}

    def tolist(self) -> list[str | None]:
        """The names themselves; None: missing."""
        names = [*self.names, None]
        return [names[code] for code in self.codes.tolist()]
