"""Tests that posts on one matter are found alike, and posts on one estate or one trouble alone are not."""

from __future__ import annotations

import datetime as dt
import random
from difflib import SequenceMatcher

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tagging.alike import alike
from pipeline.tagging.alike_phrase import Phrases, longest_shared
from pipeline.tagging.alike_weights import Message, load_frequencies, weigh, weigh_all

DAY = dt.date(2017, 11, 6)
POSTS = {
    "plant-1": (
        "江山半岛旁边的搅拌站半夜还在轰隆隆",
        "住在海湾新城的都知道，搅拌站的罐车整夜进出，噪音粉尘受不了。",
    ),
    "plant-2": ("海湾新城旁边搅拌站什么时候搬走", "搅拌站粉尘满天飞，罐车进进出出，小孩晚上睡不着。"),
    "plant-3": ("投诉海湾新城附近搅拌站噪音粉尘", "晚上十二点以后还在生产，噪音很大，窗台一层灰。"),
    "estate": ("海湾新城的房产证拖了三年", "交房三年了开发商一直不给办证，孩子上学都成问题。"),
    "trouble": ("桃花湾广场附近搅拌站噪音粉尘", "晚上十二点以后还在生产，噪音很大，窗台一层灰。"),
    "other": ("中华路公交车太少", "早高峰等半个小时都没有一趟，能不能加车。"),
}


def messages(**days: dt.date) -> list[Message]:
    return [Message(name, title, text, days.get(name, DAY)) for name, (title, text) in POSTS.items()]


def test_same_place_and_same_trouble_make_one_matter() -> None:
    found = {(pair.first, pair.second) for pair in alike(messages())}
    assert ("plant-2", "plant-3") in found
    assert not any("estate" in pair or "other" in pair for pair in found)


def test_shared_words_are_told() -> None:
    (words,) = {p.words for p in alike(messages()) if (p.first, p.second) == ("plant-2", "plant-3")}
    assert "海湾新城" in words


def test_same_words_half_a_year_apart_are_another_matter() -> None:
    late = messages(**{"plant-3": DAY + dt.timedelta(days=200)})
    assert not any("plant-3" in (pair.first, pair.second) for pair in alike(late))


@pytest.mark.parametrize("seed", range(3))
def test_order_and_increments_change_nothing(seed: int) -> None:
    every = messages()
    whole = sorted((p.first, p.second, p.strength, p.words) for p in alike(every))
    random.Random(seed).shuffle(every)
    in_parts = []
    for end in range(1, len(every) + 1):
        in_parts += list(alike(every[:end], {every[end - 1].id}))
    assert sorted((p.first, p.second, p.strength, p.words) for p in in_parts) == whole


def test_what_is_compared_in_parts_on_threads_is_found_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = [
        Message(f"{name}-{month}", title, text, dt.date(2017, month, 6))
        for month in range(1, 13)
        for name, (title, text) in POSTS.items()
    ]
    whole = list(alike(every))
    monkeypatch.setattr("pipeline.tagging.alike._ROWS", 2)
    monkeypatch.setattr("pipeline.tagging.alike._TOLD", 6)
    assert len(whole) > 50 and list(alike(every)) == whole


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), max_size=6))
def test_any_text_is_read(posts: list[tuple[str, str]]) -> None:
    every = [Message(str(i), title, text, None) for i, (title, text) in enumerate(posts)]
    for pair in alike(every):
        assert pair.first < pair.second and 0 < pair.strength <= 1.0001


@given(st.text("海湾新城搅拌站", max_size=20), st.text("海湾新城搅拌站\n", max_size=60))
def test_the_longest_shared_phrase_is_that_of_difflib(title: str, rest: str) -> None:
    match = SequenceMatcher(None, title, rest, autojunk=False).find_longest_match()
    assert longest_shared(title, rest) == title[match.a : match.a + match.size]


@given(
    st.lists(
        st.tuples(st.text("海湾新城搅拌站a\n", max_size=20), st.text("海湾新城搅拌站\n", max_size=40)),
        max_size=6,
    )
)
def test_the_longest_phrase_of_two_posts_is_that_of_looking_everywhere(posts: list[tuple[str, str]]) -> None:
    every = [Message(str(number), title, text, DAY) for number, (title, text) in enumerate(posts)]
    asked = [(one, other) for one in range(len(every)) for other in range(len(every))]
    ones, others = (np.array([two[side] for two in asked], dtype=np.intp) for side in (0, 1))
    for (one, other), phrase in zip(asked, Phrases(every).longest(ones, others), strict=True):
        whole = [f"{each.title}\n{each.text}" for each in (every[one], every[other])]
        expected = longest_shared(every[other].title, whole[0], longest_shared(every[one].title, whole[1]))
        assert phrase == (expected if len(expected) > 1 else "")


def test_a_slot_that_two_pairs_share_deceives_nobody() -> None:
    """Whatever the slots say, the phrase stands in the text."""
    every = [Message("1", "防城港市", "", DAY), Message("2", "防城港口", "防城港市", DAY)]
    phrases = Phrases(every)
    phrases._slots[:] = 7
    assert phrases.longest(np.array([0]), np.array([1])) == ["防城港市"]
    assert phrases.longest(np.array([1]), np.array([0])) == ["防城港市"]


def test_many_are_weighed_as_each_alone() -> None:
    known, many = load_frequencies(), [*messages(), Message("empty", "", "", DAY)] * 200
    for message, weighed in zip(many, weigh_all(many, known), strict=True):
        alone = weigh(message, known)
        assert weighed.message is message
        assert weighed.keys.tolist() == alone.keys.tolist()
        assert weighed.weights.tolist() == alone.weights.tolist()
