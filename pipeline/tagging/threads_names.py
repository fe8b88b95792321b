"""Owns which units a citizen's post names: official, colloquial and subordinate names, but no places.

"教育局旧址", "市一医院大门口" are places; 国家发改委, 钦州市政 are no units of this city; 东兴市教育局 is
东兴市's (domain.md, "Forum posts", `unit_named`).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from pipeline.city import City, load_own_yaml
from pipeline.tagging.duties import LEXICON as DUTIES
from pipeline.tagging.duties import split, units_of_functions
from pipeline.tagging.threads_phrases import PhraseIndex, Span
from pipeline.tagging.threads_places import OtherPlaces, county_names

LEXICON = Path(__file__).resolve().parent.parent / "lexicon" / "threads_names.yaml"


# Organs that every county has, whose names do not end as a bureau's.
COUNTY_TOO = (
    "政务中心",
    "政务服务中心",
    "民政",
    "城管",
    "住建",
    "教育",
    "环保",
    "市政",
    "社保中心",
    "征地办",
)
# Organs of a town; where a post tells of one county alone, its town government needs no name.
TOWN_GOVERNMENTS = ("镇政府", "乡政府", "镇领导", "镇党委")
TOWN_ORGANS = (
    "政府",
    "党委",
    "卫生院",
    "计生站",
    "计生办",
    "民政办",
    "扶贫办",
    "文化站",
    "敬老院",
    "水利站",
    "便民服务中心",
)
# Hospitals that bear a county's name; those of the city are its own units'.
COUNTY_HOSPITALS = ("人民医院", "中医院", "中医医院", "妇幼保健院")
# A 区 that is no district.
_NO_DISTRICT = tuple(
    f"{lead}区"
    for lead in ("小", "社", "园", "库", "景", "校", "片", "辖", "城", "市", "老", "新", "自治", "地")
)


class Named(msgspec.Struct, frozen=True):
    """One unit named in a text."""

    unit: str
    span: Span
    county: bool  # an organ of a county was named
    addressed: bool  # spoken to or called upon, not only told of
    own: bool = False  # the matter is an act of its own: its recruitment, its notice, its seal
    together: bool = False  # named in one breath with one that is addressed


_TOGETHER = frozenset("和、跟与及")


class UnitNames:
    """Finds the units that a post names, in a text whose phrases were found in the shared index."""

    def __init__(self, city: City, index: PhraseIndex[tuple[str, str]]) -> None:
        rules: dict[str, Any] = load_own_yaml(LEXICON)
        duties: dict[str, Any] = load_own_yaml(DUTIES)
        own: dict[str, Any] = city.data("duties.yaml", {}) or {}
        self._stem = city.stem
        self._place_after = tuple(rules["place_after"])
        self._place_before = tuple(rules["place_before"])
        self._elsewhere = tuple(rules["other_levels"])
        self._bare = set(rules["bare"])
        self._bare_after = tuple(rules["bare_after"])
        self._bare_before = tuple(rules["bare_before"])
        self._calls = tuple(rules["calls"])
        self._called = tuple(rules["called"])
        self._its_own = tuple(rules["its_own"])
        self._not_after: dict[str, list[str]] = rules["not_followed_by"]
        self._not_before: dict[str, list[str]] = rules["not_preceded_by"]
        others = {name for name in rules["cities"] if name != city.stem}
        # By length: three hundred names are too many to try each.
        self._other_cities = [
            (n, frozenset(name for name in others if len(name) == n)) for n in sorted(set(map(len, others)))
        ]
        inside = [place for places in own.get("places", {}).values() for place in places]
        self._places = OtherPlaces(city, others, [*inside, *own.get("local", [])])
        self._counties: dict[str, str] = {}
        self._vertical = frozenset(own.get("vertical", ()))
        self._apart = frozenset(own.get("apart", [unit.short for unit in city.units if unit.is_county]))
        for unit in city.units:
            if unit.is_county:
                self._counties |= dict.fromkeys(county_names(unit.short), unit.short)
                # A county's own name is a place; its committee, government and organs are the unit.
                for name in unit.names:
                    if name not in (unit.short, unit.official):
                        index.add([name], ("name", unit.short))
                apart = unit.short in own.get("apart", [unit.short])
                self._add_county_organs(index, unit.short, duties["colloquial"], apart)
            else:
                for name in unit.names:
                    short = name.removeprefix(city.name).removeprefix(city.stem)
                    index.add([n for n in (name, short) if len(n) >= 3], ("name", unit.short))
                    if name.startswith("市") and len(name) > 3:
                        index.add([name[1:]], ("name", unit.short))
        unit_of = units_of_functions(city, duties["functions"])
        for function, names in duties["colloquial"].items():
            if function in unit_of:
                index.add(split(names), ("name", unit_of[function]))
        for name, unit_short in own.get("names", {}).items():
            index.add([name], ("name", unit_short))
        for county, places in own.get("places", {}).items():
            for place in places:
                self._counties.setdefault(place, county)
                town = place.removesuffix("镇")
                index.add(
                    [f"{town}{rank}{organ}" for organ in TOWN_ORGANS for rank in ("", "镇", "乡")],
                    ("organ", county),
                )
                index.add(
                    [f"{town.removesuffix('街道')}街道办{end}" for end in ("", "事处")], ("organ", county)
                )
        index.add(TOWN_GOVERNMENTS, ("town", ""))

        self._county_names = tuple(self._counties)

    def _add_county_organs(
        self, index: PhraseIndex[tuple[str, str]], county: str, names: dict[str, str], apart: bool
    ) -> None:
        """In an urban district only the bureaus are its own; police stations and clinics are the city's."""
        organs = [
            name
            for phrases in names.values()
            for name in split(phrases)
            if name[-1] in "局委办"
            or (apart and (name[-1] in "队所门" or name in ("交警", "城管", "公安", "警方")))
        ]
        for lead in county_names(county):
            index.add([lead + organ for organ in organs], ("organ", county))
            index.add([f"{lead}征地办", f"{lead}政务中心", f"{lead}政务服务中心"], ("organ", county))
            index.add([lead + hospital for hospital in COUNTY_HOSPITALS], ("organ", county))
            index.add([f"{lead}有关部门", f"{lead}相关部门"], ("organ", county))
            index.add(
                [f"{lead}政府", f"{lead}人民政府", f"{lead}县委", f"{lead}领导", f"{lead}的领导"],
                ("organ", county),
            )
        index.add([f"{county}委"], ("organ", county))

    def find(self, found: dict[tuple[str, str], list[Span]], text: str, title_end: int = 0) -> list[Named]:
        """The units named, each once, in order of appearance; the longest name at a place counts."""
        spans: list[tuple[Span, str, bool]] = []
        for (kind, key), places in found.items():
            if kind in ("name", "organ"):
                spans.extend((span, key, kind == "organ") for span in places)
        told = {key for kind, key in found if kind == "county"}
        if len(told) == 1:
            county = next(iter(told))
            spans.extend((span, county, True) for span in found.get(("town", ""), ()))
        spans.sort(key=lambda entry: (entry[0][0], -entry[0][1], not entry[2]))
        named: dict[str, Named] = {}
        end = -1
        for span, unit, organ in spans:
            if span[0] < end:
                continue
            end = span[1]
            county_organ = organ
            name = text[span[0] : span[1]]
            before, after = text[max(0, span[0] - 8) : span[0]], text[span[1] : span[1] + 6]
            if not organ:
                if self._excluded(name, before, after):
                    continue
                if name[0] != "市" and not before.endswith((self._stem, self._stem + "市")):
                    lead = self._county_before(before, found)
                    if lead is not None and (
                        name[-1] in "局委办府"
                        or (name.endswith("部门") and unit not in self._vertical)
                        or name in COUNTY_TOO
                        or lead in self._apart
                    ):
                        unit, county_organ = lead, True
            elif after.startswith(self._place_after):
                continue
            addressed = span[0] < title_end or before.endswith(self._calls) or after.startswith(self._called)
            # "物价局批的还是司机自己定的" leaves open whose act it is.
            own = after.startswith(self._its_own) and "还是" not in after
            known = named.get(unit)
            if known is None or (addressed and not known.addressed):
                named[unit] = Named(
                    unit, span, county_organ, addressed, own or (known is not None and known.own)
                )
            elif own and not known.own:
                named[unit] = msgspec.structs.replace(known, own=True)
        return _called_together(list(named.values()), text)

    def _county_before(self, before: str, found: dict[tuple[str, str], list[Span]]) -> str | None:
        """The county whose organ a name is: 东兴教育局, 东兴的教育局, and 区民政 in a post about 港口区."""
        before = _without_link(before)
        if before.endswith(self._county_names):
            return next(county for name, county in self._counties.items() if before.endswith(name))
        if before.endswith(("区", "县")) and not before.endswith(_NO_DISTRICT):
            told = [key for kind, key in found if kind == "county" and key[-1] == before[-1]]
            return told[0] if len(told) == 1 else None
        return None

    def _excluded(self, name: str, before: str, after: str) -> bool:
        if after.startswith(self._place_after) or before.endswith(self._place_before):
            return True
        if any(after.startswith(word) for word in self._not_after.get(name, ())):
            return True
        if any(before.endswith(word) for word in self._not_before.get(name, ())):
            return True
        if before.endswith(self._elsewhere) or self._places.is_county(_without_link(before)):
            return True
        lead = before.removesuffix("市").removesuffix("省")
        if not lead.endswith(self._stem) and any(lead[-n:] in names for n, names in self._other_cities):
            return True
        return name in self._bare and not (
            after.startswith(self._bare_after) or before.endswith(self._bare_before)
        )


def _without_link(before: str) -> str:
    """东兴的|教育局, 东兴那边的|教育局: what stands before a name, without what links them."""
    return before.removesuffix("的").removesuffix("那边").removesuffix("这边")


def _called_together(named: list[Named], text: str) -> list[Named]:
    """In 教育局和气象局是不是…, 旅游局、物价局几时来 the first is called on as the last is."""
    if len(named) > 1:
        places = sorted(range(len(named)), key=lambda place: named[place].span)
        for one, other in reversed(list(pairwise(places))):
            between = text[named[one].span[1] : named[other].span[0]]
            if (named[other].addressed or named[other].together) and between in _TOGETHER:
                named[one] = msgspec.structs.replace(named[one], together=True)
    return named
