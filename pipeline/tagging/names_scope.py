"""Owns the question whose city an article is about, on which every "市某局" without a city's name depends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.city import City
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.names import Hit, NameFinder, Names, county_stem

_DATELINE = re.compile(r"(?:新华社|新华网|中新社|中新网|据?新华社)([一-鿿]{2,4})\d{1,2}月")
_OUR_DATELINE = re.compile(r"本报([一-鿿]{2,3})(?:讯|电|\d{1,2}月)")
_GENERAL = re.compile(
    r"(?:各地|各级|全国|国家|自治区|全区|全省|省|县|区|各市|市级|区级|县级|乡镇|当地|中央|外地|地方|上级|各县（市、区）|[^本我全]市)[^，。；、]{0,4}$"
)
_CITY = re.compile("(?=(..)市)", re.DOTALL)
_NESTED = re.compile(r"(?:[一-鿿]{2}省|[一-鿿]{2}市|自治州)[一-鿿]{2,3}$")
_NESTING = frozenset("省市州")
_OFFICE_BEFORE = re.compile("[局委办联会部院站社队校和与及同跟]")
_STRANGE_BEFORE = "区县省国镇乡州旗师厅部家级市盟"
_OWN = frozenset({"city_name", "county", "own", "police"})
_LEAD = 60
_ELSEWHERE = 300  # characters of the body in which another place tells whose the text is
# 东兴市|, 上思县|，: the name of a county that is none of ours, where a place stands
_STRANGE_COUNTY = re.compile(r"(?:^|[，。：\s“从在到赴])([一-鿿]{2,4}(?:县|自治州|盟))(?![委政域城乡级内])")
_OUR_CITY = re.compile("市委、?市政府|全市|市委办|市政府")
_ABROAD = frozenset(load_lexicon("units_places.yaml")["abroad"])
_NO_PLACE = frozenset(
    word
    for key in ("to", "agent", "adverbs", "source_left", "join")
    for word in load_lexicon("units_cues.yaml")[key]
)


class Scope(NamedTuple):
    """Whose "市" it is."""

    own: bool  # the text is about this city
    city_of: str | None  # the county-level city whose own "市" it is, a unit's short name
    reason: str
    county_only: bool = False  # counties are named, but no unit of the city itself
    county_cities: tuple[str, ...] = ()
    city_name: str = "市"
    others: Mapping[str, int] = {}  # unit → where the text first names its namesake in another city

    def owner_of(self, text: str, hit: Hit) -> str | None:
        """The unit that a name without a city's name means here, or None."""
        before = text[hit.start - 1 : hit.start] if hit.start else ""
        if hit.name.kind == "bare" and before and before in _STRANGE_BEFORE:
            return None
        if not self.own or self.others.get(hit.name.unit or "", hit.start) < hit.start:
            return None
        if hit.name.kind == "city":
            if before == "该":
                return self.that_city(text, hit.start) or hit.name.unit
            if self.city_name not in text[max(0, hit.start - 9) : hit.start] and _is_strange(text, hit.start):
                return None
        if self.city_of is not None:
            return self.city_of
        return hit.name.unit

    def that_city(self, text: str, at: int) -> str | None:
        """该市: the county-level city named last, where that stands nearer than the city's own name."""
        found = [(text.rfind(name, 0, at), name) for name in self.county_cities]
        place, name = max(found, default=(-1, ""))
        return name if place >= 0 and place > text.rfind(self.city_name, 0, at) else None

    def is_general(self, before: str, own_prefix: str) -> bool:
        """各地农业、国土、水利等部门: nobody's in particular."""
        return not own_prefix and bool(_GENERAL.search(before))


