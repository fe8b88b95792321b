"""A person's correction: checked against what is there, recorded once, in force from the next build on."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from typer.testing import CliRunner

from analysis.acts.record import ActError
from analysis.acts.tag import ArticleCorrection as Article
from analysis.acts.tag import CorrectionError, correct_article, correct_thread, read_correction, topics
from analysis.acts.tag import ThreadCorrection as Thread
from analysis.warehouse import ask, open_warehouse
from pipeline.decisions import load_decisions
from tests.analysis.case import Case

AT = dt.datetime(2017, 10, 9, 8, 30)


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


@pytest.fixture
def url(case):
    return case.article("2017-10-08", "[市水利局:subject] [topic=生态建设] [indicator=水资源管理]")


def correct(case, target, who="经办人", **said):
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return correct_article(
            con, case.city, case.store.decisions, target, read_correction(Article, said), who=who, at=AT
        )
    finally:
        con.close()


def credits(case):
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        return con.execute("SELECT unit, role, decided_by FROM article_credit ORDER BY unit").fetchall()
    finally:
        con.close()


def test_a_correction_holds_from_the_next_build_on_and_says_what_was(case, url):
    decision = correct(case, url, credits=[{"unit": "市环保局", "role": "byline"}, {"unit": "市司法局"}])
    assert decision.before["credits"] == [{"unit": "市水利局", "role": "subject"}]
    assert credits(case) == [("市司法局", "subject", "person"), ("市环保局", "byline", "person")]


def test_a_correction_overrides_only_what_it_names(case, url):
    correct(case, url, form="公告")
    assert credits(case) == [("市水利局", "subject", "rule")]


def test_a_confirmation_is_recorded_too(case, url):
    correct(case, url, credits=[{"unit": "市水利局"}])
    assert [d.kind for d in load_decisions(case.store.decisions)] == ["tag_correction"]


def test_the_same_correction_twice_in_a_second_is_one_decision(case, url):
    case.build()
    con = open_warehouse(case.warehouse)
    for _ in range(2):
        correct_article(
            con,
            case.city,
            case.store.decisions,
            url,
            read_correction(Article, {"form": "公告"}),
            who="甲",
            at=AT,
        )
    con.close()
    assert len(list(load_decisions(case.store.decisions))) == 1


def test_the_indicator_goes_with_its_topic(case, url):
    assert correct(case, url, topic=None).after == {"topic": None, "indicator": None}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "没有写明"),
        ({"form": "新闻"}, "报道、曝光"),
        ({"sentiment": "好"}, "neutral"),
        ({"credits": [{"unit": "水利局"}]}, "是不是 市水利局"),
        ({"credits": [{"unit": "市水利局", "role": "head"}]}, "没有角色"),
        ({"credits": [{"unit": "市水利局"}, {"unit": "市水利局"}]}, "只计一次"),
        ({"exposed": ["市水利局"]}, "不计分"),
        ({"topic": "生态"}, "没有专题"),
        ({"indicator": "教育"}, "属于社会建设"),
        ({"indicator": "水"}, "没有考评指标"),
        ({"reprint_of": "http://nowhere/"}, "没有这个首发稿件"),
        ({"unheard": 1}, "没有“unheard”这一项，可以更正的：credits（计分）、"),
        ({"credits": "市水利局"}, "^计分（credits）应为列表，每项写明单位（unit）和角色（role）"),
        ({"credits": ["市水利局"]}, "^计分（credits）应为列表"),
        ({"credits": [{"name": "市水利局"}]}, "^计分（credits）应为列表"),
        ({"exposed": "市水利局"}, "^被曝光单位（exposed）应为单位简称的列表"),
        ({"topic": 1}, "^专题（topic）应为文字，没有的为空"),
        ({"leader_note": "有"}, "^批示（leader_note）应为是（true）或否（false）$"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_recorded(case, url, said, told):
    with pytest.raises(CorrectionError, match=told):
        correct(case, url, **said)
    assert list(load_decisions(case.store.decisions)) == []


@pytest.mark.parametrize("kind", [Article, Thread])
def test_a_field_that_holds_what_it_cannot_is_told_in_chinese(kind):
    for key in kind.__struct_fields__:
        with pytest.raises(CorrectionError) as told:
            read_correction(kind, {key: 1.5})
        assert not re.search("[A-Z]|`", str(told.value)), key


def test_a_unit_that_the_article_exposes_is_credited_only_once_it_is_exposed_no_more(case):
    url = case.article("2017-10-08", "[form=曝光] [exposed=市住建委]")
    credit = [{"unit": "市住建委"}]
    with pytest.raises(CorrectionError, match="被曝光的单位不计分，请二者择一：市住建委"):
        correct(case, url, credits=credit)
    assert list(load_decisions(case.store.decisions)) == []
    assert correct(case, url, credits=credit, exposed=[]).before["exposed"] == ["市住建委"]


def test_nothing_is_corrected_by_nobody(case, url):
    with pytest.raises(ActError, match="请填写经办人"):
        correct(case, url, who=" ", form="公告")


def test_an_article_is_no_reprint_of_itself(case, url):
    with pytest.raises(CorrectionError, match="它自己"):
        correct(case, url, reprint_of=url)


def test_a_thread_is_corrected(case):
    thread = case.thread(
        "7", "[投诉:市水利局]", [("甲", "2017-10-08T08:00", "停水")], at="2017-10-08T12:00:00"
    )
    case.build()
    con = open_warehouse(case.warehouse)
    right = read_correction(Thread, {"kind": "咨询", "units": ["市住建委"], "needs_reply": True})
    decision = correct_thread(con, case.city, case.store.decisions, thread, right, who="经办人", at=AT)
    con.close()
    assert decision.before == {"kind": "投诉", "units": ["市水利局"], "needs_reply": True}
    case.build()
    con = open_warehouse(case.warehouse)
    tags = ask(con, "tags_of_thread", target=thread)[0]
    con.close()
    assert (tags["kind"], tags["units"]) == ("咨询", ["市住建委"])


def test_every_indicator_has_its_topic():
    assert {"社会建设", "从严治党"} <= set(topics())
    assert "教育" in topics()["社会建设"]


def test_the_command_records_it(case, url):
    from gangqing import app

    case.build()
    arguments = ["correct", "article", url, "--who", "张三", "--credit", "无", "--topic", "无", "--json"]
    result = CliRunner().invoke(
        app,
        [*arguments, "--city", str(case.city.folder), "--home", str(case.home), "--at", "2017-10-09T08:30"],
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["after"] == {"credits": [], "topic": None, "indicator": None}
    assert credits(case) == []
