"""Owns whose shortcoming a piece exposes, and who found it: every unit that it names is one or neither.

Whether it exposes one is told by `roles_exposure`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_candidate import Case, Split
from pipeline.tagging.roles_exposure import (
    ACTS,
    ANSWER,
    EXAMINES,
    INSPECTORS,
    admits_fault,
    finds_fault,
    is_at_fault,
    is_exposure,
    is_marked,
    lists_failures,
)
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import load_cue_pattern

_FINDER = re.compile("(?<!没有)(?<!没)(?<!未)" + load_cue_pattern("finder"))
# 市某局执法人员, 某会的体验员: who comes to look; the name itself may end with it (市某办督导组)
_INQUIRER = re.compile(
    "的?[^，。；、的被由向对]{0,6}?(?:(?:执法|审计|暗访|核查)人员|执法队员|(?:体验|测试|巡查|监督|核验|复核|检查|稽查)员"
    "|(?:督导|检查|核查|调查|暗访|督查|巡查|验收|评价|评审|复核|核验)组)"
)
_GROUP = ("组", "人员")
# 建议市住建委约谈施工企业: asked to act upon another
_ASKED = re.compile("(?:建议|提请|函请|商请|提醒|协调)(?:由)?$")
_TO_ACT = re.compile("[^，。；]{0,6}?(?:约谈|查处|处理|处罚|介入|牵头|追责|核查|督促|立案|列入|对)")
_INFORMED = re.compile(load_cue_pattern("informed") + r"(?:了|给)?$")
# By what an inspector is known to be one in a piece, and not the one that is blamed
_INSPECTS = re.compile(
    "(?<!没有)(?:暗访|明察|督查|检查|抽查|核查|调查|调取|查明|查处|查实|立案|约谈|通报|曝光|点名|发现|问责|追责)"
)
_COMPLAINED_TO = re.compile("(?:反映|投诉|举报|求助)(?:给|到|至)?$")
_SCENE = re.compile("(?:在|来到|走进|位于|赶到|赴|到)$")
# 躺在某市的账上: not where it is seen, but whose it is
_OF_ITS = re.compile("的(?:账|台账|报表|材料|清单|名下|工程|项目)")
_HOLDS = re.compile("[^，。；]{0,12}?(?:举办|主办|承办(?![的，。；])|举行|召开)")
_PRAISE = re.compile(load_cue_pattern("praise"))
# 会议对某县未开工一事提出批评: named at fault in a piece that is no exposure
_CRITICISED = re.compile("(?:提出|点名|通报|受到|进行)(?:了)?(?:严肃)?批评|批评了")
_PRAISED_TOO = re.compile("表扬|表彰")
NO_SPLIT = Split(frozenset(), [])


def read_exposure(
    item: ArticleItem, text: Text, cases: Mapping[str, Case], suppliers: Collection[str]
) -> Split | None:
    """Who found a shortcoming and whose it is, by rule; None where the piece exposes none, or none of a unit
    of the city though nothing but the text says that it does (whether it does the words must tell)."""
    marked = is_marked(item, text)
    if not marked and not is_exposure(text) and not lists_failures(text, suppliers):
        return None
    split = split_exposure(text, cases, suppliers)
    return split if marked or split.exposed else None


def split_exposure(text: Text, cases: Mapping[str, Case], suppliers: Collection[str] = ()) -> Split:
    """The units whose shortcoming it is: all that are neither a finder nor merely told. `suppliers` are the
    units that wrote the piece: they tell what they found of others."""
    finders = _finders(text, cases)
    if not cases.keys() <= (told := finders.union(suppliers)):
        finders = told & cases.keys()
    answered = admits_fault(text) or finds_fault(text)
    if answered:
        finders -= {
            unit
            for unit in finders
            if not any(ANSWER.match(text.whole, o.end) for o in cases[unit].occurrences)
            and any(is_at_fault(text, o) for o in cases[unit].occurrences)
        }
    rest = [unit for unit, case in cases.items() if unit not in finders and not _is_told(text, case)]
    if any(not all(o.place for o in cases[unit].occurrences) for unit in rest):
        rest = [unit for unit in rest if not _is_scene(text, cases[unit])]
    if answered:
        at_fault = [u for u in rest if any(is_at_fault(text, o) for o in cases[u].occurrences)]
        rest = at_fault or rest
    if not rest and not suppliers:
        rest = _at_fault_themselves(text, cases, finders)
        finders = finders.difference(rest)
    return Split(frozenset(finders), rest)


def _at_fault_themselves(text: Text, cases: Mapping[str, Case], finders: Collection[str]) -> list[str]:
    """Where nobody else is blamed: an inspector that inspects nothing in the piece, one whose duty it was
    (由某局管养的桥), a unit to which the complaint was brought; not who only answers or is asked to act."""
    found = []
    for unit, case in cases.items():
        if unit in finders:
            if (
                (
                    not any(office.search(unit) for office in INSPECTORS)
                    and not any(is_at_fault(text, o) for o in case.occurrences)
                )
                or any(
                    _INSPECTS.search(text.whole, o.end, _clause_end(text.whole, o.end))
                    for o in case.occurrences
                )
                or all(o.act in ("speak", "source") for o in case.occurrences)
            ):
                continue
        elif not any(
            _COMPLAINED_TO.search(text.whole, max(0, o.start - 8), o.start) for o in case.occurrences
        ):
            continue
        found.append(unit)
    return found


def is_praiseworthy(text: Text, case: Case) -> bool:
    """The headline is its own statement (港口区：扶持资金…), or it holds an event: who is blamed does not."""
    return any(
        (o.zone == 0 and text.whole.startswith("：", o.end))
        or (o.host and o.zone <= 2 and _HOLDS.match(text.whole, o.end) is not None)
        for o in case.occurrences
    )


def criticised(text: Text, cases: Mapping[str, Case]) -> list[str]:
    """The units that a piece which is no exposure tells to have been criticised by name, as at a meeting."""
    found: list[str] = []
    for start, match in _criticisms(text):
        found += [
            unit
            for unit, case in cases.items()
            if unit not in found
            and not any(o.zone <= 1 and o.act in ACTS for o in case.occurrences)
            and any(start <= o.start < match.start() and o.act not in ACTS for o in case.occurrences)
        ]
    return found


def find_criticism(text: Text, case: Case) -> tuple[Occurrence, str] | None:
    """The name of a unit that a piece tells to have been criticised, and the words that tell it."""
    for start, match in _criticisms(text):
        for o in case.occurrences:
            if start <= o.start < match.start() and o.act not in ACTS:
                return o, match[0]
    return None


def _criticisms(text: Text) -> Iterator[tuple[int, re.Match[str]]]:
    """Where the text tells that somebody was criticised, and where that sentence begins."""
    whole = text.whole
    if "批评" not in whole:
        return
    for match in _CRITICISED.finditer(whole, text.body):
        start = max(whole.rfind(stop, text.body, match.start()) for stop in "。\n") + 1
        if not _PRAISED_TOO.search(whole, start, match.end()):
            yield start, match


def _is_scene(text: Text, case: Case) -> bool:
    """记者在防城区某街道看到…: where it is seen, while another is to blame."""
    return all(
        o.place
        and _SCENE.search(text.whole, max(0, o.start - 4), o.start) is not None
        and _OF_ITS.match(text.whole, o.end) is None
        for o in case.occurrences
    )


def _finders(text: Text, cases: Mapping[str, Case]) -> set[str]:
    """Inspectors with those that act together with them; else who checks, calls to account, demands."""
    for office in INSPECTORS:
        found = {unit for unit in cases if office.search(unit) and not _is_told(text, cases[unit])}
        if found:
            return found | {p for unit in found for o in cases[unit].occurrences for p in o.partners}
    whole = text.whole
    score: dict[str, float] = {}
    for unit, case in cases.items():
        score[unit] = sum(
            2.0 if o.act in ACTS or _inquires(whole, o) else 1.0
            for o in case.occurrences
            if o.act not in MENTIONS
            and (
                _FINDER.search(whole, o.end, _clause_end(whole, o.end))
                or EXAMINES.match(whole, o.end)
                or _inquires(whole, o)
            )
        )
    best = max(score.values(), default=0.0)
    return {unit for unit, value in score.items() if 1.5 <= value >= best}


def _inquires(whole: str, o: Occurrence) -> bool:
    return whole.endswith(_GROUP, o.start, o.end) or _INQUIRER.match(whole, o.end) is not None


def _clause_end(whole: str, at: int) -> int:
    """The end of the sentence, at most 50 characters on."""
    end = whole.find("。", at, at + 50)
    return at + 50 if end < 0 else end


def _is_told(text: Text, case: Case) -> bool:
    """The matter was handed to it, or it is praised among those that are blamed, or it suffers by it."""
    whole = text.whole
    if any(o.victim for o in case.occurrences):
        return True
    return all(
        _INFORMED.search(whole, max(0, o.start - 8), o.start)
        or (_ASKED.search(whole, max(0, o.start - 8), o.start) and _TO_ACT.match(whole, o.end))
        or _PRAISE.search(whole, o.end, _clause_end(whole, o.end))
        for o in case.occurrences
    )
