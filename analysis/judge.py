"""Owns the list of pieces that wait for a person (待研判稿件): what the tags would not sign by themselves.

A credit below the city's `credit_threshold` is not counted until a person says so (`correct article`, or an
appeal); a topic or form below `class_threshold` stands, and is listed all the same.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from analysis.warehouse import Connection, ask
from pipeline.city import City, CityError

CLASS_THRESHOLD = 0.45  # where city.yaml says none
WHAT = {"credit": "单位", "topic": "专题", "form": "体裁"}
DOUBT_COLUMNS = {
    "what": "存疑",
    "said": "程序倾向",
    "confidence": "把握",
    "published_day": "日期",
    "outlet": "媒体",
    "title": "标题",
    "why": "依据",
    "article_id": "稿件编号",
}


@dataclasses.dataclass(frozen=True)
class Doubt:
    """One question to a person about one article; `confidence` is 0..1, `said` what the tags lean to."""

    what: str  # 单位, 专题, 体裁
    article_id: str
    title: str
    outlet: str
    published_day: dt.date | None
    url: str
    said: str | None  # short name of the unit, topic or form; None: no topic
    role: str | None
    confidence: float
    why: str | None
    quote: str | None  # the words that were read


def doubts(
    con: Connection,
    city: City,
    as_of: dt.date,
    known_by: dt.datetime | None = None,
    *,
    unit: str | None = None,
    credits_only: bool = False,
) -> list[Doubt]:
    """What waits for a person: doubtful credits first, the likeliest first.

    Args:
        as_of: pieces published up to the end of this day.
        known_by: only what had been captured and decided by then; None: all that is known now.
        unit: only credits of this unit (short name).
    """
    rows = ask(con, "doubt", as_of=as_of, known_by=known_by, class_threshold=class_threshold(city))
    found = [Doubt(**{**row, "what": WHAT[row["what"]]}) for row in rows]
    return [
        d
        for d in found
        if (unit is None or (d.role is not None and d.said == unit)) and not (credits_only and d.role is None)
    ]


def class_threshold(city: City) -> float:
    """The city's `class_threshold`, a share 0..1.

    Raises:
        CityError: it is no such number.
    """
    value = city.settings.get("class_threshold", CLASS_THRESHOLD)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CityError(f"{city.folder}/city.yaml: class_threshold 应是 0 到 1 之间的数，而不是 {value!r}")
    return float(value)
