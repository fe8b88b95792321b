"""Owns numbers of persons that are spelled so that no program finds them: among what a reader does not see,
in digits of any make, with signs between them.

A span that is found is one of the text given. Time is linear in its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

Kind = Literal["phone", "id", "card", "qq"]

# Nothing is seen of these, or they only adorn the character before them: zero widths, marks of direction,
# fillers, tags, controls, private use, selectors of a look, keycaps, strokes through.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160\u180b-\u180f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2800\u302a-\u302d\u3164"
    "\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
UNSEEN = re.compile(f"[{_UNSEEN}]+")


def seen(text: str) -> tuple[str, list[int]]:
    """A text as it is seen, and for each of its characters, and for its end, where it stands in the text."""
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for match in UNSEEN.finditer(text):
        parts.append(text[done : match.start()])
        places += range(done, match.start())
        done = match.end()
    parts.append(text[done:])
    places += range(done, len(text) + 1)
    return "".join(parts), places


def plain_signs() -> dict[int, str]:
    """Full-width signs, dashes and blanks of any make as the plain ones, character for character."""
    table = {0xFF01 + i: chr(0x21 + i) for i in range(94)}  # full-width ASCII
    table |= {ord(char): "-" for char in "‐‑‒–—―−－"}
    table |= {ord(char): " " for char in BLANKS}
    table[ord("，")] = "，"  # it parts numbers; only the half-width comma groups the digits of one
    return table


BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# What is no digit to Unicode and one to a reader; of each the value is its place.
_ALIKE = (
    "〇零○Ｏ⓿🄋🄌🄀洞 一壹弌幺㈠㊀⼀ⅠⅰⅠ 二贰貳弍两兩㈡㊁⼆Ⅱⅱ 三叁參叄弎㈢㊂Ⅲⅲ 四肆㈣㊃Ⅳⅳ 五伍㈤㊄Ⅴⅴ "
    "六陆陸㈥㊅Ⅵⅵ 七柒拐㈦㊆Ⅶⅶ 八捌㈧㊇⼋Ⅷⅷ 九玖勾㈨㊈Ⅸⅸ"
)


def _digit_table() -> dict[int, str]:
    """Everything that a reader takes for a digit: 一, 壹, 幺, ①, ⑴, ➊, ², １, letters of the same look."""
    table = plain_signs()
    for code in range(0x80, 0x1FBFA):
        value = unicodedata.digit(chr(code), None)
        if value is not None:
            table[code] = str(value)
    for digit, chars in enumerate(_ALIKE.split(" ")):
        table |= {ord(char): str(digit) for char in chars}
    return table


_DIGITS = _digit_table()
_DECIMAL = "".join(chr(code) for code in range(0x80, 0x10000) if chr(code).isdecimal())  # what \d matches
# A digit of any make.
ANY_DIGIT = (
    f"[0-9{_ALIKE.replace(' ', '')}{_DECIMAL}①-⑨⓪⑴-⑼⒈-⒐❶-❾➀-➈➊-➒⓵-⓽²³¹⁰⁴-⁹₀-₉"
    "\U0001d7ce-\U0001d7ff\U0001f101-\U0001f10a\U0001fbf0-\U0001fbf9]"
)
# What people put between digits. One sign that parts all of them may be any but a letter, or a point of time.
_HIDING = r"[ \-._·•*~|+()（）]"
_SIGN = r"(?:[^\w:：]|_)"
# Worth a look: seven digits of any make with at most two signs between them that group digits (a date in
# Chinese has others), or eleven, letters that look like one among them, with any signs.
_GROUPING = rf"[ {BLANKS}\-._·•*~|+()（）．‐‑‒–—―−－]{{0,2}}"
_ALMOST_DIGIT = f"{ANY_DIGIT[:-1]}OoIl]"
LIKELY = re.compile(
    rf"{_ALMOST_DIGIT}(?:(?:{_GROUPING}{ANY_DIGIT}){{6}}|(?:{_SIGN}{{0,3}}{_ALMOST_DIGIT}){{10}})"
)
# What stands in every text that is not as it is seen, or in which `LIKELY` finds something: one quick pass.
WORTH_A_LOOK = re.compile(
    rf"[{_ALMOST_DIGIT[1:-1]}{_UNSEEN}](?:(?<=[{_UNSEEN}])|(?:[\W_]{{0,3}}{_ALMOST_DIGIT}){{6}})"
)
# Of plain digits with blanks, dashes or points the plain rules decide: they know amounts and dates.
_NOT_PLAIN = re.compile(r"[^0-9０-９ \-.‐‑‒–—―−－\u00a0\u3000]")

_MOBILE_SIGNS = (
    rf"(?:8{_HIDING}{{0,2}}6{_HIDING}{{0,2}}|0)?1(?:{_HIDING}{{0,2}})[3-9](?:{_HIDING}{{0,2}}[0-9]){{9}}"
)
_LANDLINE_SIGNS = (
    rf"0{_HIDING}{{0,2}}(?:1{_HIDING}{{0,2}}0|2{_HIDING}{{0,2}}[0-9]|[3-9](?:{_HIDING}{{0,2}}[0-9]){{2}})"
    rf"{_HIDING}{{0,2}}[2-8](?:{_HIDING}{{0,2}}[0-9]){{6,7}}"
)
_FURTHER = rf"(?:{_MOBILE_SIGNS}|{_LANDLINE_SIGNS})"
# No digit stands one sign behind it, unless it begins a further number: who advertises gives his many times.
_MOBILE = re.compile(
    rf"(?<![0-9]){_MOBILE_SIGNS}(?![0-9])(?!{_HIDING}(?!{_FURTHER})[0-9])"
    rf"(?![.,](?!{_FURTHER})[0-9])"
)
_ID = re.compile(
    rf"(?<![0-9A-Za-z])[1-8](?:{_HIDING}{{0,2}}[0-9]){{5}}{_HIDING}{{0,2}}(?:1{_HIDING}{{0,2}}[89]|2{_HIDING}{{0,2}}0)"
    rf"(?:{_HIDING}{{0,2}}[0-9]){{9}}{_HIDING}{{0,2}}[0-9Xx](?![0-9A-Za-z])"
)
_CARD = re.compile(
    rf"(?<![0-9])6{_HIDING}{{0,2}}2(?:{_HIDING}{{0,2}}[0-9]){{14,17}}(?!{_HIDING}{{0,1}}[0-9])"
)
_LANDLINE = re.compile(
    rf"(?<![0-9])(?<![0-9][._\-]){_LANDLINE_SIGNS}(?![0-9])(?!{_HIDING}(?!{_FURTHER})[0-9])"
)
_QQ = re.compile(r"(?:[Qq]{2}|[扣抠]{2})(?:群|号|号码|群号)?[ :]{0,3}(?:是|为)?([1-9][0-9]{4,11})(?![0-9])")
_ODD_RULES: tuple[tuple[re.Pattern[str], Kind, int], ...] = (
    (_ID, "id", 0),
    (_CARD, "card", 0),
    (_MOBILE, "phone", 0),
    (_LANDLINE, "phone", 0),
    (_QQ, "qq", 1),
)
# One sign between all digits (1、3、8…, a line each), or between the groups of a number that is no list.
_PARTED = re.compile(rf"(?<![0-9])1({_SIGN}{{1,3}})[3-9](?:\1[0-9]){{9}}(?!\1?[0-9])")
_GROUPED = re.compile(
    r"(?<![0-9])(?<![0-9][./,\-])1[3-9][0-9](?![ \-.][0-9])"
    r"((?:[^\w:：、，,；;。\s]|_| ){1,3})[0-9]{4}\1[0-9]{4}(?!\1?[0-9])"
    r"(?![.,][0-9])(?! ?(?:元|[万亿][元吨]|吨|亩|%))"
)
_BRACKETED = re.compile(r"(?<=[(\[<【「“])1[3-9][0-9](?:[)\]>】」”][(\[<【「“][0-9]{4}){2}(?=[)\]>】」”])")
# Two years in a row behind a number of three digits, as files are named (130_2017_2018); before it
# stands no Chinese, which may say that it is a telephone.
_YEARS = re.compile(r"(?<![^\x00-\x7f])(?<![:+0-9])1[3-9][0-9]_(20[0-3][0-9])_(20[0-3][0-9])(?!_?[0-9])")
_TOLD = re.compile(r"(?:[^\x00-\x7f]|[Tt][Ee][Ll]|[Pp]hone|[Mm]obile)[ :.\n]{0,3}\Z")
# Where a text says that a number follows, its digits may be parted anyhow, also over lines.
_CUED = re.compile(
    r"(?:电话|手机|联系方式|热线|致电|拨打|短信|号码|微信|[Tt]el|TEL|[☎📞📱☏])[^\w\n]{0,4}(?:[号码是为请打加]{1,4}[^\w\n]{0,3})?\n?"
    rf"((?:{_SIGN}{{0,3}}0086|{_SIGN}{{0,3}}\+?86|0)?{_SIGN}{{0,3}}1{_SIGN}{{0,3}}[3-9](?:{_SIGN}{{0,3}}[0-9]){{9}}"
    rf"|0[0-9]{{2,3}}{_SIGN}{{0,3}}[2-8][0-9]{{2,3}}{_SIGN}{{0,3}}[0-9]{{4}})(?![0-9])"
)
_CUED_CHINESE = re.compile(r"(?:电话|座机|热线)[号码]{0,2}[ :]{0,3}(?:是|为)?([2-8][0-9]{6,7})(?![0-9])")
# Letters in the place of 0 and 1: eight of the eleven must be digits.
_LETTERED = re.compile(r"(?<![0-9A-Za-z])[1lI][3-9][0-9OoIl]{9}(?![0-9A-Za-z])")
_LEAST_DIGITS = 8
_TRUE_ID = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d{2}(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)


def find_hidden(text: str, begin: int) -> Iterator[tuple[int, int, Kind]]:
    """Start, end and kind of each number in an odd spelling from `begin` on; they may overlap."""
    digits = text.translate(_DIGITS)
    for pattern, kind, group in _ODD_RULES:
        for match in pattern.finditer(digits, begin):
            is_odd = _NOT_PLAIN.search(text, match.start(group), match.end(group)) is not None
            if _is_years(text, match.start(group)):
                continue
            if is_odd or (kind == "id" and _TRUE_ID.fullmatch(re.sub(r"[^0-9Xx]", "", match[0]))):
                yield match.start(group), match.end(group), kind
    for pattern in (_PARTED, _GROUPED, _BRACKETED):
        for match in pattern.finditer(digits, begin):
            if not _is_years(text, match.start()):
                yield match.start(), match.end(), "phone"
    for pattern in (_CUED, _CUED_CHINESE):
        for match in pattern.finditer(digits, begin):
            yield match.start(1), match.end(1), "phone"
    for match in _LETTERED.finditer(digits, begin):
        if _LEAST_DIGITS <= sum(char.isdigit() for char in match[0]) < len(match[0]):
            yield match.start(), match.end(), "phone"


def _is_years(text: str, start: int) -> bool:
    """Whether a name of a file with two years stands there."""
    years = _YEARS.match(text, start)
    if years is None or int(years[2]) != int(years[1]) + 1:
        return False
    return _TOLD.search(text, max(0, start - 10), start) is None
