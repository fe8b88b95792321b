"""Owns what is done to personal data before it is stored: pseudonyms of posters, masks in texts."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pipeline.faults import ToldError
from pipeline.hidden_numbers import BLANKS, LIKELY, UNSEEN, WORTH_A_LOOK, Kind, find_hidden, plain_signs, seen
from pipeline.store import ensure_folder, write_once

PSEUDONYM_PREFIX = "网友-"
_SALT_BYTES = 32
_ROUNDS = 8  # of looking for numbers again; two do for all but texts made to deceive
_MOST_ROUNDS, _MOST_LOOKED_AT = 64, 1_500_000  # of short texts more, up to so many characters in all

PHONE, ID_CARD, BANK_CARD = "〔电话〕", "〔身份证号〕", "〔银行卡号〕"
EMAIL, QQ, WECHAT = "〔邮箱〕", "〔QQ号〕", "〔微信号〕"
_WORDS: dict[Kind, str] = {"phone": PHONE, "id": ID_CARD, "card": BANK_CARD, "qq": QQ}


class SaltError(ToldError, ValueError):
    """The salt file is damaged: pseudonyms would no longer match those already stored."""


def pseudonym(name: str, salt: bytes) -> str:
    """A poster's stable stand-in, 网友- and 8 characters: the same name and salt give the same one.

    Without the salt nobody can try names against it. It has 40 bits: that two of 10,000 posters share one
    happens in one city of 20,000.
    """
    digest = hmac.new(salt, name.strip().encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return PSEUDONYM_PREFIX + b32encode(digest[:5]).decode("ascii").lower()


def load_salt(path: Path) -> bytes:
    """The city's salt; made on first use, readable by the owner only, durable before it is used.

    Two starts at once get the same: the first to link its file under the name wins. A digest beside it tells
    whether it is still the salt of what was landed: with another, official accounts would not be recognised
    and each poster would become two.

    Raises:
        SaltError: the file is not 32 bytes in hexadecimal, is another than the one first used, or is gone.
    """
    check = path.with_name(f"{path.name}.check")
    if not path.exists():
        if check.exists():
            raise SaltError(f"{path}：化名用的密钥文件不见了，请从备份恢复；没有它，已采集的发帖人无法对应")
        ensure_folder(path.parent)
        write_once(path, secrets.token_hex(_SALT_BYTES))
    try:
        salt = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise SaltError(f"{path}：化名用的密钥文件损坏，请从备份恢复") from error
    if len(salt) != _SALT_BYTES:
        raise SaltError(f"{path}：化名用的密钥文件长度不对，请从备份恢复")
    digest = hashlib.sha256(b"gangqing salt\n" + salt).hexdigest()
    if not check.exists():
        write_once(check, digest)
    if check.read_bytes().strip() != digest.encode():
        raise SaltError(f"{path}：不是采集时所用的密钥文件，请从备份恢复；用别的密钥，已采集的发帖人无法对应")
    return salt


def mask_personal(text: str) -> str:
    """Replace phone, ID-card and bank-card numbers, mail addresses, QQ and WeChat ids by a word in 〔〕.

    Everything else stays as it is: dates, amounts, document numbers, service numbers (12345, 110, 400-…).
    Digits may be full-width and grouped by blanks or dashes, or spelled to deceive (一三八七七…, ①③⑧…,
    138_7701_1240: pipeline/hidden_numbers.py). A number that begins inside another one is seen once that is
    masked, so it is looked at again until nothing is found. Time is linear in the length of the text.
    """
    rounds = max(_ROUNDS, min(_MOST_ROUNDS, _MOST_LOOKED_AT // max(1, len(text))))
    for _ in range(rounds):
        masked = _masked(text)
        if masked == text:
            break
        text = masked
    return text


def mask_all(texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """`mask_personal` of each text: one look at all of them tells that none holds anything, as most do."""
    joined = "\n字\n".join(filter(None, texts.values()))  # nothing that is looked for goes over it
    if not _is_worth_a_look(joined):
        return dict(texts)
    return {name: text and mask_personal(text) for name, text in texts.items()}


def _is_worth_a_look(text: str) -> bool:
    """Whether anything may stand in a text; most hold nothing."""
    return WORTH_A_LOOK.search(text) is not None or _ADDRESS.search(text) is not None


def _masked(text: str) -> str:
    if not _is_worth_a_look(text):
        return text
    shown, places = (text, None) if UNSEEN.search(text) is None else seen(text)
    number = LIKELY.search(shown)
    if number is None and not _ADDRESS.search(shown):
        return text
    plain = shown.translate(_PLAIN)  # one character for one: the offsets are those of the text
    found = [*_found(plain, number and number.start())]
    if number is not None:
        found += [
            (start, _OF_HIDDEN, end, _WORDS[kind])
            for start, end, kind in find_hidden(shown, max(0, number.start() - _CUE))
        ]
    parts: list[str] = []
    done = 0
    for start, _, end, word in sorted(found):
        if start < done:
            continue
        parts += [_piece(text, places, done, start), word]
        done = end
    parts.append(_piece(text, places, done, None))
    return "".join(parts)


def _piece(text: str, places: list[int] | None, start: int, end: int | None) -> str:
    """A piece of a text between two characters as it is seen."""
    if places is not None:
        # What cannot be seen right behind a number goes with it.
        start, end = places[start] if start else 0, None if end is None else places[end]
    return text[start:end]


_PLAIN = plain_signs()
# What is masked as an address has a sign of one. (The pattern begins with one set of characters, so that the
# engine skips quickly to the next of them: sooner than a look for each of the signs.)
_ADDRESS = re.compile(
    r"[@＠#＃QqＱｑ扣抠企秋球微薇威VvＶｖWwＷｗ加+＋]"
    rf"(?:(?<=[@＠])|(?<=[#＃])[A-Za-z0-9]|(?<=[QqＱｑ扣抠])[QqＱｑ扣抠群号:：{BLANKS} \d]"
    r"|(?<=企)鹅|(?<=秋)秋|(?<=球)球|(?<=薇)[:：]|(?<=[加+＋])[我VvＶｖ微薇威]|(?<=[微薇威]) 信"
    r"|(?<=[微薇威VvＶｖ])信|(?<=[VvＶｖWwＷｗ])[XxＸｘ]|(?<=[WwＷｗ])[EeＥｅ][CcＣｃIiＩｉ])"
)

_DIGIT_BEFORE = r"(?<![\d])(?<!\d\.)"
# An amount, a share, a count: the number before it is no phone number.
_NO_AMOUNT = (
    r"(?!\d)(?!\.\d)(?!,\d{1,3}(?!\d))"
    r"(?! ?(?:元(?!旦|宵|月)|[万亿][元吨]|千克|公斤|吨|平方|立方|公里|亩|美元|人民币|人次|株|尾|%|‰))"
)
_MOBILE_GROUPS = (
    r"1[3-9]\d{9}|1[3-9]\d[ \-]\d{4}[ \-]\d{4}|1[3-9]\d([ \-.]{1,2})\d{4}\1\d{4}|1[3-9]\d([ \-])\d{3}\2\d{5}"
    r"|1[3-9]\d{2}([ \-])\d{3}\3\d{4}"
    r"|1[3-9]\d[ \-]\d{8}|1[3-9]\d{5}[ \-]\d{4}|1([ \-.])[3-9](?:\4\d){9}"
)
_MOBILE = re.compile(rf"{_DIGIT_BEFORE}(?:(?:\+|00)?86[ \-]?|0)?(?:{_MOBILE_GROUPS}){_NO_AMOUNT}")
_AREA = r"(?:\(0(?:10|2\d|[3-9]\d{2})\)[ \-]?|0(?:10|2\d|[3-9]\d{2})[ \-]{0,2})"
_LOCAL = r"[2-8]\d{2,3}[ \-]?\d{4}"
_LANDLINE = re.compile(
    rf"{_DIGIT_BEFORE}(?<!\d[\-/])(?:\+?86[ \-]?)?{_AREA}{_LOCAL}{_NO_AMOUNT}"
    rf"(?:(?:-|转|转分机)\d{{1,6}}(?!\d))?(?:[、，/,;]{_LOCAL}{_NO_AMOUNT})*"
)
# Without an area code only where the text says that it is a telephone.
_CUED_PHONE = re.compile(
    r"(?:电话|座机|手机|手机号码?|联系方式|热线|[Tt]el|TEL)[号码]{0,2}[ :]{0,3}(?:是|为)?"
    rf"({_LOCAL}{_NO_AMOUNT}(?:[、，/,;]{_LOCAL}{_NO_AMOUNT})*)"
)
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_18 = re.compile(
    rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{4}}[ \-]?(?:18|19|20)\d{{2}}{_MONTH_DAY}"
    r"[ \-]?\d{3}[\dXx](?![0-9A-Za-z])"
)
_ID_15 = re.compile(rf"(?<![0-9A-Za-z]){_PROVINCE}\d{{4}}\d{{2}}{_MONTH_DAY}\d{{3}}(?![0-9A-Za-z])")
_CUED_ID = re.compile(r"身份证(?:号码?)?[ :]{0,3}(?:是|为)?(\d{15}(?:\d{2}[\dXx])?)(?![0-9A-Za-z])")
_CARD = re.compile(
    rf"{_DIGIT_BEFORE}[3-9]\d{{3}}"
    rf"(?:([ \-])\d{{4}}\1\d{{4}}\1\d{{4}}(?:\1?\d{{1,3}})?|\d{{12,15}}){_NO_AMOUNT}"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64} {0,2}"
    r"(?:@(?!\dx\.(?:png|jpe?g|webp)) {0,2}[A-Za-z0-9\-]{1,63}"
    r"(?:\.[A-Za-z0-9\-]{1,63}| ?[.。] ?(?:com|cn|net|org)(?![A-Za-z])){1,4}"
    r"|# ?(?:163|126|139|189|qq|sina|sohu|yeah|foxmail|gmail|hotmail|outlook|aliyun)[.。](?:com|cn|net)"
    r"(?![A-Za-z]))"
)
_QQ = re.compile(
    r"(?:(?:[Qq][Qq]|[扣抠]{2}|企鹅号?|秋秋|球球)(?:群|号|号码|群号)?[ :\-=~→\n]{0,3}(?:是|为)?[ ]?"
    r"|(?<![A-Za-z])[Qq](?:群|号)?[ ]?:[ ]?|[扣抠](?:群|号)?[ ]?:[ ]?|[加\+][Qq扣抠][ :]{0,2})"
    r"([1-9]\d{4,11}|(?!20[0-3]\d-20[0-3]\d(?!\d))[1-9]\d{2,3}[ \-]\d{3,4}(?:[ \-]\d{2,4})?)(?!\d)"
)
_WECHAT = re.compile(
    r"(?:(?:[微薇威Vv] ?信|[Ww]e[Cc]hat|(?<![A-Za-z])(?:[Vv][Xx]|[Ww][Xx]|[Ww]ei ?[Xx]in)"
    r"|[加+]我?(?:[Vv](?![A-Za-z])|[微薇威]信?)|薇(?=:))"
    r"(?P<sure> ?号码?[ :]{0,3}(?:是|为)?|[Ii][Dd][ :]{0,3}|[ ]?:[ ]?)?(?:[ ，,]|是(?=[A-Za-z]))?)"
    r"(?P<id>[A-Za-z][A-Za-z0-9_\-]{5,19}|[1-9]\d{4,11})(?![A-Za-z0-9_])"
)
_DAY_OF_FILE = re.compile(
    rf"(?<=[A-Za-z])20\d\d{_MONTH_DAY}(?:(?:[01]\d|2[0-3])[0-5]\d)?"
    r"\.(?:jpe?g|png|gif|bmp|webp|mp4|docx?|xlsx?|pdf|zip|html?)(?![A-Za-z0-9])"
)


def _found(plain: str, first: int | None) -> Iterator[tuple[int, int, int, str]]:
    """Start, rank of the rule, end and stand-in of each personal number and address; `first`: where the first
    number of seven digits begins, if there is one.

    Where two overlap the one that begins first counts, then the rule that stands first.
    """
    for rank, (pattern, word, group, accept, signs) in enumerate(_RULES):
        if (signs and not any(map(plain.__contains__, signs))) or (rank < _OF_NUMBERS and first is None):
            continue
        begin = max(0, (first or 0) - _CUE) if rank < _OF_NUMBERS else 0
        for match in pattern.finditer(plain, begin):
            if accept is None or accept(match):
                yield match.start(group), rank, match.end(group), word


def _is_card(match: re.Match[str]) -> bool:
    """UnionPay cards begin with 62; any other number of that length must have the check digit (ISO 7812)."""
    digits = re.sub(r"\D", "", match[0])
    if not 16 <= len(digits) <= 19:
        return False
    if digits.startswith("62"):
        return True
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_wechat_id(match: re.Match[str]) -> bool:
    """A bare word after 微信 is an id only if it looks like one; after 微信号 or a colon anything is. The day
    in the name of a picture (weixin20171204.jpg) is none."""
    if match["sure"]:
        return True
    if _DAY_OF_FILE.match(match.string, match.start("id")):
        return False
    return any(char.isdigit() or char == "_" for char in match["id"])


# Pattern, stand-in, group, further test, characters of which each match holds one (a text without is passed).
_Rule = tuple[re.Pattern[str], str, "int | str", Callable[[re.Match[str]], bool] | None, str]
_RULES: list[_Rule] = [
    (_ID_18, ID_CARD, 0, None, ""),
    (_ID_15, ID_CARD, 0, None, ""),
    (_CUED_ID, ID_CARD, 1, None, "身"),
    (_CARD, BANK_CARD, 0, _is_card, ""),
    (_MOBILE, PHONE, 0, None, ""),
    (_LANDLINE, PHONE, 0, None, "0"),
    (_CUED_PHONE, PHONE, 1, None, "电座手联热Tt"),
    (_EMAIL, EMAIL, 0, None, "@#"),
    (_QQ, QQ, 1, None, "Qq扣抠企秋球"),
    (_WECHAT, WECHAT, "id", _is_wechat_id, "信CcXx加+薇"),
]
_OF_HIDDEN = 20  # of two that begin at one place the plain rule counts
_OF_NUMBERS = 7  # the rules that read numbers of seven digits and more stand first
_CUE = 40  # characters before a number in which all stands that a rule reads before it (联系方式号码: …)
