"""Owns finding the numbers of 64-bit keys: one look into a table for each, another where two share a slot.

A batch of keys is looked up in a few numpy calls; a search by halves costs several times as much, since each
of its steps waits for the memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads keys over the slots
_RESPREAD = 0xC2B2AE3D27D4EB4F  # another odd number: what shares a slot once does not share the next
_LEAST_BITS = 8


class KeyTable:
    """The numbers of distinct keys, `bits` of a slot's place."""

    def __init__(self, keys: Keys, numbers: Numbers, bits: int, spread: np.uint64 = SPREAD) -> None:
        self._shift, self._spread = np.uint64(64 - bits), spread
        slots = self._slots(keys)
        self._keys = np.zeros(1 << bits, dtype=np.uint64)
        self._numbers = np.full(1 << bits, -1, dtype=np.int32)  # an empty slot has no number
        self._keys[slots[::-1]], self._numbers[slots[::-1]] = keys[::-1], numbers[::-1]
        late = self._keys[slots] != keys
        self._late: KeyTable | None = None  # of those whose slot is another's
        self._shared = np.zeros(1 << bits, dtype=bool)
        if late.any():
            self._shared[slots[late]] = True
            bits = max(_LEAST_BITS, int(late.sum()).bit_length() + 1)
            spread = np.uint64(int(spread) * _RESPREAD % (1 << 64))
            self._late = KeyTable(keys[late], numbers[late], bits, spread)

    def find(self, keys: Keys) -> Numbers:
        """The number of each key; -1 where the table has it not."""
        slots = self._slots(keys)
        here = self._keys.take(slots) == keys
        numbers = np.where(here, self._numbers.take(slots), np.int32(-1))
        if self._late is not None:
            rest = np.flatnonzero(self._shared.take(slots) & ~here)
            numbers[rest] = self._late.find(keys[rest])
        return numbers

    def _slots(self, keys: Keys) -> npt.NDArray[np.intp]:
        return ((keys * self._spread) >> self._shift).view(np.intp)
