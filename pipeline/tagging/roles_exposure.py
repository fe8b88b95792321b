"""Owns the rules by which a piece is told to expose a shortcoming; whose it is, `roles_blame` says."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.roles_occurrence import Occurrence, Text
from pipeline.tagging.roles_signs import ADMITTED, COMPLAINED, UNCOVERED, load_cue_pattern

MARK = re.compile(load_cue_pattern("exposure_marks"))
_UNCOVER = re.compile("(?<![以将])" + load_cue_pattern("uncover"))
_SHORTCOMING = re.compile(load_cue_pattern("shortcoming"))
_MENDED = re.compile(load_cue_pattern("mended"))
# 在《某某问政》实名回复了7条网友留言: a digest of answers
_ANSWERED = re.compile("回复(?:了)?[^，。；]{0,10}(?:留言|网友|网民)")
_COVERT = re.compile("(?<![以将展用])(?:明察)?暗访(?!方式|制度|机制)")
_INSPECTION = re.compile("督查组|督办单|督办通知")
# 市某局近日对…开展巡查, 委托第三方对…作评价, 组织的验收: it looks at what others do
EXAMINES = re.compile(
    "[^，。；应未没由]{0,10}?(?:组织|委托|对|按照|依据|开展|随机|在)[^。；应未没]{0,24}?"
    "(?:测评|评价|评估|巡查|验收|核查|检查|抽查|复核|核验|走访|倒查|回访|监听|比对|测试|清理|梳理|盘点|查办|督办)"
)
# Units whose office it is to find shortcomings; the second only where none of the first is in the piece.
INSPECTORS = (re.compile("督查|绩效|纪委|监察|监委|巡察"), re.compile("审批|信访|审计"))


# 市纪委通报三起…问题, 市审计局晒出…清单: an inspector's list of what others did wrong
_NOTICE = re.compile(
    "(?:通报|曝光|点名|公布|晒出|公开)[^。]{0,28}?(?:问题|案例|典型|审计结果|审计报告|失职|不作为|清单|违纪|指标|进度|红灯)"
)
_PENALTY = re.compile(load_cue_pattern("penalty"))
# 第三季度抽查：不合格的有…: a review that names units and what each failed to do
_REVIEW = re.compile("通报|抽查|核查|测评|评估|检查|验收|督办|督查|审计|红牌|红灯|点名|垫底|逾期")
_FAILS = re.compile(
    "[^。；]{0,40}?(?:没有|未(?![来成])|超期|超过[^，。；]{0,8}期|过期|为零|空白|垫底|停更|错|截留|滞后|拖|只[建完开]|不到位|不合格|无一|无人)"
)
_SANCTION = re.compile(
    "不合格|被?点名|通报批评|限期|整改|检讨|书面|约谈|扣分|红牌|红灯|核减|收回|问责|责令|追责|须在|应[于在]"
)
_RESPONSE = re.compile("回应|答复|核查|调查|通报")
_TRUE = re.compile(
    "(?:情况|视频|网帖|反映|举报|投诉|内容|问题|信访件)[^，。；]{0,8}(?:属实|为真|是真的)|确有此事|情况属实"
)
# 由某局管护的泵站, 某局未按合同清掏: whose fault it is
_DUTY = re.compile(
    "(?:[^，。；]{0,10}?(?:管护|管养|管理|养护|负责|承建|维护|监管|运营|实施|建设|验收|安装|采购)"
    "|作为[^，。；]{0,8}(?:主管|监管|管理|责任|行业)[^，。；]{0,6}，[^。；]{0,24}?(?:未|没有|缺|不到位|失|疏)"
    "|[^，。；]{0,12}?(?:未按|未能|没有|未及时|不到位|缺失|疏于|疏忽|失察|失职|违规|虚报|拖|迟迟))"
)
_RUN_BY = re.compile("(?:由|管理方|责任单位|业主|主管单位|管护单位|管理单位|是)[为是]?$")

_COMPLAINT = re.compile(load_cue_pattern("complaint"))
_FAULT = re.compile(load_cue_pattern("fault"))
ANSWER = re.compile("[^，。；]{0,10}?(?:回应|答复|通报|公布|回复)")
_SERVING = re.compile(rf"[^，。；]{{0,8}}?{load_cue_pattern('serving')}")
_AT = re.compile("(?:出自|位于|发生在|拍摄于|来自|在|涉及|拍自|是|指向)$")
_NAMED = re.compile("通报|点名")

ACTS = ("act", "agent")


def is_marked(item: ArticleItem, text: Text) -> bool:
    """Title, kicker or column say that it is an exposure."""
    head = " ".join(filter(None, (item.title, item.kicker, item.subtitle, item.column)))
    if MARK.search(head):
        return True
    return not item.title and _find_early_mark(text) is not None


def _find_early_mark(text: Text) -> re.Match[str] | None:
    """A mark in the opening words, for the title may be glued to the text."""
    mark = MARK.search(text.whole, text.body, text.body + 80)
    if mark and mark[0].endswith("问政") and _ANSWERED.search(text.whole, mark.end(), mark.end() + 40):
        return None
    return mark


def find_exposure(item: ArticleItem, text: Text) -> tuple[str, int, int, bool] | None:
    """What in the text tells that it exposes a shortcoming: how, where the words stand, whether they are a
    mark; in the order in which the rules ask. None where only title, kicker or column do."""
    whole = text.whole
    if not item.title and (mark := _find_early_mark(text)):
        return "开头有曝光的字样", *mark.span(), True
    asked = (
        ("查处的一方通报问题", _NOTICE.search(whole, 0, text.body + 160) if _is_notice(text) else None),
        ("官方回应，情况属实", _TRUE.search(whole) if admits_fault(text) else None),
        ("群众反映，官方查实", _COMPLAINT.search(whole, 0, text.open_end) if finds_fault(text) else None),
        ("写怎样查出问题", _UNCOVER.search(whole, 0, text.open_end + 4) if is_exposure(text) else None),
        ("检查后点名问题", _REVIEW.search(whole, 0, text.open_end)),
    )
    return next(((says, *found.span(), False) for says, found in asked if found), None)


def is_exposure(text: Text) -> bool:
    """An inspector's notice lists faults; or an answer to the public admits one; or the text tells how one
    was uncovered, and more that was wrong than was mended."""
    if not text.occurrences:
        return False
    if _is_notice(text):
        return len({o.unit for o in text.occurrences}) > 1  # whose shortcoming it is must be said
    if admits_fault(text) or finds_fault(text):
        return True
    if UNCOVERED.isdisjoint(text.signs) or _UNCOVER.search(text.whole, 0, text.open_end + 4) is None:
        return False
    wrong = {match[0] for match in _SHORTCOMING.finditer(text.whole)}
    if len(wrong) < _needed(text):
        return False
    return len(wrong) > 1.5 * len({match[0] for match in _MENDED.finditer(text.whole)})


def lists_failures(text: Text, suppliers: Collection[str]) -> bool:
    """A unit tells of its review that others, by name, failed in it, and what they must do now."""
    whole, units = text.whole, {o.unit for o in text.occurrences} - set(suppliers)
    if (not suppliers and len(units) < 2) or _REVIEW.search(whole, 0, text.open_end) is None:
        return False
    reviewing = set(suppliers) or {
        o.unit for o in text.occurrences if o.zone <= 1 and o.act in ACTS and EXAMINES.match(whole, o.end)
    }
    failing = {
        o.unit
        for o in text.occurrences
        if o.unit not in reviewing and o.start >= text.body and _FAILS.match(whole, o.end)
    }
    if not reviewing or not failing:
        return False
    return len({match[0] for match in _SANCTION.finditer(whole)}) > 1


def _is_notice(text: Text) -> bool:
    if not any(_is_inspector(o.unit) for o in text.occurrences if o.zone <= 1):
        return False
    if _NOTICE.search(text.whole, 0, text.body + 160) is None:
        return False
    return sum(1 for _ in _PENALTY.finditer(text.whole, text.body)) >= 2


@cache
def _is_inspector(unit: str) -> bool:
    return INSPECTORS[0].search(unit) is not None or "审计" in unit


def admits_fault(text: Text) -> bool:
    """官方回应…：情况属实, and the fault is another unit's than the one that answers."""
    whole = text.whole
    if ADMITTED.isdisjoint(text.signs) or _TRUE.search(whole) is None:
        return False
    if len({o.unit for o in text.occurrences}) < 2 and _COMPLAINT.search(whole, 0, text.open_end) is None:
        return False
    if _RESPONSE.search(whole, 0, text.body + 120) is None:
        return False
    return any(_is_responsible(whole, o) for o in text.occurrences)


