"""Owns the names of units: every form in which a text may name one, and the pass that finds them.

Names come from units.csv (official name, short name, aliases), from the city's aliases.yaml, and from the
language of government names in lexicon/units.yaml; nothing of one city stands in code. One Aho-Corasick pass,
leftmost and longest, so that a name inside a longer known name is never seen: 东兴市教育局 is 东兴市, and
南宁市发改委 is another city's. Names inside longer unknown names are told by what follows (`longer_tails`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipeline.city import City, Unit
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.names_account import list_accounts

# 武汉|市场监管 is no 武汉市|场监管
_MARKET = re.compile("市(?:场|容|政(?:园林|工程|市容|公用))")

Kind = Literal[
    "own",  # says whose it is: 防城港市教育局, 防城港海关
    "city",  # 市教育局: this city's only if the text is about this city
    "bare",  # 绩效办, 政法委: the same, and only where nothing stands before it
    "police",  # 桂林警方: the city's police, or that of a county of it
    "county",  # 上思县, with what follows it still to be read
    "stem",  # 上思: counts only with an organ behind it
    "list",  # 等部门: a list of departments may stand before it
    "foreign",  # 南宁市
    "account",  # 平安桂林: a unit only as the source of a piece
    "city_name",  # 防城港市, 防城港: names no unit, tells that the text is about the city
    "block",  # 港口城区, 全市: no unit, and nothing inside it
]


class Name(NamedTuple):
    """One form of a name. `unit` is the short name in units.csv, None where the form names no unit."""

    text: str
    kind: Kind
    unit: str | None


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One name found: characters `start` to `end` of the text, without the organ that follows a county."""

    start: int
    end: int
    name: Name


def county_stem(name: str) -> str:
    """上思县 → 上思, 龙胜各族自治县 → 龙胜; the name itself where it has no ending."""
    if name.endswith("自治县") and len(name) > 5:
        return name[:2]
    return name[:-1] if len(name) > 2 and name[-1] in "市县区" else name


