"""The truth per day follows the labels: nothing is known before it was published or answered."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.city import load_city
from sample.content import load_content
from sample.serve import CITY
from sample.truth import article_truth, fault_truth, thread_truth

from .conftest import Sample

CONTENT = load_content()
LAST = dt.date(2018, 2, 28)
DAYS = st.dates(dt.date(2017, 9, 1), LAST)


def test_on_the_last_day_the_truth_is_the_gold() -> None:
    for thread in thread_truth(CONTENT, dt.date(2018, 12, 31)):
        assert (thread.state, thread.needs_reply) == (thread.gold["state"], thread.gold["needs_reply"])
        assert thread.answer_floor == thread.gold["answer_floor"]


@settings(max_examples=40, deadline=None)
@given(DAYS)
def test_nothing_is_known_before_its_time(day: dt.date) -> None:
    for article in article_truth(CONTENT, day):
        assert article.published[:10] <= day.isoformat()
    for thread in thread_truth(CONTENT, day):
        assert thread.posts and all(post.time[:10] <= day.isoformat() for post in thread.posts)
        for floor in (thread.first_response_floor, thread.answer_floor):
            assert floor is None or floor <= len(thread.posts)
        assert thread.state != "已答复" or thread.answer_floor is not None
        assert thread.state != "已初步回应" or thread.first_response_floor is not None


@settings(max_examples=20, deadline=None)
@given(DAYS, DAYS)
def test_the_truth_only_grows(one: dt.date, other: dt.date) -> None:
    early, late = sorted((one, other))
    before = {t.id: len(t.posts) for t in thread_truth(CONTENT, early)}
    after = {t.id: len(t.posts) for t in thread_truth(CONTENT, late)}
    assert all(after[name] >= count for name, count in before.items())
    gone = {a.id for a in article_truth(CONTENT, early)} - {a.id for a in article_truth(CONTENT, late)}
    assert gone <= {"sa019"}  # the announcement that a unit took down


def test_the_known_thread() -> None:
    def state(day: str) -> tuple[str | None, bool | None, int | None]:
        thread = next(t for t in thread_truth(CONTENT, dt.date.fromisoformat(day)) if t.id == "st004")
        return thread.state, thread.needs_reply, thread.answer_floor

    assert state("2017-10-12")[:2] == ("待研判", True)
    assert state("2018-02-28") == ("已答复", False, 23)


def test_the_addresses_of_the_truth_answer(sample: Sample) -> None:
    units = load_city(CITY).unit_by_short
    for article in article_truth(CONTENT, LAST, sample.port):
        site = next(name for name, slot in _slots().items() if f":{sample.port + slot}/" in article.url)
        assert sample.get(site, "/" + article.url.split("/", 3)[3]).status == 200, article.url
        assert all(unit in units for unit, _ in article.credits)


def test_faults_have_an_outcome_or_are_never_fetched() -> None:
    faults = fault_truth(LAST)
    assert {fault.outcome for fault in faults} >= {"not_found", "error_page", "login_wall", "too_large"}
    assert [f.name for f in faults if f.outcome is None] == ["内网地址", "外站链接"]
    assert fault_truth(dt.date(2017, 9, 20)) == []


def _slots() -> dict[str, int]:
    from .conftest import SLOTS

    return SLOTS
