"""Owns the desk's way to the warehouse: a cursor per request on the newest edition, and shared answers.

Answers that many requests share (coverage of a day, the queue of a day) are computed once per edition and
decision record, whoever asks first; the others wait for that one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from analysis.warehouse import Connection, LiveWarehouse, WarehouseError
from pipeline.city import City
from pipeline.decisions import decisions_state

T = TypeVar("T")
KEPT = 200  # answers kept at most; those that were not asked for longest go first


class Edition:
    """What was asked of one state of the warehouse and its decisions: the memory of shared answers."""

    def __init__(self, state: Hashable) -> None:
        self.state = state
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._computing: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The answer under `key`, computed by the first who asks. An error is raised to each and not kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                kept: T = self._answers[key]
                return kept
            lock = self._computing.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                if key in self._answers:  # by who held the lock before
                    found: T = self._answers[key]
                    return found
            answer = compute()
            with self._lock:
                self._answers[key] = answer
                self._computing.pop(key, None)
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            return answer


class DeskWarehouse:
    """The warehouse as the desk asks it, with what was decided since it was built. One for the process."""

    def __init__(self, path: Path, city: City, decisions: Path) -> None:
        """Args:
        path: the warehouse file.
        decisions: folder of the record of decisions.
        """
        self.path, self._decisions = path, decisions
        self._live = LiveWarehouse(path, city, decisions)
        self._lock = threading.Lock()
        self._edition: Edition | None = None

    def open(self) -> tuple[Connection, Edition]:
        """A connection for one request, to be closed after it, and the memory of what it reads.

        Raises:
            WarehouseError: there is no warehouse, or it does not fit; the message says what to do.
        """
        # The state is read first: what comes in between is computed again, never kept under an older state.
        state = self._state()
        con = self._live.cursor()
        with self._lock:
            if self._edition is None or self._edition.state != state:
                self._edition = Edition(state)
            return con, self._edition

    def _state(self) -> Hashable:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            raise WarehouseError(f"没有数据仓库 {self.path}，请先运行 gangqing build") from None
        return (stat.st_ino, stat.st_mtime_ns, stat.st_size, decisions_state(self._decisions))

    def use_city(self, city: City) -> None:
        """Take the city's data anew."""
        self._live.use_city(city)

    def close(self) -> None:
        """Let go of the edition that is open."""
        self._live.close()
