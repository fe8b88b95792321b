"""Owns why a unit is named without a credit: what it does where it is only mentioned; why a shortcoming is
held to be its own, how sure that is, and how the piece is told to expose one."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.records import Evidence
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles_blame import find_criticism
from pipeline.tagging.roles_candidate import Case
from pipeline.tagging.roles_exposure import MARK, find_exposure, find_fault_of
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import load_cue_pattern

_ONLY = {
    "attend": "只是出席、参加或列名",
    "address": "只是被要求、被告知或被提到",
    "help": "只是协助、指导或支持",
    "place": "只是事情发生或东西出自的地方",
    "act": "写到它做的事，但不是报道主体",
    "agent": "写到由它做的事，但不是报道主体",
    "source": "只是消息来源，不是报道主体",
    "speak": "只是介绍情况，不是报道主体",
    "weak": "只是写到，不是报道主体",
}
_SHOWN = frozenset(_ONLY) - {"weak"}  # acts whose words show them
_UNSURE = {
    "subject": "是否报道主体把握不足，待研判，先按提及",
    "exposed": "是否曝光对象把握不足，待研判，先按提及",
}
_BLAMED = {True: "为曝光对象，不计分", False: "是否曝光对象把握不足，待研判"}
_FAULT = re.compile(load_cue_pattern("shortcoming", "fault", "penalty"))
_CUT = 8  # characters of the end of a match that `roles.read_act` keeps
_ENDS = "。！？\n"
_END = re.compile(f"[{_ENDS}]")

# How sure it is that a piece exposes somebody, by what tells it, and then that it is this unit (0..1). No
# unit that is exposed in the gold falls below .7; none of them is only there, or only helps.
_MARKED, _RULED, _CRITICISED = 0.95, 0.9, 0.85
_READ = 0.85  # at least, where the words were read so: from `critical.THRESHOLD` on none was wrong
_ALONE, _AMONG, _PRESENT = (
    0.95,
    0.85,
    0.6,
)  # no fault is told beside its name: it alone is named, or not; it is there
_PRESENCE = frozenset({"attend", "help"})


class Exposed(NamedTuple):
    """How a piece is told to expose a shortcoming, and how sure that is."""

    why: Evidence
    confidence: float


def read_mention(text: Text, case: Case, doubted: str | None) -> Evidence:
    """Why a unit is a mention and no credit, at the name that says most of it; `doubted`: the role that it
    may have."""
    o = case.best or case.occurrences[0]
    said = _UNSURE[doubted] if doubted else _ONLY.get(o.act, _ONLY["weak"])
    shown = o.why.strip() if o.act in _SHOWN else ""
    cut = "…" if len(shown) == _CUT else ""
    words = f"（“{cut}{shown}”）" if shown else ""
    return text.evidence(o, f"{_named(text, case, o)}{said}{words}，不计分")


def read_piece(item: ArticleItem, text: Text, criticism: tuple[float, Evidence] | None) -> Exposed | None:
    """How an exposure is told to be one; `criticism`: by its words, where they were read so."""
    if criticism is not None:
        return Exposed(criticism[1], max(criticism[0] * _MARKED, _READ))
    for field in ("title", "kicker", "subtitle", "column"):
        value = getattr(item, field)
        if value and (mark := MARK.search(value)):
            said = f"标题或栏目有“{mark[0]}”"
            return Exposed(Evidence(why=said, field=field, start=mark.start(), end=mark.end()), _MARKED)
    found = find_exposure(item, text)
    if found is None:
        return None
    says, begin, end, is_mark = found
    words = text.whole[begin:end].partition("\n")[0]  # no field is left
    why = text.evidence_at(begin, begin + len(words), f"{says}：“{words}”")
    return Exposed(why, _MARKED if is_mark else _RULED)


def read_exposed(
    text: Text, case: Case, piece: Exposed | None, among: int, threshold: float
) -> tuple[Evidence, float]:
    """Why a shortcoming is held to be a unit's own, and 0..1 how sure that is. `piece` is None where the
    piece is no exposure and the unit is criticised in it; `among`: how many units it exposes;
    below the `threshold` it is doubtful."""
    if piece is None:
        o, words = find_criticism(text, case) or (case.occurrences[0], "批评")
        said = _BLAMED[threshold <= _CRITICISED]
        return text.evidence(o, f"{_named(text, case, o)}{said}：被点名（“{words}”）"), _CRITICISED
    o, words = _own_fault(text, case) or (case.best or case.occurrences[0], "")
    own = 1.0
    said = f"同句写到“{words}”" if words else "文中没有写明它的过错，它不是查处的一方"
    if {each.act for each in case.occurrences} <= _PRESENCE:
        own, said = _PRESENT, f"文中{_ONLY[o.act]}"
    elif not words:
        own = _AMONG if among > 1 else _ALONE
    sure = round(piece.confidence * own, 3)
    why = f"{_named(text, case, o)}{_BLAMED[sure >= threshold]}：{said}；{piece.why.why}"
    return text.evidence(o, why), sure


def _own_fault(text: Text, case: Case) -> tuple[Occurrence, str] | None:
    """The name beside which a fault of its own is told, and the words that tell it."""
    whole = text.whole
    for o in case.occurrences:
        if words := find_fault_of(text, o):
            return o, words
    end = 0  # of the sentences that were searched
    for o in sorted(case.occurrences, key=lambda o: o.start):
        if o.start < end:
            continue
        begin = max(whole.rfind(mark, end, o.start) for mark in _ENDS) + 1
        last = _END.search(whole, o.end)
        begin, end = max(begin, end), last.start() if last else len(whole)
        if fault := _FAULT.search(whole, begin, end):
            return o, fault[0]
    return None


def _named(text: Text, case: Case, o: Occurrence) -> str:
    word = text.word(o)
    return f"“{word}”" if word == case.unit else f"“{word}”（即{case.unit}）"
