"""Owns what units named side by side do in their sentence, and who acts together with whom.

What leads to the names and what follows them is read once for all of them (`roles.read_act` has the cues).
"""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.city import City
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.names import Names
from pipeline.tagging.roles import MENTIONS, is_awarded, read_act
from pipeline.tagging.roles_aside import is_backers, is_demanded, is_exchange, is_people
from pipeline.tagging.roles_event import read_event
from pipeline.tagging.roles_media import is_named
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import DEMANDED, EVENTS, load_cue_pattern

_BOUNDARY = frozenset("，。；：！？\n“”【】（）()…↓")
_WHERE = frozenset("在于")  # 座谈会在某县召开
_WITH = tuple("与跟同和")
_CAPTION = re.compile(r"[^。\n]{0,44}。?\s?[（(]?[^。，\s]{2,12}?\s?/?\s?摄")
_MEETING = re.compile(r"(?:会|会议|仪式|现场|推进会|座谈会|讲坛|课)上$")
_HOST = re.compile(rf"(?:等)?(?:单位|部门)?{load_cue_pattern('hosts')}")
_TOGETHER = re.compile(
    "联合|会同|携手|联手|协同|共同|牵手|[两二三四五六七八]家?(?:单位|部门)|[两三四五]局|双方|合力|联动"
)
# 记者在港口区某路看到: a place, where at a unit's it would be the source
_SEEN = re.compile("(?:看到|采访时|采访中)$")
# 甲局牵头，联合|乙局, 甲局便会同|乙局
_BESIDE = re.compile("(?:联合|会同|携手|联手|协同|联动|牵手)(?:了)?(?:[^，。；]{1,14}[、和与及])?$")
BESIDE_REACH = 40  # characters between an actor and the partner whom it is said to act with
CLAUSE_LENGTH = 80  # characters; what stands farther before a name does not lead to it


class GroupReader:
    """Reads what a group of names does, in articles of one city."""

    def __init__(self, city: City, names: Names) -> None:
        self._counties = names.counties
        self._media = names.media
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

    def read(self, text: Text, group: list[Occurrence]) -> None:
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
        held = host and left[-1:] in _WHERE and group[-1].unit in self._counties and "牵头" not in host[0]
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


def _opens(whole: str, opening: str, closing: str, at: int, reach: int) -> bool:
    """Whether a bracket that opened within `reach` characters is still open at `at`."""
    since = whole.rfind(opening, max(0, at - reach), at)
    return since >= 0 and whole.find(closing, since, at) < 0


def _sentence_end(whole: str, at: int) -> int:
    end = whole.find("。", at)
    return len(whole) if end < 0 else end


def join_beside(whole: str, before: list[Occurrence], group: list[Occurrence]) -> None:
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


def join_hosts(whole: str, spans: list[Occurrence]) -> None:
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
