"""Owns the brake on guessing passwords: by account, whatever addresses the guesses come from.

The limit of an address (entrance.py) stops one program; this one stops many. An account that was guessed at
is closed to addresses from which nobody signed in to it before: who guesses cannot lock out its owner.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MOST = 10  # wrong passwords of an account
WINDOW_SECONDS = 15 * 60
KEPT = 10_000  # names remembered at most: who makes names up costs no memory
_KNOWN = 20  # addresses of an account


class Guesses:
    """Wrong passwords of the last quarter of an hour, by account. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Args:
        clock: seconds that only go forward.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._known: OrderedDict[str, deque[str]] = OrderedDict()

    def is_closed(self, name: str, address: str) -> bool:
        """Whether no password is looked at now; the same whether there is such a name or not."""
        with self._lock:
            wrong = self._wrong.get(name)
            if wrong is None or address in self._known.get(name, ()):
                return False
            while wrong and wrong[0] <= self._clock() - WINDOW_SECONDS:
                wrong.popleft()
            return len(wrong) >= MOST

    def failed(self, name: str) -> None:
        """Note a wrong password."""
        with self._lock:
            wrong = self._wrong.setdefault(name, deque(maxlen=MOST))
            wrong.append(self._clock())
            self._wrong.move_to_end(name)
            while len(self._wrong) > KEPT:
                self._wrong.popitem(last=False)

    def passed(self, name: str, address: str) -> None:
        """Note who signed in from where; her own mistakes are forgotten, not those of others."""
        with self._lock:
            known = self._known.setdefault(name, deque(maxlen=_KNOWN))
            if address not in known:
                known.append(address)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def forget(self, name: str) -> None:
        """Open an account again: an administrator gave it a new password."""
        with self._lock:
            self._wrong.pop(name, None)
