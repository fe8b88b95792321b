"""Owns the ways of naming a unit only in passing: in a list of people or figures, as one who helps out, told
of the past or of what it should do.

Every pattern is bounded and linear; most are tried only where their first character or their last one stands.
"""

from __future__ import annotations

import re

from pipeline.tagging.roles_signs import DEMANDS, load_cue_pattern

# 自称市某局科长: nobody of it
_PRETENDS = re.compile("(?:自称|冒充|谎称|假冒|冒用|伪造|声称是|自称是|谎称是)[了的]?$")
# 市某局曾为他办过展, 当年由市某局选送: told of the past
_ONCE = re.compile("(?:还|也|就|便)?曾(?!用名|孙|祖)")
_LONG_AGO = re.compile("(?:当年|那年|那时|小时候|当初|早年间?)(?:由|被)?$")
# 由市某局负责解释
_EXPLAINS = re.compile("(?:等)?负责解释")
# 某医院9名、某区2件: in a list of figures
_COUNTED = re.compile(
    "(?:有|为|占|各)?[0-9][0-9.,]{0,8}(?:名|人|个|家|件|户|宗|起|辆|项|%)(?:、|[，。；](?:[^，。；]{2,10}[0-9]|$))"
)
# 甲局、乙局接报后到场协助。 甲局、乙委为支持单位 支持单位：甲局、乙委
_HELPS_OUT = re.compile(
    "[^，。；、\\n]{0,10}?(?:到场|前来|赶来|全程|全力|积极|也)(?:进行)?(?:协助|配合|支援)(?:处置|救援|工作|调查|处理)?[。；\\n]"
)
_HELPS_WITHIN = 24  # characters
_BACKS = re.compile(
    "(?:等)?(?:为|是|作为|担任|任)(?:本次[^，。；]{0,6}|此次[^，。；]{0,6})?(?:支持|指导|协办|协作|配合)单位"
)
_BACKERS = re.compile("(?:支持|协办|指导|协作)(?:单位)?$")
# 市委宣传部、团市委负责人，学生代表共五百人…: in a list of people
_LISTED_PEOPLE = re.compile(
    "(?:的)?(?:主要|有关|相关|分管)?(?:负责人|负责同志|领导|干部职工)"
    rf"(?:[、和及]|，(?!(?:记者|就|[^，。；]{{0,24}}?{load_cue_pattern('speak')})))"
)
# 甲局、乙委等部门负责人为园区揭牌: who is there, unless they lead the work
_PEOPLE = re.compile(
    "(?:、[^，。；\\n]{1,36}?)?(?:和[^，。；、\\n]{1,12}?)?(?:等)?(?:多个|有关|相关)?(?:部门|单位|地方)?(?:的)?(?:主要|有关|相关|分管)?"
    "(?:负责人|负责同志|领导|代表(?!队)|(?<=有关)人员|(?<=相关)人员)(?!带队|率|组成)"
)
_PEOPLE_SPEAK = re.compile(rf"[^。；]{{0,30}}?{load_cue_pattern('speak')}")
# 甲局、乙局负责人逐一作了回应: they answer at somebody's hearing
_HEARD = re.compile(
    "(?:、[^，。；\\n]{1,36}?)?(?:和[^，。；、\\n]{1,12}?)?(?:等)?(?:部门|单位)?(?:的)?(?:主要|有关|相关|分管)?(?:负责人|负责同志|领导)"
    "(?:现场|当场|当面|到场|在会上)?(?:逐一|一一|逐个|逐条|依次|先后|轮流|轮番)(?:[^，。；\\n]{0,10}?)(?:回应|答复|回答|解答|说明|表态|应询)"
)
# 甲局与乙局交换信息: what the first does, with the other's help
_EXCHANGED = re.compile(
    "(?:等部门|等单位)?(?:进行|开展|实现)?(?:了)?(?:交换|互换|共享|比对|核对|对接|沟通|会商|协商|衔接)"
)
# 会议要求，甲局…，乙局…: the rest of the sentence says what others are to do
_DEMANDED = re.compile(
    "(?:[^，。；：“”]{0,20}，)?(?!记者|按照?|根据|遵照|响应|对照|为?(?:贯彻)?落实)[^，。；：“”]{0,14}?(?:提出)?(?:"
    + "|".join(DEMANDS)
    + ")[，：](?!“)"
)

# 工作队由甲局、乙公司、丙街道办联合组成。
_MEMBERS = re.compile("(?:、[^，。；、\n]{2,20}){1,6}(?:等)?(?:单位|部门)?(?:联合|共同)?组成[。；]")
# 记者致电某局，工作人员表示不方便接受采访
_DECLINES = re.compile(
    "[^。；！？\n]{0,30}?(?:(?:不方便|不便|拒绝|婉拒|无法)[^，。；]{0,4}?(?:接受|回应|透露|回答|作答|告知|置评)|无人接听)"
)

