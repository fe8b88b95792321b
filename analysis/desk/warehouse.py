"""Owns the desk's way to the warehouse: a cursor per request on the newest edition, and shared answers.

Answers that many requests share (coverage of a day, the queue of a day) are computed once per edition and
decisions on which they depend, whoever asks first; the others wait for that one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from analysis.warehouse import Connection, LiveWarehouse
from pipeline.city import City

T = TypeVar("T")
# Answers kept at most; those that were not asked for longest go first. Large ones fill a table.
KEPT, KEPT_LARGE = 200, 3
# Kinds of decisions on which the articles' facts and credits depend, and those on which the tickets do.
ON_ARTICLES = frozenset({"tag_correction", "credit_add", "credit_refuse"})
ON_ALL = frozenset({"unit_edit", "alias_edit", "account_edit", "rule_edit"})
ON_TICKETS = frozenset({"tag_correction", "transfer", "state_change", "extension", "pause", "resume"})


class Memory:
    """What was asked of one edition: the newest answer under each key, with how many decisions it knew."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._computing: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def answer(self, key: Hashable, count: int, compute: Callable[[tuple[int, Any] | None], T]) -> T:
        """The answer under `key` that knows at least `count` decisions, computed by the first who asks, from
        the one before, if any. An error is raised to each and not kept."""
        with self._lock:
            known = self._known(key)
            if known is not None and known[0] >= count:
                found: T = known[1]
                return found
            lock = self._computing.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                known = self._known(key)
            if known is not None and known[0] >= count:  # by who held the lock before
                late: T = known[1]
                return late
            answer = compute(known)
            with self._lock:
                self._answers[key] = count, answer
                self._answers.move_to_end(key)
                while len(self._answers) > self._kept:
                    old, _ = self._answers.popitem(last=False)
                    self._computing.pop(old, None)
            return answer

    def _known(self, key: Hashable) -> tuple[int, Any] | None:
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
        return known


class Edition:
    """What one request reads: an edition with some decisions, and the memory of what others asked of it."""

    def __init__(self, memory: Memory, large: Memory, new: Sequence[tuple[str, str]]) -> None:
        """Args:
        large: the memory of answers that take much of it.
        new: kind and target of each decision since the edition was built, in the order in which they came.
        """
        self._memory, self._large, self._new = memory, large, new
        # What people edited of the city's data bears on all: rules, points, units that decisions may name.
        self._edits = sum(kind in ON_ALL for kind, _ in new)

    def once(self, key: Hashable, compute: Callable[[], T], kinds: Iterable[str] | None = None) -> T:
        """The answer under `key`, computed by the first who asks. An error is raised to each and not kept.

        Args:
            kinds: of the decisions that can change it; None: any can.
        """
        wanted = None if kinds is None else frozenset(kinds)
        count = sum(wanted is None or kind in wanted for kind, _ in self._new)
        return self._memory.answer((key, self._edits), count, lambda _: compute())

    def carried(
        self,
        key: Hashable,
        compute: Callable[[], T],
        amend: Callable[[T, list[str]], T],
        kinds: frozenset[str],
        is_large: bool = False,
    ) -> T:
        """The same of what a decision changes only in its own place.

        Args:
            amend: makes the answer of an earlier one, which others may be reading, and the targets of the
                decisions since.
        """
        targets = [target for kind, target in self._new if kind in kinds]

        def renew(known: tuple[int, Any] | None) -> T:
            return compute() if known is None else amend(known[1], targets[known[0] :])

        memory = self._large if is_large else self._memory
        return memory.answer((key, self._edits), len(targets), renew)


class DeskWarehouse:
    """The warehouse as the desk asks it, with what was decided since it was built. One for the process."""

    def __init__(self, path: Path, city: City, decisions: Path) -> None:
        """Args:
        path: the warehouse file.
        decisions: folder of the record of decisions.
        """
        self.path = path
        self._live = LiveWarehouse(path, city, decisions)
        self._lock = threading.Lock()
        self._memory, self._large = Memory(), Memory(KEPT_LARGE)
        self._of: Hashable = None

    def open(self) -> tuple[Connection, Edition]:
        """A connection for one request, to be closed after it, and the memory of what it reads.

        Raises:
            WarehouseError: there is no warehouse, or it does not fit; the message says what to do.
        """
        con, snapshot = self._live.snapshot()
        with self._lock:
            if self._of != snapshot.edition:
                self._memory, self._large = Memory(), Memory(KEPT_LARGE)
                self._of = snapshot.edition
            return con, Edition(self._memory, self._large, snapshot.new)

    def use_city(self, city: City) -> None:
        """Take the city's data anew."""
        self._live.use_city(city)

    def close(self) -> None:
        """Let go of the edition that is open."""
        self._live.close()
