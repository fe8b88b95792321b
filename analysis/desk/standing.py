"""Owns the answers that stand ready before anybody asks: which were asked of late, and a thread that asks
them anew after a decision, a build, or when the day turns."""

from __future__ import annotations

import dataclasses
import functools
import logging
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from analysis.warehouse import Connection

if TYPE_CHECKING:
    from analysis.desk.office import Office
    from analysis.desk.visit import Visit
    from analysis.desk.warehouse import Edition

T = TypeVar("T")
P = ParamSpec("P")
KEPT = 40  # answers that are asked anew at most
FORGOTTEN_SECONDS = 1800.0  # who asked so long ago has gone
TURN_SECONDS = 0.0005  # for which a thread of Python goes on while another waits
LOOK_SECONDS = 1.0  # between two looks whether there is something new
_LOG = logging.getLogger("gangqing.desk")


@dataclasses.dataclass(frozen=True)
class _Asked:
    """A question as it was asked: `of` takes a visit."""

    of: Callable[[Visit], object]
    visit: Visit
    at: float


class Standing:
    """What was asked of late about the present day, the latest last.

    Attributes:
        always: what is asked anew whether somebody asked of late or not.
    """

    def __init__(self) -> None:
        self.always: list[tuple[Callable[[Visit], object], Visit]] = []
        self._asked: OrderedDict[Hashable, _Asked] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, key: Hashable, of: Callable[[Visit], object], visit: Visit) -> None:
        """Remember a question. What is asked of another day, or to prepare, is not."""
        if visit.edition.is_ahead or not visit.is_today:
            return
        with self._lock:
            self._asked[key] = _Asked(of, visit, time.monotonic())
            self._asked.move_to_end(key)
            if len(self._asked) > KEPT:
                self._asked.popitem(last=False)

    def ask(
        self, office: Office, con: Connection, edition: Edition, is_over: Callable[[], bool] = bool
    ) -> None:
        """Ask it all of an edition, until it is over. What cannot be answered is left to who asks next."""
        with self._lock:
            late = time.monotonic() - FORGOTTEN_SECONDS
            for key in [key for key, asked in self._asked.items() if asked.at < late]:
                del self._asked[key]
            asked = [*self.always, *((each.of, each.visit) for each in self._asked.values())]
        for of, visit in asked:
            if is_over():
                return
            try:
                of(dataclasses.replace(visit, as_of=office.today, con=con, edition=edition))
            except Exception:  # whatever a page says of it, its visitor is told
                _LOG.warning("not prepared", exc_info=True)


def standing(function: Callable[Concatenate[Visit, P], T]) -> Callable[Concatenate[Visit, P], T]:
    """A function of a visit whose answer stands ready: what it keeps with `visit.once` is asked anew before
    the next visitor comes."""

    @functools.wraps(function)
    def noted(visit: Visit, *args: P.args, **kwargs: P.kwargs) -> T:
        found = function(visit, *args, **kwargs)
        if not visit.office.warehouse.lag:
            return found
        asked: Any = (args, tuple(sorted(kwargs.items())), str(visit.request.query_params))
        key = (function.__module__, function.__qualname__, asked, visit.scope, visit.user.roles)
        visit.office.standing.note(key, lambda again: function(again, *args, **kwargs), visit)
        return found

    return noted


def start_preparing(office: Office) -> Callable[[], None]:
    """Start the thread; returns what ends it. It has nothing to do where answers must never be older than
    what is recorded (`DeskWarehouse.lag`)."""
    over, warehouse = threading.Event(), office.warehouse

    def run() -> None:
        while not over.is_set():
            try:
                warehouse.prepare(
                    lambda con, edition: office.standing.ask(office, con, edition, over.is_set),
                    office.moment,
                )
            except Exception:
                _LOG.warning("not prepared", exc_info=True)
                over.wait(LOOK_SECONDS)
            warehouse.is_due.wait(LOOK_SECONDS)

    def end() -> None:
        over.set()
        warehouse.is_due.set()
        thread.join()

    thread = threading.Thread(target=run, name="prepare", daemon=True)
    if warehouse.lag:
        # A page that waits for the thread's turn to end waits so long each time it has asked the warehouse.
        sys.setswitchinterval(TURN_SECONDS)
        thread.start()
        return end
    return lambda: None
