"""Owns who only speaks at a meeting that no unit of the plan holds: 市领导 hold it, units report there.

Such speakers are mentions (domain.md, "Roles of a unit in an article": a list of attendees).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import COUNCIL

_MEETS = re.compile(
    "(?<![社机])会(?:议)?[^，。；“”\n]{0,6}(?:召开|举行)|(?:召开|举行)[^，。；“”\n]{0,30}(?<![社机])会(?:议)?(?![员场计展谈])"
)
_TOLD_THERE = re.compile(
    "(?:[^，。；\n]{0,8}?(?:负责人|负责同志|领导|代表))?(?:分别|先后|也|还|在会上|现场|依次)?(?:就[^，。；\n]{1,16})?"
    "(?:通报|汇报|介绍|谈|交流|发言|表态|报告|分享|作)(?:了|到|[^，。；\n]{0,8}(?:发言|表态|汇报|说明|报告|介绍))"
)


# 市政协就…举行深聊会: who is asked there answers
_COUNCIL = re.compile(
    "(?:政协|人大(?:常委会)?)[^。；]{0,36}?(?:召开|举行|举办|开展|组织)[^，。；]{0,14}?(?:会|协商|视察|询问)[，。]"
)
_ANSWERS = re.compile(
    "(?:有关|相关|主要)?(?:负责人|负责同志|领导)[^，。；]{0,4}?(?:介绍|说|表示|称|汇报|回应)"
)


def mark_speakers(text: Text, spans: Sequence[Occurrence]) -> None:
    """Mark those who only tell something at a meeting where title and lead name no unit that acts."""
    if not COUNCIL.isdisjoint(text.signs) and (council := _COUNCIL.search(text.whole, 0, text.lead_end)):
        for o in spans:
            if o.start > council.start() and o.act == "speak" and _ANSWERS.match(text.whole, o.end):
                o.act = "attend"
    late = [o for o in spans if o.zone > 1 and o.act in ("speak", "act")]
    if not late or any(o.zone < 2 and o.act not in MENTIONS for o in spans):
        return
    if not _MEETS.search(text.whole, 0, text.lead_end):
        return
    for o in late:
        if _TOLD_THERE.match(text.whole, o.end):
            o.at_meeting = True