def finds_fault(text: Text) -> bool:
    """Citizens complained, an authority answers and finds several faults, and they are another unit's."""
    whole = text.whole
    if COMPLAINED.isdisjoint(text.signs) or _COMPLAINT.search(whole, 0, text.open_end) is None:
        return False
    if len({match[0] for match in _FAULT.finditer(whole)}) < 3:
        return False
    answering = {o.unit for o in text.occurrences if ANSWER.match(whole, o.end)}
    return bool(answering) and any(o.unit not in answering and is_at_fault(text, o) for o in text.occurrences)


def is_at_fault(text: Text, o: Occurrence) -> bool:
    """It has not done its duty; or a place where the public is served is its own, and it does no more."""
    if _is_responsible(text.whole, o):
        return True
    if o.act not in ("weak", "place"):
        return False
    if o.place:  # 港口区某小学食堂
        return _SERVING.match(text.whole, o.end) is not None
    return _AT.search(text.whole, max(0, o.start - 6), o.start) is not None


def find_fault_of(text: Text, o: Occurrence) -> str | None:
    """The words right behind a name by which it has not done its duty; None where there are none."""
    duty = _DUTY.match(text.whole, o.end)
    return duty[0].strip() if duty and _is_responsible(text.whole, o) else None


def _is_responsible(whole: str, o: Occurrence) -> bool:
    duty = _DUTY.match(whole, o.end)
    if duty is None:
        return False
    return bool(_RUN_BY.search(whole, max(0, o.start - 6), o.start)) or duty[0][-2:] not in (
        "管理", "负责", "建设", "实施", "监管", "维护", "验收", "安装", "采购",
    )  # fmt: skip


def _needed(text: Text) -> int:
    """How many signs of a shortcoming it takes: fewer where an inspector came unannounced."""
    covert = _COVERT.search(text.whole, 0, text.open_end)
    if covert and any(INSPECTORS[0].search(o.unit) or INSPECTORS[1].search(o.unit) for o in text.occurrences):
        return 1
    if covert and _NAMED.search(text.whole, 0, text.open_end):
        return 1
    return 2 if _INSPECTION.search(text.whole) else 3
