"""Owns the decision which units an article credits, names in passing or exposes, and why.

The rules are those of the section "Roles of a unit in an article, and crediting" of the domain: byline before
subject, joint for several that act together in headline or lead, no credit for what is only mentioned or
exposed. A wrong credit is worse than a missing one, so every credit carries a confidence and one below the
city's threshold (`credit_threshold` in city.yaml, default 0.5) is a mention for a person to look at.
"""

from __future__ import annotations

import datetime as dt
import math
import re

import msgspec

from pipeline.city import City
from pipeline.records import Credit, Evidence, Role
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import NameFinder, Names
from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_byline import Bylines
from pipeline.tagging.roles_exposure import is_exposure, split_exposure
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_text import Reader


class UnitTags(msgspec.Struct, frozen=True, kw_only=True):
    """What an article says of the city's units."""

    credits: list[Credit]
    mentions: list[str]  # short names, in the order of the text
    exposed: list[str]
    exposure: bool = False  # the piece exposes a shortcoming of somebody
    acting: list[str] = []  # units that act anywhere in the text, credited or not
    acting_text: str = ""  # the sentence that decided the first credit
    doubtful: list[Credit] = []  # credits below the threshold: for a person's list
    evidence: dict[str, Evidence] = {}  # per mentioned or exposed unit


class Case(msgspec.Struct):
    """All that is known of one unit in one article while it is decided."""

    unit: str
    occurrences: list[Occurrence]
    score: float = 0.0
    best: Occurrence | None = None


_WEIGHT = {
    # act: title, lead, opening, later
    "act": (3.0, 3.0, 1.5, 0.8),
    "agent": (3.0, 3.0, 1.8, 0.9),
    "source": (3.0, 3.0, 2.2, 1.2),
    "speak": (3.0, 2.2, 1.2, 0.6),
    "weak": (1.4, 1.2, 0.7, 0.3),
}
_AT_MEETING = 0.15  # 会上，市绩效办通报了…: it speaks at somebody's meeting
_NEEDED = 1.6
_TOWN_ORGAN = re.compile(
    "(?:镇|乡|街道)(?:妇联|派出所|人民政府|政府|党委|党工委|工委|司法所|市监所|综治中心|团委|工会|卫生院|办事处|食药所|林业站"
    "|(?:办事处|办)?(?:在[^，。；]{2,20})?(?:主办|举办|举行|开展|组织|召开|联合))"
)
_ALONE = 1.05
_BESIDE = 0.6  # a unit that acts less than this share of the main actor is beside the matter

_ROLE_WORD: dict[str, str] = {"byline": "署名供稿", "subject": "报道主体", "joint": "共同主体"}
_ACT_WORD = {
    "act": "行动",
    "agent": "由其主办或实施",
    "source": "为消息来源",
    "speak": "介绍情况",
    "weak": "写到其工作",
}
_ZONE_WORD = ("标题", "导语", "开头部分", "正文")


