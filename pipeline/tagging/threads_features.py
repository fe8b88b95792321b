"""Owns the numbers that the kind model sees of a post besides its grams: contact, price, questions, place,
and where it says outright what it does: in its title, in its text, in its last sentence."""

from __future__ import annotations

import re
from math import log1p

from pipeline.tagging.threads_reading import Reading

_DIGIT = re.compile(r"[\dvV折]")  # without one there is neither phone nor price
_PHONE = re.compile(r"1[3-9][\dxX*×]{9}|1[3-9]\d[- ][\dxX*]{4}[- ][\dxX*]{4}|0\d{2,3}[- ]\d{7,8}|[vV][xX：:]")
_PRICE = re.compile(r"\d\s*(?:元|块|折|万起|/斤|一斤)|[一二三四五六七八九]折")
_ASKS = re.compile(r"[？?]|[吗么](?:[，。！\n]|$)")
_PRAISES = re.compile(r"感谢|谢谢|致谢|表扬|点赞|点个?赞|夸|喝彩|好样的|鞠躬|锦旗|致敬")
_SUGGESTS = re.compile(r"建议|提议|提个|不如|能不能|可不可以|希望|呼吁")
_MARKET_BOARDS = (
    "跳蚤", "二手", "招聘", "租售", "分类", "商家", "广告", "交易", "供求",
)  # fmt: skip
WORTH = 0.3  # of a number beside the grams
TOLD = 0.6  # of what a title says outright
SAID = 0.3  # of what a post says outright somewhere
SAYS = ("says_suggest", "says_ask", "says_help", "says_demand", "says_netizen")  # cues of the lexicon
_ENDS = "。！!？?；;…\n"
_UNSAID = (0.0, 0.0, 0.0)
LENGTH = 4.0  # of the grams of a post beside its numbers


def numbers(reading: Reading, board: str | None) -> list[float]:
    """The numbers of one post, all of the order of 1."""
    whole, split = reading.text, reading.title_end
    title, text = whole[:split], whole[split + 1 :]
    asks, calls = text.count("？") + text.count("?"), text.count("！") + text.count("!")
    digit = _DIGIT.search(whole)
    priced = "元" in whole or "折" in whole or "块" in whole or "斤" in whole or "万起" in whole
    return [
        WORTH if digit and _PHONE.search(whole, max(0, digit.start() - 1)) else 0.0,
        WORTH if priced and digit and _PRICE.search(whole, max(0, digit.start() - 1)) else 0.0,
        WORTH if _ASKS.search(title) else 0.0,
        WORTH if asks or (("吗" in text or "么" in text) and _ASKS.search(text)) else 0.0,
        WORTH * log1p(asks),
        WORTH * log1p(calls),
        WORTH if text.rstrip().endswith(("？", "?")) else 0.0,
        WORTH if reading.elsewhere else 0.0,
        WORTH * log1p(len(text)) / 5,
        TOLD if _PRAISES.search(title) else 0.0,
        TOLD if _SUGGESTS.search(title) else 0.0,
        WORTH if board and any(word in board for word in _MARKET_BOARDS) else 0.0,
        *_said(reading),
    ]


def _said(reading: Reading) -> list[float]:
    """Where the post says outright what it does, how many sentences it has and how the last one ends."""
    whole, split = reading.text.rstrip(), reading.title_end
    last = max(split + 1, max(map(whole.rstrip(_ENDS).rfind, _ENDS)) + 1)
    found: list[float] = []
    for cue in SAYS:
        spans = reading.spans(cue)
        if spans:
            end = spans[-1][0]
            found += (
                SAID if spans[0][0] < split else 0.0,
                SAID if end >= split else 0.0,
                SAID if end >= last else 0.0,
            )
        else:
            found += _UNSAID
    sentences = sum(map(whole.count, "。！？\n"))
    found += (SAID * log1p(sentences) / 2, SAID if whole.endswith(("！", "!")) else 0.0)
    return found