class Names:
    """All forms of a city's names, by text."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.lexicon: dict[str, Any] = load_lexicon("units.yaml")
        self.extra: dict[str, Any] = city.data("aliases.yaml", {}) or {}
        self._explicit: dict[str, Name] = {}
        self._generated: dict[str, set[Name]] = defaultdict(set)
        # stem of a department → unit, for 住建、水利、交通等部门
        self.stems: dict[str, str] = {}
        self.county_by_stem: dict[str, str] = {}
        self.vertical: dict[str, str] = {}
        self._police: str | None = None  # 市公安局
        self.police_unit: str | None = None
        self.fire: str | None = None  # 某某消防
        self._departments = [
            (sorted(d["stems"], key=len, reverse=True), d) for d in self.lexicon["departments"]
        ]
        stems: dict[str, set[str]] = defaultdict(set)
        self._accounts = list_accounts(city, self.lexicon)
        for unit in city.all_units:
            if unit.is_county:
                self._add_county(unit)
            else:
                self._add_unit(unit, stems)
        for text, targets in self.lexicon["list_stems"].items():
            if text not in stems:
                stems[text] = set().union(*(stems.get(target, set()) for target in targets))
        self.stems = {stem: short for stem, units in stems.items() if (short := self._one(units))}
        for stem in self.lexicon["vertical"]:
            if stem in self.stems:
                self.vertical[stem] = self.stems[stem]
        self.counties = frozenset(unit.short for unit in city.units if unit.is_county)
        self.county_cities = tuple(sorted(short for short in self.counties if short.endswith("市")))
        # Papers, stations and sites: they publish, so that their name alone credits nobody.
        self.media = frozenset(
            unit.short
            for unit in city.units
            if unit.kind == "媒体" and re.search("(?:[报台网社刊]|集团|传媒|融媒体中心)$", unit.official)
        )
        self._add_places()
        self._add_police_branches()

    @property
    def by_text(self) -> dict[str, Name]:
        """What stands in the unit's own data wins over what was generated; a form of two units names none."""
        found: dict[str, Name] = {}
        for text, names in self._generated.items():
            one = self._one({name.unit for name in names if name.unit})
            if one is not None:
                found[text] = next(name for name in sorted(names) if name.unit == one)
            else:
                found[text] = Name(text, "block", None)
        return found | self._explicit

    def _one(self, units: set[str]) -> str | None:
        """The unit that a form means; of one that took over from another the elder: the day decides."""
        if len(units) < 2:
            return next(iter(units), None)
        known = self.city.unit_by_short
        elder = [unit for unit in units if not any(known[other].successor == unit for other in units)]
        heirs = {known[unit].successor for unit in units if known[unit].successor in units}
        return elder[0] if len(elder) == 1 and len(heirs) == len(units) - 1 else None

    def _add_unit(self, unit: Unit, stems: dict[str, set[str]]) -> None:
        name, stem = self.city.name, self.city.stem
        aliases = tuple((self.extra.get("units") or {}).get(unit.short, ()))
        cores: set[str] = set()
        for text in (*unit.names, *aliases):
            core = None if text in self._accounts else self._core(text)
            own = stem in text
            kind: Kind = "own" if own else "city" if "市" in text[:2] else "bare"
            if kind == "bare" and unit.kind in ("园区", "媒体"):
                kind = "own"
            if text.startswith("平安") or text in self._accounts:
                kind = "account"  # 平安某某 is also a slogan
            elif kind == "bare" and len(text) < 3:
                continue  # 公安, 城管 are everybody's
            self._explicit[text] = Name(text, kind, unit.short)
            if core:
                cores.add(core)
            if text.startswith("共青团"):
                for form in (
                    f"共青团{name}委",
                    f"共青团{name}委员会",
                    f"{stem}团市委",
                    f"{name}团委",
                    f"团{name}委",
                ):
                    self._generate(form, "own", unit)
        for core in sorted(cores):
            for form in sorted({core, *self._variants(core, unit, stems)}):
                self._generate(f"市{form}", "city", unit)
                self._generate(f"{name}{form}", "own", unit)
                if not form.startswith("委"):
                    self._generate(f"{stem}{form}", "own", unit)
        if unit.kind == "园区":
            for tail in ("管委会", "党工委", "工管委", "管理委员会"):
                self._generate(unit.short + tail, "own", unit)

    def _core(self, text: str) -> str | None:
        """The name without the city: 教育局, 委组织部; None where the city is not at its head."""
        name, stem = self.city.name, self.city.stem
        party = re.match(f"中共{re.escape(name)}委员会(.+)", text)
        if party:
            return "委" + self.lexicon["party"].get(party[1], [party[1]])[0]
        for prefix in (name, stem, "市"):
            if text.startswith(prefix) and len(text) > len(prefix) + 1:
                if prefix == name and _MARKET.match(text, len(stem)):
                    continue
                return text[len(prefix) :]
        return None

    def _variants(self, core: str, unit: Unit, stems: dict[str, set[str]]) -> Iterable[str]:
        if core.startswith("委"):
            for forms in self.lexicon["party"].values():
                if core[1:] in forms:
                    yield from ("委" + form for form in forms)
        for candidates, entry in self._departments:
            head = next((s for s in candidates if core.startswith(s)), None)
            if head is None or core[len(head) :] not in (*entry["suffixes"], "管理局"):
                continue
            for stem in candidates:
                stems[stem].add(unit.short)
                for suffix in entry["suffixes"]:
                    yield stem + suffix
                if "" not in entry["suffixes"]:
                    yield from (stem + tail for tail in self.lexicon["department_heads"])
            break
        if core.startswith(fire := self.lexicon["fire"]) and core.endswith("支队"):
            self.fire = self.city.stem + fire
            self._generate(self.fire, "own", unit)
        police = self.lexicon["police"]
        if any(core == stem + "局" for stem in police["stems"]):
            for head in police["heads"]:
                for text in (self.city.name + head, self.city.stem + head):
                    if self._explicit.get(text, Name(text, "own", unit.short)).unit == unit.short:
                        self._explicit[text] = Name(text, "police", unit.short)
            self._police, self.police_unit = f"市{core}", unit.short
            self._add_accounts(self.city.stem, unit)
            for head in (
                "公安机关",
                "警方",
                "公安交警",
                "公安交警支队",
                "交警支队",
                "公安局交警支队",
                "公安局交通警察支队",
            ):
                self._generate("市" + head, "city", unit)
                self._generate(self.city.name + head, "own", unit)
                self._generate(self.city.stem + head, "police" if head in police["heads"] else "own", unit)

    def _add_county(self, unit: Unit) -> None:
        name, stem = self.city.name, self.city.stem
        short = county_stem(unit.short)
        self.county_by_stem[short] = unit.short
        forms = {unit.short, unit.official, *unit.aliases} | set(
            (self.extra.get("units") or {}).get(unit.short, ())
        )
        if unit.short.endswith("自治县"):
            forms.add(short + "县")
        for form in sorted(forms):
            kind: Kind = "account" if form == f"{short}发布" else "county"
            for text in {form, name + form.removeprefix(name), stem + form.removeprefix(name)}:
                self._explicit[text] = Name(text, kind, unit.short)
        if short not in self.lexicon["common_nouns"]:
            self._add_accounts(short, unit)
        if short != unit.short:
            self._explicit[short] = Name(short, "stem", unit.short)

    def _add_police_branches(self) -> None:
        """市公安局某某分局 is the police of that county, 某某警方, and counts for it."""
        if self._police is None:
            return
        for unit in self.city.units:
            if not unit.is_county and unit.kind != "园区":
                continue
            for place in {
                unit.short,
                county_stem(unit.short),
                unit.short.removeprefix(self.city.stem),
                unit.official,
            }:
                for head in (self._police, self.city.name + self._police[1:]):
                    text = f"{head}{place}分局"
                    kind: Kind = "county" if unit.is_county else "own"
                    self._explicit.setdefault(text, Name(text, kind, unit.short))

    def _add_accounts(self, stem: str, unit: Unit) -> None:
        accounts = self.lexicon["police_accounts"]
        for text in (*(a + stem for a in accounts["before"]), *(stem + a for a in accounts["after"])):
            self._explicit.setdefault(text, Name(text, "account", unit.short))

    def _generate(self, text: str, kind: Kind, unit: Unit) -> None:
        self._generated[text].add(Name(text, kind, unit.short))

    def _add_places(self) -> None:
        city = self.city
        places = load_lexicon("units_places.yaml")
        own = {city.name, *(u.short for u in city.units if u.is_county)}
        self.foreign_stems = {stem for stems in places["provinces"].values() for stem in stems}
        self.foreign_stems |= set(places["municipalities"])
        self.foreign_stems -= {city.stem, *(county_stem(text) for text in own)}
        for stem in sorted(self.foreign_stems):
            self._explicit.setdefault(stem + "市", Name(stem + "市", "foreign", None))
        self.foreign_stems -= set(places["ambiguous_stems"])
        for text in (city.name, city.stem):
            self._explicit.setdefault(text, Name(text, "city_name", None))
        for text in (*places["provinces"], *self.lexicon["blocks"]):
            self._explicit.setdefault(text, Name(text, "block", None))
        for text in ("全市", *(self.extra.get("not_units") or ())):
            self._explicit.setdefault(text, Name(text, "block", None))
        for text in ("部门", "等单位", "两局", "三局", "个局"):
            self._explicit.setdefault(text, Name(text, "list", None))


class NameFinder:
    """Finds all names in a text, in one pass, leftmost and longest."""

    def __init__(self, names: Names) -> None:
        table = names.by_text
        self._names = [table[text] for text in sorted(table)]
        self._automaton = AhoCorasick(
            [name.text for name in self._names],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.DFA,
        )

    def find(self, text: str) -> list[Hit]:
        names = self._names
        return [
            Hit(start, end, names[index])
            for index, start, end in self._automaton.find_matches_as_indexes(text)
        ]
