"""Corrections teach: they come out as gold of what was decided, and tell how right the rules were."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from analysis.acts.tag import (
    ArticleCorrection,
    ThreadCorrection,
    correct_article,
    correct_thread,
    read_correction,
)
from analysis.corrections import (
    accuracy_of_threads,
    accuracy_of_topics,
    accuracy_of_units,
    export_corrections,
)
from analysis.warehouse import open_warehouse
from pipeline.city import load_city
from pipeline.evaluation import evaluate
from pipeline.training.examples import load_threads
from pipeline.training.inputs import check_corrections
from pipeline.training.matters import load_matters
from pipeline.training.roles import load_articles
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def correct(case, url, at, **said):
    case.build()
    con = open_warehouse(case.warehouse)
    right = read_correction(ArticleCorrection, said)
    correct_article(
        con, case.city, case.store.decisions, url, right, who="甲", at=dt.datetime.fromisoformat(at)
    )
    con.close()


def asked(case, question):
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return question(con)
    finally:
        con.close()


def test_accuracy_counts_only_what_a_person_looked_at(case):
    first = case.article("2017-10-08", "[市水利局:subject] [市环保局:subject]", title="一")
    case.article("2017-10-08", "[市林业局:subject]", title="二")
    third = case.article("2017-11-08", "[市水利局:subject] [市司法局:subject]", title="三")
    correct(case, first, "2017-10-09T09:00", credits=[{"unit": "市水利局"}, {"unit": "市海洋局"}])
    case.decide("credit_refuse", third, "2017-11-09T09:00:00", before={"unit": "市水利局"})
    rows = asked(case, accuracy_of_units)
    assert [(r.month, r.name, r.right_count, r.wrong_count, r.missed_count) for r in rows] == [
        ("2017-10", "市水利局", 1, 0, 0),
        ("2017-10", "市海洋局", 0, 0, 1),
        ("2017-10", "市环保局", 0, 1, 0),
        ("2017-11", "市水利局", 0, 1, 0),
    ]
    assert (rows[0].precision, rows[0].recall) == (1.0, 1.0)
    assert (rows[1].precision, rows[1].recall) == (None, 0.0)


def test_accuracy_of_topics_counts_confirmations(case):
    first = case.article("2017-10-08", "[topic=生态建设]", title="一")
    second = case.article("2017-10-08", "[topic=生态建设]", title="二")
    correct(case, first, "2017-10-09T09:00", topic="生态建设")
    correct(case, second, "2017-10-09T09:00", topic="社会建设")
    rows = asked(case, accuracy_of_topics)
    assert {r.name: (r.right_count, r.wrong_count) for r in rows} == {"生态建设": (1, 0), "社会建设": (0, 1)}


def test_what_was_decided_becomes_a_regression_case_and_is_learned_from(case, tmp_path):
    body = "市水利局召开河长制推进会，部署清漂。市环保局参加。" * 3
    url = case.article("2017-10-08", body, title="河长制推进会召开")
    correct(case, url, "2017-10-09T09:00", credits=[{"unit": "市水利局"}])
    assert asked(case, lambda con: export_corrections(con, tmp_path / "out")) == {
        "articles-corrected.jsonl": 1,
        "threads-corrected.jsonl": 0,
    }
    check_corrections(tmp_path / "out")
    lines = (tmp_path / "out" / "articles-corrected.jsonl").read_bytes().splitlines()
    row = json.loads(lines[0])
    assert row["gold"] == {"credits": [{"unit": "市水利局", "role": "subject"}]}
    assert row["stood"]["form"] == "报道"
    result = evaluate(lines, load_city(), with_baselines=False)
    assert result.value("credits（单位）", "F1") == 1.0
    assert result.value("form", "accuracy") is None
    learned = load_articles(None, tmp_path / "out" / "articles-corrected.jsonl")
    assert [(a.source, sorted(a.gold)) for a in learned if a.source == "corrected"] == [
        ("corrected", ["市水利局"])
    ]


def test_a_corrected_thread_is_an_example(case, tmp_path):
    thread = case.thread(
        "7", "[投诉:市水利局]", [("甲", "2017-10-08T08:00", "停水")], at="2017-10-08T12:00:00"
    )
    case.build()
    con = open_warehouse(case.warehouse)
    right = read_correction(ThreadCorrection, {"kind": "咨询", "needs_reply": True})
    at = dt.datetime(2017, 10, 9)
    correct_thread(con, case.city, case.store.decisions, thread, right, who="甲", at=at)
    con.close()
    assert asked(case, lambda con: export_corrections(con, tmp_path))["threads-corrected.jsonl"] == 1
    check_corrections(tmp_path)
    (example,) = load_threads(tmp_path / "threads-corrected.jsonl")
    assert (example.kind, example.asked, example.text) == ("咨询", True, "停水")


def test_an_indicator_may_be_spelt_as_the_notice_does():
    body = "市水利局今年建成集中供水工程96处，农村饮水安全达标，河长制全面推行，水资源管理更严。" * 2
    item = {"id": "x", "title": "市水利局：全市农村饮水安全达标", "outlet": "防城港日报", "body": body}
    for said, name in (
        ("水资源管理", "水资源管理"),
        ("扶贫", "扶贫攻坚"),
        ("“美丽广西”乡村建设", "乡村建设"),
    ):
        result = evaluate(
            [json.dumps({**item, "gold": {"indicator": said}}).encode()], load_city(), with_baselines=False
        )
        assert [m.gold for m in result.misses] == ([] if said == "水资源管理" else [name])


def test_handing_a_post_on_teaches_whose_it_is_and_counts(case, tmp_path):
    """Handed on as suggested, handed to another, taken back, and one that nobody touched."""
    posts = [("甲", "2017-10-08T08:00", "小区门口的路灯三个月不亮")]
    right, wrong, back, _ = (
        case.thread(str(n), f"[投诉:市水利局]{n}", posts, at="2017-10-08T12:00:00") for n in (1, 2, 3, 4)
    )
    after = {"move": "hand_over", "state": "待签收"}
    case.decide("state_change", f"{right}-1", "2017-10-09T09:00:00", after=after)
    moved = {"move": "hand_over", "state": "待签收", "unit": "市市政局"}
    case.decide("transfer", f"{wrong}-1", "2017-11-09T09:00:00", before={"unit": "市水利局"}, after=moved)
    case.decide("state_change", f"{back}-1", "2017-10-09T09:00:00", after=after)
    undone = {"move": "take_back", "state": "待研判"}
    case.decide("state_change", f"{back}-1", "2017-10-09T09:05:00", after=undone)
    rows = asked(case, accuracy_of_threads)
    assert [(r.month, r.name, r.right_count, r.wrong_count, r.missed_count) for r in rows] == [
        ("2017-10", "市水利局", 1, 0, 0),
        ("2017-11", "市市政局", 0, 0, 1),
        ("2017-11", "市水利局", 0, 1, 0),
    ]
    assert asked(case, lambda con: export_corrections(con, tmp_path))["threads-corrected.jsonl"] == 2
    corrected = tmp_path / "threads-corrected.jsonl"
    said = {row["id"]: row["gold"] for row in map(json.loads, corrected.read_bytes().splitlines())}
    assert [said[thread]["units"] for thread in (right, wrong)] == [["市水利局"], ["市市政局"]]
    assert all(gold["needs_reply"] for gold in said.values())
    before, learned = (len(load_matters(tmp_path, load_city(), corrected=path)) for path in (None, corrected))
    assert learned == before + 2


@pytest.mark.parametrize("later", ["求助", "咨询"])
def test_of_what_was_said_by_id_and_by_address_the_newest_holds(case, later):
    url = "http://bbs.test/thread-7-1.html"
    posts = [("甲", "2017-10-08T08:00", "停水")]
    thread = case.thread("7", "[投诉:市水利局]", posts, at="2017-10-08T12:00:00")
    (earlier,) = {"求助", "咨询"} - {later}
    case.decide("tag_correction", thread, "2017-10-09T09:00:00", after={"kind": earlier})
    case.decide("tag_correction", url, "2017-10-10T09:00:00", after={"kind": later})
    story = case.article("2017-10-08", "[topic=生态建设]", title="一")
    case.build()
    con = open_warehouse(case.warehouse)
    ((article,),) = con.execute("SELECT article_id FROM article_now").fetchall()
    con.close()
    unit = {"求助": "市水利局", "咨询": "市环保局"}
    right = {"topic": later, "leader_note": later == "求助", "credits": [{"unit": unit[later]}]}
    wrong = {"topic": earlier, "leader_note": later != "求助", "credits": [{"unit": unit[earlier]}]}
    case.decide("tag_correction", article, "2017-10-09T09:00:00", after=wrong)
    case.decide("tag_correction", story, "2017-10-10T09:00:00", after=right)

    def said(con):
        return [
            con.execute(sql).fetchall()
            for sql in (
                "SELECT kind FROM ticket",
                "SELECT kind ->> '$' FROM thread_correction_at(NULL)",
                "SELECT topic FROM article_fact_at(NULL)",
                "SELECT has_leader_note FROM plan_fact_at(NULL, ['x'])",
                "SELECT unit FROM article_credit_at(NULL)",
            )
        ]

    assert asked(case, said) == [[(later,)], [(later,)], [(later,)], [(later == "求助",)], [(unit[later],)]]
