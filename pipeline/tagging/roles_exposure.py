"""Owns exposures: whether a piece exposes a shortcoming, who found it, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles import load_cue_pattern
from pipeline.tagging.roles_text import Text

_MARK = re.compile(load_cue_pattern("exposure_marks"))
_FINDER = re.compile(load_cue_pattern("finder"))
_INFORMED = re.compile(load_cue_pattern("informed") + r"(?:了|给)?$")
_TEAM = re.compile(r"督查|绩效|纪委|监察|巡察|信访|审批")


def is_exposure(item: ArticleItem, text: Text) -> bool:
    """The title, the kicker or the column says so."""
    head = " ".join(filter(None, (item.title, item.kicker, item.column)))
    return bool(_MARK.search(head))


def split_exposure(text: Text, cases: Mapping[str, Any]) -> list[str]:
    """The units whose shortcoming it is: all that are neither the finder nor merely told."""
    whole = text.whole
    finder: dict[str, float] = {}
    told: set[str] = set()
    for unit, case in cases.items():
        score = 0.0
        for o in case.occurrences:
            if o.act in ("act", "agent", "source", "speak", "weak") and _FINDER.search(
                whole[o.end : o.end + 30]
            ):
                score += 2 if o.act in ("act", "agent") else 1
        if _TEAM.search(unit):
            score += 1.5
        finder[unit] = score
        if all(_INFORMED.search(whole[max(0, o.start - 8) : o.start]) for o in case.occurrences):
            told.add(unit)
    best = max(finder.values(), default=0.0)
    return [u for u in cases if u not in told and not (finder[u] >= 1.5 and finder[u] >= best)]
