"""Owns the desk's way to the warehouse: a cursor per request on the newest edition, and shared answers.

Answers that many requests share (coverage of a day, the queue of a day) are computed once per edition and
decisions on which they depend, whoever asks first; the others wait for that one. Where a desk prepares what
is asked often (analysis/desk/standing.py), a page may show what was so before the newest decisions or the
newest edition, for some seconds, until the answers that know them are there. Who decided sees it at once.
"""

from __future__ import annotations

import dataclasses
import gc
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from analysis.warehouse import Connection, LiveWarehouse, Snapshot, WarehouseError
from pipeline.city import City
from pipeline.decisions import DecisionError

T = TypeVar("T")
# Answers kept at most; those that were not asked for longest go first. Large ones fill a table.
KEPT, KEPT_LARGE = 200, 3
LAG_SECONDS = 10.0  # what a page shows may be so much older than what is recorded
# What is prepared as quickly as this is waited for, at most so long.
SOON_SECONDS, PATIENCE_SECONDS = 0.3, 1.0
# Kinds of decisions on which the tags depend, the articles' facts and credits, the tickets.
ON_TAGS = frozenset({"tag_correction"})
ON_ARTICLES = frozenset({"tag_correction", "credit_add", "credit_refuse"})
ON_PIECES = ON_ARTICLES | {"source_note"}
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

    def __init__(
        self, memory: Memory, large: Memory, new: Sequence[tuple[str, str]], is_ahead: bool = False
    ) -> None:
        """Args:
        large: the memory of answers that take much of it.
        new: kind and target of each decision since the edition was built, in the order in which they came.
        is_ahead: it is read to prepare answers, not for somebody who waits.
        """
        self._memory, self._large, self._new, self.is_ahead = memory, large, new, is_ahead
        # What people edited of the city's data bears on all: rules, points, units that decisions may name.
        self._counts = Counter(kind for kind, _ in new)
        self._edits = sum(self._counts[kind] for kind in ON_ALL)

    def once(self, key: Hashable, compute: Callable[[], T], kinds: Iterable[str] | None = None) -> T:
        """The answer under `key`, computed by the first who asks. An error is raised to each and not kept.

        Args:
            kinds: of the decisions that can change it; None: any can.
        """
        count = len(self._new) if kinds is None else self.count(kinds)
        return self._memory.answer((key, self._edits), count, lambda _: compute())

    def count(self, kinds: Iterable[str]) -> int:
        """How many decisions of these kinds are known that the edition was not built from."""
        return sum(self._counts[kind] for kind in frozenset(kinds))

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


@dataclasses.dataclass(frozen=True)
class _Ready:
    """What was prepared: answers that know `count` decisions, asked when the clock showed `at`."""

    count: int
    at: float


class _Opened:
    """One published edition as it was opened, with the answers that are kept of it."""

    def __init__(self, path: Path, city: City, decisions: Path) -> None:
        self.live = LiveWarehouse(path, city, decisions)
        self._lock = threading.Lock()
        self._memory, self._large = Memory(), Memory(KEPT_LARGE)
        self._of: Hashable = None
        self.ready: _Ready | None = None

    def snapshot(self, hold: bool) -> tuple[Connection, Snapshot]:
        con, snapshot = self.live.snapshot(hold)
        with self._lock:
            if self._of != snapshot.edition:
                self._memory, self._large, self.ready = Memory(), Memory(KEPT_LARGE), None
                self._of = snapshot.edition
        return con, snapshot

    def edition(self, snapshot: Snapshot, count: int | None = None, is_ahead: bool = False) -> Edition:
        """What a request reads that knows the first `count` decisions; None: all."""
        return Edition(self._memory, self._large, snapshot.new[:count], is_ahead)


def _set_aside(is_all: bool) -> None:
    """Tell the garbage collector to pass over what is kept: looking through a million objects stops everybody
    for half a second, each time. Once for an edition (`is_all`) it looks through all of them."""
    if is_all:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


