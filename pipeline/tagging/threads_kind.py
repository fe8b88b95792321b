"""Owns what an opening post does: its kind, and whether anybody public is asked at all.

The rules are those of domain.md, "Forum posts": by what the post does, sarcasm read through; a grievance that
asks for help is 投诉, 求助 asks without blaming; private disputes and other cities' matters keep their kind but
need no reply.
"""

from __future__ import annotations

import re

import msgspec

from pipeline.records import ThreadKind
from pipeline.tagging.threads_phrases import covered
from pipeline.tagging.threads_reading import Reading

_PHONE = re.compile(r"1[3-9]\d[\d*xX\- ]{7,10}|0\d{2,3}[- ]\d{7,8}|\d[\d*]{6,}")
_PRICE = re.compile(r"\d+(?:\.\d+)?\s*(?:元|块|折|万起|/斤|一斤|包邮)|[一二三四五六七八九]折")
_ASKS = re.compile(r"[？?]|吗(?:[，。！\n]|$)|么(?:[，。\n]|$)")


class Kind(msgspec.Struct):
    """The kind of a post and what decided it."""

    kind: ThreadKind
    why: str
    cues: list[str]  # names of the cues that decided, for the evidence
    confidence: float
    open: bool  # raises something for a unit: False for private, lost pets, other cities, chat


def read_kind(reading: Reading, board: str | None = None) -> Kind:
    """Kind of a citizen's post."""
    r = reading
    grievance = r.count("grievance", 1.6) + r.count("rhetorical") * 0.7 + r.count("complaint", 2.0) * 1.5
    grievance += 0.6 * min(2, r.count("duration"))
    demand = r.count("demand", 1.3)
    questions = r.count("question", 1.3) + (0.7 if _ASKS.search(r.text) else 0.0)
    chat = r.count("chat", 1.5)
    official = r.matter + 2.5 * len(r.named)

    advert = _advert(r, board, grievance)
    if advert >= 3.0:
        return Kind("广告", "有推销、转让或招揽的说法并留了联系方式", ["ad_sale", "ad_contact", "ad_voice"],
                    min(0.98, 0.6 + advert / 15), False)  # fmt: skip
    if r.has("lost_pet"):
        return Kind("求助", "寻找走失的宠物，求助对象是网友", ["lost_pet"], 0.95, False)
    if r.has("lost_item") and not r.named and not r.has("complaint"):
        return Kind("求助", "寻物或招领，求助对象是网友", ["lost_item"], 0.85, False)

    praise = _praise(r)
    if praise > 0:
        if _ironic(r, praise, grievance):
            return Kind(
                "投诉", "字面是表扬，说的都是失职的事实（反话）", ["sarcasm", "grievance"], 0.85, True
            )
        if praise >= 2.0 and praise >= 0.75 * grievance + demand:
            return Kind(
                "表扬",
                "致谢或表扬，没有诉求",
                ["praise", "praise_title"],
                min(0.97, 0.6 + praise / 12),
                False,
            )
    if r.has("sarcasm") and grievance >= 1:
        return Kind("投诉", "反话讽刺，说的是失职的事实", ["sarcasm", "grievance"], 0.8, True)

    private = _private(r, official, demand)
    rumour = r.has("rumour") and (questions >= 0.7)
    suggestion = r.count("suggest", 1.0) + 2.0 * r.count("suggest_title", 1.0) * r.in_title("suggest_title")
    help_ = r.count("help", 1.5) + (1.0 if r.in_title("help_title") else 0.0)
    poll = r.has("poll")

    if rumour:
        return Kind("咨询", "问一个传闻是真是假", ["rumour", "question"], 0.85, True)
    if r.in_title("suggest_title") and not r.in_title("complaint") and suggestion >= 2:
        return Kind("建议", "标题即建议", ["suggest_title", "suggest"], 0.9, not private)
    if poll and official < 6 and grievance < 4 and not r.in_title("complaint"):
        return Kind("讨论", "向网友征求看法或推荐", ["poll", "chat"], 0.8, False)
    if private:
        kind: ThreadKind = (
            "求助" if help_ or questions or r.has("court") else "投诉" if grievance >= 2 else "讨论"
        )
        return Kind(kind, "私人之间的纠纷，不涉及单位职责", ["private", "court"], 0.75, False)

    asks_help = help_ >= 1 and (r.in_title("help_title") or help_ >= 2 or grievance < 3)
    blames = (
        r.has("complaint") or demand >= 1 or r.count("rhetorical") >= 2 or (grievance >= 4 and not asks_help)
    )
    if asks_help and not blames:
        return Kind("求助", "求助，没有指责谁", ["help", "help_title"], 0.75, official > 0)
    if asks_help and r.in_title("help_title") and grievance + demand < 6 and not r.has("complaint"):
        return Kind("求助", "求助为主", ["help", "help_title"], 0.65, official > 0)
    if suggestion >= 2 and suggestion * 2 >= grievance and not r.has("complaint"):
        return Kind("建议", "提出建议", ["suggest"], 0.75, official > 0)
    if grievance + demand >= 3 or (grievance >= 1.6 and official > 0 and questions < 1.5):
        if chat >= 3 and chat > grievance and demand < 1 and not r.has("complaint") and not r.named:
            return Kind("讨论", "闲聊", ["chat"], 0.6, False)
        if questions >= 2 and grievance < 3.2 and demand < 1.0 and not r.has("complaint"):
            return Kind("咨询", "询问办法或政策，没有指责", ["question", "office"], 0.65, official > 0)
        return Kind("投诉", "反映问题、要求处理", ["complaint", "demand", "grievance"],
                    min(0.97, 0.6 + (grievance + demand) / 25), official > 0 or demand >= 1 or grievance >= 4)  # fmt: skip
    if suggestion >= 1 and official > 0:
        return Kind("建议", "提出建议", ["suggest"], 0.65, True)
    if questions >= 0.7 and (r.count("office") >= 1 or r.named or official >= 3) and chat < questions + 2:
        return Kind(
            "咨询", "询问办法、时间或政策", ["question", "office"], min(0.95, 0.65 + questions / 20), True
        )
    if demand >= 1 and official > 0:
        return Kind("投诉", "要求有关单位处理", ["demand"], 0.6, True)
    return Kind("讨论", "闲聊、分享或转述，没有向单位提出什么", ["chat", "news"], 0.7, False)


