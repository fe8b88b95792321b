"""Owns exposures: whether a piece exposes a shortcoming, who found it, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles import MENTIONS, load_cue_pattern
from pipeline.tagging.roles_candidate import Case, Split
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import ADMITTED, COMPLAINED, UNCOVERED

_MARK = re.compile(load_cue_pattern("exposure_marks"))
_UNCOVER = re.compile("(?<![以将])" + load_cue_pattern("uncover"))
_SHORTCOMING = re.compile(load_cue_pattern("shortcoming"))
_MENDED = re.compile(load_cue_pattern("mended"))
_COVERT = re.compile("(?<![以将展用])(?:明察)?暗访(?!方式|制度|机制)")
_INSPECTION = re.compile("督查组|督办单|督办通知")
_FINDER = re.compile("(?<!没有)(?<!没)(?<!未)" + load_cue_pattern("finder"))
# 市某局执法人员, 督导组: who comes to look
_INQUIRER = re.compile("[^，。；、的]{0,6}?(?:执法人员|执法队员|(?:督导|检查|核查|调查|暗访|督查|巡查)组)")
# 建议市住建委约谈施工企业: asked to act upon another
_ASKED = re.compile("(?:建议|提请|函请|商请|提醒|协调)(?:由)?$")
_TO_ACT = re.compile("[^，。；]{0,6}?(?:约谈|查处|处理|处罚|介入|牵头|追责|核查|督促|立案|列入|对)")
_INFORMED = re.compile(load_cue_pattern("informed") + r"(?:了|给)?$")
# Units whose office it is to find shortcomings; the second only where none of the first is in the piece.
_INSPECTORS = (re.compile("督查|绩效|纪委|监察|监委|巡察"), re.compile("审批|信访|审计"))


# 市纪委通报三起…问题, 市审计局晒出…清单: an inspector's list of what others did wrong
_NOTICE = re.compile(
    "(?:通报|曝光|点名|公布|晒出|公开)[^。]{0,28}?(?:问题|案例|典型|审计结果|审计报告|失职|不作为|清单|违纪|指标|进度|红灯)"
)
_PENALTY = re.compile(load_cue_pattern("penalty"))
_RESPONSE = re.compile("回应|答复|核查|调查|通报")
_TRUE = re.compile(
    "(?:情况|视频|网帖|反映|举报|投诉|内容|问题|信访件)[^，。；]{0,8}(?:属实|为真|是真的)|确有此事|情况属实"
)
# 由某局管护的泵站, 某局未按合同清掏: whose fault it is
_DUTY = re.compile(
    "(?:[^，。；]{0,10}?(?:管护|管养|管理|养护|负责|承建|维护|监管|运营|实施|建设)"
    "|作为[^，。；]{0,8}(?:主管|监管|管理|责任|行业)[^，。；]{0,6}，[^。；]{0,24}?(?:未|没有|缺|不到位|失|疏)"
    "|[^，。；]{0,12}?(?:未按|未能|没有|未及时|不到位|缺失|疏于|疏忽|失察|失职|违规|虚报|拖|迟迟))"
)
_RUN_BY = re.compile("(?:由|管理方|责任单位|业主|主管单位|管护单位|管理单位|是)[为是]?$")

_COMPLAINT = re.compile(load_cue_pattern("complaint"))
_FAULT = re.compile(load_cue_pattern("fault"))
_ANSWER = re.compile("[^，。；]{0,10}?(?:回应|答复|通报|公布|回复)")
_SERVING = re.compile(rf"[^，。；]{{0,8}}?{load_cue_pattern('serving')}")
_AT = re.compile("(?:出自|位于|发生在|拍摄于|来自|在|涉及|拍自|是|指向)$")
_NAMED = re.compile("通报|点名")
_SCENE = re.compile("(?:在|来到|走进|位于|赶到|赴|到)$")
_HOLDS = re.compile("[^，。；]{0,12}?(?:举办|主办|承办|举行|召开)")
_PRAISE = re.compile(load_cue_pattern("praise"))

# 会议对某县未开工一事提出批评: named at fault in a piece that is no exposure
_CRITICISED = re.compile("(?:提出|点名|通报|受到|进行)(?:了)?(?:严肃)?批评|批评了")
_ACTS = ("act", "agent")
_PRAISED_TOO = re.compile("表扬|表彰")

NO_SPLIT = Split(frozenset(), [])


def is_exposure(item: ArticleItem, text: Text) -> bool:
    """Title, kicker or column say so; or an inspector's notice lists faults; or an answer to the public
    admits one; or the text tells how one was uncovered, and more that was wrong than was mended."""
    head = " ".join(filter(None, (item.title, item.kicker, item.subtitle, item.column)))
    if _MARK.search(head):
        return True
    if not item.title and _MARK.search(text.whole, text.body, text.body + 80):
        return True  # the title is glued to the text
    if not text.occurrences:
        return False
    if _is_notice(text):
        return len({o.unit for o in text.occurrences}) > 1  # whose shortcoming it is must be said
    if _admits(text) or _finds_fault(text):
        return True
    if UNCOVERED.isdisjoint(text.signs) or _UNCOVER.search(text.whole, 0, text.open_end + 4) is None:
        return False
    wrong = {match[0] for match in _SHORTCOMING.finditer(text.whole)}
    if len(wrong) < _needed(text):
        return False
    return len(wrong) > 1.5 * len({match[0] for match in _MENDED.finditer(text.whole)})


def _is_notice(text: Text) -> bool:
    if not any(_is_inspector(o.unit) for o in text.occurrences if o.zone <= 1):
        return False
    if _NOTICE.search(text.whole, 0, text.body + 160) is None:
        return False
    return sum(1 for _ in _PENALTY.finditer(text.whole, text.body)) >= 2


@cache
def _is_inspector(unit: str) -> bool:
    return _INSPECTORS[0].search(unit) is not None or "审计" in unit


def _admits(text: Text) -> bool:
    """官方回应…：情况属实, and the fault is another unit's than the one that answers."""
    whole = text.whole
    if ADMITTED.isdisjoint(text.signs) or _TRUE.search(whole) is None:
        return False
    if len({o.unit for o in text.occurrences}) < 2 and _COMPLAINT.search(whole, 0, text.open_end) is None:
        return False
    if _RESPONSE.search(whole, 0, text.body + 120) is None:
        return False
    return any(_is_responsible(whole, o) for o in text.occurrences)