class ScopeReader:
    """Decides whose city an article is about, for one city."""

    def __init__(self, city: City, names: Names, finder: NameFinder) -> None:
        places = load_lexicon("units_places.yaml")
        self.city = city
        self.names = names
        self.finder = finder
        self.outlets = frozenset(site.outlet for site in city.sites)
        self.wide = (*places["national_sources"], *places["provinces"])
        words = sorted(
            {*names.foreign_stems, *_other_regions(_region(city, places), places)}, key=lambda w: (-len(w), w)
        )
        self._foreign = re.compile("|".join(map(re.escape, words))) if words else None

    def read(self, item: ArticleItem, text: str, body: int, hits: list[Hit]) -> Scope:
        """Whose city, from source, dateline, title and the places that the text names."""
        stem, outlet, source = self.city.stem, item.outlet or "", item.source or ""
        local = bool(outlet) and (stem in outlet or outlet.startswith("单位") or outlet in self.outlets)
        kinds: set[str] = set()
        foreign: list[Hit] = []
        first_own, own_count = len(text), 0
        for hit in hits:
            kind = hit.name.kind
            kinds.add(kind)
            if kind == "foreign":
                foreign.append(hit)
            elif kind in _OWN:
                own_count += 1
                first_own = min(first_own, hit.start)
        early = own_count >= 3 or first_own < body + 120
        ours = local and text.find("我市") >= 0
        head = self._leading_place(text[:body].lstrip("【“《（"))
        if source and (strange := self._strange_source(source)):
            if strange == "city" or not early:
                return Scope(False, None, f"来源“{source}”")
        elif head and not ours and self._is_about(head, text, body, max(own_count, 3 if local else 1)):
            return Scope(False, None, f"标题以“{head}”开头")
        if not early and (dateline := _DATELINE.search(text, body, body + _LEAD)):
            return Scope(False, None, f"电头“{dateline[0]}”")
        if (datum := _OUR_DATELINE.search(text, body, body + _LEAD)) and datum[1] in self.names.foreign_stems:
            return Scope(False, None, f"电头“{datum[0]}”")
        first_city = next((hit.start for hit in hits if hit.name.kind == "city"), len(text))
        led = local and bool(foreign) and first_city < foreign[0].start  # 市发改委赴贵港考察, in our paper
        if (
            foreign
            and not own_count
            and not ours
            and not led
            and (len(foreign) > 1 or foreign[0].start < body + 120)
        ):
            return Scope(False, None, f"写的是“{foreign[0].name.text}”")
        if not local and not own_count and (sign := self._elsewhere(text, body)):
            return Scope(False, None, f"没有写到本市，写到了“{sign}”")
        county = self._titled_county(text, body, hits) if local or body else None
        if county is None and not local:
            county = self._county_city(hits)
        if county is not None:
            return Scope(True, county, f"写的是“{county}”")
        return Scope(
            True,
            None,
            "本市媒体或写到本市",
            "county" in kinds and not kinds & {"own", "city", "bare", "police"},
            self.names.county_cities,
            self.city.name,
            self._others(text, foreign, hits) if foreign else {},
        )

    def _elsewhere(self, text: str, body: int) -> str | None:
        """What tells that a text which never names this city is another's: a city, a county, a province."""
        if self._foreign is not None and (match := self._foreign.search(text, 0, body + _ELSEWHERE)):
            return match[0]
        for match in _STRANGE_COUNTY.finditer(text, 0, body + _LEAD):
            if match[1] not in self.names.counties and match[1][0] not in "全各该本我外每某":
                return match[1]
        return None

    def _titled_county(self, text: str, body: int, hits: list[Hit]) -> str | None:
        """东兴：… or 东兴市… over a text in which only 市委, 市某局 and 全市 stand: they are that city's."""
        lead = text[:body].lstrip("【“《（ ") if body else text
        for short in self.names.county_cities:
            stem = county_stem(short)
            if not lead.startswith(stem) or not lead[len(stem) :].startswith(
                ("市", "：", ":", " ", "｜", "|")
            ):
                continue
            if not _OUR_CITY.search(text, body):
                return None
            strange = any(
                hit.name.text == self.city.name
                or (
                    hit.name.kind in ("own", "county")
                    and hit.name.unit != short
                    and hit.name.unit not in self.names.media
                )
                for hit in hits
            )
            return None if strange else short
        return None

    @staticmethod
    def _is_about(head: str, text: str, body: int, ours: int) -> bool:
        """南宁市…, 南宁：… at the head, or more of that city than of ours; 上海客商来访 is not."""
        if any(f"{head}{tail}" in text[:body] for tail in ("市", "：", ":", "警方", "公安")):
            return True
        return text.count(head) > ours

    def _others(self, text: str, foreign: list[Hit], hits: list[Hit]) -> dict[str, int]:
        """南宁市发改委: after it, 市发改委 is that one, unless ours was named first."""
        found: dict[str, int] = {}
        for hit in foreign[:8]:
            for other in self.finder.find(text[hit.end - 1 : hit.end + 16])[:1]:
                if other.start == 0 and other.name.unit and other.name.kind == "city":
                    found.setdefault(other.name.unit, hit.start)
        named: dict[str, int] = {}
        for hit in hits:
            if hit.name.kind in ("city", "own") and hit.name.unit:
                named.setdefault(hit.name.unit, hit.start)
        return {unit: at for unit, at in found.items() if named.get(unit, at) >= at}

    def _leading_place(self, title: str) -> str | None:
        for size in (4, 3, 2):
            if title[:size] in self.names.foreign_stems:
                return title[:size]
        return None

    def _strange_source(self, source: str) -> str | None:
        """`city` for another city's paper, `wide` for one of the province or the country."""
        if self.city.stem in source:
            return None
        source = source.removeprefix("来源：").removeprefix("来源:").strip()
        if any(source[:size] in self.names.foreign_stems for size in (4, 3, 2)):
            return "city"
        return "wide" if source.startswith(self.wide) else None

    def _county_city(self, hits: list[Hit]) -> str | None:
        """A county-level city whose name leads the text where the city's own name never stands."""
        if any(hit.name.kind == "city_name" for hit in hits):
            return None
        for hit in hits:
            if hit.start > 60:
                return None
            if hit.name.kind == "county" and hit.name.unit in self.names.county_cities:
                return hit.name.unit
        return None


