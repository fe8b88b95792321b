"""Owns what one sentence says of a unit that it names: it acts, speaks, is the source, attends, is addressed.

The rules are those of the trade (who 主办 acts, who 协办 helps; a list of attendees or addressees are
mentions) and look only at the few characters around a name, so that their cost does not grow with the text.
No pattern has nested repetition: every one is bounded and linear.
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.tagging.roles_aside import (
    INTO,
    has_guests,
    read_aside,
    read_count,
    read_hearing,
    read_help,
    read_people,
    read_silence,
    read_workplace,
)
from pipeline.tagging.roles_signs import CUES, load_cue_pattern

Act = Literal[
    "act",  # subject of its clause
    "agent",  # 由…主办, 被…查处
    "source",  # 记者从…获悉
    "speak",  # …负责人介绍
    "weak",  # named with its work, neither subject nor merely present
    "attend",  # 参加会议
    "address",  # 要求…, …要举一反三
    "help",  # 协办, 在…指导下
    "place",  # 在…举行
]
MENTIONS: frozenset[str] = frozenset({"attend", "address", "help", "place"})

_STOP = "，。；！？：\n"

_ATTEND = re.compile(
    rf"(?:等)?(?:[^{_STOP}]{{0,24}}(?:等|和|及|以及))?[^{_STOP}、]{{0,8}}?(?:的)?{load_cue_pattern('attend_role')}?"
    rf"(?:及[^{_STOP}]{{0,16}})?(?:分别|先后|也|均|都|共同|随后|在会上|应邀|一同|现场|一道|依次|还|就[^{_STOP}]{{1,14}})?{load_cue_pattern('attend')}"
)
_ATTENDING = re.compile(load_cue_pattern("attend"))  # stands in whatever `_ATTEND` matches
_ATTEND_LIST = re.compile(
    r"[，、等和及与（以][^。；！？\n]{0,44}?(?:负责人|负责同志|代表|单位|部门|人员|干部|领导)"
    r"[^。，；\n]{0,6}(?:参加|出席|列席|参会)[^。，；\n]{0,8}[。\n]"
)
_TITLED = "(?:书记|局长|处长|主任|部长|科长|院长|会长|委员|成员|巡视员|队长|调研员|主席|区长|县长|市长|镇长)"
_PERSONS = re.compile(
    rf"[^{_STOP}、]{{0,16}}?{_TITLED}"
    rf"[^{_STOP}、]{{0,6}}(?:[，、][^。；\n]{{0,110}}?)?"
    "(?:出席|参加|列席|到场|见证|共同为|陪同|签字|致辞|剪彩|揭牌|授牌|到会|祝贺|献花)"
)
# 负责人就社会评价工作作说明, 回答记者提问: at somebody's meeting
_REPORTS = re.compile(
    rf"[^{_STOP}、]{{0,10}}?{load_cue_pattern('attend_role')}[^{_STOP}]{{0,24}}?"
    r"(?:[作做](?:了|出)?[^，。；、]{0,8}?(?:发言|说明|汇报|解读|报告|点评|辅导|致辞|讲话|表态)"
    r"|(?:现场)?(?:回答|接受)[^，。；]{0,8}(?:提问|采访)|答记者问)"
)
# A person stands in whatever `_REPORTS`, `_PERSONS` and `_ACCUSED` match.
_WHO = re.compile(rf"{load_cue_pattern('attend_role')}|{_TITLED}|长|科员|干部")
_CHAIRED = re.compile(r"主持(?!召开|举行|开展|制定|编制|研发|实施|建设|完成)")
# 甲、乙、丙榜上有名: named in a list of those that won something
_AWARDED = re.compile(
    r"(?:等[^，。；]{0,8})?(?:分别|分获|双双|均|也|同时)?(?:榜上有名|入选|获评|上榜|荣获|获得|获|被评为|被授予|受到[^，。；]{0,4}表彰|名列|位列)"
)
_HELP = re.compile(
    rf"{load_cue_pattern('helper')}(?:单位)?(?:[的、，。；”）\n]|$)|(?:的)?(?:大力|共同|精心|具体|悉心|有力|鼎力|积极|统一|坚强)?{load_cue_pattern('under')}下"
)
_MUST = re.compile(
    rf"(?![^{_STOP}、]{{0,5}}[年月天日都还只就均便得]要)(?:等)?[^{_STOP}、]{{0,6}}?(?<![回响对供反适相答主重只需想]){load_cue_pattern('must')}(?![求点闻道]|急|用|邀|聘)"
)
_SPEAK = re.compile(rf"[^{_STOP}、《》]{{0,16}}?{load_cue_pattern('speak')}")
_SOURCE_RIGHT = re.compile(rf"[^{_STOP}]{{0,16}}?{load_cue_pattern('source_right')}")
_SOURCE_LEFT = re.compile(rf"{load_cue_pattern('source_left')}$")
_TO = re.compile(rf"{load_cue_pattern('to')}(?:了)?$")
_IN_PLACE = re.compile(r"(?<![存现正实])(?:在|于)$")
_OFFICE_IS = re.compile(r"(?:部门|单位|机关|机构)(?:是|为|系)$")
_OF_ANOTHER = re.compile("委托|指导(?!组|中心|站)|监制|邀请|指派|表彰|评为|授予|列为|认定|命名|嘉奖|聘")
# 拿着市气象局出具的证明: a paper of it in another's hand
_PAPER = re.compile("(?:出具|开具|核发|颁发|签发|开出)的")
_PICTURE = re.compile(r"\s*(?:供图|图$|图[。）)\n]|官方?(?:网站|微信|微博)截图|/?摄)")
_PICTURED = ("图片由", "照片由", "配图由", "图由")
_ACCUSED = re.compile(
    rf"(?:原)?[^{_STOP}、]{{0,12}}?(?:长|主任|书记|科员|干部|组长)[^{_STOP}、]{{0,8}}?(?:涉嫌|因|严重|被|违)"
    rf"[^{_STOP}]{{0,14}}?(?:违纪|违法|审查|调查|查处|处分|双开|逮捕|受贿|通报|问责)"
)
# 市一医院骨科病房，78岁的…: where it happens
_ROOM = re.compile(
    "[^，。；、的]{0,5}?(?:病房|病区|住院部|门诊|急诊室?|手术室|走廊|大厅|门口|院内|候诊区|会议室|食堂|操场)(?:里|内|外|前)?[，。]"
)
# 市民政局党组在…方面存在6个方面15个问题: it is blamed
_BLAMED = re.compile(
    "(?:党组|党委)?(?:在[^。；]{2,40}?)?(?:还|仍|也)?(?:存在|暴露出|被查出|被指)[^。；]{0,24}?(?:问题|不足|短板|漏洞|隐患|违规|违纪)"
)
_PREDICATE = re.compile(r"(?<!的)(?:是|叫|属于)$")
# 这就是某区推行的“…”改革, 钱来自某局设立的基金: what the piece tells of is its work
_WORK_OF = re.compile(
    "(?:这|那|此|它|这里|这些)(?:就|正|便|也)?是(?:由)?$"
    "|[钱款金化变底气案路来力速度]{1,2}(?:就|正|都|则)?(?:来自|源于|源自|得益于|归功于|出自)(?:于)?$|(?:得益于|多亏了?)$"
)
_MADE = re.compile(
    "[^，。；的“]{0,10}?(?:推出|推行|实施|打造|开展|组织|启动|举办|主办|探索|建立|建设|开设|开通|设立|创办|试点|推进|推广)[^，。；]{0,2}?的"
)
_LEARN = re.compile(r"[^，。；]{0,10}?(?:获悉|了解到|得知|采访时|采访中|看到)")
_AGENT = re.compile(rf"{load_cue_pattern('agent')}$")
_ADVERBIAL = (
    load_cue_pattern("adverbs"),
    rf"(?>[^{_STOP}]{{0,14}}?(?:日|月|年|时|分|许|后|前|间|中|来|起|初|底|末|晚|午|里|夜|天|周|以来|方面|上|讯|电"
    r"|）|\)|的是|现|季度|期|会))",
    r"由|经|另|据悉|[“”（）()\s/—-]",
)
# Each place is read in one way only: of the ways to cut up a run of such words there are too many to try.
_ADVERB = re.compile(rf"(?>{'|'.join(_ADVERBIAL)})*+$")
# What is short may be cut up in every way.
_ADVERB_ANYHOW = re.compile(rf"(?:{'|'.join(_ADVERBIAL)})*$")
_SHORT = 14  # characters
_ROOM_WITHIN = 9  # characters from the name to the end of its clause


def _is_adverbial(left: str) -> bool:
    return bool(_ADVERB.match(left) or (len(left) <= _SHORT and _ADVERB_ANYHOW.match(left)))


_ORDER = re.compile(r"(?:要求|责成|责令|督促|邀请|建议|希望|通知)[^，。；工]{0,6}$|要$")
_SENT = re.compile(
    r"(?:等)?(?:(?:[0-9]{1,3}|[两三四五六七八九十]{1,3})[支个名位])?(?:的)?(?:代表队|代表|选手|专家|业务骨干|技术骨干|讲师|教官|志愿者代表|队(?!员)|运动员|参赛)"
)
_AT = re.compile(r"^(?:在|随|跟随|跟着)[^，。；]{0,4}$")
_POSSESSIVE = re.compile(r"的(?!同时|基础)|手[里中上]的?")


# 甲局、某中心、某公司指导，由某公司主办
_HELP_ALL = re.compile(rf"(?:、[^，。；、\n]{{2,24}}){{1,5}}{load_cue_pattern('helper')}[，、。]")
_GIVES = re.compile(
    r"(?:也|均|都|还)?(?:给予|予以|提供)(?:了)?[^，。；的]{0,8}(?:指导|支持|帮助|协助)[，。；]"
)
# 市某局的人来看过: told in passing by somebody else; “我是市某局的”: said by anybody
_TOLD = re.compile(r"的?(?:人|领导|专家|干部|同志|工作人员|老师)[^，。；、\n]{0,3}[来查看问找去说]过(?!程)")
_CLAIMED = re.compile(r"(?:我|我们|自己|对方|他|她)是$")
_UNDER_ALL = re.compile(
    rf"[^。；！？\n]{{0,64}}?(?:的)?(?:大力|共同|精心|具体|悉心|有力|鼎力|积极|统一|坚强)?{load_cue_pattern('under')}下[，,]"
)
# 记者向某局求证，得到的答复是…
_PUT_TO = re.compile(r"(?:向|找到|就此事?向|找)(?:了)?$")
_CHECKED = re.compile(
    r"[^，。；]{0,10}?(?:求证|核实|询问|了解|咨询|问起|反映)[^。；]{0,14}?[，。：][^。；]{0,12}?"
    r"(?:答复|回复|回应|得到|表示|称|告诉|介绍|回答|证实|说)"
)
_IN = re.compile(r"^(?:此次[^在]{0,6})?在$")
_ASK = re.compile(rf"(?:{load_cue_pattern('ask')})(?:了|到|至)?$")
_REPLY = re.compile(
    r"[^，。；]{0,8}[，。；]?[^。；]{0,16}?(?:工作人员|负责人|对方|该局|回复|回应|答复|民警|一名|相关)[^。；]{0,14}?"
    r"(?:表示|称|介绍|回复|回应|说|告诉|答复|证实|透露)"
)


def _ends(*keys: str) -> frozenset[str]:
    return frozenset(word[-1] for key in keys for word in CUES[key])


# First characters of what follows a name, last ones of what leads to it, by the patterns that they may open
# or end. No character at all stands in none of them, except where the end of the text may be it.
_CLAUSE_END = re.compile(rf"[{_STOP}]")
_HELPS = frozenset(word[0] for key in ("helper", "under") for word in CUES[key]) | frozenset(
    "、的大共精具悉有鼎积统坚也均都还给予提"
)
_LISTS = frozenset("，、等和及与（以")
_SENDS = frozenset("等的代选专业技讲教志队运参0123456789两三四五六七八九十")
_TELLS = frozenset("的人领专干同工老")
_ISSUES = frozenset("出开核颁签")
_BLAMES = frozenset("党在还仍也存暴被")
_ASKS = _ends("ask") | frozenset("了到至")
_SOURCES = _ends("source_left")
_AGENTS = _ends("agent")
_AT_OR_IN = frozenset("在于")
_PUTS = frozenset("向到找了")
_IS = frozenset("是由叫于自亏了")
_AFTER_IT = frozenset(("", *"，。！”、"))
_TOWARD = _ends("to") | frozenset("了是为系")


def is_awarded(right: str) -> bool:
    """Whether what follows a list of names says that they won something."""
    return _AWARDED.match(right) is not None


def read_act(left: str, right: str, previous: str) -> tuple[Act, str]:
    """What the clause says of a name or of a list of names.

    Args:
        left: the clause before the name.
        right: about 140 characters after the name.
        previous: the few characters before the clause (会上，).
    Returns:
        The act, and the words that show it, for the evidence.
    """
    tail = left[-14:]
    # What cannot match by its first or last character is not tried: this is asked of every name.
    first, last = right[:1], left[-1:]
    stop = _CLAUSE_END.search(right)
    end = stop.start() if stop else len(right)  # of the clause
    who = _WHO.search(right, 0, end)
    if first in _HELPS and (
        (match := _HELP.match(right)) or (match := _HELP_ALL.match(right)) or (match := _GIVES.match(right))
    ):
        return "help", match[0]
    if helps := read_help(right, end):
        return "help", helps
    if counted := read_count(right):
        return "place", counted
    if works := read_workplace(left, previous, right):
        return "place", works
    if who and (people := read_people(right) or read_hearing(right)):
        return "attend", people
    if (who and (match := _REPORTS.match(right))) or (first == "主" and (match := _CHAIRED.match(right))):
        return "attend", match[0][-8:]
    if (
        (_ATTENDING.search(right, 0, end) and (match := _ATTEND.match(right)))
        or (first in _LISTS and (match := _ATTEND_LIST.match(right)))
        or (who and (match := _PERSONS.match(right)))
    ):
        return "attend", match[0][-8:]
    if last == "在" and _IN.match(left) and (match := _UNDER_ALL.match(right)):
        return "help", match[0][-4:]
    if last in _ASKS and (ask := _ASK.search(tail)):
        if silence := read_silence(right):
            return "address", silence
        if _REPLY.match(right):
            return "speak", ask[0]
    if first in _SENDS and (match := _SENT.match(right)):
        return "attend", match[0]
    if last in _SOURCES and (source := _SOURCE_LEFT.search(tail)) and (match := _SOURCE_RIGHT.match(right)):
        return "source", source[0] + "…" + match[0][-6:]
    agent = _AGENT.search(tail) if last in _AGENTS else None
    if agent and (match := _OF_ANOTHER.match(right)):
        return "address", match[0]
    if aside := read_aside(tail, right, agent is not None):
        return "address", aside
    if first in _TELLS and (match := _TOLD.match(right)):
        return "address", match[0]
    if last == "是" and first == "的" and _CLAIMED.search(tail):
        return "address", tail[-4:]
    if left and first in _ISSUES and (match := _PAPER.match(right)):
        return "address", match[0]
    if (
        _PICTURE.match(right)
        or previous.endswith(("图源", "图片来源", "供图"))
        or (last == "由" and tail.endswith(_PICTURED))
    ):
        return "place", "图"
    if (who and (match := _ACCUSED.match(right))) or (first in _BLAMES and (match := _BLAMED.match(right))):
        return "address", match[0][-6:]
    if end <= _ROOM_WITHIN and (match := _ROOM.match(right)):
        return "place", match[0]
    if last in _AT_OR_IN and _IN_PLACE.search(tail):
        if match := _LEARN.match(right):
            return "source", match[0][-4:]
        return "place", tail[-4:]
    if left and _ORDER.search(tail):
        return "address", tail
    if last in _PUTS and (asked := _PUT_TO.search(tail)) and (match := _CHECKED.match(right)):
        return "speak", asked[0] + "…" + match[0][-4:]
    if match := _MUST.match(right):
        return "address", match[0]
    if left and _AT.match(tail):
        return "place", tail
    if agent and not _POSSESSIVE.match(right):
        return "agent", agent[0]
    if last in _IS:
        if (work := _WORK_OF.search(tail)) and (made := _MADE.match(right)):
            return "agent", work[0] + "…" + made[0]
        if first in _AFTER_IT and _PREDICATE.search(tail):
            return "place", tail[-2:]
    if last in _TOWARD and (match := _TO.search(tail) or _OFFICE_IS.search(tail)):
        if match[0] in INTO and has_guests(left, right):
            return "act", match[0]
        return "address", match[0]
    speak = _SPEAK.match(right)
    if speak and len(left) <= 24:
        return "speak", speak[0][-6:]
    if not left or _is_adverbial(left):
        if _POSSESSIVE.match(right):
            return "weak", "的"
        return "act", right[:8].split("，")[0].split("。")[0]
    return "weak", tail[-6:]
