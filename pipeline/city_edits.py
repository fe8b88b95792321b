"""Owns what people decided of the city's data: edits of units, names, accounts and rules, over its files.

An edit is a decision like any other (docs/decisions/0006). Laid over the files, edits make the same files
anew in memory, which pipeline/city.py reads and checks: there is one reading of a file, edited or not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.city import City, CityError, load_city
from pipeline.city_files import parse_yaml, read_rows
from pipeline.decisions import Decision, load_decisions

UNIT_EDIT, ALIAS_EDIT, ACCOUNT_EDIT, RULE_EDIT = "unit_edit", "alias_edit", "account_edit", "rule_edit"
EDITS = frozenset({UNIT_EDIT, ALIAS_EDIT, ACCOUNT_EDIT, RULE_EDIT})
# Of a name: only one that a second look confirmed names its unit; of an account: whether its answers count.
REVIEWED, PROPOSED, WITHDRAWN, REGISTERED = "已核对", "待核对", "停用", "在用"
UNITS, LATER, ALIASES, ACCOUNTS = "units.csv", "units-later.csv", "aliases.yaml", "official-accounts.csv"
UNIT_FIELDS = ("official", "kind", "parent", "duties", "valid_from", "valid_to", "successor")
_UNIT_COLUMNS = (
    "short", "official", "kind", "parent", "aliases", "duties", "named_in_notice", "valid_from", "valid_to",
    "successor",
)  # fmt: skip
_ACCOUNT_COLUMNS = ("account", "forum", "unit")
Rows = list[dict[str, str]]


def city_edits(decisions: Path) -> list[Decision]:
    """The edits of a record of decisions, in order. Raises DecisionError."""
    return [decision for decision in load_decisions(decisions) if decision.kind in EDITS]


def lay_edits(city: City, edits: Iterable[Decision]) -> City:
    """The city with edits laid over its files. One that no longer fits its files, as its unit was taken out
    of them, is left out.

    Args:
        city: as `load_city` reads it, without edits.

    Raises:
        CityError: a file of the city is wrong by itself.
    """
    edits = list(edits)
    if not edits:
        return city
    try:
        return load_city(city.folder, edited_files(city, edits))
    except CityError:
        return load_city(city.folder, edited_files(city, fitting(city, edits)))


def fitting(city: City, edits: Iterable[Decision]) -> list[Decision]:
    """Those of the edits that can be laid over the city's files, one after the other."""
    fit: list[Decision] = []
    for edit in edits:
        try:
            load_city(city.folder, edited_files(city, [*fit, edit]))
        except CityError:
            continue
        fit.append(edit)
    return fit


def edited_files(city: City, edits: Iterable[Decision]) -> dict[str, bytes]:
    """By name, the files that edits change, as they make them.

    Raises:
        CityError: an edit names what the files do not have.
    """
    draft = _Draft(city)
    for edit in edits:
        try:
            draft.lay(edit)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CityError(f"对“{edit.target}”的改动不再适用（{error}）") from error
    return draft.files()


class _Draft:
    """The files of a city while edits are laid over them."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._units = {name: self._rows(name, ("short",)) for name in (UNITS, LATER)}
        self._accounts = self._rows(ACCOUNTS, ("account", "unit"))
        self._trees: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def _rows(self, name: str, needed: tuple[str, ...]) -> Rows:
        path = self._city.file(name)
        return [row for _, row in read_rows(path, needed)] if path is not None else []

    def _tree(self, name: str) -> dict[str, Any]:
        """A YAML file of the city's own, or of the city that it extends, to be changed."""
        if name not in self._trees:
            path = self._city.file(name)
            found = parse_yaml(path.read_bytes(), path) if path is not None else None
            self._trees[name] = found if isinstance(found, dict) else {}
        self._changed.add(name)
        return self._trees[name]

    def lay(self, edit: Decision) -> None:
        lay = {
            UNIT_EDIT: self._unit,
            ALIAS_EDIT: self._alias,
            ACCOUNT_EDIT: self._account,
            RULE_EDIT: self._rule,
        }
        lay[edit.kind](edit.after)

    def _unit(self, after: Mapping[str, Any]) -> None:
        if after.get("is_new"):
            row = dict.fromkeys(_UNIT_COLUMNS, "") | {"short": str(after["short"]), "named_in_notice": "0"}
            self._units[LATER].append(row)
        name, row = self._found(after["short"])
        row |= {key: "" if after[key] is None else str(after[key]) for key in UNIT_FIELDS if key in after}
        self._changed.add(name)

    def _found(self, short: str) -> tuple[str, dict[str, str]]:
        for name, rows in self._units.items():
            for row in rows:
                if row["short"].strip() == short:
                    return name, row
        raise ValueError(f"没有单位“{short}”")

    def _alias(self, after: Mapping[str, Any]) -> None:
        alias, unit = str(after["alias"]), str(after["unit"])
        name, row = self._found(unit)
        aliases = [each for each in row.get("aliases", "").split("|") if each and each != alias]
        if after["state"] == REVIEWED:
            aliases.append(alias)
        row["aliases"] = "|".join(aliases)
        self._changed.add(name)
        further = self._tree(ALIASES).setdefault("units", {}) or {}
        if after["state"] != REVIEWED and alias in (further.get(unit) or []):
            further[unit] = [each for each in further[unit] if each != alias]

    def _account(self, after: Mapping[str, Any]) -> None:
        key = (after["account"], after["forum"])
        self._accounts = [row for row in self._accounts if (row["account"], row.get("forum") or "*") != key]
        if after["state"] == REGISTERED:
            self._accounts.append({name: str(after[name]) for name in _ACCOUNT_COLUMNS})
        self._changed.add(ACCOUNTS)

    def _rule(self, after: Mapping[str, Any]) -> None:
        place = self._tree(str(after["setting_file"]))
        *above, last = after["key"]
        for step in above:
            if not isinstance(place.get(step), dict):
                place[step] = {}
            place = place[step]
        place[last] = after["value"]

    def files(self) -> dict[str, bytes]:
        made = {
            UNITS: lambda: _csv(_UNIT_COLUMNS, self._units[UNITS]),
            LATER: lambda: _csv(_UNIT_COLUMNS, self._units[LATER]),
            ACCOUNTS: lambda: _csv(_ACCOUNT_COLUMNS, self._accounts),
        }
        return {
            name: made[name]() if name in made else _yaml(self._trees[name]) for name in sorted(self._changed)
        }


def _csv(columns: tuple[str, ...], rows: Rows) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _yaml(tree: dict[str, Any]) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode()