def _region(city: City, places: dict[str, Any]) -> str:
    """The city's province or region: from city.yaml, else from the list of prefecture-level cities."""
    stated = str(city.settings.get("region") or "")
    if stated:
        return stated
    regions = {"内蒙古", "广西", "西藏", "宁夏", "新疆"}
    found = next((name for name, stems in places["provinces"].items() if city.stem in stems), "")
    return found if not found or found in regions else found + "省"


def _other_regions(region: str, places: dict[str, Any]) -> list[str]:
    """我省 and 全省 are said in no autonomous region; where the region is not known, only names tell."""
    words = ["外地"]
    if region and not region.endswith("省"):
        words += ["我省", "全省", "省委", "省政府"]
    return words + [f"{name}省" for name in places["provinces"] if not region.startswith(name)]


def _is_strange(text: str, start: int) -> bool:
    """宁乡|市工信局: a city that no list knows, but that the text names again."""
    # Without the end of another city's name a few characters before, the pattern is not worth a try.
    near = not _NESTING.isdisjoint(text[max(0, start - 5) : max(0, start - 2)])
    nested = _NESTED.search(text, max(0, start - 9), start) if near else None
    if nested and not _OFFICE_BEFORE.search(nested[0]):
        return True  # 茂名市电白|市公安局, but not 由团市委和|市海洋局
    place = text[max(0, start - 2) : start]
    if place in _ABROAD:
        return True
    if len(place) < 2 or not place.isalpha() or place in _NO_PLACE:
        return False
    return _is_city(text, place)


@lru_cache(maxsize=1024)  # a text names the same places again and again
def _is_city(text: str, place: str) -> bool:
    if _cities(text).get(place, 0) < 3:
        return False
    return text.count(place + "市") > 2 and text.count(place) > 3


@lru_cache(maxsize=2)
def _cities(text: str) -> Counter[str]:
    """How often two characters stand before a 市, one look at a text for all its names."""
    return Counter(_CITY.findall(text))