# 陈某，男，38岁，某局某科职工，: where a person works
_PERSON_IS = re.compile(
    "(?:岁|生人|出生|男|女|族|党员|学历|籍|化名[）)])$|(?:现为|现任|系|就职于|供职于|任职于)$"
)
_WORKS = re.compile(
    "[^，。；、的\\s]{0,12}?(?:[一-鿿]员|职工|员工|干部|民警|辅警|教师|老师|医生|护士|司机|工程师|班长)[，。；]"
)

# 夏令营活动走进某中队，孩子们参观…: it has guests, and shows them its work; nobody's people are on a visit
INTO = ("走进", "来到", "走入")
_OPENED = re.compile(
    "(?<!组织)(?<!开展)(?:活动|营|研学|课堂|开放日)[^，。；组织带率]{0,4}(?:走进|来到|走入)$"
)
_SHOWN = re.compile("，[^，。；]{0,14}?(?:观摩|参观|体验)")
_PERSON_ENDS = frozenset("岁人生男女族员历籍）)为任系于")

_CLAIMS = frozenset("称充冒用造是了的")
_ONCES = frozenset("还也就便曾")
_COUNTS = frozenset("有为占各0123456789")
_BACKING = frozenset("等为是作担任")


def read_help(right: str, end: int) -> str | None:
    """The words by which a name or a list of names only helps; `end` is where its clause ends in `right`."""
    if right[:1] in _BACKING and (match := _BACKS.match(right)):
        return match[0]
    if end < _HELPS_WITHIN and right[end : end + 1] == "。" and (match := _HELPS_OUT.match(right)):
        return match[0]
    return None


def read_count(right: str) -> str | None:
    """The figure for which alone it is named, as others are beside it."""
    match = _COUNTED.match(right) if right[:1] in _COUNTS else None
    return match[0][:4] if match else None


def read_people(right: str) -> str | None:
    """The people of it that stand in a list of people."""
    match = _LISTED_PEOPLE.match(right)
    return match[0][-8:] if match else None


def read_hearing(right: str) -> str | None:
    """The words by which its people answer one after the other at another's hearing."""
    match = _HEARD.match(right)
    return match[0][-8:] if match else None


def read_aside(tail: str, right: str, agent: bool) -> str | None:
    """The words that tell of the past, of somebody who pretends, or of no act at all.

    Args:
        tail: the last characters of the clause before the name.
        agent: 由, 被 or the like stands before the name.
    """
    if agent and (match := _EXPLAINS.match(right) or (right[:1] == "、" and _MEMBERS.match(right))):
        return match[0]
    if tail[-1:] in _CLAIMS and (claimed := _PRETENDS.search(tail)):
        return claimed[0]
    if tail and (ago := _LONG_AGO.search(tail)) and (agent or ago[0] != "当年"):
        return ago[0]
    if right[:1] in _ONCES and (match := _ONCE.match(right)):
        return match[0]
    return None


def read_silence(right: str) -> str | None:
    """The words by which it gives no answer to who asks it."""
    match = _DECLINES.match(right)
    return match[0][-8:] if match else None


def read_workplace(left: str, previous: str, right: str) -> str | None:
    """The words by which it is only where somebody works, of whom the sentence tells."""
    said = left or previous
    if said[-1:] not in _PERSON_ENDS or len(said) > 7 or not _PERSON_IS.search(said):
        return None
    match = _WORKS.match(right)
    return match[0][:-1] if match else None


def has_guests(left: str, right: str) -> bool:
    """Whether an event that goes to it (INTO) shows the guests its work."""
    return _OPENED.search(left) is not None and _SHOWN.match(right) is not None


def is_backers(label: str) -> bool:
    """Whether what stands before the colon of a list says that those in it only help."""
    return _BACKERS.search(label) is not None


def is_exchange(right: str) -> bool:
    """Whether what follows a list of units says that the first asks or tells the others something."""
    return _EXCHANGED.match(right) is not None


def is_people(right: str) -> bool:
    """Whether a list of units ends in their people, who are present rather than speak for them."""
    match = _PEOPLE.match(right)
    return match is not None and _PEOPLE_SPEAK.match(right, match.end()) is None


def is_demanded(whole: str, begin: int) -> bool:
    """Whether the clause that begins at `begin` stands behind somebody's demand in the same sentence."""
    since = max(whole.rfind("。", 0, begin), whole.rfind("\n", 0, begin)) + 1
    return since < begin and _DEMANDED.match(whole, since, begin) is not None
