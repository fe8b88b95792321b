"""Owns whose work the police's is, a county's or the city's, and where people come to them or are told by
them.

Every pattern is bounded, and is matched only next to a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_candidate import Case
from pipeline.tagging.roles_occurrence import Text

_POLICE = re.compile("公安|警|派出所|交管|消防|救援")
_OFFICERS = re.compile("公安|警|派出所|交管")
# 来到某派出所报警: what follows is the police's work
_CALLED = re.compile(
    r"[^，。；]{0,14}?(?:报警|报案|求助)|[。，]\n?(?:值班|接警|当班|当晚|随后)?[^，。]{0,4}?(?:民警|消防员|接警员|警员)"
)
# 来到某派出所，谈起自己的遭遇。…民警一边安抚…: the same, once they are heard
_HEARD = re.compile("民警[一-鿿]{0,4}?(?:一边|立即|立刻|随即|耐心|迅速|通过|判断|发现|赶|帮)")
_HEARD_WITHIN = 300  # characters
_REPORTED_WITHIN = 150
_CAME = frozenset("到进去")
# 据“平安某某”官方微博消息
_TOLD = re.compile(
    "[”》]?(?:的)?(?:官方)?(?:微博|微信|公众号|视频号|抖音|客户端){0,2}[^，。；]{0,4}?(?:消息|通报|发布|获悉|介绍|披露)"
)
_FROM = re.compile("(?:据|从|根据)[^，。；]{0,2}[“《]?$")


def is_called(whole: str, start: int, end: int) -> bool:
    """Whether people come to the police, whose name is whole[start:end], and the police go to work."""
    if not _POLICE.search(whole, start, end):
        return False
    if _CALLED.match(whole, end):
        return True
    if whole[start - 1 : start] not in _CAME or not _OFFICERS.search(whole, start, end):
        return False
    return _HEARD.search(whole, end, end + _HEARD_WITHIN) is not None


def is_reported_only(whole: str, end: int) -> bool:
    """Whether the police of a story that a court tells are only where it was reported: 到某派出所报案。"""
    return "民警" not in whole[end : end + _REPORTED_WITHIN]


def is_account_told(whole: str, start: int, end: int) -> bool:
    """Whether an account of the police, whose name is whole[start:end], is the source of what is told."""
    return bool(_FROM.search(whole, max(0, start - 8), start) and _TOLD.match(whole, end))


def leave_to_county(text: Text, cases: Collection[Case], counties: Collection[Case]) -> None:
    """桂林警方 over a story whose actor is 秀峰警方 is the county's, a manner of speaking."""
    acting = [case for case in counties if case.score >= 0.7]
    if not acting:
        return
    for case in cases:
        if case.score and all(o.police or o.act in MENTIONS for o in case.occurrences):
            case.spoken = any(_acts_by_police(text, county) for county in acting)
            if case.spoken and len(acting) == 1:
                _inherit(acting[0], case)
            case.score *= 0.1


def _acts_by_police(text: Text, county: Case) -> bool:
    return any(
        o.act not in MENTIONS and _OFFICERS.search(text.whole, o.start, o.end) for o in county.occurrences
    )


def _inherit(county: Case, spoken: Case) -> None:
    """武汉警方：已立案侦查 at the head: what the county's police do stands there."""
    best, zone = county.best, min(o.zone for o in spoken.occurrences if o.act not in MENTIONS)
    if best is not None and zone < best.zone:
        county.best = msgspec.structs.replace(best, zone=zone)
        county.score += spoken.score
