"""Owns the list of pieces that wait for a person (待判断): what the tags would not sign by themselves.

A credit or an exposed unit below the city's `credit_threshold` is not counted until a person says so
(`correct article`, or an appeal); a topic or form below `class_threshold` stands, and is listed all the same.
A thread is listed where it is not sure whether a unit must answer (`reply_threshold`), so that no question is
passed over in silence, or whose it is (`unit_threshold`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from analysis.plan import touched_stories
from analysis.warehouse import Connection, ask, moment
from pipeline.city import City, CityError

CLASS_THRESHOLD = 0.45  # where city.yaml says none
REPLY_THRESHOLD = 0.85
UNIT_THRESHOLD = 0.7
WHAT = {
    "credit": "单位",
    "exposed": "曝光对象",
    "topic": "专题",
    "form": "体裁",
    "reply": "要不要答复",
    "unit": "该谁答",
}
DOUBT_COLUMNS = {
    "what": "存疑",
    "said": "程序倾向",
    "confidence": "把握",
    "published_day": "日期",
    "outlet": "媒体",
    "title": "标题",
    "why": "依据",
    "article_id": "稿件编号",
    "thread_id": "帖子编号",
}


@dataclasses.dataclass(frozen=True)
class Doubt:
    """One question to a person about an article or a thread; `confidence` is 0..1, `said` what the tags lean
    to."""

    what: str  # one of `WHAT`
    article_id: str | None
    title: str
    outlet: str
    published_day: dt.date | None
    url: str
    said: str | None  # short name of the unit, topic or form; None: no topic
    role: str | None
    confidence: float
    why: str | None
    quote: str | None  # the words that were read
    thread_id: str | None = None


def doubts(
    con: Connection,
    city: City,
    as_of: dt.date,
    known_by: dt.datetime | None = None,
    *,
    unit: str | None = None,
    credits_only: bool = False,
) -> list[Doubt]:
    """What waits for a person: doubtful credits and exposures first, the likeliest first; threads last.

    Args:
        as_of: pieces published up to the end of this day.
        known_by: only what had been captured and decided by then; None: all that is known now.
        unit: only credits and exposures of this unit (short name).
        credits_only: neither topics and forms nor threads.
    """
    found = article_doubts(con, city, as_of, known_by)
    if unit is None and not credits_only:
        found += thread_doubts(con, city, as_of, known_by)
    return [
        d
        for d in found
        if (unit is None or (d.role is not None and d.said == unit)) and not (credits_only and d.role is None)
    ]


def article_doubts(
    con: Connection,
    city: City,
    as_of: dt.date,
    known_by: dt.datetime | None = None,
    articles: Iterable[str] | None = None,
) -> list[Doubt]:
    """Those about articles, in the order of `doubts`.

    Args:
        articles: only these (ids); None: all.
    """
    rows = ask(
        con,
        "doubt",
        as_of=as_of,
        known_by=known_by,
        class_threshold=class_threshold(city),
        articles=None if articles is None else sorted(articles),
    )
    return [Doubt(**{**row, "what": WHAT[row["what"]]}) for row in rows]


def amend_doubts(
    found: list[Doubt],
    con: Connection,
    city: City,
    as_of: dt.date,
    known_by: dt.datetime | None,
    targets: Iterable[str],
) -> list[Doubt]:
    """Those about articles after some decisions, from the list before them.

    Args:
        targets: of the decisions: ids, addresses; those that are no articles change nothing.
    """
    touched = touched_stories(con, targets)  # each has the name of its first article
    if not touched:
        return found
    kept = [doubt for doubt in found if doubt.article_id not in touched]
    return sorted([*kept, *article_doubts(con, city, as_of, known_by, touched)], key=_rank)


def _rank(doubt: Doubt) -> tuple[Any, ...]:
    day = doubt.published_day
    return (
        doubt.role is None,
        -doubt.confidence,
        day is None,
        -day.toordinal() if day else 0,
        doubt.article_id,
        doubt.said is None,
        doubt.said,
    )


def thread_doubts(
    con: Connection, city: City, as_of: dt.date, known_by: dt.datetime | None = None
) -> list[Doubt]:
    """Those about threads, in the order of `doubts`."""
    rows = ask(
        con,
        "doubt_thread",
        as_of=moment(as_of),
        known_by=known_by,
        reply_threshold=threshold(city, "reply_threshold", REPLY_THRESHOLD),
        unit_threshold=threshold(city, "unit_threshold", UNIT_THRESHOLD),
    )
    return [
        Doubt(**{**row, "what": WHAT[row["what"]]}, article_id=None, role=None, quote=None) for row in rows
    ]


def class_threshold(city: City) -> float:
    """The city's `class_threshold`, a share 0..1.

    Raises:
        CityError: it is no such number.
    """
    return threshold(city, "class_threshold", CLASS_THRESHOLD)


def threshold(city: City, name: str, default: float) -> float:
    """A threshold of city.yaml, a share 0..1.

    Raises:
        CityError: it is no such number.
    """
    value = city.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CityError(f"{city.folder}/city.yaml: {name} 应是 0 到 1 之间的数，而不是 {value!r}")
    return float(value)
