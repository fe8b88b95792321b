"""Owns the reading of one cell of an import: days, addresses, words; a fault says what to mend."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import unicodedata
from difflib import get_close_matches
from urllib.parse import urlsplit

from openpyxl.utils.datetime import from_excel

from analysis.imports.sheet import MAX_CELL, Cell, Formula

EARLIEST = dt.date(2000, 1, 1)
# Days that Excel counts from 1900: 36526 is 2000-01-01, 73050 is 2099-12-31.
_SERIAL = (36526, 73050)
_DAY = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_MARKUP = re.compile(r"<\s*(?:[a-zA-Z!/?])|&#\w+;|javascript:", re.I)
_YES, _NO = {"是", "√", "1", "Y", "YES", "头条"}, {"否", "×", "0", "N", "NO", "无"}
_PRIVATE_NAMES = (".local", ".lan", ".internal", ".localhost", ".home", ".corp")


class FieldError(ValueError):
    """What is wrong with a cell and how to mend it, in Chinese."""


def text_of(value: Cell | Formula, most: int = 200, *, is_long: bool = False) -> str:
    """A cell as text on one line (with `is_long`, on several). Raises FieldError."""
    if isinstance(value, Formula):
        kind = "错误值" if value.text.startswith("#") else "公式"
        raise FieldError(f"是{kind}（{value.text[:20]}），请粘贴为数值")
    if isinstance(value, bool):
        raise FieldError("应为文字，而不是“真/假”")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        raise FieldError(
            f"应为文字，而不是日期 {value:%Y-%m-%d}" if not isinstance(value, dt.time) else "应为文字"
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value if value is not None else "")
    if len(text) > MAX_CELL:
        raise FieldError(f"过长（{len(text)} 字）")
    text = unicodedata.normalize("NFC", text)
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    if _MARKUP.search(kept):
        raise FieldError("含网页代码（<…>），请只留文字")
    if kept.lstrip().startswith(("=", "@")) or re.match(r"\s*[+\-][A-Za-z(@=]", kept):
        raise FieldError("以 = + - @ 开头，像是公式，请改成文字")
    kept = kept.strip() if is_long else " ".join(kept.split())
    if len(kept) > most:
        raise FieldError(f"过长（{len(kept)} 字），最多 {most} 字")
    return kept


def names_in(text: str) -> list[str]:
    """Names that stand in a cell side by side, each once."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[、,，;；/]", text) if part.strip()))


def day_of(
    value: Cell | Formula, today: dt.date, *, may_be_future: bool = False, hint: str = "，请核对"
) -> dt.date:
    """A day, however Excel or a person wrote it; `hint`: what to do about one that has not come. Raises
    FieldError."""
    if isinstance(value, bool):
        raise FieldError("日期应写成 2017-10-12")
    if isinstance(value, dt.datetime):
        day = value.date()
    elif isinstance(value, dt.date):
        day = value
    elif isinstance(value, int | float) and _SERIAL[0] <= value <= _SERIAL[1]:
        day = _serial(float(value))
    else:
        day = _written_day(text_of(value))
    if day < EARLIEST:
        raise FieldError(f"日期 {day} 过早，请核对年份")
    if day > today and not may_be_future:
        raise FieldError(f"日期 {day} 还没有到{hint}")
    return day


def _serial(value: float) -> dt.date:
    found = from_excel(value)
    assert isinstance(found, dt.datetime)
    return found.date()


def _written_day(text: str) -> dt.date:
    plain = unicodedata.normalize("NFKC", text)
    match = _DAY.fullmatch(plain) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    if match is None:
        if re.fullmatch(r"\d{5}", plain) and _SERIAL[0] <= int(plain) <= _SERIAL[1]:
            return _serial(float(plain))
        if re.fullmatch(r"\d{1,2}[-./月]\d{1,2}日?", plain):
            raise FieldError(f"日期“{text}”没有年份，应写成 2017-10-12")
        raise FieldError(f"日期“{text[:20]}”认不出，应写成 2017-10-12")
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise FieldError(f"没有“{text}”这一天，请核对") from None


def address_of(value: Cell | Formula) -> str:
    """The address of a public web page. Raises FieldError."""
    text = text_of(value, 2048)
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise FieldError(f"链接“{text[:40]}”认不出，请从浏览器地址栏复制") from None
    if parts.scheme not in ("http", "https") or not host:
        raise FieldError(f"链接“{text[:40]}”应以 http:// 或 https:// 开头")
    if "@" in parts.netloc or (port is not None and port < 80):
        raise FieldError(f"链接“{text[:40]}”的写法不是公开网站的，请核对")
    if _is_private(host):
        raise FieldError(f"链接“{text[:40]}”是内网地址，别人打不开，请换成公开的链接或报照片")
    if re.search(r"\s", text):
        raise FieldError("链接中有空格，请从浏览器地址栏复制")
    return text.partition("#")[0]


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        pass
    # 127.1, 0x7f000001, 2130706433: numbers that resolvers take for addresses.
    if re.fullmatch(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*", host):
        return True
    return "." not in host or host.endswith(_PRIVATE_NAMES)


def yes_of(value: Cell | Formula) -> bool:
    """是 or 否. Raises FieldError."""
    if isinstance(value, bool):
        return value
    text = text_of(value).upper()
    if text in _YES or text in _NO:
        return text in _YES
    raise FieldError(f"应填“是”或“否”，而不是“{text[:20]}”")


def word_of(value: Cell | Formula, known: list[str], name: str) -> str:
    """One of some words. Raises FieldError with the nearest one."""
    text = text_of(value)
    if text in known:
        return text
    near = get_close_matches(text, known, n=1, cutoff=0.4) or [
        each for each in known if text and text in each
    ]
    hint = f"，是不是“{near[0]}”？" if near else f"，可填：{'、'.join(known)}"
    raise FieldError(f"没有{name}“{text[:20]}”{hint}")
