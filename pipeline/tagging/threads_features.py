"""Owns the numbers that the kind model sees of a post besides its words: cues, form, matter, names."""

from __future__ import annotations

import re
from functools import cache
from math import log1p

from pipeline.city import load_yaml
from pipeline.tagging.threads_reading import LEXICON, Reading

_PHONE = re.compile(r"1[3-9][\dxX*×]{9}|1[3-9]\d[- ][\dxX*]{4}[- ][\dxX*]{4}|0\d{2,3}[- ]\d{7,8}|[vV][xX：:]")
_PRICE = re.compile(r"\d+(?:\.\d+)?\s*(?:元|块|折|万起|/斤|一斤)|[一二三四五六七八九]折")
_ASKS = re.compile(r"[？?]|[吗么](?:[，。！\n]|$)")
_MARKET_BOARDS = (
    "跳蚤", "二手", "招聘", "租售", "分类", "商家", "广告", "交易", "供求",
)  # fmt: skip
_FORM = (
    "matter", "named", "phone", "price", "title_asks", "asks", "questions", "calls", "ends_asking",
    "elsewhere", "length", "market",
)  # fmt: skip


@cache
def cue_names() -> tuple[str, ...]:
    """Names of the cue groups of the lexicon, sorted."""
    return tuple(sorted(load_yaml(LEXICON)["cues"]))


@cache
def _places() -> dict[str, int]:
    return {name: place for place, name in enumerate(cue_names())}


def numbers(reading: Reading, board: str | None) -> list[float]:
    """The numbers of one post, all of the order of 1."""
    places = _places()
    counts, heads = [0.0] * len(places), [0.0] * len(places)
    whole, title_end = reading.text, reading.title_end
    for (sort, name), spans in reading.found.items():
        if sort == "cue":
            place = places[name]
            counts[place] = log1p(len({whole[start:end] for start, end in spans}) if len(spans) > 1 else 1)
            heads[place] = 1.0 if any(start < title_end for start, _ in spans) else 0.0
    title, text = reading.text[: reading.title_end], reading.text[reading.title_end + 1 :]
    asks, calls = text.count("？") + text.count("?"), text.count("！") + text.count("!")
    form = [
        min(reading.matter, 12.0) / 6,
        min(len(reading.named), 2) / 1.0,
        1.0 if _PHONE.search(reading.text) else 0.0,
        1.0 if _PRICE.search(reading.text) else 0.0,
        1.0 if _ASKS.search(title) else 0.0,
        1.0 if _ASKS.search(text) else 0.0,
        log1p(asks),
        log1p(calls),
        1.0 if text.rstrip().endswith(("？", "?")) else 0.0,
        1.0 if reading.elsewhere else 0.0,
        log1p(len(text)) / 5,
        1.0 if board and any(word in board for word in _MARKET_BOARDS) else 0.0,
    ]
    return [*counts, *heads, *form]


def words(title: list[str], text: list[str]) -> list[str]:
    """The word features of a post from its segmented title and text; title words count once more."""
    return [*(w for w in text if not w.isspace()), *(f"T:{w}" for w in title if not w.isspace())]
