"""Owns the reading of one article: which names stand where, in whose city, and what each does there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

from pipeline.city import City
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import Hit, NameFinder, Names, load_lexicon
from pipeline.tagging.names_county import CountyReader
from pipeline.tagging.names_scope import ScopeReader
from pipeline.tagging.roles import MENTIONS, is_awarded, read_act
from pipeline.tagging.roles_anaphora import find_pointers, part_end
from pipeline.tagging.roles_aside import is_backers, is_demanded, is_exchange, is_people
from pipeline.tagging.roles_event import read_event
from pipeline.tagging.roles_media import acts_itself, is_named
from pipeline.tagging.roles_meeting import mark_speakers
from pipeline.tagging.roles_occurrence import Occurrence, Text, find_lead_end
from pipeline.tagging.roles_police import is_account_told
from pipeline.tagging.roles_signs import DEMANDED, EVENTS, POINTER, SHORT, find_signs, load_cue_pattern

_BOUNDARY = frozenset("，。；：！？\n“”【】（）()…↓")
_WHERE = frozenset("在于")  # 座谈会在某县召开
_AND = frozenset("、和与及以")
_WITH = tuple("与跟同和")
_JOIN = re.compile(rf"(?:等)?(?:{load_cue_pattern('join')})?$")
_CAPTION = re.compile(r"[^。\n]{0,44}。?\s?[（(]?[^。，\s]{2,12}?\s?/?\s?摄")
# 深圳市市场监督管理局|宝安监管局（以下简称“宝安市场监管局”）
_BRANCH = re.compile("[一-鿿]{2,12}(?:局|支队|大队|中心)[（(](?:以下|下)?简称[“：]?([一-鿿]{3,14})[”）)]")
_SAYS = re.compile("(?:温馨)?(?:提醒|提示|发布|通报|介绍|表示|呼吁|紧急|迅速|成功|接到|出动|赶)")
_MEETING = re.compile(r"(?:会|会议|仪式|现场|推进会|座谈会|讲坛|课)上$")
_HOST = re.compile(rf"(?:等)?(?:单位|部门)?{load_cue_pattern('hosts')}")
_TOGETHER = re.compile(
    "联合|会同|携手|联手|协同|共同|牵手|[两二三四五六七八]家?(?:单位|部门)|[两三四五]局|双方|合力|联动"
)
_BROKEN = {
    "局": re.compile("部(?!署|分|门|长)|限|促|势"),
    "办": re.compile("[理法学案事结好实]|公(?!室)"),
    "委": re.compile("[托派屈任]|员(?!会)"),
    "会": re.compile("议(?!员)"),
}
_LISTED = re.compile("[市、和与及]")
# 记者在港口区某路看到: a place, where at a unit's it would be the source
_SEEN = re.compile("(?:看到|采访时|采访中)$")
# 甲局牵头，联合|乙局, 甲局便会同|乙局
_BESIDE = re.compile("(?:联合|会同|携手|联手|协同|联动|牵手)(?:了)?(?:[^，。；]{1,14}[、和与及])?$")
BESIDE_REACH = 40  # characters between an actor and the partner whom it is said to act with
CLAUSE_LENGTH = 80  # characters; what stands farther before a name does not lead to it


class Reader:
    """Reads articles of one city."""

    def __init__(self, city: City, names: Names, finder: NameFinder) -> None:
        self.city = city
        self.names = names
        self.finder = finder
        self.counties = CountyReader(names)
        self.scopes = ScopeReader(city, names, finder)
        stems = sorted({*names.stems}, key=lambda s: (-len(s), s))
        stem = "(?:" + "|".join(map(re.escape, stems)) + ")" if stems else "(?!)"
        self._list = re.compile(
            rf"(市|)((?:{stem}(?:局|委|办)?[、和与及])*{stem})(?:等)?(?:[0-9两三四五六七八九十多各]{{0,2}}个?)?"
            r"(?:相关|有关|职能|监管|主管|执法|市直|责任|成员)?$"
        )
        self._stem = re.compile(stem)
        # 市水利局|、农业局、林业局: the city's too
        self._next = re.compile(rf"(?:、|和|与|及|以及)({stem})(?:局|委|办|中心)(?![员部])")
        self._media = names.media
        self._names = {unit.short: unit.names for unit in city.all_units}
        places = load_lexicon("units_places.yaml")
        # 在广西柳州市|融水县…: what leads to the county's name is 在
        regions = (*places["provinces"], *places["municipalities"])
        self._regions = (
            city.name,
            city.stem,
            *regions,
            *(f"{r}省" for r in regions),
            *(f"{r}市" for r in regions),
        )
        self._region_ends = frozenset(region[-1] for region in (*self._regions, "自治区"))
        tails = names.lexicon["longer_tails"]
        self._longer = re.compile(
            "(?:"
            + "|".join(map(re.escape, sorted(tails, key=len, reverse=True)))
            + "|[0-9一二三四五六七八九十]{1,3}号线)"
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
        for number, hit in enumerate(text.hits):
            kind = hit.name.kind
            if kind in ("foreign", "city_name", "block"):
                continue
            if kind == "account" and not is_account_told(whole, hit.start, hit.end):
                continue
            if kind == "bare" and spans and hit.start < spans[-1].end:
                continue  # 东兴市委|政法委: inside the organ of a county
            zone = self._zone(text, hit.start)
            if kind == "list":
                listed = self._read_list(text, number, zone)
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
                    start = hit.start
                    if number and text.hits[number - 1].end == start and self._has_branch(text, number - 1):
                        start = text.hits[number - 1].start
                    spans.append(
                        Occurrence(organ.unit, start, organ.end, zone, place=organ.place, unsure=organ.unsure)
                    )
                continue
            if self._longer.match(whole, hit.end) or _is_broken(whole, hit):
                continue
            unit = hit.name.unit
            assert unit is not None
            if hit.name.text == self.names.fire and not _SAYS.match(whole, hit.end):
                continue  # below a picture, in a list of sources
            if unit == self.names.police_unit and self._has_branch(text, number):
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
            end = part_end(whole, hit.end) if kind in ("city", "own", "police") else hit.end
            spans.append(Occurrence(unit, hit.start, end, zone, police=kind == "police"))
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
                gap = whole[spans[last].end : spans[last + 1].start]
                if len(gap) > 9 or not _JOIN.fullmatch(gap):
                    break
                last += 1
            group = spans[index : last + 1]
            self._read_group(text, group)
            _join_beside(whole, before, group)
            before = group
            index = last + 1
        _join_hosts(whole, spans)
        mark_speakers(text, spans)
        found.extend(spans)

    def _has_branch(self, text: Text, number: int) -> bool:
        """市公安局|某区交通大队: the police of that county, not the city's. `number` is that of 市公安局."""
        first, second = text.hits[number], text.hits[number + 1] if number + 1 < len(text.hits) else None
        if second is None or second.start != first.end or second.name.kind != "county":
            return False
        if first.name.unit is None or first.name.unit != self.names.police_unit:
            return False
        organ = self.counties.read(text.whole, second)
        return organ is not None and not organ.place

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

    def _read_group(self, text: Text, group: list[Occurrence]) -> None:
        whole = text.whole
        start, end = group[0].start, group[-1].end
        begin, farthest = start, max(0, start - CLAUSE_LENGTH)
        while begin > farthest and whole[begin - 1] not in _BOUNDARY:
            begin -= 1
        left = whole[max(begin, start - 40) : start]
        if left[-1:] in self._region_ends:
            left = self._strip_region(left)
        right = whole[end : end + 140]
        previous = whole[max(0, begin - 7) : max(0, begin - 1)]
        named = group[0].unit in self._media and is_named(whole, start, end)
        if named:
            right = right[1:]  # 《某日报》联合发起
        units = (group[0].unit,) if len(group) == 1 else tuple(dict.fromkeys([o.unit for o in group]))
        demanding = not DEMANDED.isdisjoint(text.signs)
        act: str
        host = _HOST.match(right)
        act, why = read_act(left, right, previous)
        event = None
        if not EVENTS.isdisjoint(text.signs):
            event = read_event(text, act, start, end, group[0].zone, begin)
        if event is not None:
            act, why = event.act, event.why
        if demanding and begin and act in ("act", "agent", "weak") and is_demanded(whole, begin):
            act, why = "address", "要求"
        if not left and begin and whole[begin - 1] == "：" and is_backers(previous):
            act, why, host = "help", previous[-4:], None
        if act not in ("attend", "help") and not named and _opens(whole, "《", "》", start, 62):
            act, why = "place", "《"
        caption = text.body == 0 or start >= text.body
        caption = caption and "摄" in whole[end : end + 70] and bool(_CAPTION.match(whole, end))
        held = (
            host and left[-1:] in _WHERE and group[-1].unit in self.names.counties and "牵头" not in host[0]
        )
        if host and not held and act in ("weak", "act", "agent", "place"):
            act, why = "agent", host[0]
        several = len(units) > 1 or right.startswith("等")
        together = several and bool(_TOGETHER.search(whole, start, min(end + 50, _sentence_end(whole, end))))
        meeting = previous.endswith("上") and bool(_MEETING.search(previous))
        meeting = meeting or ("上" in left[:8] and bool(_MEETING.search(left[:8])))
        if act == "act" and not together and right.startswith(("等单位", "等部门", "等地")):
            act = "attend" if len(units) > 2 else "weak"  # examples of what everybody did
        if several and act in ("act", "weak", "agent", "speak") and is_people(right):
            act = "attend"
        if len(units) > 2 and act in ("act", "weak", "agent") and is_awarded(right):
            act = "attend"
        if len(units) > 1 and act in ("act", "agent") and not all(o.place for o in group):
            for o in group:
                o.place = False  # 防城区、市林业局联合…: named beside one that acts, the county acts
        moved = event is not None and event.zone != group[0].zone
        for o in group:
            if event is not None:
                o.victim = event.victim
                o.zone = event.zone if moved else o.zone
            o.act, o.why, o.at_meeting, o.host, o.clause = act, why, meeting, host is not None, begin
            o.unsure = o.unsure or caption
            if len(units) > 1:
                o.partners = units
                if together and o.zone == 2 and act in ("act", "agent"):
                    o.zone = 1  # the piece opened with a scene
            if host and act == "agent":
                o.place = False
            if o.place and act not in MENTIONS and (act != "source" or _SEEN.search(why)):
                o.act = "place"
            if o.zone == 0 and not o.place and act == "weak" and start == begin:
                o.act = "act"
        if act == "act" and len(units) > 1 and whole.startswith(_WITH, group[0].end) and is_exchange(right):
            for o in group:
                o.partners = ()
                if o.unit != group[0].unit:
                    o.act = "address"

    def _strip_region(self, left: str) -> str:
        """The clause before a name without the region and city that belong to the name."""
        while left.endswith(self._regions) or left.endswith("自治区"):
            if left.endswith("自治区"):
                at = left.rfind(next((r for r in self._regions if r in left[-12:]), "自治区"))
                left = left[: max(at, 0)]
            else:
                left = left[: -max(len(r) for r in self._regions if left.endswith(r))]
        return left

    def _read_list(self, text: Text, number: int, zone: int) -> list[Occurrence]:
        """住建、水利、交通等部门: each stem is a unit, if the list is of this city and not of one alone.

        `number` is that of the hit (部门).
        """
        whole, hit = text.whole, text.hits[number]
        window = whole[max(0, hit.start - 48) : hit.start]
        match = self._list.search(window) if _LISTED.search(window) else None
        if match is None or not text.scope.own or (not match[1] and text.scope.county_only):
            return []
        offset = max(0, hit.start - 48)
        before = window[: match.start()]
        if text.scope.is_general(before, match[1]):
            return []
        at = offset + match.end(1)
        place = bisect_right(text.hits, at, hi=number, key=_end) - 1
        if place >= 0 and text.hits[place].end == at and text.hits[place].name.kind in ("county", "foreign"):
            return []  # 东兴市住建、交通等部门
        stems = list(self._stem.finditer(match[2]))
        if len(stems) < 2 and not match[1]:
            return []
        base = offset + match.start(2)
        found = [Occurrence(self.names.stems[s[0]], base + s.start(), base + s.end(), zone) for s in stems]
        found[0].start -= len(match[1])
        return found

    def _zone(self, text: Text, at: int) -> int:
        return 0 if at < text.body else 1 if at < text.lead_end else 2 if at < text.open_end else 3


