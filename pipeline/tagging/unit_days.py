"""Owns which unit held a name's duties on a day: units end and are succeeded (2018 机构改革), as data."""

from __future__ import annotations

import datetime as dt

import msgspec

from pipeline.city import City
from pipeline.records import Evidence, ThreadTags


class UnitDays:
    """The units of one city by their days."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._heirs: dict[str, dict[str, str]] = {}  # by day

    def of_day(self, unit: str, day: str | None) -> str:
        """The unit that held the duties of one on a day: a unit that ended is its successor, one that was not
        there yet is the one that it succeeded, where that is one alone.

        Args:
            day: ISO, with or without a time; None or unreadable: the unit itself.
        """
        known = self._city.unit_by_short
        data = known[unit]
        if not day or (data.valid_to is None and data.valid_from is None):
            return unit
        try:
            date = dt.date.fromisoformat(day[:10])
        except ValueError:
            return unit
        seen = {unit}
        while data.valid_to is not None and date > data.valid_to and data.successor in known:
            if data.successor in seen:
                break
            seen.add(data.successor)
            data = known[data.successor]
        if data.valid_from is not None and date < data.valid_from:
            before = [u for u in self._city.all_units if u.successor == data.short and u.valid_on(date)]
            if len(before) == 1:
                return before[0].short
        return data.short

    def heirs(self, day: str | None) -> dict[str, str]:
        """Units that did not hold their duties on a day → the unit that did. `day`: as `of_day`."""
        key = (day or "")[:10]
        if key not in self._heirs:
            held = {unit.short: self.of_day(unit.short, key) for unit in self._city.all_units}
            self._heirs[key] = {unit: heir for unit, heir in held.items() if unit != heir}
        return self._heirs[key]

    def dated(self, tags: ThreadTags, opened: str | None) -> ThreadTags:
        """A thread's tags with the units of the day on which it was opened (ISO; None: not known)."""
        heirs = self.heirs(opened)
        held = [(unit, heirs.get(unit, unit)) for unit in tags.units]
        if all(unit == heir for unit, heir in held):
            return tags
        told = "；".join(f"{unit}的职责当日属{heir}" for unit, heir in held if unit != heir)
        why = tags.why.get("units") or Evidence(why="")
        why = msgspec.structs.replace(why, why=f"{why.why}；{told}".removeprefix("；"))
        units = list(dict.fromkeys(heir for _, heir in held))
        return msgspec.structs.replace(tags, units=units, why=tags.why | {"units": why})
