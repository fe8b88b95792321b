"""Owns answers that were given of late, so that several who ask for the same thing wait for it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class RecentAnswers:
    """At most `most` answers, those that were asked for latest. What they are made from must not change
    before `clear` is called. Several threads may ask."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._cleared = 0  # times
        self._lock = threading.Lock()

    def once(self, key: Hashable, basis: object, ask: Callable[[], T]) -> T:
        """The answer under `key`. An error is raised and not kept.

        Args:
            basis: what else the answer is made from; with another object it is asked anew.
        """
        with self._lock:
            known, cleared = self._answers.get(key), self._cleared
            if known is not None and known[0] is basis:
                self._answers.move_to_end(key)
                found: T = known[1]
                return found
        found = ask()
        with self._lock:
            if cleared == self._cleared:  # else it may be made from what is no more
                self._answers[key] = (basis, found)
                if len(self._answers) > self._most:
                    self._answers.popitem(last=False)
        return found

    def clear(self) -> None:
        """Forget them all, also those that are being asked for at this moment."""
        with self._lock:
            self._cleared += 1
            self._answers.clear()
