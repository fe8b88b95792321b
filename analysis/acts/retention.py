"""Owns the act of removing raw forum pages whose term is over: by whom, why, and what of each site."""

from __future__ import annotations

import datetime as dt

from analysis.acts.record import ActError, decision_of, line, reason
from pipeline.city import City
from pipeline.retention import (
    LEAST_DAYS,
    TERM,
    Expired,
    expired,
    finish_removals,
    remove_captures,
    term_day,
)
from pipeline.store import Store


def forget(
    store: Store, city: City, before: dt.date, *, who: str, why: str, at: dt.datetime
) -> tuple[list[Expired], int]:
    """Remove the raw forum pages that were fetched before a day, each site by a decision of its own.

    Returns:
        What was removed, and how many bytes were freed.

    Raises:
        ActError: nobody or no reason is named, or the day is too near.
        RetentionError, BackupError: a crawl, backup or restore is at work.
    """
    who, why = line(who, "经办人"), reason(why)
    if before > at.date() - dt.timedelta(days=LEAST_DAYS):
        raise ActError(f"{LEAST_DAYS} 天以内的论坛网页还可能要核对，只能清除 {LEAST_DAYS} 天以前的")
    freed = finish_removals(store)
    found = expired(store, city, before)
    decisions = {}
    for site in sorted({each.site for each in found}):
        of_site = [each for each in found if each.site == site]
        after = {
            "until": before.isoformat(),
            "runs": len(of_site),
            "count": sum(each.page_count for each in of_site),
            "size": sum(each.size for each in of_site),
        }
        decisions[site] = decision_of("capture_removal", site, who=who, at=at, after=after, why=why)
    return found, freed + (remove_captures(store, found, decisions) if found else 0)


def forget_by_term(store: Store, city: City, at: dt.datetime) -> tuple[list[Expired], int]:
    """Remove what is past the term that the city has set; the setting stands as who decided.

    Raises:
        ActError: the city has set no term.
        RetentionError, BackupError: a crawl, backup or restore is at work.
    """
    before = term_day(city, at)
    if before is None:
        raise ActError(f"city.yaml 没有写 {TERM}：原始网页保存多久由人决定")
    days = (at.date() - before).days
    who, why = f"{city.name}的设定（city.yaml {TERM}: {days}）", f"保存期满：抓取后满 {days} 天"
    return forget(store, city, before, who=who, why=why, at=at)
