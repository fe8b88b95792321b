"""Owns exposures: whether a piece exposes a shortcoming, who found it, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles import load_cue_pattern
from pipeline.tagging.roles_text import Text

_MARK = re.compile(load_cue_pattern("exposure_marks"))
_UNCOVER = re.compile(load_cue_pattern("uncover"))
_SHORTCOMING = re.compile(load_cue_pattern("shortcoming"))
_MENDED = re.compile(load_cue_pattern("mended"))
_INSPECTION = re.compile("督查组|督办单|督办通知")
_FINDER = re.compile(load_cue_pattern("finder"))
_INFORMED = re.compile(load_cue_pattern("informed") + r"(?:了|给)?$")
# Units whose office it is to find shortcomings.
_INSPECTOR = re.compile(r"督查|绩效|纪委|监察|监委|巡察|信访|审批|审计")


def is_exposure(item: ArticleItem, text: Text) -> bool:
    """Title, kicker or column say so; or the text tells how a shortcoming was uncovered, and more of what was
    wrong than of what was mended."""
    head = " ".join(filter(None, (item.title, item.kicker, item.subtitle, item.column)))
    if _MARK.search(head):
        return True
    if not text.occurrences:
        return False
    found = _UNCOVER.search(text.whole)
    if found is None or found.start() > text.open_end:
        return False
    wrong = {match[0] for match in _SHORTCOMING.finditer(text.whole)}
    if len(wrong) < (2 if _INSPECTION.search(text.whole) else 3):
        return False
    return len(wrong) > 1.5 * len({match[0] for match in _MENDED.finditer(text.whole)})


def split_exposure(text: Text, cases: Mapping[str, Any]) -> list[str]:
    """The units whose shortcoming it is: all that are neither the finder nor merely told."""
    whole = text.whole
    finder: dict[str, float] = {}
    told: set[str] = set()
    for unit, case in cases.items():
        score = 0.0
        for o in case.occurrences:
            if o.act in ("act", "agent", "source", "speak", "weak") and _FINDER.search(
                whole, o.end, o.end + 30
            ):
                score += 2 if o.act in ("act", "agent") else 1
        if _INSPECTOR.search(unit):
            score += 1.5
        finder[unit] = score
        if all(_INFORMED.search(whole, max(0, o.start - 8), o.start) for o in case.occurrences):
            told.add(unit)
    best = max(finder.values(), default=0.0)
    return [unit for unit in cases if unit not in told and not (1.5 <= finder[unit] >= best)]
