"""Owns dates as pages write them: one normalisation, fast paths for common forms, dateparser for the rest."""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from functools import lru_cache

import dateparser

from crawlers.text import clean_line
from pipeline.china import CHINA

EARLIEST = 1990  # no site of the plan is older
MAX_LENGTH = 2000  # characters searched for a date

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CLOCK = (
    r"(?:\s*(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|AM|PM)?"
    r"\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})?(?:\s*[:分]\s*(\d{1,2}))?(?:\s*([AP]M)(?![A-Z]))?)?"
)
_FULL = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2}(?!\d)|\d\d(?=[0-2]\d:[0-5]\d))\s*日?"
    r"(?:\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?)?(?:\s*(?=\d{1,2}[:时点])|[T,\s]\s*)?"
    + _CLOCK
    + r"(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?(?![\d:])",
    re.IGNORECASE,
)
# "17-10-09": the year comes first on Chinese pages. Only where nothing else stands around it.
_SHORT_YEAR = re.compile(
    r"^[\[(]?(\d\d)([-/.])(\d\d?)\2(\d\d?)(?!\d)\s*" + _CLOCK + r"[\])]?$", re.IGNORECASE
)
_AMERICAN = re.compile(r"^[\[(]?(?:0\d|1[0-2])/\d\d/\d\d(?!\d)")  # may as well be month, day, year
_MONTH_DAY = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s*[-/月]\s*(\d{1,2})(?![\d/.-])\s*日?" + _CLOCK, re.IGNORECASE
)
_NEAR = re.compile(r"(今天|今日|昨天|昨日|前天)" + _CLOCK, re.IGNORECASE)
_AGO = re.compile(r"(\d{1,4}|半|几)\s*(秒钟?|分钟|个?小时|天|日|周|个?星期|个?月|年)之?前")
# A relative date as a line of facts beside a title gives it; "昨天，记者获悉" and "3 小时前还在" are prose.
_STAMP = re.compile(
    r"(?:^|[\s|·•/(\[【:,]|于)"
    r"((?:今天|今日|昨天|昨日|前天)(?:\s*(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)?\s*\d{1,2}:\d\d(?::\d\d)?)?"
    r"|刚刚|(?:\d{1,4}|半)\s*(?:秒钟?|分钟|个?小时|天|日|周|个?星期)之?前)"
    r"(?=$|[\s|·•/)\]】]|更新|发[布表]|来[源自])"
)
_COMPACT = re.compile(r"^((?:19|20)\d\d)([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d)?)?$")
_AFTER_NOON = frozenset({"下午", "傍晚", "晚上", "晚", "PM"})
_TWELVE_IS_MIDNIGHT = frozenset({"凌晨", "AM"})
# 12 o'clock is midnight to a clock of twelve hours and noon to a person, or belongs to the day before.
_TWELVE_IS_UNSURE = frozenset({"早上", "早晨", "上午", "傍晚", "晚上", "晚"})
_EPOCH = re.compile(r"^(\d{10})(\d{3})?$")
_CHINESE = re.compile(
    r"([一二][〇零九0][〇零一二三四五六七八九]{2})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_CHINA_TIME = re.compile(r"\bCST\b")  # how Java writes China's zone; dateparser takes it for America's
_MONTH_ALONE = re.compile(r"月份?(?!\s*\d)")  # "2017年9月 (12)" of an archive: twelve pieces, not the twelfth
_WORTH_A_TRY = re.compile(r"\d|天|周|月|年|yesterday|ago", re.IGNORECASE)


def parse_time(text: str | None, fetched_at: dt.datetime) -> str | None:
    """The first date in a text, as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM[:SS]`, wall-clock time of China.

    Only what the page says: no hour where it gives none; "6 天前" gives a day. Relative dates count from
    `fetched_at` (naive, China). A date before 1990 or later than a day after `fetched_at` is None.
    """
    if not text:
        return None
    text = _normal(text[:MAX_LENGTH])
    for read in (_read_full, _read_whole, _read_relative, _read_chinese, _read_month_day):
        found = read(text, fetched_at)
        if found is not None:
            return found if _plausible(found, fetched_at) else None
    if len(text) > 40 or _FULL.search(text) or _MONTH_ALONE.search(text):
        return None
    if _WORTH_A_TRY.search(text):
        found = _read_unusual(_CHINA_TIME.sub("", text), fetched_at)
        return found if found and _plausible(found, fetched_at) else None
    return None


def is_relative(text: str | None) -> bool:
    """Does the text give a date that depends on when it is read?"""
    normal = _normal(text or "")
    return bool(
        not _FULL.search(normal) and (_NEAR.search(normal) or _AGO.search(normal) or "刚刚" in normal)
    )


def parse_stamp(line: str, fetched_at: dt.datetime) -> str | None:
    """The relative date that stands by itself in a line ("发布时间：昨天 10:20", "6 天前 来源：某报"), in the
    form and from the base of `parse_time`; None where such words are part of a sentence."""
    match = _STAMP.search(_normal(line))
    return parse_time(match.group(1), fetched_at) if match else None


def iso(moment: dt.datetime) -> str:
    """A moment as the records write it; one with a zone is moved to China's wall clock."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(CHINA).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds")


def _normal(text: str) -> str:
    return clean_line(unicodedata.normalize("NFKC", html.unescape(text)))


def _read_full(text: str, fetched_at: dt.datetime) -> str | None:
    for match in _FULL.finditer(text):
        year, month, day, *clock = match.groups()
        found = _compose(int(year), int(month), int(day), *clock)
        if found is not None:
            return found
    return None


def _read_whole(text: str, fetched_at: dt.datetime) -> str | None:
    """Forms that are only dates when nothing else stands around them: 20171009, seconds since 1970."""
    match = _COMPACT.match(text)
    if match:
        year, month, day, hour, minute, second = match.groups()
        return _compose(int(year), int(month), int(day), None, hour, minute, second)
    match = _SHORT_YEAR.match(text)
    if match and not _AMERICAN.match(text):
        year, _, month, day, *clock = match.groups()
        return _compose(2000 + int(year), int(month), int(day), *clock)
    match = _EPOCH.match(text)
    if match:
        return iso(dt.datetime.fromtimestamp(int(match.group(1)), tz=CHINA))
    return None


def _read_relative(text: str, fetched_at: dt.datetime) -> str | None:
    match = _NEAR.search(text)
    if match:
        back = {"今": 0, "昨": 1, "前": 2}[match.group(1)[0]]
        day = fetched_at.date() - dt.timedelta(days=back)
        return _compose(day.year, day.month, day.day, *match.groups()[1:])
    if "刚刚" in text:
        return iso(fetched_at)[:16]
    match = _AGO.search(text)
    if not match:
        return None
    if match.group(1) == "几":
        return None
    count = 0.5 if match.group(1) == "半" else float(match.group(1))
    unit = match.group(2).removeprefix("个")
    if unit in ("秒", "秒钟", "分钟", "小时"):
        seconds = {"秒": 1, "秒钟": 1, "分钟": 60, "小时": 3600}[unit]
        return iso(fetched_at - dt.timedelta(seconds=count * seconds))[:16]
    days = {"天": 1, "日": 1, "周": 7, "星期": 7}.get(unit)
    if days is None:
        return None  # "3 个月前" names no day
    return (fetched_at.date() - dt.timedelta(days=int(count * days))).isoformat()


def _read_chinese(text: str, fetched_at: dt.datetime) -> str | None:
    match = _CHINESE.search(text)
    if not match:
        return None
    return _compose(
        int(match.group(1).translate(_DIGITS)), _numeral(match.group(2)), _numeral(match.group(3))
    )


def _numeral(text: str) -> int:
    """一 to 三十一."""
    if "十" not in text:
        return int(text.translate(_DIGITS))
    tens, _, ones = text.partition("十")
    return (int(tens.translate(_DIGITS)) if tens else 1) * 10 + (int(ones.translate(_DIGITS)) if ones else 0)


def _read_month_day(text: str, fetched_at: dt.datetime) -> str | None:
    """Without a year, the last such day that is not in the future."""
    match = _MONTH_DAY.search(text)
    if not match:
        return None
    month, day, *clock = match.groups()
    for year in (fetched_at.year, fetched_at.year - 1):
        found = _compose(year, int(month), int(day), *clock)
        if found and _plausible(found, fetched_at):
            return found
    return None


@lru_cache(maxsize=4096)
def _read_unusual(text: str, fetched_at: dt.datetime) -> str | None:
    settings = {
        "RELATIVE_BASE": fetched_at,
        "PREFER_DATES_FROM": "past",
        "STRICT_PARSING": True,
        "TO_TIMEZONE": "Asia/Shanghai",
        "TIMEZONE": "Asia/Shanghai",
    }
    try:
        found = dateparser.parse(text, languages=["zh", "en"], settings=settings)
        if found is None:
            return None
        return iso(found) if re.search(r"\d:\d\d", text) else found.date().isoformat()
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None


def _compose(
    year: int,
    month: int,
    day: int,
    half: str | None = None,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    half_after: str | None = None,
    zone: str | None = None,
) -> str | None:
    """A date with the clock that the page gives. `half`: of the day, before the hour or after it."""
    try:
        date = dt.date(year, month, day)
        if hour is None:
            return date.isoformat()
        clock, half = int(hour), (half or half_after or "").upper()
        if (half in _AFTER_NOON and clock < 12) or (half == "中午" and clock < 10):
            clock += 12
        elif half in _TWELVE_IS_MIDNIGHT and clock == 12:
            clock = 0
        if minute is None or (clock == 12 and half in _TWELVE_IS_UNSURE):
            # "10时" gives no minute: the day is all that is sure in the records' form
            return date.isoformat()
        moment = dt.datetime(year, month, day, clock, int(minute), int(second or 0))  # noqa: DTZ001 wall clock
    except ValueError:
        return _compose(year, month, day) if hour is not None else None
    if zone:
        offset = dt.timedelta() if zone.upper() == "Z" else _offset(zone)
        moment = moment.replace(tzinfo=dt.timezone(offset)).astimezone(CHINA).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if second is not None else "minutes")


def _offset(zone: str) -> dt.timedelta:
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * min(dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])), dt.timedelta(hours=14))


def _plausible(found: str, fetched_at: dt.datetime) -> bool:
    day = dt.date.fromisoformat(found[:10])
    return day.year >= EARLIEST and day <= fetched_at.date() + dt.timedelta(days=1)
