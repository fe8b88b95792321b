"""Owns what stands beside the words of an opening post and tells more of it than they do: what officials
reply to was asked, whom a title hails is asked, one who despairs of life is in danger."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pipeline.tagging.answers import Answering
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_kind import ASKING, Kind
from pipeline.tagging.threads_reading import Reading
from pipeline.tagging.threads_replies import Repliers

ASKED_IN_FACT, HAILED = 0.97, 0.7  # confidence that a unit is asked: it replied, it is hailed
ENDANGERED = 0.55  # share of danger from which a post asks, whomever it speaks to
MAYBE_PRAISE = 0.2  # share of 表扬 from which a reply that thanks for praise settles it
_FEAR = re.compile("(?:别|不要|不能)[^，。！\n]{0,4}(?:做|干)傻事|(?:别|不要)[^，。！\n]{0,2}想不开")


def raised(kind: Kind, reading: Reading, repliers: Repliers, is_replied: bool, despairs: bool) -> Kind:
    """The kind by what stands beside the words: what officials reply to, or whom a title hails, was asked;
    one who despairs of life is in danger."""
    if repliers.praised and kind.kind != "表扬" and kind.praise >= MAYBE_PRAISE:
        return replace(kind, kind="表扬", why="官方账号感谢其表扬", cue=None, asked=False)
    if kind.kind in ("表扬", "广告") or reading.elsewhere is not None:
        return kind
    if despairs:
        kind = replace(kind, urgent=max(kind.urgent, ENDANGERED))
    # "谁来帮我喂猫", "求大家帮忙找" are said to netizens, but the danger is the city's.
    endangered = kind.urgent >= ENDANGERED and not reading.has("lost_pet")
    if is_replied or (not kind.asked and (reading.hailed or endangered)):
        named = kind.kind if kind.kind in ASKING else "求助" if despairs else kind.asking
        sure = ASKED_IN_FACT if is_replied else max(kind.asked_confidence, HAILED)
        if named != kind.kind:  # what was shown spoke for another kind
            why = "官方账号作了回复，是向单位提出的" if is_replied else "直呼单位，是向它提出的"
            place = reading.named[0].span if reading.hailed else None
            if endangered and not is_replied:
                why, place = "有正在发生的危险，是求助", kind.danger
            kind = replace(kind, why=why, cue="despair" if despairs else None, place=place)
        return replace(kind, kind=named, asked=True, asked_confidence=sure)
    return kind


def is_feared_for(posts: list[ThreadPost]) -> bool:
    """Whether others beg the poster not to do away with life: they read what no word of the post says."""
    return any(_FEAR.search(post.text or "") for post in posts[1:] if post.author != posts[0].author)


def dealt_with_here(reading: Reading, posts: list[ThreadPost], answering: Answering) -> bool:
    """Whether a unit of this city replied as to its own matter, though another city is named: its reply does
    not speak of that city."""
    if reading.elsewhere is None:
        return False
    floors = {reply.floor for reply in answering.replies}
    return any(post.floor in floors and reading.elsewhere not in (post.text or "") for post in posts)
