"""Owns whether what stands before an organ's name is another place: 南宁市, 灵山县, 青秀区; their organs are
none of this city's."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.city import City
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.names import county_stem
from pipeline.tagging.segment import words_and_kinds

# What jieba's dictionary takes for places, and is a part of any city.
_NO_COUNTY = frozenset(["中心区", "老城区", "新城区", "旧城区", "主城区", "山区", "高新区", "新区", "郊区"])
_PLACE = ("ns", "nr", "nz")  # jieba's kinds of words: rare places pass for persons


def county_names(short: str) -> list[str]:
    """How a county is called: 上思县 and 上思; 龙胜各族自治县, 龙胜 and 龙胜县."""
    stem = county_stem(short)
    return list(dict.fromkeys((short, stem, f"{stem}县" if short.endswith("自治县") else stem)))


class OtherPlaces:
    """Knows the places that are not of one city. `cities`: stems of others, `own`: places of this one."""

    def __init__(self, city: City, cities: Iterable[str], own: Iterable[str]) -> None:
        places = load_lexicon("units_places.yaml")
        counties = [unit.short for unit in city.units if unit.is_county]
        self._stem = city.stem
        stems = {county_stem(short) for short in counties}
        self._own = tuple({name for short in counties for name in county_names(short)} - stems)
        # 中心区, 江山半岛区 are ours, but 东兴区 is not 东兴市.
        self._parts = tuple({*own, city.stem} - stems)
        listed = {*cities, *places["municipalities"], *places["provinces"]}
        listed |= {stem for many in places["provinces"].values() for stem in many}
        self._cities = tuple(listed - {city.stem, *stems, *places["ambiguous_stems"]})

    def is_county(self, before: str) -> bool:
        """Whether a text ends with a county or district that is not of this city."""
        if not before.endswith(("县", "区")) or before.endswith(self._own):
            return False
        lead = before[:-1]
        if lead.endswith(self._parts):
            return False
        if lead.endswith(self._cities):
            return True
        *rest, (word, kind, is_known) = words_and_kinds(before)
        if len(word) > 2 or (is_known and len(word) > 1):
            return kind in _PLACE and word not in _NO_COUNTY
        # 武鸣|区, 西乡|塘区
        return bool(rest) and rest[-1][1] in _PLACE and len(rest[-1][0]) > 1

    def is_city(self, before: str) -> bool:
        """Whether a text ends with another city: one that is listed, or any two characters before a 市."""
        lead = before.rstrip("省市")  # 防城港市|市教育局 is written too
        if lead.endswith((self._stem, *self._own)):
            return False
        named = before.endswith("市") and len(lead) > 1 and lead[-2:].isalpha()
        return named or lead.endswith(self._cities)