class UnitTagger:
    """Tags the units of articles for one city."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.names = Names(city)
        self.finder = NameFinder(self.names)
        self.reader = Reader(city, self.names, self.finder)
        self.bylines = Bylines(city, self.names, self.finder)
        self.threshold = float(city.settings.get("credit_threshold", 0.5))

    def tag(self, item: ArticleItem) -> UnitTags:
        """Credits, mentions and exposed units of one article. Deterministic; reads nothing but the item."""
        text = self.reader.read(item)
        bylined = self.bylines.read(item, text)
        cases: dict[str, Case] = {}
        for occurrence in text.occurrences:
            unit = self._of_day(occurrence.unit, item.published)
            case = cases.get(unit)
            if case is None:
                case = cases[unit] = Case(unit=unit, occurrences=[])
            case.occurrences.append(occurrence)
        for case in cases.values():
            _weigh(case)
        counties = [case for unit, case in cases.items() if unit in self.names.counties]
        if counties:
            _leave_to_county(cases, counties)
            _give_to_county(text, cases, counties)
        exposure = is_exposure(item, text)
        exposed: list[str] = []
        if exposure:
            exposed = split_exposure(text, cases)
        credits: list[Credit] = []
        doubtful: list[Credit] = []
        for found in bylined:
            unit = self._of_day(found.unit, item.published)
            if all(credit.unit != unit for credit in credits):
                credits.append(
                    Credit(unit=unit, role="byline", evidence=found.evidence, confidence=found.confidence)
                )
        done = {credit.unit for credit in credits}
        top = max((case.score for case in cases.values() if case.unit not in exposed), default=0.0)
        for case in cases.values():
            if case.unit in done or case.unit in exposed or case.best is None:
                continue
            confidence = _confidence(case, top, sum(c.score > 0.4 for c in cases.values()) == 1)
            if confidence < 0.2:
                continue
            role: Role = "joint" if self._is_joint(case, exposed) else "subject"
            credit = Credit(
                unit=case.unit,
                role=role,
                evidence=_evidence(text, case, role),
                confidence=round(confidence, 3),
            )
            (credits if confidence >= self.threshold else doubtful).append(credit)
        credits = _lonely_joint(credits)
        done = {credit.unit for credit in credits}
        exposed = [unit for unit in exposed if unit not in done]
        mentions = [unit for unit in cases if unit not in done and unit not in exposed]
        return UnitTags(
            credits=credits,
            mentions=mentions,
            exposed=exposed,
            exposure=exposure,
            acting=[unit for unit, case in cases.items() if case.score >= 1],
            doubtful=doubtful,
            evidence={
                unit: text.evidence(
                    cases[unit].occurrences[0], f"“{text.word(cases[unit].occurrences[0])}”：{word}"
                )
                for units, word in ((mentions, "只是提及，不计分"), (exposed, "为曝光对象，不计分"))
                for unit in units
            },
        )

    def _is_joint(self, case: Case, exposed: list[str]) -> bool:
        return any(
            occurrence.zone <= 1
            and occurrence.act not in MENTIONS
            and any(partner != case.unit and partner not in exposed for partner in occurrence.partners)
            for occurrence in case.occurrences
        )

    def _of_day(self, unit: str, published: str | None) -> str:
        """The unit that held the name's duties on the day: a unit that ended is its successor."""
        known = self.city.unit_by_short
        data = known[unit]
        if not published or (data.valid_to is None and data.valid_from is None):
            return unit
        try:
            day = dt.date.fromisoformat(published[:10])
        except ValueError:
            return unit
        seen = {unit}
        while data.valid_to is not None and day > data.valid_to and data.successor in known:
            if data.successor in seen:
                break
            seen.add(data.successor)
            data = known[data.successor]
        if data.valid_from is not None and day < data.valid_from:
            before = [u for u in self.city.units if u.successor == data.short and u.valid_on(day)]
            if len(before) == 1:
                return before[0].short
        return data.short


def _weigh(case: Case) -> None:
    best = 0.0
    for occurrence in case.occurrences:
        weights = _WEIGHT.get(occurrence.act)
        if weights is None:
            continue
        value = weights[occurrence.zone]
        if occurrence.at_meeting:
            value *= _AT_MEETING
        if occurrence.unsure:
            value *= 0.5
        case.score += value
        if value > best:
            best, case.best = value, occurrence


def _leave_to_county(cases: dict[str, Case], counties: list[Case]) -> None:
    """桂林警方 over a story whose actor is 秀峰警方 is the county's, a manner of speaking."""
    if all(case.score < 0.7 for case in counties):
        return
    for case in cases.values():
        if case.score and all(o.police or o.act in MENTIONS for o in case.occurrences):
            case.score *= 0.1


def _give_to_county(text: Text, cases: dict[str, Case], counties: list[Case]) -> None:
    """镇妇联 acts, and only one county is named: the organ is that county's."""
    if len(counties) != 1 or any(case.score >= 0.7 for case in cases.values()):
        return
    organ = _TOWN_ORGAN.search(text.whole)
    if organ is not None:
        case = counties[0]
        case.best = msgspec.structs.replace(case.occurrences[0], act="weak", why=organ[0])
        case.score = _NEEDED + 0.1


def _confidence(case: Case, top: float, alone: bool) -> float:
    """0..1: how far the unit's acts are over what a credit needs; less is needed where no other unit acts."""
    extra = _ALONE if alone else 0.0
    value = 1.5 * (case.score - _NEEDED + extra)
    if case.score < _BESIDE * top and case.best is not None and case.best.zone > 1:
        value -= 3
    return 1 / (1 + math.exp(-value))


def _lonely_joint(credits: list[Credit]) -> list[Credit]:
    """`joint` needs two different units of the table: alone it is the subject."""
    if sum(credit.role == "joint" for credit in credits) == 1:
        return [msgspec.structs.replace(c, role="subject") if c.role == "joint" else c for c in credits]
    return credits


def _evidence(text: Text, case: Case, role: Role) -> Evidence:
    best = case.best
    assert best is not None
    word = text.word(best)
    alias = "" if word == case.unit else f"（即{case.unit}）"
    why = f"{_ZONE_WORD[best.zone]}中“{word}”{alias}{_ACT_WORD.get(best.act, '出现')}，为{_ROLE_WORD[role]}"
    if best.why.strip():
        why += f"：“{best.why.strip()}”"
    return text.evidence(best, why)
