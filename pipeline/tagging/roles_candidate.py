"""Owns what is known of one unit in one article while it is decided, as features of a learned decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from pipeline.tagging.roles import MENTIONS
from pipeline.tagging.roles_beside import Leader
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import COMPANY, COURT, NOTICE, SHARE, load_cue_pattern

WEIGHT = {
    # act: title, lead, opening, later
    "act": (3.0, 3.0, 1.5, 0.8),
    "agent": (3.0, 3.0, 1.8, 0.9),
    "source": (3.0, 3.0, 2.2, 1.2),
    "speak": (3.0, 2.2, 1.2, 0.6),
    "weak": (1.4, 1.2, 0.7, 0.3),
}
AT_MEETING = 0.15  # 会上，市绩效办通报了…: it speaks at somebody's meeting

_ACTION = re.compile(rf"[^，。；、的“]{{0,8}}?{load_cue_pattern('actions')}")
_COVERB = re.compile(rf"{load_cue_pattern('coverbs')}")
_DONE = re.compile(r"[^，。；、的“”]{1,6}[了着过出到]")
_PERSON = re.compile(
    r"[^，。；、“”\n]{0,12}?(?:工作人员|负责人|民警|交警|干部|志愿者|队员|执法人员|专家|技术员|医生|律师|调解员|检查组|工作组|工作队|小组|局长|主任|科长)"
)
_CAREER = re.compile(
    r"考[进入上]|退休|毕业|当过兵|入伍|工作了?[一二三四五六七八九十\d]+年|调到|老伴|父亲|母亲|女儿|儿子"
)
_FUTURE = re.compile(r"[^，。；\n]{0,10}?(?:将(?!近)|拟|计划|预计|有望|届时)")
# 市某局的人来看过我们: told in passing by somebody else
_VISITED = re.compile(r"(?:的(?:人|领导|专家|干部|同志|工作人员|老师))?[^，。；、\n]{0,3}[来查看问找去说]过")
# 市某局发的补贴，: the clause is about the thing
_RELATIVE = re.compile(r"(?!的)[^，。；、“”\n了]{1,5}的[^，。；“”\n]{1,10}[，。]")
_HOPE = re.compile(r"(?:希望|建议|盼|最好|应该|不如|主张|能不能|提议)[^，。；]{0,12}$")
_SAID = re.compile("[，。！？]")
_IS = re.compile(r"(?:是|来自|归|属|叫做|名叫)$")
_ADVERBIAL = re.compile(rf"(?:{load_cue_pattern('adverbs')}|[日月年时分后前间中起初底末晚午里夜天周上下])$")
_FIRST_PERSON = re.compile(
    r"(?:[我你他她俺咱]|大家|居民|村民|业主|市民|群众|家长|有人|老人|公司|企业|住户|网友)[们]?[^，。；]{0,10}$"
)


class Case(msgspec.Struct):
    """All that is known of one unit in one article while it is decided."""

    unit: str
    occurrences: list[Occurrence]
    score: float = 0.0
    best: Occurrence | None = None
    town_organ: bool = False  # a township's organ acts, and this is the only county named
    spoken: bool = False  # the city's police, by whom those of a county that acts are meant


class Split(NamedTuple):
    """Who found a shortcoming, and whose it is."""

    finders: frozenset[str]
    exposed: list[str]


def weigh(case: Case) -> None:
    """Sum what the occurrences say, and keep the strongest."""
    best = 0.0
    for occurrence in case.occurrences:
        weights = WEIGHT.get(occurrence.act)
        if weights is None:
            continue
        value = weights[occurrence.zone]
        if occurrence.at_meeting:
            value *= AT_MEETING
        if occurrence.unsure or occurrence.anaphor:
            value *= 0.5
        case.score += value
        if value > best and not occurrence.anaphor:
            best, case.best = value, occurrence


class Piece:
    """What all candidates of one article share."""

    def __init__(self, text: Text, cases: Mapping[str, Case], split: Split) -> None:
        self.text, self.split = text, split
        self.company = not COMPANY.isdisjoint(text.signs)
        self.court = not COURT.isdisjoint(text.signs)
        # 特此公告 of a listed company, a digest on its share: what it says of anybody is nobody's work
        self.is_company_notice = NOTICE.issubset(text.signs) or len(SHARE & text.signs) > 1
        self.cases = [case for unit, case in cases.items() if unit not in split.exposed]
        self.in_title = frozenset(
            [
                case.unit
                for case in self.cases
                for o in case.occurrences
                if o.zone == 0 and o.act not in MENTIONS
            ]
        )
        self.leader = Leader(text)
        self.starts = sorted([(o.start, case.unit) for case in self.cases for o in case.occurrences])

    def read_features(self, case: Case, county: bool) -> list[str]:
        """The features of one candidate, each a name; those that hold, in a fixed order."""
        text, split = self.text, self.split
        whole = text.whole
        best = case.best or case.occurrences[0]
        beside = (case.unit, *best.partners)  # who acts together is nobody's rival
        rivals = [c for c in self.cases if c.unit not in beside]
        top = max([c.score for c in rivals], default=0.0)
        start, end, act = best.start, best.end, best.act
        left, right = whole[best.clause : start], whole[end : end + 60]
        found = [f"best:{act}{best.zone}"]
        acts = {o.act for o in case.occurrences}
        found += [f"any:{other}" for other in sorted(acts)]
        found.append(f"count:{min(len(case.occurrences), 4)}")
        acting = sum([o.act not in MENTIONS and o.act != "weak" for o in case.occurrences])
        found.append(f"acting:{min(acting, 3)}")
        found.append(f"score:{int(min(case.score, 4.5) * 2) / 2}")
        pointers = [o for o in case.occurrences if o.anaphor]
        if pointers:
            found.append(f"pointers:{min(len(pointers), 3)}")
            found += [f"pointer:{other}" for other in sorted({o.act for o in pointers})]
        if best.beside:
            found.append("beside")
        if not rivals:
            found.append("alone")
        elif top < 0.4:
            found.append("only_actor")
        found.append(f"rivals:{min(len(rivals), 4)}")
        if case.score < top:
            found.append(
                "below:" + ("far" if case.score < 0.4 * top else "half" if case.score < 0.7 * top else "near")
            )
        if self.in_title and not self.in_title.issubset(beside):
            found.append("rival_in_title")
        found.append("paragraph:" + _paragraph(text, start))
        if not left.strip():
            found.append("opens_clause")
            if best.clause and whole[best.clause - 1] in "。！？\n":
                found.append("opens_sentence")
                if start >= text.body and whole[best.clause - 1] == "\n":
                    found.append("opens_paragraph")
        if _quoted(whole, start):
            found.append("quoted")
            if all(_is_said(whole, o.start) for o in case.occurrences if o.act not in MENTIONS):
                found.append("quoted:only")
        found += _clause_features(left, right, act)
        following = len(whole)
        for at, unit in self.starts:
            if at > end and unit not in beside:
                following = at
                break
        found.append(f"govern:{min(3, int(4 * (following - end) / max(1, len(whole))))}")
        found += self.leader.read_features(case.occurrences, best)
        if county:
            found.append("county")
            if best.place:
                found.append("county_place")
        if len(best.partners) > 1:
            group = "group2" if len(best.partners) == 2 else "group3"
            found += [group, f"{group}:zone{best.zone}"]
        for name in ("unsure", "at_meeting", "host", "police"):
            if getattr(best, name):
                found.append(name)
        if case.unit in split.finders:
            found += ["finder", "exposes"] if split.exposed else ["finder"]
        elif split.exposed:
            found.append("exposure")
        if case.town_organ:
            found.append("town_organ")
        if self.company:
            found.append("genre:company")
        if self.court:
            found.append("genre:court")
        if _CAREER.search(whole, max(0, start - 24), end + 12):
            found.append("career")
        return found


def _clause_features(left: str, right: str, act: str) -> list[str]:
    before, after = _before(left), _after(right)
    found = [f"before:{before}", f"before:{before}:{act}", f"after:{after}", f"after:{after}:{act}"]
    if after in ("person", "whose_person") and (person := _PERSON.match(right)):
        found.append("person")
        right = right[person.end() :]
        if _ACTION.match(right):
            found.append("action")
    elif after == "action" or (after == "coverb" and _ACTION.match(right)):
        found.append("action")
    near = right[:16]
    if _DONE.match(right):
        found.append("done")
    if "过" in near and _VISITED.match(right):
        found.append("visited")
    if "的" in near and _RELATIVE.match(right):
        found.append("relative")
    if _FUTURE.match(right):
        found.append("future")
    if left and _HOPE.search(left):
        found.append("hope")
    if left and _FIRST_PERSON.search(left):
        found.append("others_act")
    return found


def _before(left: str) -> str:
    """What kind of words lead to the name: none, what it is, of whom, an object's verb, or others."""
    left = left.rstrip()
    if not left:
        return "nothing"
    if _IS.search(left):
        return "is"
    if left[-1] in "了到过进着得":
        return "verb"
    if left[-1] in "给向跟对找问报被":
        return "to"
    if left[-1] in "由让经":
        return "by"
    if left[-1] in "在于从离去":
        return "at"
    if left[-1] == "的":
        return "of"
    if _ADVERBIAL.search(left):
        return "adverb"
    return "short" if len(left) < 7 else "long"


def _after(right: str) -> str:
    """What kind of words follow the name."""
    if not right or right[0] in "，。！？；”）\n":
        return "stop"
    if _PERSON.match(right):
        return "whose_person" if right[0] == "的" else "person"
    if right[0] == "的":
        return "whose"
    if _COVERB.match(right):
        return "coverb"
    if _ACTION.match(right):
        return "action"
    if _DONE.match(right):
        return "done"
    if right[0] in "、和与":
        return "and"
    return "other"


def _paragraph(text: Text, at: int) -> str:
    if at < text.body:
        return "title"
    number = text.whole.count("\n", text.body, at)
    return str(number) if number < 4 else "4"


def _is_said(whole: str, at: int) -> bool:
    """Inside what somebody says, a sentence at least; not in a name that bears quotation marks."""
    start = whole.rfind("“", max(0, at - 200), at)
    if start < 0 or whole.find("”", start, at) >= 0:
        return False
    end = whole.find("”", at, at + 200)
    return end - start > 9 and _SAID.search(whole, start, end) is not None


def _quoted(whole: str, at: int) -> bool:
    return whole.rfind("“", max(0, at - 200), at) > whole.rfind("”", max(0, at - 200), at)
