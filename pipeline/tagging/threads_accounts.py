"""Owns which unit a forum account belongs to, by the city's list and by the names in the account's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pipeline.city import City, load_own_yaml
from pipeline.tagging.duties import LEXICON, split, units_of_functions
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.threads_names import LEXICON as NAMES
from pipeline.tagging.threads_places import OtherPlaces, county_names


def unit_of_account(city: City) -> Callable[[str | None], str | None]:
    """A function from a forum account's name to its unit: the city's list first, then names in it.
    东兴市教育局 is 东兴市's, 南宁市教育局 nobody's here."""
    listed = {account.account: account.unit for account in city.accounts}
    own: dict[str, Any] = city.data("duties.yaml", {}) or {}
    listed |= {name: unit for name, unit in own.get("names", {}).items() if name not in listed}
    names = _longest_first((name, unit.short) for unit in city.units for name in unit.names)
    stems = [
        (name.removeprefix("市"), unit) for name, unit in names if name.startswith("市") and len(name) > 2
    ]
    raw = load_own_yaml(LEXICON)
    unit_of = units_of_functions(city, raw["functions"])
    # 防城港社保服务: the longest colloquial name in it.
    colloquial = _longest_first(
        (name, unit_of[function])
        for function, phrases in raw["colloquial"].items()
        if function in unit_of
        for name in split(phrases)
    )
    common = load_lexicon("units.yaml")["common_nouns"]
    counties = _longest_first(
        (name, unit.short)
        for unit in city.units
        if unit.is_county
        for name in county_names(unit.short)
        if name not in common
    )
    # Branches of the state in a county are their parent's, as the city's data names it.
    branches = {unit.short for unit in city.units if unit.kind == "驻港"}
    rules = load_own_yaml(NAMES)
    levels = tuple(rules["other_levels"])
    inside = [place for places in own.get("places", {}).values() for place in places]
    places = OtherPlaces(city, rules["cities"], [*inside, *own.get("local", [])])

    by_length = [*names, *stems, *colloquial]
    here = (city.stem, *(name for name, _ in counties))

    def is_ours(account: str, name: str) -> bool:
        if name.startswith(here):
            return True
        before = account[: account.index(name)] + ("市" if name.startswith("市") else "")
        return not (before.endswith(levels) or places.is_city(before) or places.is_county(before))

    def find(account: str | None) -> str | None:
        if not account:
            return None
        if account in listed:
            return listed[account]
        local = account.removeprefix(city.name).removeprefix(city.stem)
        county = next(((name, unit) for name, unit in counties if local.startswith(name)), None)
        if county is not None and not any(
            unit != county[1] and len(name) > len(county[0]) and local.startswith(name)
            for name, unit in names
        ):
            rest = local.removeprefix(county[0])
            branch = next((unit for name, unit in [*stems, *colloquial] if name in rest), None)
            return branch if branch in branches else county[1]
        found = next((entry for entry in by_length if entry[0] in account), None)
        return found[1] if found is not None and is_ours(account, found[0]) else None

    return find


def _longest_first(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(named, key=lambda entry: -len(entry[0]))
