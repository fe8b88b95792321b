"""Owns the reading of a round-up (综述): a piece that adds up a period, a field or several places.

A mark in title or kicker decides at once. Without one the signs are added up: a title that sums up, a 编者按
that announces the year's work, expressions for a period, paragraphs full of figures; a dateline and a day
in the opening speak against it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.records import Evidence
from pipeline.tagging.classify_text import find_in_head
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.lexicon import load_lexicon

_DATA = load_lexicon("forms.yaml")
_MARK = re.compile("|".join(map(re.escape, _DATA["roundup_marks"])))
_SUM = re.compile(_DATA["roundup_sum"])
_ANNOUNCED = re.compile("|".join(map(re.escape, _DATA["roundup_announced"])))
_TITLE = re.compile(_DATA["roundup_title"])
_NOTE = re.compile(_DATA["roundup_note"])
_PERIOD = re.compile(_DATA["roundup_period"])
_DAY = re.compile(r"\d{1,2}月\d{1,2}日|\d{1,2}日|昨日|昨天|今天|近日|日前|当天|当日")
_FIGURE = re.compile(r"\d[\d.]{0,20}(?:%|万|亿|个|项|人|公里|亩|户|元|件|家|所|条|起|份|场|吨|倍)")
_NEWS_HEAD = re.compile(r"^[\s\u3000]*(?:【导语】|.{0,8}(?:讯|电)[\s]*[（(]|.{0,12}记者)")
SHORT = 250  # characters: a brief adds nothing up
ANNOUNCEMENT = 120  # characters within which a piece says what it is
NEEDED = 4.5
_OPENING = 120  # characters in which news tells its day


class Roundup(NamedTuple):
    """Why a piece is a round-up, and how sure that is (0..1)."""

    why: Evidence
    confidence: float


def read_roundup(item: ArticleItem, head: str, noted: bool) -> Roundup | None:
    """The reason why the piece is a round-up, or None. `noted`: it begins with a 编者按."""
    if _MARK.search(head) and (marked := find_in_head(item, _MARK, "标题或栏目有“{}”，为综述")):
        return Roundup(marked, 0.9)
    found = _SUM.search(item.title)
    if found and len(item.body) > SHORT:
        why = f"标题汇总全年任务（“{found.group()}”），为综述"
        return Roundup(_evidence(why, "title", found), 0.7)
    found = _ANNOUNCED.search(item.body, 0, ANNOUNCEMENT)
    if found and (noted or item.body.lstrip().startswith("【导语】")):
        return Roundup(_evidence(f"开头自称“{found.group()}”，为综述", "body", found), 0.8)
    return _added_up(item, noted) if len(item.body) > SHORT else None


def _added_up(item: ArticleItem, noted: bool) -> Roundup | None:
    start = item.body.find("\n") + 1 if noted else 0
    title = _TITLE.search(item.title)
    announced = _NOTE.search(item.body, 0, start)
    period = next(_PERIOD.finditer(item.body, start), None)
    if period is None or not (title or announced):
        return None
    text = item.body[start:]
    paragraphs = [part for part in text.split("\n") if part]
    if len(paragraphs) == 1:
        paragraphs = text.split("。")
    dense = sum(len(_FIGURE.findall(part)) > 1 for part in paragraphs)
    score = (
        2.0 * (title is not None)
        + 2.5 * (announced is not None)
        + 0.7 * min(len(set(_PERIOD.findall(text))), 4)
        + 0.5 * min(dense, 4)
        - 2.0 * (_NEWS_HEAD.search(text[:40]) is not None)
        - 1.2 * min(len(_DAY.findall(text[:_OPENING])), 2)
    )
    if score < NEEDED:
        return None
    why = f"以“{period.group()}”总括一段时间，多处列数，为综述"
    return Roundup(_evidence(why, "body", period), 0.7)


def _evidence(why: str, field: str, found: re.Match[str]) -> Evidence:
    return Evidence(why=why, field=field, start=found.start(), end=found.end())
