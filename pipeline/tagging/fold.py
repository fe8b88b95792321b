"""Owns the folding of traditional characters, so that 市發改委 is read as 市发改委, of half-width signs in
articles and of full-width letters and digits in posts.

Character by character (OpenCC's table): every offset of a tag stays that of the text as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from operator import attrgetter

from msgspec import structs

from pipeline.tagging.items import ArticleItem, ThreadPost

FEWEST = 3  # different traditional characters; fewer are a name or a quotation
FEWEST_POSTED = 2  # the same of a post, which is short
_FIELDS = ("title", "body", "kicker", "subtitle", "byline", "source", "column", "outlet")
_FULL = {",": "，", ";": "；", "!": "！", "?": "？"}
_WIDE = {full: full - 0xFEE0 for a, z in ("０９", "ＡＺ", "ａｚ") for full in range(ord(a), ord(z) + 1)}
_WIDE_CHARACTERS = frozenset(map(chr, _WIDE))
# The sign stands first in the pattern: the engine skips to the next one.
_HALF_BETWEEN = re.compile(r"[,;!?](?<=[一-鿿”》）].)(?=[^\x00-\x7f])")
_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000))


def fold_traditional(text: str) -> str:
    """The text in simplified characters, of the same length; the text itself where it is simplified."""
    if beyond_simplified().search(text) is None:  # simplified Chinese alone: the usual case, told at once
        return text
    return text.translate(_table()) if len(_traditional().intersection(text)) >= FEWEST else text


def fold_signs(text: str) -> str:
    """The text, of the same length, with full-width signs for half-width ones between Chinese words."""
    if not ("," in text or ";" in text or "!" in text or "?" in text):  # four looks of the machine, no loop
        return text
    return _HALF_BETWEEN.sub(lambda sign: _FULL[sign[0]], text)


def fold_article(item: ArticleItem) -> ArticleItem:
    """The article with every field in simplified characters, if its text is traditional, and title and body
    with full-width signs between Chinese words."""
    title, body = fold_signs(item.title), fold_signs(item.body)
    if title is not item.title or body is not item.body:
        item = structs.replace(item, title=title, body=body)
    if fold_traditional(item.body) is item.body and fold_traditional(item.title) is item.title:
        return item
    table = _table()
    said = {name: getattr(item, name) for name in _FIELDS}
    return structs.replace(item, **{name: value.translate(table) for name, value in said.items() if value})


def fold_post(text: str) -> str:
    """The text of a post, of the same length, with half-width letters and digits, and in simplified
    characters if it is traditional; the text itself where neither stands in it."""
    if _unusual().search(text) is None:
        return text
    characters = set(text)
    if not characters.isdisjoint(_WIDE_CHARACTERS):
        text = text.translate(_WIDE)
    if not any(_is_chinese(character) for character in beyond_simplified().findall(text)):
        return text  # emoji need no table
    return text.translate(_posted_table()) if len(_posted() & characters) >= FEWEST_POSTED else text


def fold_threads(threads: Iterable[Iterable[ThreadPost]]) -> list[list[ThreadPost]]:
    """The floors of threads with their texts folded, in order. A thread may come once for each of its
    moments: what comes again is not read again."""
    known: dict[str, str] = {}

    def folded(post: ThreadPost) -> ThreadPost:
        if post.text is None:
            return post
        text = known.get(post.text)
        if text is None:
            text = known[post.text] = fold_post(post.text)
        return post if text == post.text else structs.replace(post, text=text)

    return [sorted(map(folded, posts), key=attrgetter("floor")) for posts in threads]


def _is_chinese(character: str) -> bool:
    return any(start <= ord(character) < end for start, end in _BLOCKS)


@cache
def beyond_simplified() -> re.Pattern[str]:
    """Any character that GB 2312 has not; looking for one is five times as fast as encoding a text."""
    return re.compile(f"[^{re.escape(_simplified())}]")


@cache
def _unusual() -> re.Pattern[str]:
    """Any character that GB 2312 has not, and full-width letters and digits: one look for both."""
    usual = _simplified().translate(dict.fromkeys(_WIDE))
    return re.compile(f"[^{re.escape(usual)}]")


@cache
def _simplified() -> str:
    return "".join(map(chr, range(0x10000))).encode("gb2312", "ignore").decode("gb2312")


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _table()))


@cache
def _table() -> dict[int, int]:
    """Traditional → simplified character; loading OpenCC takes a fifth of a second, once."""
    import opencc

    characters = [chr(code) for start, end in _BLOCKS for code in range(start, end)]
    simple = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(a): ord(b) for a, b in zip(characters, simple, strict=True) if a != b and len(b) == 1}


@cache
def _posted_table() -> dict[int, int]:
    """The same where the simplified one is in use: Cantonese 嗰 and 搵, which posts are full of, stay."""
    usual = frozenset(_simplified())
    return {a: b for a, b in _table().items() if chr(b) in usual and chr(a) not in usual}


@cache
def _posted() -> frozenset[str]:
    return frozenset(map(chr, _posted_table()))
