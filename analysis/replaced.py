"""Owns announcements on whose page something else stands since: they stood there, up to the other text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.kept import as_built
from analysis.plan import Credited, Fact, Plan
from analysis.warehouse import Connection, ask, moment
from pipeline.china import as_day
from pipeline.plan_match import fact_of

_OTHER_TEXT = "页面已换成别的内容"


@dataclasses.dataclass(frozen=True)
class Replaced:
    """An announcement as it was captured, and when another text was first captured at its address."""

    fact: Fact
    replaced_at: dt.datetime


def replaced_announcements(
    con: Connection,
    plan: Plan,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None,
    facts: Iterable[Fact],
) -> list[Replaced]:
    """Those published up to a day, by time of publication, but for what a person said to be no 公告.

    Args:
        facts: articles by their newest texts; what is the announcement by these is not told by older ones.
    """
    words = sorted({w for t in plan.tasks if t.kind == "announcement_presence" for w in t.title_words})
    if not words:
        return []
    day = as_day(as_of)

    def rows() -> list[dict[str, Any]]:
        return ask(con, "replaced_announcement", words=words, known_by=moment(known_by))

    asked = as_built(con, ("replaced", *words), rows) if known_by is None else rows()
    found = [_replaced(row, plan) for row in asked if row["published_day"] <= day]
    if not found:
        return []
    targets = sorted({name for each in found for name in (each.fact.article_id, each.fact.url)})
    said = ask(con, "said_no_notice", targets=targets, known_by=moment(known_by))
    left = {row["target"] for row in said}
    left |= {f.url for f in facts if f.form == "公告" and not f.title_words.isdisjoint(words)}
    return [each for each in found if left.isdisjoint((each.fact.article_id, each.fact.url))]


def with_ends(
    fetches: Mapping[str, list[dict[str, Any]]], replaced: Iterable[Replaced]
) -> dict[str, list[dict[str, Any]]]:
    """Looks at pages (rows of sql/presence.sql): what was seen of a page since another text stood there is
    not the announcement, which is gone."""
    ends = {each.fact.url: each.replaced_at for each in replaced}
    return {url: [_ended(look, ends.get(url)) for look in looks] for url, looks in fetches.items()}


def _ended(look: dict[str, Any], replaced_at: dt.datetime | None) -> dict[str, Any]:
    if replaced_at is None or look["fetched_at"] < replaced_at or not look["is_present"]:
        return look
    return look | {"state": "gone", "is_present": False, "is_gone": True, "detail": _OTHER_TEXT}


def _replaced(row: dict[str, Any], plan: Plan) -> Replaced:
    credits = {unit: Credited(unit, "byline", "", None, "rule", 1.0) for unit in row["bylines"] or []}
    whole = row | {
        "story_id": row["article_id"],
        "story_first_day": row["published_day"],
        "is_first": True,
        "copy_count": 1,
        "indicator": None,
        "exposed": [],
        "words": [],
        "has_leader_note": False,
        "has_editor_note": False,
        "is_plan_column": False,
    }
    return Replaced(fact_of(whole, plan, credits), row["replaced_at"])
