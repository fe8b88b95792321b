"""Owns the decision which units an article credits, names in passing or exposes, and why.

The rules read what each unit does (roles*.py) and who supplied the piece; whether that is enough for a credit
is a learned decision (roles_model.py). The roles are those of the section "Roles of a unit in an article, and
crediting" of the domain: byline before subject, joint where several act, no credit for what is only mentioned
or exposed. A wrong credit is worse than a missing one, so every credit carries a confidence and one below the
city's threshold (`credit_threshold` in city.yaml, else the model's) is a mention for a person to look at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from pipeline.city import City, CityError
from pipeline.records import Credit, Evidence
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.names import NameFinder, Names
from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_beside import HELPER_CONFIDENCE, LEADING, rule_confidence
from pipeline.tagging.roles_blame import (
    NO_SPLIT,
    criticised,
    is_praiseworthy,
    read_exposure,
    split_exposure,
)
from pipeline.tagging.roles_byline import Bylines
from pipeline.tagging.roles_candidate import Case, Piece, Split, weigh
from pipeline.tagging.roles_model import RoleModel, load_role_model
from pipeline.tagging.roles_occurrence import Text
from pipeline.tagging.roles_police import leave_to_county
from pipeline.tagging.roles_reasons import read_exposed, read_mention, read_piece
from pipeline.tagging.roles_text import Reader
from pipeline.tagging.unit_days import UnitDays

# Between the chance that denies a mark in the title and the one that overrules the silence of the rules
FOUND = 0.2


class Criticism(NamedTuple):
    """A learned reading whether a piece exposes a shortcoming: its probability, and what speaks for it."""

    chance: float
    why: Evidence

    @property
    def found(self) -> bool:
        """It does; else it does not, though a mark in its title says so."""
        return self.chance >= FOUND


class UnitTags(msgspec.Struct, frozen=True, kw_only=True):
    """What an article says of the city's units."""

    credits: list[Credit]
    mentions: list[str]  # short names, in the order of the text
    exposed: list[str]
    exposure: bool = False  # the piece exposes a shortcoming of somebody
    criticism: Criticism | None = None  # why it does, where no rule says so
    acting: list[str] = []  # units that act anywhere in the text, credited or not
    doubtful: list[Credit] = []  # credits and exposures below the threshold: for a person's list
    evidence: dict[str, Evidence] = {}  # per mentioned or exposed unit
    confidence: dict[str, float] = {}  # of the same, 0..1
    titled: list[str] = []  # mentions whose first name stands in the title
    exposing: Evidence | None = None  # how the piece is told to expose a shortcoming

    def place_of(self, unit: str | None) -> Evidence | None:
        """Why and where a unit is credited, or else named."""
        credited = (credit.evidence for credit in self.credits if credit.unit == unit)
        return next(credited, self.evidence.get(unit or ""))


DOUBTFUL = 0.2  # below it a unit is not worth a person's look
# A township's organ that acts names its county by the domain's rule; too rare for the model to learn.
TOWN_ORGAN_CONFIDENCE = 0.75
_TOWN_ORGAN = re.compile(
    "(?:镇|乡|街道?)(?:(?:两新组织|非公企业)党工委|党建办|纪工委|社事办|民政办|文明办|社工站|妇联|派出所|人民政府|政府|党委|党工委|工委|司法所|市监所|综治中心|团委|工会|卫生院|办事处|食药所|林业站"
    "|(?:办事处|办)?(?:在[^，。；]{2,20})?(?:主办|举办|举行|开展|组织|召开|联合))"
)
_ACT_WORD = {
    "act": "行动",
    "agent": "由其主办或实施",
    "source": "为消息来源",
    "speak": "介绍情况",
    "weak": "写到其工作",
}
_ZONE_WORD = ("标题", "导语", "开头部分", "正文")


