"""Owns the question whose city an article is about, on which every "市某局" without a city's name depends."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.city import City
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import Hit, Names, county_stem, load_lexicon

_DATELINE = re.compile(r"(?:新华社|新华网|中新社|中新网|据?新华社)([一-鿿]{2,4})\d{1,2}月")
_GENERAL = re.compile(
    r"(?:各地|各级|全国|国家|自治区|全区|全省|省|县|区|各市|市级|区级|县级|乡镇|当地|中央|外地|地方|上级|各县（市、区）|[^本我全]市)[^，。；、]{0,4}$"
)
_STRANGE_BEFORE = "区县省国镇乡州旗师厅部家级市盟"
_LEAD = 60
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

    def owner_of(self, text: str, hit: Hit) -> str | None:
        """The unit that a name without a city's name means here, or None."""
        before = text[hit.start - 1 : hit.start] if hit.start else ""
        if hit.name.kind == "bare" and before and before in _STRANGE_BEFORE:
            return None
        if not self.own:
            return None
        if before == "该" and hit.name.kind == "city":
            return self.that_city(text, hit.start) or hit.name.unit
        if hit.name.kind == "city" and _is_strange(text, hit.start):
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
        return bool(_GENERAL.search(before)) and not own_prefix


def read_scope(city: City, names: Names, item: ArticleItem, text: str, body: int, hits: list[Hit]) -> Scope:
    """Whose city the article is about, from source, dateline, title and the places that it names."""
    own_hits = sum(hit.name.kind in ("city_name", "county", "own", "police") for hit in hits)
    stem = city.stem
    outlet = item.outlet or ""
    local_outlet = bool(outlet) and (stem in outlet or outlet.startswith("单位网站"))
    local_outlet = local_outlet or any(site.outlet == outlet for site in city.sites)
    title = text[:body].lstrip("【“《（")
    opening = text[body : body + _LEAD]
    foreign = [hit for hit in hits if hit.name.kind == "foreign"]
    head = _leading_place(names, title)
    if head and head != stem:
        return Scope(False, None, f"标题以“{head}”开头")
    source = item.source or ""
    strange_source = _strange_source(names, city, source)
    own_named = own_hits > 0
    dateline = _DATELINE.search(opening)
    if dateline and not own_named:
        return Scope(False, None, f"电头“{dateline[0]}”")
    if strange_source and not own_named:
        return Scope(False, None, f"来源“{source}”")
    if foreign:
        first_own = min(
            (h.start for h in hits if h.name.kind in ("city_name", "county", "own")), default=len(text)
        )
        if not own_named and (len(foreign) >= 2 or foreign[0].start < body + 120):
            return Scope(False, None, f"写的是“{foreign[0].name.text}”")
        if foreign[0].start < first_own and foreign[0].start < body + 30 and strange_source:
            return Scope(False, None, f"写的是“{foreign[0].name.text}”")
    if not local_outlet and not own_named and not outlet:
        return Scope(False, None, "没有写到本市")
    if not local_outlet:
        county = _county_city(city, text, hits)
        if county is not None:
            return Scope(True, county, f"写的是“{county}”")
    kinds = {hit.name.kind for hit in hits}
    county_only = "county" in kinds and not kinds & {"own", "city", "bare", "police"}
    cities = tuple(unit.short for unit in city.units if unit.is_county and unit.short.endswith("市"))
    return Scope(True, None, "本市媒体或写到本市", county_only, cities, city.name)


def _is_strange(text: str, start: int) -> bool:
    """宁乡|市工信局: a city that no list knows, but that the text names again."""
    place = text[max(0, start - 2) : start]
    if len(place) < 2 or not place.isalpha() or place in _NO_PLACE:
        return False
    return text.count(place + "市") > 2 and text.count(place) > 3


def _leading_place(names: Names, title: str) -> str | None:
    for size in (4, 3, 2):
        if title[:size] in names.foreign_stems:
            return title[:size]
    return None


def _strange_source(names: Names, city: City, source: str) -> bool:
    if not source or city.stem in source:
        return False
    source = source.removeprefix("来源：").removeprefix("来源:").strip()
    places = load_lexicon("units_places.yaml")
    if any(source.startswith(name) for name in places["national_sources"]):
        return True
    if any(source.startswith(name) for name in places["provinces"]):
        return True
    return any(source[:size] in names.foreign_stems for size in (4, 3, 2))


def _county_city(city: City, text: str, hits: list[Hit]) -> str | None:
    """A county-level city whose name leads the text where the city's own name never stands."""
    if any(hit.name.kind == "city_name" for hit in hits):
        return None
    for hit in hits:
        if hit.start > 60:
            return None
        if hit.name.kind == "county" and hit.name.unit and hit.name.unit.endswith("市"):
            return hit.name.unit
    return None


__all__ = ["Scope", "county_stem", "read_scope"]
