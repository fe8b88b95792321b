"""Owns exposures: whether a piece exposes a shortcoming, who found it, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles import MENTIONS, load_cue_pattern
from pipeline.tagging.roles_occurrence import Text

_MARK = re.compile(load_cue_pattern("exposure_marks"))
_UNCOVER = re.compile("(?<![以将])" + load_cue_pattern("uncover"))
_SHORTCOMING = re.compile(load_cue_pattern("shortcoming"))
_MENDED = re.compile(load_cue_pattern("mended"))
_COVERT = re.compile("(?<![以将展用])(?:明察)?暗访(?!方式|制度|机制)")
_INSPECTION = re.compile("督查组|督办单|督办通知")
_FINDER = re.compile(load_cue_pattern("finder"))
_INFORMED = re.compile(load_cue_pattern("informed") + r"(?:了|给)?$")
# Units whose office it is to find shortcomings; the second only where none of the first is in the piece.
_INSPECTORS = (re.compile("督查|绩效|纪委|监察|监委|巡察"), re.compile("审批|信访|审计"))


def is_exposure(item: ArticleItem, text: Text) -> bool:
    """Title, kicker or column say so; or the text tells how a shortcoming was uncovered, and more of what was
    wrong than of what was mended."""
    head = " ".join(filter(None, (item.title, item.kicker, item.subtitle, item.column)))
    if _MARK.search(head):
        return True
    if not item.title and _MARK.search(text.whole, text.body, text.body + 80):
        return True  # the title is glued to the text
    if not text.occurrences:
        return False
    found = _UNCOVER.search(text.whole)
    if found is None or found.start() > text.open_end:
        return False
    wrong = {match[0] for match in _SHORTCOMING.finditer(text.whole)}
    if len(wrong) < _needed(text):
        return False
    return len(wrong) > 1.5 * len({match[0] for match in _MENDED.finditer(text.whole)})


def _needed(text: Text) -> int:
    """How many signs of a shortcoming it takes: fewer where an inspector came unannounced."""
    covert = _COVERT.search(text.whole, 0, text.open_end)
    if covert and any(
        _INSPECTORS[0].search(o.unit) or _INSPECTORS[1].search(o.unit) for o in text.occurrences
    ):
        return 1
    return 2 if _INSPECTION.search(text.whole) else 3


def split_exposure(text: Text, cases: Mapping[str, Any]) -> list[str]:
    """The units whose shortcoming it is: all that are neither a finder nor merely told."""
    finders = _finders(text, cases)
    return [unit for unit, case in cases.items() if unit not in finders and not _is_told(text, case)]


def _finders(text: Text, cases: Mapping[str, Any]) -> set[str]:
    """Inspectors with those that act together with them; else who checks, calls to account, demands."""
    for office in _INSPECTORS:
        found = {unit for unit in cases if office.search(unit)}
        if found:
            return found | {p for unit in found for o in cases[unit].occurrences for p in o.partners}
    whole = text.whole
    score: dict[str, float] = {}
    for unit, case in cases.items():
        score[unit] = sum(
            2.0 if o.act in ("act", "agent") else 1.0
            for o in case.occurrences
            if o.act not in MENTIONS and _FINDER.search(whole, o.end, _clause_end(whole, o.end))
        )
    best = max(score.values(), default=0.0)
    return {unit for unit, value in score.items() if 1.5 <= value >= best}


def _clause_end(whole: str, at: int) -> int:
    """The end of the sentence, at most 30 characters on."""
    end = whole.find("。", at, at + 30)
    return at + 30 if end < 0 else end


def _is_told(text: Text, case: Any) -> bool:
    return all(_INFORMED.search(text.whole, max(0, o.start - 8), o.start) for o in case.occurrences)