def read_threshold(city: City, default: float) -> float:
    """The city's `credit_threshold`, a share from 0.5 to 1; `default` where it says none.

    Raises:
        CityError: it is no such number.
    """
    value = city.settings.get("credit_threshold", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 1:
        raise CityError(f"{city.folder}/city.yaml: credit_threshold 应是 0.5 到 1 之间的数，而不是 {value!r}")
    return float(value)


class UnitTagger:
    """Tags the units of articles for one city, by the model given or the one that is shipped."""

    def __init__(self, city: City, model: RoleModel | None = None) -> None:
        self.city = city
        self.names = Names(city)
        self.finder = NameFinder(self.names)
        self.reader = Reader(city, self.names, self.finder)
        self.bylines = Bylines(city, self.names, self.finder)
        self.model = model or load_role_model()
        self.threshold = read_threshold(city, self.model.threshold)
        self._days = UnitDays(city)

    def tag(self, item: ArticleItem, criticism: Criticism | None = None) -> UnitTags:
        """Credits, mentions and exposed units of one article. Deterministic; reads nothing but the item.

        With `criticism` it is read as the exposure that it was found to be, or not to be, whatever the rules
        say; unless who would be exposed acts in it as nobody does that is blamed.
        """
        text = self.reader.read(item)
        bylined = self.bylines.read(item, text)
        cases = self.read_cases(item, text)
        suppliers = {self._days.of_day(byline.unit, item.published) for byline in bylined}
        found: Split | None = None
        if criticism is None:
            found = read_exposure(item, text, cases, suppliers)
        elif criticism.found:
            found = split_exposure(text, cases, suppliers)
        exposure, split = found is not None, found or NO_SPLIT
        if criticism and any(is_praiseworthy(text, cases[unit]) for unit in split.exposed or cases):
            return self.tag(item)
        exposed = split.exposed if exposure else criticised(text, cases)
        credits: list[Credit] = []
        doubtful: list[Credit] = []
        for byline in bylined:
            unit = self._days.of_day(byline.unit, item.published)
            if all(credit.unit != unit for credit in credits):
                credits.append(
                    Credit(unit=unit, role="byline", evidence=byline.evidence, confidence=byline.confidence)
                )
        done = {credit.unit for credit in credits}
        chances: dict[str, float] = {}
        for case in (piece := Piece(text, cases, split)).cases if cases else []:
            if case.unit in done:
                continue
            features = piece.read_features(case, case.unit in self.names.counties)
            confidence = rule_confidence(self.model.probability(features), features)
            if case.town_organ:
                confidence = max(confidence, TOWN_ORGAN_CONFIDENCE)
            if case.spoken or piece.is_company_notice:
                confidence = min(confidence, HELPER_CONFIDENCE)
            chances[case.unit] = confidence
            if confidence < DOUBTFUL:
                continue
            credit = Credit(
                unit=case.unit,
                role="subject",
                evidence=_evidence(text, case),
                confidence=round(confidence, 3),
            )
            if confidence >= self.threshold:
                credits.append(credit)
            else:
                doubtful.append(_doubt(credit))
        credits = _joined(credits, cases)
        done = {credit.unit for credit in credits}
        blamed = [unit for unit in exposed if unit not in done]
        how = read_piece(item, text, criticism) if exposure else None
        why = {unit: read_exposed(text, cases[unit], how, len(blamed), self.threshold) for unit in blamed}
        exposed = [unit for unit in blamed if why[unit][1] >= self.threshold]
        doubtful += [
            Credit(unit=unit, role="exposed", evidence=evidence, confidence=sure)
            for unit, (evidence, sure) in why.items()
            if sure < self.threshold
        ]
        mentions = [unit for unit in cases if unit not in done and unit not in exposed]
        doubted = {credit.unit: credit.role for credit in doubtful}
        chances |= {unit: sure for unit, (_, sure) in why.items()}
        return UnitTags(
            credits=credits,
            mentions=mentions,
            exposed=exposed,
            exposure=exposure,
            criticism=criticism,
            acting=[unit for unit, case in cases.items() if case.score >= 1],
            doubtful=doubtful,
            evidence={unit: read_mention(text, cases[unit], doubted.get(unit)) for unit in mentions}
            | {unit: why[unit][0] for unit in exposed},
            confidence={unit: round(1 - chances[unit], 3) for unit in mentions}
            | {unit: why[unit][1] for unit in exposed},
            titled=[unit for unit in mentions if text.is_in_title(cases[unit].occurrences[0])],
            exposing=how and how.why,
        )

    def read_cases(self, item: ArticleItem, text: Text) -> dict[str, Case]:
        """All units that the text names, in its order, with what each does."""
        cases: dict[str, Case] = {}
        for occurrence in text.occurrences:
            unit = self._days.of_day(occurrence.unit, item.published)
            case = cases.get(unit)
            if case is None:
                case = cases[unit] = Case(unit=unit, occurrences=[])
            case.occurrences.append(occurrence)
        for case in cases.values():
            weigh(case)
        counties = [case for unit, case in cases.items() if unit in self.names.counties]
        if counties:
            leave_to_county(text, cases.values(), counties)
            _give_to_county(text, cases, counties)
        return cases


def _give_to_county(text: Text, cases: dict[str, Case], counties: list[Case]) -> None:
    """镇妇联 acts, and only one county is named: the organ is that county's."""
    if len(counties) != 1 or any(case.score >= 0.7 for case in cases.values()):
        return
    organ = _TOWN_ORGAN.search(text.whole)
    if organ is not None and "指导" not in text.whole[organ.end() : organ.end() + 30]:
        case = counties[0]
        if any(
            o.act in MENTIONS and not o.place and o.end >= organ.end() > o.start for o in case.occurrences
        ):
            return  # 在某街道办事处支持下, 到某乡派出所报案
        case.best = msgspec.structs.replace(case.occurrences[0], act="weak", why=organ[0])
        case.town_organ = True


def _joined(credits: list[Credit], cases: dict[str, Case]) -> list[Credit]:
    """Two or more units whose work it is act together: `joint`.

    Who supplied the text is an actor only where it is named as one beside the other.
    """
    subjects = [credit.unit for credit in credits if credit.role == "subject"]
    suppliers = {credit.unit for credit in credits if credit.role == "byline"}
    best = cases[subjects[0]].best if len(subjects) == 1 else None
    beside = best is not None and best.act in LEADING and not suppliers.isdisjoint(best.partners)
    if len(subjects) < 2 and not beside:
        return credits
    return [msgspec.structs.replace(c, role="joint") if c.role == "subject" else c for c in credits]


def _doubt(credit: Credit) -> Credit:
    evidence = msgspec.structs.replace(
        credit.evidence, why=credit.evidence.why.replace("，为报道主体", "，是否报道主体把握不足，待研判")
    )
    return msgspec.structs.replace(credit, evidence=evidence)


def _evidence(text: Text, case: Case) -> Evidence:
    best = case.best or case.occurrences[0]
    word = text.word(best)
    alias = "" if word == case.unit else f"（即{case.unit}）"
    why = f"{_ZONE_WORD[best.zone]}中“{word}”{alias}{_ACT_WORD.get(best.act, '出现')}，为报道主体"
    if best.why.strip():
        why += f"：“{best.why.strip()}”"
    return text.evidence(best, why)
