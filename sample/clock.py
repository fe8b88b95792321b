"""Owns how the forums print times: unpadded dates, and relative ones whose title holds the time."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

RECENT = dt.timedelta(days=7)


def plain_date(moment: dt.datetime) -> str:
    """2017-9-27"""
    return f"{moment.year}-{moment.month}-{moment.day}"


def plain_time(moment: dt.datetime, seconds: bool = False) -> str:
    """2017-9-27 10:00, or 2017-9-27 10:00:00"""
    return f"{plain_date(moment)} {moment:%H:%M:%S}" if seconds else f"{plain_date(moment)} {moment:%H:%M}"


def relative(moment: dt.datetime, now: dt.datetime) -> str | None:
    """What Discuz prints for a recent time (刚刚, 昨天 10:20, 6 天前), None where it prints the date."""
    gap = now - moment
    if gap >= RECENT:
        return None
    days = (now.date() - moment.date()).days
    if days == 0:
        minutes = int(gap.total_seconds() // 60)
        if minutes < 1:
            return "刚刚"
        return f"{minutes}\xa0分钟前" if minutes < 60 else f"{minutes // 60}\xa0小时前"
    if days <= 2:
        return f"{'昨天' if days == 1 else '前天'}\xa0{moment:%H:%M}"
    return f"{days}\xa0天前"


def printed(moment: dt.datetime, now: dt.datetime, seconds: bool = False, day_only: bool = False) -> Markup:
    """A time as a forum page prints it, with the markup of a recent one."""
    full = plain_date(moment) if day_only else plain_time(moment, seconds)
    words = relative(moment, now)
    if words is None:
        return Markup("<span>{}</span>").format(full) if day_only else Markup(full)  # noqa: S704
    return Markup('<span title="{}">{}</span>').format(full, Markup(words.replace("\xa0", "&nbsp;")))  # noqa: S704
