"""Owns sorting the rows of a list by what its reader asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

T = TypeVar("T")


def ordered(rows: Sequence[T], keys: Mapping[str, Callable[[T], Any]], sort: str) -> Sequence[T]:
    """Rows by one of the keys (with a - before it downwards, "": as they are); those without a value last."""
    if not sort:
        return rows
    of = keys[sort.removeprefix("-")]
    pairs = [(of(row), row) for row in rows]
    valued = [pair for pair in pairs if pair[0] is not None]
    valued.sort(key=itemgetter(0), reverse=sort.startswith("-"))
    return [*(row for _, row in valued), *(row for value, row in pairs if value is None)]
