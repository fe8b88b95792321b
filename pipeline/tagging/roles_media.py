"""Owns whether a paper, a station or a site is named as one that acts, or as where a text was printed."""

from __future__ import annotations

import re

from pipeline.tagging.names import Hit

_SOURCE_OF = re.compile(r"(?:来源|源自|转自|综合|原载|据)[^，。；\n]{0,8}$")
_MEDIA_ACT = re.compile(
    r"[^，。；、]{0,4}(?:主办|承办|联合|举办|发起|组织|开展|推出|召开|举行|被曝光|荣获|负责人)"
)
# 某报业集团、某集团、某基金会联合主办
_MEDIA_AMONG = re.compile(
    "(?:[、和与及][^，。；、和与及\n“”]{2,16}){1,5}(?:等)?(?:单位)?(?:联合|共同)?(?:主办|承办|举办|发起)"
)
_MEDIA_COPY = re.compile(r"(?:新媒体|全媒体|记者|客户端|讯|消息|报道|出品|编辑|通讯员|微信|微博|网)")
_AND = frozenset("、和与及以")


def is_named(whole: str, start: int, end: int) -> bool:
    """Whether the brackets of a title hold its name alone: 《某日报》."""
    return whole[start - 1 : start] == "《" and whole[end : end + 1] == "》"


def acts_itself(whole: str, hit: Hit) -> bool:
    """A paper is a unit only where it acts itself; its name as a source or a reporter's is none."""
    if _SOURCE_OF.search(whole, max(0, hit.start - 14), hit.start):
        return False
    if _MEDIA_COPY.match(whole, hit.end):
        return False
    end = hit.end + (whole[hit.end : hit.end + 1] == "》")
    if _MEDIA_ACT.match(whole, end) or hit.name.text[-1] in "社台":
        return True
    return whole[end : end + 1] in _AND and _MEDIA_AMONG.match(whole, end) is not None
