"""Owns what two articles are compared by for reprints: words without dateline and signs, and figures."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline.tagging.items import ArticleItem
from pipeline.tagging.key_table import SPREAD

_END = "，"  # of a clause, and what ends one too
_ENDS = "：。！？；\n"
_SAID = re.compile(rf"[0-9A-Za-z一-鿿{_END}{_ENDS}]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HEAD = re.compile(
    r"^[\s　]*(?:【[^】]{1,8}】)?(?:本报讯|[一-鿿]{2,10}讯)?[\s　]*(?:[（(][^）)\n]{0,40}[）)])?"
)
GRAM = 5  # characters in a sequence


def clauses_of(body: str) -> list[str]:
    """A text without the dateline, punctuation and spaces, clause by clause."""
    said = "".join(_SAID.findall(_HEAD.sub("", body, count=1)))
    for end in _ENDS:
        said = said.replace(end, _END)
    return said.split(_END)


class ComparedText:
    """What two articles are compared by."""

    def __init__(self, item: ArticleItem) -> None:
        self._body = item.body
        self.text = "".join(clauses_of(item.body))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(_HEAD.sub("", self._body, count=1)))

    @cached_property
    def grams(self) -> npt.NDArray[np.uint64]:
        """Every sequence of `GRAM` characters as a number, each once, sorted."""
        codes = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        grams = np.zeros(max(0, len(codes) - GRAM + 1), dtype=np.uint64)
        for place in range(GRAM):
            grams = grams * SPREAD + codes[place : place + len(grams)]
        grams.sort()
        return grams[np.concatenate(([True], grams[1:] != grams[:-1]))] if len(grams) else grams


def shared_part(short: ComparedText, long: ComparedText) -> float:
    if short.text in long.text:
        return 1.0  # the usual case, told at once
    both = np.concatenate((short.grams, long.grams))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1])) / len(short.grams)