def _finds_fault(text: Text) -> bool:
    """Citizens complained, an authority answers and finds several faults, and they are another unit's."""
    whole = text.whole
    if COMPLAINED.isdisjoint(text.signs) or _COMPLAINT.search(whole, 0, text.open_end) is None:
        return False
    if len({match[0] for match in _FAULT.finditer(whole)}) < 3:
        return False
    answering = {o.unit for o in text.occurrences if _ANSWER.match(whole, o.end)}
    return bool(answering) and any(
        o.unit not in answering and _is_at_fault(text, o) for o in text.occurrences
    )


def _is_at_fault(text: Text, o: Occurrence) -> bool:
    """It has not done its duty; or a place where the public is served is its own, and it does no more."""
    if _is_responsible(text.whole, o):
        return True
    if o.act not in ("weak", "place"):
        return False
    if o.place:  # 港口区某小学食堂
        return _SERVING.match(text.whole, o.end) is not None
    return _AT.search(text.whole, max(0, o.start - 6), o.start) is not None


def _is_responsible(whole: str, o: Occurrence) -> bool:
    duty = _DUTY.match(whole, o.end)
    if duty is None:
        return False
    return bool(_RUN_BY.search(whole, max(0, o.start - 6), o.start)) or duty[0][-2:] not in (
        "管理", "负责", "建设", "实施", "监管", "维护",
    )  # fmt: skip


def _needed(text: Text) -> int:
    """How many signs of a shortcoming it takes: fewer where an inspector came unannounced."""
    covert = _COVERT.search(text.whole, 0, text.open_end)
    if covert and any(
        _INSPECTORS[0].search(o.unit) or _INSPECTORS[1].search(o.unit) for o in text.occurrences
    ):
        return 1
    if covert and _NAMED.search(text.whole, 0, text.open_end):
        return 1
    return 2 if _INSPECTION.search(text.whole) else 3


