"""Segmentation gives the tokens of `jieba.lcut`."""

import csv
import gzip
import os
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tagging.segment import _SIGN, _SIGNS, segment, word_with, words_with

SHARED = Path(os.environ.get("GANGQING_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"

TEXTS = [
    "防城港市环保局联合市公安局夜查“散乱污”企业。",
    "网址www.thepaper.cn/news，邮箱a_b@163.com，2.5xs和1.8L，0W-20机油",
    "2019-nCoV，10-15公里，98.4%，3.5元/斤，IC卡、B超、4S店、T恤衫、c++",
    "系啊，从来冇打过表，畀佢斩到出血",
    "第一行\r\n第二行\n\n　　全角空格 半角  两个",
    "😀表情🚌和ÀÉ字母、αβγ射线",
    "",
    " ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_those_of_jieba(text: str) -> None:
    assert segment(text) == jieba.lcut(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="路灯坏了三个月没人修的是在不8.5%-_+#&a1T /，。！：", max_size=40))
def test_any_mix_of_signs_and_numbers_is_split_as_jieba_does(text: str) -> None:
    assert segment(text) == jieba.lcut(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_nothing_is_lost(text: str) -> None:
    assert "".join(segment(text)) == text


@pytest.mark.skipif(not (SHARED / "citizen-topics.csv.gz").is_file(), reason="the given data is not at hand")
def test_real_messages_are_split_as_jieba_does() -> None:
    with gzip.open(SHARED / "citizen-topics.csv.gz", "rt", encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)][:400]
    assert sum(segment(text) != jieba.lcut(text) for text in texts) == 0


MIXED = st.text(alphabet="路灯坏了公交车站台防城港市民反映 \n\r\t\u3000aB3.%，。😀", max_size=40)


@given(st.lists(st.tuples(MIXED, st.integers(0, 39), MIXED), max_size=6))
def test_words_around_many_places_are_those_around_each(asked: list[tuple[str, int, str]]) -> None:
    pairs = [(text[at : at + 2] or other[:2] or "路灯", text) for text, at, other in asked]
    assert words_with(pairs) == [word_with(part, text) for part, text in pairs]


@given(st.text(alphabet="路a1+#&._%-\r\n ", max_size=12))
def test_where_no_sign_stands_no_token_can_be_split(text: str) -> None:
    sign = _SIGNS.search(text)
    found = _SIGN.search(text)
    assert found is None or (sign is not None and _SIGN.search(text, max(0, sign.start() - 1)) is not None)
