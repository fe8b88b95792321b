"""What the tags would not sign waits for a person, is not counted, and leaves the list when it is decided."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.acts.tag import (
    ArticleCorrection,
    ThreadCorrection,
    correct_article,
    correct_thread,
    read_correction,
)
from analysis.judge import class_threshold, doubts
from analysis.warehouse import open_warehouse
from pipeline.city import CityError, load_city
from pipeline.tagging.units import UnitTagger, read_threshold
from tests.analysis.case import REPOSITORY, Case

DAY = dt.date(2017, 10, 31)


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def listed(case, **how):
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        credits = con.execute("SELECT unit FROM article_credit ORDER BY unit").fetchall()
        return [(d.what, d.said) for d in doubts(con, case.city, DAY, **how)], [u for (u,) in credits]
    finally:
        con.close()


def test_a_doubtful_credit_waits_and_is_not_counted(case):
    case.article("2017-10-08", "[市水利局:subject] [市环保局?]")
    assert listed(case) == ([("单位", "市环保局")], ["市水利局"])
    assert listed(case, unit="市水利局")[0] == []


def test_a_doubtful_exposure_waits_until_a_person_says_whom_the_piece_exposes(case):
    url = case.article("2017-10-08", "[市水利局:subject] [exposed?=市环保局]")
    assert listed(case) == ([("曝光对象", "市环保局")], ["市水利局"])
    assert listed(case, unit="市环保局", credits_only=True)[0] == [("曝光对象", "市环保局")]
    for said in ({"credits": [{"unit": "市水利局"}]}, {"exposed": []}):
        case.build()
        con = open_warehouse(case.warehouse)
        right = read_correction(ArticleCorrection, said)
        correct_article(
            con, case.city, case.store.decisions, url, right, who="甲", at=dt.datetime(2017, 10, 9, 9)
        )
        con.close()
        left = [] if "exposed" in said else [("曝光对象", "市环保局")]
        assert listed(case) == (left, ["市水利局"])


def test_what_was_published_later_does_not_wait_yet(case):
    case.article("2017-11-08", "[市环保局?]")
    assert listed(case)[0] == []


@pytest.mark.parametrize(
    "kind", [{"after": {"unit": "市环保局", "role": "subject"}}, {"before": {"unit": "市环保局"}}]
)
def test_an_appeal_or_a_refusal_ends_the_waiting(case, kind):
    url = case.article("2017-10-08", "[市环保局?]")
    case.decide("credit_add" if "after" in kind else "credit_refuse", url, "2017-10-09T09:00:00", **kind)
    assert listed(case) == ([], ["市环保局"] if "after" in kind else [])


def test_a_reprint_leaves_its_doubts_to_the_first_publication_also_where_a_person_says_which_it_is(case):
    case.article("2017-10-08", "[same=1]", name="a")
    copy = case.article("2017-10-09", "[市环保局?][same=1]", name="b")
    own = case.article("2017-10-10", "[市水利局?]", name="c")
    assert listed(case)[0] == [("单位", "市水利局")]
    case.decide("tag_correction", copy, "2017-10-11T09:00:00", after={"reprint_of": None})
    after = {"reprint_of": case.article_id(copy)}
    case.decide("tag_correction", own, "2017-10-11T09:00:00", after=after)
    assert listed(case)[0] == [("单位", "市环保局")]


def test_a_correction_ends_the_waiting(case):
    url = case.article("2017-10-08", "[市水利局:subject] [市环保局?]")
    case.build()
    con = open_warehouse(case.warehouse)
    right = read_correction(ArticleCorrection, {"credits": [{"unit": "市水利局"}]})
    correct_article(
        con, case.city, case.store.decisions, url, right, who="甲", at=dt.datetime(2017, 10, 9, 9)
    )
    con.close()
    assert listed(case) == ([], ["市水利局"])


def test_a_thread_that_is_not_sure_to_need_no_answer_waits_until_a_person_says(case):
    """The one whose floors never doubted anything does not; nor does a later one yet."""
    post = [("甲", "2017-10-08T09:00:00", "路灯坏了")]
    silent = case.thread("1", "[讨论][要答？]", post, at="2017-10-08T10:00:00")
    case.thread("2", "[投诉:市市政局][谁答？]", post, at="2017-10-08T10:00:00")
    case.thread("3", "[投诉:市市政局]", post, at="2017-10-08T10:00:00")
    late = [("甲", "2017-11-08T09:00:00", "路灯坏了")]
    case.thread("4", "[讨论][要答？]", late, at="2017-11-08T10:00:00")
    assert listed(case)[0] == [("要不要答复", "不需答复"), ("该谁答", "市市政局")]
    assert listed(case, credits_only=True)[0] == []
    con = open_warehouse(case.warehouse)
    right = read_correction(ThreadCorrection, {"needs_reply": False})
    correct_thread(
        con, case.city, case.store.decisions, silent, right, who="甲", at=dt.datetime(2017, 10, 9, 9)
    )
    con.close()
    assert listed(case)[0] == [("该谁答", "市市政局")]


def test_a_ticket_that_somebody_deals_with_waits_no_more(case):
    post = [("甲", "2017-10-08T09:00:00", "路灯坏了")]
    thread = case.thread("2", "[投诉:市市政局][谁答？]", post, at="2017-10-08T10:00:00")
    assert listed(case)[0] == [("该谁答", "市市政局")]
    case.decide(
        "transfer", f"{thread}-1", "2017-10-09T09:00:00", after={"unit": "市住建委", "state": "待签收"}
    )
    assert listed(case)[0] == []


def test_a_reprint_asks_nothing_again(case):
    case.article("2017-10-08", "[市环保局?] [same=s]")
    case.article("2017-10-09", "[市环保局?] [same=s] ")
    assert listed(case)[0] == [("单位", "市环保局")]


def test_the_threshold_is_the_citys(tmp_path):
    (tmp_path / "city.yaml").write_text(f"extends: {REPOSITORY / 'city'}\ncredit_threshold: 0.99\n", "utf-8")
    strict, usual = UnitTagger(load_city(tmp_path)), UnitTagger(load_city())
    assert (strict.threshold, usual.threshold) == (0.99, 0.7)


@pytest.mark.parametrize("value", ["0.2", "很高", "true", "1.5"])
def test_a_threshold_that_is_none_is_told(tmp_path, value):
    (tmp_path / "city.yaml").write_text(
        f"extends: {REPOSITORY / 'city'}\ncredit_threshold: {value}\nclass_threshold: 很低\n", "utf-8"
    )
    city = load_city(tmp_path)
    with pytest.raises(CityError, match="credit_threshold"):
        read_threshold(city, 0.7)
    with pytest.raises(CityError, match="class_threshold"):
        class_threshold(city)
