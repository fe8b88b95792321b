"""Owns the reading of one article: which names stand where, and in whose city.

What each of them does there, `roles_group` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.city import City
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import Hit, NameFinder, Names
from pipeline.tagging.names_county import CountyReader
from pipeline.tagging.names_scope import ScopeReader
from pipeline.tagging.roles_anaphora import find_pointers, part_end
from pipeline.tagging.roles_group import GroupReader, join_beside, join_hosts
from pipeline.tagging.roles_list import ListReader
from pipeline.tagging.roles_media import acts_itself
from pipeline.tagging.roles_meeting import mark_speakers
from pipeline.tagging.roles_occurrence import Occurrence, Text, find_lead_end
from pipeline.tagging.roles_police import is_account_told
from pipeline.tagging.roles_signs import POINTER, SHORT, find_signs, load_cue_pattern

_AND = frozenset("、和与及以")
_JOIN = re.compile(rf"(?:等)?(?:{load_cue_pattern('join')})?$")
# 甲局、|某服务中心、|乙局: an organ that no list knows stands between two that it does
_BETWEEN = re.compile(
    rf"、[^，。；：！？、的\s“”（）]{{2,14}}(?:局|委|办|中心|院|会|公司|集团|大学){load_cue_pattern('join')}"
)
# 深圳市市场监督管理局|宝安监管局（以下简称“宝安市场监管局”）
_BRANCH = re.compile("[一-鿿]{2,12}(?:局|支队|大队|中心)[（(](?:以下|下)?简称[“：]?([一-鿿]{3,14})[”）)]")
# 市公安局某某|分局, 市生态环境局某区|管理局: a branch, called by the county or zone that it is for
_BRANCH_TAIL = re.compile("(?:公安|监督|稽查|执法)?(?:分局|管理局|监管局|分中心)")
# 某市税务|推出…, where the name is that of its account
_DOES = re.compile("(?:推出|开展|召开|举办|举行|启动|出台|联合|通报|提醒|查处|走进)")
# 某医院|警务站: where the police are, and no work of the hospital
_POST = re.compile("(?:公安)?(?:警务[站室区]|派出所)")
_LONGER_HEADS = "职附直机子干技实第医小中幼学0123456789一二三四五六七八九十"  # of some longer names
_MAY_POST = ("公", "警", "派")
_COMPANY = ("有限公司", "有限责任公司", "股份")
_ABOVE = "国家税务总局"  # before a branch's name, and part of it
_SAYS = re.compile("(?:温馨)?(?:提醒|提示|发布|通报|介绍|表示|呼吁|紧急|迅速|成功|接到|出动|赶)")
_BROKEN = {
    "局": re.compile("部(?!署|分|门|长)|限|促|势"),
    "办": re.compile("[理法学案事结好实]|公(?!室)"),
    "委": re.compile("[托派屈任]|员(?!会)"),
    "会": re.compile("议(?!员)"),
}


class Reader:
    """Reads articles of one city."""

    def __init__(self, city: City, names: Names, finder: NameFinder) -> None:
        self.city = city
        self.names = names
        self.finder = finder
        self.counties = CountyReader(names)
        self.scopes = ScopeReader(city, names, finder)
        self.groups = GroupReader(city, names)
        self.lists = ListReader(names)
        stem = self.lists.stem.pattern
        # 市水利局|、农业局、林业局: the city's too
        self._next = re.compile(rf"(?:、|和|与|及|以及)({stem})(?:局|委|办|中心)(?![员部])")
        self._media = names.media
        self._zones = frozenset(unit.short for unit in city.all_units if unit.kind == "园区")
        self._companies = frozenset(u.short for u in city.all_units if u.official.endswith("公司"))
        self._names = {unit.short: unit.names for unit in city.all_units}
        tails = names.lexicon["longer_tails"]
        self._longer_heads = frozenset({tail[0] for tail in tails} | set(_LONGER_HEADS))
        self._longer = re.compile(
            "(?:"
            + "|".join(map(re.escape, sorted(tails, key=len, reverse=True)))
            + "|(?:职工|附属|直属|机关|子弟|干部|职业|技术|实验|第[一二三四五六七八九十]){0,2}"
            "(?:医院(?!管理)|小学|中学|幼儿园|学院|学校(?!安全|体育|卫生|后勤|管理))|[0-9一二三四五六七八九十]{1,3}号线)"
        )

    def read(self, item: ArticleItem) -> Text:
        fields: list[tuple[int, str]] = []
        parts: list[str] = []
        at = 0
        for name in ("title", "kicker", "subtitle", "body"):
            value = getattr(item, name)
            if value:
                fields.append((at, name))
                parts.append(value)
                at += len(value) + 1
        whole = "\n".join(parts)
        if not fields:
            fields = [(0, "body")]
        body = fields[-1][0] if fields[-1][1] == "body" else len(whole)
        hits = self.finder.find(whole)
        scope = self.scopes.read(item, whole, body, hits)
        lead_end = find_lead_end(whole, body)
        second = whole.find("\n", lead_end + 1)
        size = len(whole) - body
        open_end = max(
            lead_end + 1, body + int(size * 0.45), min(second, lead_end + 260) if second > 0 else 0
        )
        text = Text(whole, fields, body, lead_end, open_end, hits, scope, [], find_signs(whole))
        if hits:
            self._read_occurrences(text)
        return text

    def _read_occurrences(self, text: Text) -> None:
        whole, found = text.whole, text.occurrences
        spans: list[Occurrence] = []
        called: dict[str, str] = {}  # by what a branch is called: the unit that it is a branch of
        read = 0  # end of the branch that was read last
        for number, hit in enumerate(text.hits):
            kind = hit.name.kind
            if kind in ("foreign", "city_name", "block"):
                continue
            if kind == "account" and not (
                is_account_told(whole, hit.start, hit.end) or _DOES.match(whole, hit.end)
            ):
                continue
            if hit.start < read or (kind == "bare" and spans and hit.start < spans[-1].end):
                continue  # 东兴市委|政法委: inside the organ of a county
            zone = self._zone(text, hit.start)
            if kind == "list":
                listed = self.lists.read(text, number, zone)
                if spans and listed and spans[-1].end > listed[0].start:
                    listed = []
                if listed:
                    listed[-1].end = hit.end
                    spans.extend(listed)
                continue
            if kind in ("county", "stem"):
                name = _starting(called, whole, hit.start) if called else None
                if name is not None:
                    spans.append(Occurrence(called[name], hit.start, hit.start + len(name), zone))
                    continue
                organ = self.counties.read(whole, hit)
                if organ is not None:
                    start = _start(whole, hit)
                    if number and self._has_branch(text, number - 1):
                        start = text.hits[number - 1].start
                    spans.append(
                        Occurrence(organ.unit, start, organ.end, zone, place=organ.place, unsure=organ.unsure)
                    )
                continue
            unit = hit.name.unit
            assert unit is not None
            after = whole[hit.end : hit.end + 1]
            longer = self._longer.match(whole, hit.end) if after in self._longer_heads else None
            if longer and not (unit in self._companies and longer[0] in _COMPANY):
                continue
            if _is_broken(whole, hit):
                continue
            if hit.name.text == self.names.fire and not _SAYS.match(whole, hit.end):
                continue  # below a picture, in a list of sources
            if unit == self.names.police_unit and self._has_branch(text, number):
                continue
            near = number + 1 < len(text.hits) and text.hits[number + 1].start <= hit.end + 1
            branch_end = self._branch_end(text, number) if near else None
            if branch_end and unit == self.names.police_unit:
                read = branch_end
                spans.append(Occurrence(text.hits[number + 1].name.unit or unit, hit.start, read, zone))
                continue
            if after in _MAY_POST and unit != self.names.police_unit and _POST.match(whole, hit.end):
                continue
            if unit in self._media and not acts_itself(whole, hit):
                continue
            if kind in ("city", "bare"):
                owner = text.scope.owner_of(whole, hit)
                if owner is None:
                    continue
                unit = owner
            if SHORT in text.signs and (branch := _BRANCH.match(whole, hit.end)):
                called[branch[1]] = unit
            if unit in self._zones and (of_another := self.counties.read_vertical(whole, hit.end)):
                unit, read = of_another
                spans.append(Occurrence(unit, _start(whole, hit), read, zone, unsure=True))
                continue
            end = longer.end() if longer else hit.end
            start = _start(whole, hit)
            before_it = text.hits[number - 1] if number and kind == "own" else None
            if before_it and before_it.end == start and before_it.name.kind == "city_name":
                start = before_it.start  # 某市|某风景区
            if branch_end:
                end = read = branch_end
            elif kind in ("city", "own", "police"):
                end = read = part_end(whole, end)
            spans.append(Occurrence(unit, start, end, zone, police=kind == "police"))
            if kind in ("city", "own"):
                while whole[end : end + 1] in _AND and (following := self._next.match(whole, end)):
                    end = following.end()
                    spans.append(Occurrence(self.names.stems[following[1]], following.start(1), end, zone))
        if not spans:
            return
        self._add_unnamed(text, spans)
        if POINTER in text.signs and (pointers := find_pointers(whole, spans, self._names)):
            for o in pointers:
                o.zone = self._zone(text, o.start)
            spans = sorted([*spans, *pointers], key=lambda o: o.start)
        index = 0
        before: list[Occurrence] = []
        while index < len(spans):
            last = index
            while last + 1 < len(spans):
                if not _is_joined(whole[spans[last].end : spans[last + 1].start]):
                    break
                last += 1
            group = spans[index : last + 1]
            self.groups.read(text, group)
            join_beside(whole, before, group)
            before = group
            index = last + 1
        join_hosts(whole, spans)
        mark_speakers(text, spans)
        found.extend(spans)

    def _has_branch(self, text: Text, number: int) -> bool:
        """市公安局|某区交通大队: the police of that county, not the city's. `number` is that of 市公安局."""
        first, second = text.hits[number], self._next_to(text, number)
        if second is None or second.name.kind != "county":
            return False
        if first.name.unit is None or first.name.unit != self.names.police_unit:
            return False
        organ = self.counties.read(text.whole, second)
        return organ is not None and not organ.place

    def _branch_end(self, text: Text, number: int) -> int | None:
        """市生态环境局|某区管理局, 市公安局|某开发区分局: where the branch of a unit ends that a county or a
        zone gives its name; None where there is none. `number` is that of the unit."""
        place = self._next_to(text, number)
        if place is None or (
            place.name.kind not in ("county", "stem") and place.name.unit not in self._zones
        ):
            return None
        tail = _BRANCH_TAIL.match(text.whole, place.end)
        return part_end(text.whole, tail.end()) if tail else None

    @staticmethod
    def _next_to(text: Text, number: int) -> Hit | None:
        """The name right behind another, or behind one blank."""
        if number + 1 == len(text.hits):
            return None
        end, following = text.hits[number].end, text.hits[number + 1]
        beside = following.start == end or text.whole[end : following.start] == " "
        return following if beside else None

    def _add_unnamed(self, text: Text, spans: list[Occurrence]) -> None:
        """两年来，区教育局…: in a text that names one county only, its organs without its name."""
        counties = {o.unit for o in spans if o.unit in self.names.counties}
        if len(counties) != 1:
            return
        (unit,) = counties
        first = next(o.end for o in spans if o.unit == unit)
        own = [o for o in spans if o.unit == unit]
        acts = self.counties.read_unnamed(text.whole, unit, first)
        for town in {town for o in own if (town := self._town_of(text.whole, o))}:
            acts += self.counties.read_town_acts(text.whole, town, first)
        taken = bytearray(len(text.whole))  # characters of what is read already
        for o in spans:
            taken[o.start : o.end] = b"\1" * (o.end - o.start)
        for start, end in acts:
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                spans.append(Occurrence(unit, start, end, self._zone(text, start)))
        spans.sort(key=lambda o: o.start)

    def _town_of(self, whole: str, o: Occurrence) -> str | None:
        name = next((n for n in self._names[o.unit] if whole.startswith(n, o.start)), None)
        return self.counties.town_after(whole, o.start + len(name)) if name else None

    def _zone(self, text: Text, at: int) -> int:
        return 0 if at < text.body else 1 if at < text.lead_end else 2 if at < text.open_end else 3


def _start(whole: str, hit: Hit) -> int:
    """Where a name starts, with what is above it: 国家税务总局|某市税务局."""
    above = hit.start - len(_ABOVE)
    return (
        above
        if above >= 0 and whole[hit.start - 1] == "局" and whole.startswith(_ABOVE, above)
        else hit.start
    )


def _is_joined(gap: str) -> bool:
    """Whether two names with this between them stand in one list."""
    if len(gap) < 10 and _JOIN.fullmatch(gap):
        return True
    return gap[:1] == "、" and len(gap) < 25 and _BETWEEN.fullmatch(gap) is not None


def _starting(names: Iterable[str], whole: str, at: int) -> str | None:
    """The first of the names that stands at `at`."""
    return next((name for name in names if whole.startswith(name, at)), None)


def _is_broken(whole: str, hit: Hit) -> bool:
    """我市农业|局部受灾, 市政府|办理: the last character belongs to the next word."""
    broken = _BROKEN.get(hit.name.text[-1])
    return broken is not None and bool(broken.match(whole, hit.end))
