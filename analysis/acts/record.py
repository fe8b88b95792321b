"""Owns the making of a decision from an act: its id, its time, its record, the checks that all acts share."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec
from filelock import FileLock

from pipeline.city import City
from pipeline.decisions import Decision, append_decision
from pipeline.faults import ToldError
from pipeline.printable import printable
from pipeline.store import Store, ensure_folder

MAX_LINE = 200  # characters of a title, a name, a number
MAX_TEXT = 2000  # characters of a reason


P = ParamSpec("P")
T = TypeVar("T")


def alone(act: Callable[P, T]) -> Callable[P, T]:
    """An act that is checked against the present state and recorded while no other act is: two people who
    decide on the same thing at once do not both succeed. Its first argument is the record's folder or the
    store."""

    @functools.wraps(act)
    def held(*args: P.args, **kwargs: P.kwargs) -> T:
        place = args[0]
        folder = place.decisions if isinstance(place, Store) else place
        assert isinstance(folder, Path)
        ensure_folder(folder)
        with FileLock(folder / ".acts.lock"):
            return act(*args, **kwargs)

    return held


class ActError(ToldError, ValueError):
    """An act that the present state does not allow, or that lacks something; the message says what to do."""


def decision_of(
    kind: Any,
    target: str,
    *,
    who: str,
    at: dt.datetime,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    why: str = "",
) -> Decision:
    """A decision whose id follows from what it says: the same act sent twice in a second is one decision.

    Raises:
        ActError: nobody is named.
    """
    moment = at.replace(tzinfo=None, microsecond=0).isoformat()
    who, why = line(who, "经办人"), text(why)
    after, before = after or {}, before or {}
    said = msgspec.json.encode([kind, target, after, before, who, why], order="deterministic")
    stamp = moment.replace("-", "").replace(":", "")
    return Decision(
        id=f"{kind}-{stamp}-{hashlib.sha256(said).hexdigest()[:10]}",
        at=moment,
        who=who,
        kind=kind,
        target=target,
        before=before,
        after=after,
        why=why,
    )


def recorded(decisions: Path, decision: Decision) -> Decision:
    """The decision, once it is on disk. Raises DecisionError."""
    append_decision(decisions, decision)
    return decision


def line(value: str, name: str, most: int = MAX_LINE) -> str:
    """One line of text that must be there. Raises ActError."""
    found = " ".join(printable(value).split())
    if not found:
        raise ActError(f"请填写{name}")
    if len(found) > most:
        raise ActError(f"{name}过长（{len(found)} 字），最多 {most} 字")
    return found


def text(value: str, most: int = MAX_TEXT) -> str:
    """A text that may be empty. Raises ActError."""
    found = printable(value).strip()
    if len(found) > most:
        raise ActError(f"说明过长（{len(found)} 字），最多 {most} 字")
    return found


def reason(value: str, name: str = "理由") -> str:
    """A text that must be there. Raises ActError."""
    found = text(value)
    if not found:
        raise ActError(f"请写明{name}")
    return found


def known_units(city: City, units: Iterable[str], *, may_be_none: bool = False) -> list[str]:
    """Units of the city, each once. Raises ActError with those that may be meant."""
    from analysis.mistakes import unknown_unit

    found = list(dict.fromkeys(unit.strip() for unit in units if unit.strip()))
    for unit in found:
        if unit not in city.unit_by_short:
            raise ActError(unknown_unit(unit, city.units))
    if not found and not may_be_none:
        raise ActError("请写明责任单位（units.csv 里的简称）")
    return found


def unit_of_person(city: City, who: str) -> str | None:
    """The unit with whose name a person signs ("市水利局 张三"); None: the signature names none."""
    names = [(name, unit.short) for unit in city.units for name in unit.names if who.startswith(name)]
    return max(names, key=lambda pair: len(pair[0]))[1] if names else None
