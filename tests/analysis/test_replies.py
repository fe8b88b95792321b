"""Tests that answered cases are found by what is asked, and answers are read by aspects."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.replies import ASPECTS, Case, draft, read_answer, similar_cases, texts_of
from analysis.warehouse import open_warehouse
from tests.analysis.case import Case as City

QUESTION = "中华路十字路口红绿灯坏了一个星期，什么时候能修好？"
GOOD = (
    "网友您好！经核实，中华路十字路口红绿灯系线路老化，已于10月12日更换修好。"
    "依据《道路交通安全法》第二十五条，今后每月巡查一次。感谢您的关注。"
)


def by_aspect(answer: str, **times: dt.datetime) -> dict[str, bool | None]:
    return {a.aspect: a.is_good for a in read_answer("红绿灯坏了", QUESTION, answer, **times)}


def test_answer_that_speaks_to_the_matter_is_good_in_all() -> None:
    due = dt.datetime(2017, 10, 18, 18)
    assert by_aspect(GOOD, answered_at=dt.datetime(2017, 10, 13), due_at=due) == dict.fromkeys(ASPECTS, True)
    late = by_aspect(GOOD, answered_at=dt.datetime(2017, 10, 19), due_at=due)
    assert late == dict.fromkeys(ASPECTS, True) | {"按时": False}


def test_empty_courtesy_answers_nothing() -> None:
    read = by_aspect("您好，您的留言已收悉，感谢您的支持。")
    assert read == dict.fromkeys(ASPECTS, False) | {"按时": None}


def test_unanswered_question_is_quoted() -> None:
    text = "公交二路车班次太少，能否增加？另外学生卡在哪里办理？"
    aspects = {a.aspect: a for a in read_answer("两个问题", text, "公交二路班次已增加到每十分钟一班。")}
    assert aspects["答其所问"].is_good and not aspects["事项齐全"].is_good
    assert "学生卡" in aspects["事项齐全"].why


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.text(max_size=120), st.text(max_size=120))
def test_any_text_is_read(title: str, text: str, answer: str) -> None:
    assert [a.aspect for a in read_answer(title, text, answer)] == list(ASPECTS)


def case_of(answer: str) -> Case:
    return Case("t1", "红绿灯坏了", "http://bbs.test/1", "市公安局", 0.6, [], "", answer, None)


def test_draft_leaves_greeting_and_closing_and_says_what_it_is() -> None:
    made = draft([case_of("  "), case_of(GOOD)])
    assert made is not None and made.startswith("【参考《红绿灯坏了》")
    assert "线路老化" in made and "网友您好" not in made and "感谢" not in made
    assert draft([]) is None


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    official = "防城港水利"
    for tid, title, text, answer, day in (
        (
            "1",
            "[投诉:市水利局] 防城江河堤垮了一段",
            "河堤垮了十几米，下雨天很危险",
            "现答复：河堤已加固",
            "2017-10-09",
        ),
        (
            "2",
            "[咨询:市水利局] 水库钓鱼要不要办证",
            "水库边能不能钓鱼，要不要办证",
            "现答复：水库禁止垂钓",
            "2017-10-10",
        ),
        (
            "3",
            "[投诉:市水利局] 河堤又垮了，下雨危险",
            "江边河堤垮了一段，下雨天很危险没人修",
            "",
            "2017-11-06",
        ),
    ):
        posts = [("网友", f"{day} 09:00", text)]
        if answer:
            posts.append((official, f"{day} 15:00", answer))
        city.thread(tid, title, posts, at=f"{day}T20:00:00")
    city.build()
    return city


def test_similar_cases_are_answered_ones_known_by_the_day(city: City) -> None:
    con = open_warehouse(city.warehouse)
    try:
        rows = con.execute("SELECT thread_id, title FROM thread ORDER BY title").fetchall()
        asked = next(thread for thread, title in rows if "又垮了" in title)
        text = texts_of(con, asked, dt.date(2017, 11, 7))[1]
        found = similar_cases(con, "河堤又垮了，下雨危险", text, dt.date(2017, 11, 7), thread_id=asked)
        assert [c.title for c in found] == ["[投诉:市水利局] 防城江河堤垮了一段"]
        assert found[0].answer == "现答复：河堤已加固" and "河堤" in "".join(found[0].words)
        assert similar_cases(con, "河堤又垮了", text, dt.date(2017, 10, 8)) == []
        assert similar_cases(con, "河堤又垮了", text, dt.date(2017, 11, 7), unit="市教育局") == []
    finally:
        con.close()