def _advert(r: Reading, board: str | None, grievance: float) -> float:
    score = r.count("ad_sale", 1.5) + 1.5 * r.count("ad_contact") + 0.5 * r.count("ad_voice")
    if not r.has("ad_sale"):
        return 0.0
    if _PHONE.search(r.text):
        score += 1.5
    if _PRICE.search(r.text):
        score += 0.8
    if board and any(
        word in board for word in ("跳蚤", "二手", "招聘", "租售", "分类", "商家", "广告", "交易", "供求")
    ):
        score += 2.5
    return score - 0.9 * grievance - 1.5 * r.count("demand") - 2.0 * r.count("complaint") - 1.0 * len(r.named)


def _praise(r: Reading) -> float:
    words = set(covered(r.found.get(("cue", "praise"), ()), r.text))
    polite = {"谢谢", "感谢", "辛苦了", "帮我", "热情", "满意"}
    if not r.in_title("praise_title") and not words - polite:
        # A closing "谢谢" is politeness.
        return 0.0 if len(words) < 2 else 0.5
    return len(words) + (2.0 if r.in_title("praise_title") else 0.0)


def _ironic(r: Reading, praise: float, grievance: float) -> bool:
    if r.has("sarcasm"):
        return grievance >= 1 or r.count("sarcasm") >= 2
    return grievance > praise + 1 and r.count("demand") >= 1


def _private(r: Reading, official: float, demand: float) -> bool:
    strength = r.count("private", 1.5) + 0.8 * r.count("court")
    if not r.has("private"):
        return False
    if r.named and (demand >= 1 or r.has("complaint")):
        return False
    return strength >= 1.5 and (strength + 0.5 * r.count("netizen") >= 0.5 * official)