class DeskWarehouse:
    """The warehouse as the desk asks it, with what was decided since it was built. One for the process."""

    def __init__(self, path: Path, city: City, decisions: Path, lag: float = 0) -> None:
        """Args:
        path: the warehouse file.
        decisions: folder of the record of decisions.
        lag: seconds by which what a page shows may be older than what is recorded, while `prepare` is called
            again and again; 0: by none.
        """
        self.path, self.lag = path, lag
        self._city, self._decisions = city, decisions
        self._shown = self._open()
        self._lock = threading.Condition()
        self._since: float | None = None  # when something was first seen that is not prepared
        self._took = 0.0  # seconds of the last preparation
        self._prepared: Hashable = None
        self._acted: dict[str, float] = {}
        self.is_due = threading.Event()

    def open(self, who: str = "", is_fresh: bool = True) -> tuple[Connection, Edition]:
        """A connection for one request, to be closed after it, and the memory of what it reads.

        Args:
            who: asks; she sees what she decided herself.
            is_fresh: no decision may be missing.

        Raises:
            WarehouseError: there is no warehouse, or it does not fit; the message says what to do.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._lock:
                shown, since = self._shown, self._since
            ready = shown.ready
            if not self.lag or ready is None:
                return self._newest(shown)
            con, snapshot = shown.snapshot(hold=True)
            waiting, now = snapshot.new[ready.count :], time.monotonic()
            if not waiting and not shown.live.is_behind():
                return con, shown.edition(snapshot)
            if since is None:
                with self._lock:
                    self._since = since = now
                self.is_due.set()
            if now - since > self.lag:
                con.close()
                return self._newest(shown)
            is_own = self._acted.get(who, 0.0) >= ready.at
            if is_fresh or is_own or any(kind in ON_ALL for kind, _ in waiting):
                return con, shown.edition(snapshot)
            if self._took > SOON_SECONDS or now >= until:
                return con, shown.edition(snapshot, ready.count)
            con.close()
            with self._lock:
                self._lock.wait_for(lambda: self._since != since, until - now)  # noqa: B023 - called here

    def _newest(self, shown: _Opened) -> tuple[Connection, Edition]:
        con, snapshot = shown.snapshot(hold=False)
        return con, shown.edition(snapshot)

    def acted(self, who: str) -> None:
        """Somebody decided something: what she opens from now on shows it."""
        self._acted[who] = time.monotonic()

    def prepare(self, ask: Callable[[Connection, Edition], None], moment: Hashable) -> bool:
        """Get ready what is asked often, of the newest edition with all decisions, and show that from then
        on; whether there was something to do.

        Args:
            ask: asks it all.
            moment: what else the answers hang on.
        """
        self.is_due.clear()
        began, shown = time.monotonic(), self._shown
        opened = self._newer() if shown.live.is_behind() else shown
        con, snapshot = opened.snapshot(hold=True)
        state = (id(opened), snapshot.edition, len(snapshot.new), moment)
        try:
            if state == self._prepared and opened.ready is not None:
                return False
            ask(con, opened.edition(snapshot, is_ahead=True))
        finally:
            con.close()
        with self._lock:
            opened.ready = _Ready(len(snapshot.new), began)
            if self._shown is shown:
                self._shown = opened
            self._prepared, self._since = state, None
            self._took = time.monotonic() - began
            self._lock.notify_all()
        if opened is not shown:
            opened.live.use_city(self._city)  # which may have been edited while this was prepared
            shown.live.close()
        _set_aside(is_all=opened is not shown)
        return True

    def _newer(self) -> _Opened:
        """The newest edition; where it cannot be read, the one that is shown: who asks in a while is told."""
        opened = self._open()
        try:
            opened.snapshot(hold=False)[0].close()
        except (WarehouseError, DecisionError):
            return self._shown
        return opened

    def _open(self) -> _Opened:
        return _Opened(self.path, self._city, self._decisions)

    def use_city(self, city: City) -> None:
        """Take the city's data anew."""
        self._city = city
        self._shown.live.use_city(city)

    def close(self) -> None:
        """Let go of the edition that is open."""
        self._shown.live.close()
