"""Owns what answers are kept of an edition of the warehouse while it is open, so that the next question about
any day need not ask for them again: what the build left does not change, what people decided changes seldom.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


@dataclasses.dataclass(slots=True)
class _Kept:
    """Of one opened edition. `decided`: of its state of the record of decisions."""

    built: dict[Hashable, Any] = dataclasses.field(default_factory=dict)
    decided: dict[Hashable, Any] = dataclasses.field(default_factory=dict)


# By connection, with those that read the same edition sharing theirs. Gone with the last of them.
_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


def keep(con: Any) -> None:
    """From now on keep answers of a connection, which reads an edition that nobody changes."""
    _kept[con] = _Kept()


def share(con: Any, cursor: Any) -> None:
    """A connection reads the same as another one."""
    _kept[cursor] = _kept[con]


def forget_decided(con: Any) -> None:
    """Decisions were laid over what a connection reads: cursors that are taken of it from now on see them, of
    those that were taken before some do. What is being answered meanwhile is kept where nobody looks."""
    before = _kept[con]
    before.decided = {}
    _kept[con] = _Kept(before.built)


def as_built(con: Any, name: Hashable, make: Callable[[], T]) -> T:
    """The answer of this name, made where it is not known yet. It must hang on nothing but tables that the
    build made and no decision is laid over; whoever gets it must not change it. A connection of which nothing
    is kept is asked each time."""
    own = _kept.get(con)
    return make() if own is None else _of(own.built, name, make)


def as_decided(con: Any, name: Hashable, make: Callable[[], T]) -> T:
    """The same of an answer that hangs on what people decided too."""
    own = _kept.get(con)
    return make() if own is None else _of(own.decided, name, make)


def _of(answers: dict[Hashable, Any], name: Hashable, make: Callable[[], T]) -> T:
    if name not in answers:
        answers[name] = make()
    found: T = answers[name]
    return found