def _starting(names: Iterable[str], whole: str, at: int) -> str | None:
    """The first of the names that stands at `at`."""
    return next((name for name in names if whole.startswith(name, at)), None)


def _end(hit: Hit) -> int:
    return hit.end


def _is_broken(whole: str, hit: Hit) -> bool:
    """我市农业|局部受灾, 市政府|办理: the last character belongs to the next word."""
    broken = _BROKEN.get(hit.name.text[-1])
    return broken is not None and bool(broken.match(whole, hit.end))


def _opens(whole: str, opening: str, closing: str, at: int, reach: int) -> bool:
    """Whether a bracket that opened within `reach` characters is still open at `at`."""
    since = whole.rfind(opening, max(0, at - reach), at)
    return since >= 0 and whole.find(closing, since, at) < 0


def _sentence_end(whole: str, at: int) -> int:
    end = whole.find("。", at)
    return len(whole) if end < 0 else end


def _join_beside(whole: str, before: list[Occurrence], group: list[Occurrence]) -> None:
    """市工信委牵头，联合防城港供电局…: who is named as the actor's partner acts too."""
    if not before or before[0].act not in ("act", "agent") or group[0].anaphor:
        return
    between = whole[before[-1].end : group[0].start]
    if len(between) > BESIDE_REACH or "。" in between or "\n" in between or not _BESIDE.search(between):
        return
    if group[0].act in MENTIONS and group[0].act != "address":
        return
    units = tuple(dict.fromkeys(o.unit for o in (*before, *group)))
    if len(units) < 2:
        return
    for o in group:
        if o.unit not in {b.unit for b in before}:
            o.act, o.why, o.beside, o.place = before[0].act, "联合", True, False
    for o in (*before, *group):
        o.partners = tuple(dict.fromkeys((*o.partners, *units)))


def _join_hosts(whole: str, spans: list[Occurrence]) -> None:
    """由甲主办、乙承办: two hosts in one sentence act together."""
    for first, second in pairwise(spans):
        if not (first.host and second.host and first.act == second.act == "agent"):
            continue
        if (
            first.unit != second.unit
            and second.start - first.end < 12
            and "。" not in whole[first.end : second.start]
        ):
            both = tuple(dict.fromkeys((*first.partners, first.unit, *second.partners, second.unit)))
            first.partners = second.partners = both