def split_exposure(text: Text, cases: Mapping[str, Case]) -> Split:
    """The units whose shortcoming it is: all that are neither a finder nor merely told."""
    finders = _finders(text, cases)
    answered = _admits(text) or _finds_fault(text)
    if answered:
        finders -= {
            unit
            for unit in finders
            if not any(_ANSWER.match(text.whole, o.end) for o in cases[unit].occurrences)
            and any(_is_at_fault(text, o) for o in cases[unit].occurrences)
        }
    rest = [unit for unit, case in cases.items() if unit not in finders and not _is_told(text, case)]
    if any(not all(o.place for o in cases[unit].occurrences) for unit in rest):
        rest = [unit for unit in rest if not _is_scene(text, cases[unit])]
    if answered:
        at_fault = [u for u in rest if any(_is_at_fault(text, o) for o in cases[u].occurrences)]
        rest = at_fault or rest
    return Split(frozenset(finders), rest)


def is_praiseworthy(text: Text, case: Case) -> bool:
    """The headline is its own statement (港口区：扶持资金…), or it holds an event: who is blamed does not."""
    return any(
        (o.zone == 0 and text.whole.startswith("：", o.end))
        or (o.host and o.zone <= 2 and _HOLDS.match(text.whole, o.end) is not None)
        for o in case.occurrences
    )


def criticised(text: Text, cases: Mapping[str, Case]) -> list[str]:
    """The units that a piece which is no exposure tells to have been criticised by name, as at a meeting."""
    whole = text.whole
    if "批评" not in whole:
        return []
    found: list[str] = []
    for match in _CRITICISED.finditer(whole, text.body):
        start = max(whole.rfind(stop, text.body, match.start()) for stop in "。\n") + 1
        if _PRAISED_TOO.search(whole, start, match.end()):
            continue
        found += [
            unit
            for unit, case in cases.items()
            if unit not in found
            and not any(o.zone <= 1 and o.act in _ACTS for o in case.occurrences)
            and any(start <= o.start < match.start() and o.act not in _ACTS for o in case.occurrences)
        ]
    return found


def _is_scene(text: Text, case: Case) -> bool:
    """记者在防城区某街道看到…: where it is seen, while another is to blame."""
    return all(
        o.place and _SCENE.search(text.whole, max(0, o.start - 4), o.start) is not None
        for o in case.occurrences
    )


def _finders(text: Text, cases: Mapping[str, Case]) -> set[str]:
    """Inspectors with those that act together with them; else who checks, calls to account, demands."""
    for office in _INSPECTORS:
        found = {unit for unit in cases if office.search(unit)}
        if found:
            return found | {p for unit in found for o in cases[unit].occurrences for p in o.partners}
    whole = text.whole
    score: dict[str, float] = {}
    for unit, case in cases.items():
        score[unit] = sum(
            2.0 if o.act in ("act", "agent") or _INQUIRER.match(whole, o.end) else 1.0
            for o in case.occurrences
            if o.act not in MENTIONS
            and (_FINDER.search(whole, o.end, _clause_end(whole, o.end)) or _INQUIRER.match(whole, o.end))
        )
    best = max(score.values(), default=0.0)
    return {unit for unit, value in score.items() if 1.5 <= value >= best}


def _clause_end(whole: str, at: int) -> int:
    """The end of the sentence, at most 50 characters on."""
    end = whole.find("。", at, at + 50)
    return at + 50 if end < 0 else end


def _is_told(text: Text, case: Case) -> bool:
    """The matter was handed to it, or it is praised among those that are blamed."""
    whole = text.whole
    return all(
        _INFORMED.search(whole, max(0, o.start - 8), o.start)
        or (_ASKED.search(whole, max(0, o.start - 8), o.start) and _TO_ACT.match(whole, o.end))
        or _PRAISE.search(whole, o.end, _clause_end(whole, o.end))
        for o in case.occurrences
    )
