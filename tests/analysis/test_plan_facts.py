"""Tests that coverage by what the build left is coverage by all articles and tickets asked anew: on any day,
after any decision, before and after the build that loads it, by another plan than the build knew."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analysis.coverage import CoverageRow, coverage
from analysis.credits import Points, load_points, parse_points
from analysis.plan import Plan, load_facts, load_plan
from analysis.plan_facts import PlanFact, counted_facts
from analysis.queue import queue_of
from analysis.reply_rules import Rules, parse_rules
from analysis.scoring import score
from analysis.warehouse import Connection, LiveWarehouse, WarehouseError, ask, open_warehouse
from pipeline import definitions as of_pipeline
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case

UNITS = ("市水利局", "市教育局", "市住建委", "市发改委", "上思县")
FORMS = ("报道", "曝光", "公告", "综述")
TOPICS = ("生态建设", "社会建设", "经济建设")
DAYS = [dt.date(2017, 9, 1) + dt.timedelta(days=n) for n in (-3, 12, 45, 70, 100, 130, 179, 190)]
SITES = ("paper", "paper", "gov", "slj")
LEVELS = {"市级": 1.0, "市级报纸": 3.1}
SPLIT = parse_points({"levels": LEVELS, "front_page": 1.5, "lead": 1.3, "joint": "split", "leader_note": 2.0})
CAPPED = parse_points({"cap_per_task": 1.5, "reprint": "first"})


def asked_anew(con: Connection, plan: Plan, day: dt.date, rules: Rules, points: Points) -> list[CoverageRow]:
    """Coverage by all that the record says of articles and tickets."""
    at = dt.datetime.combine(day, dt.time(23, 59, 59))
    tickets = queue_of(ask(con, "ticket", as_of=at, known_by=None, threads=None), rules, at)
    facts = load_facts(con, plan, day)
    return coverage(con, plan, day, rules=rules, points=points, facts=facts, tickets=tickets)


def land(case: Case, chance: random.Random, number: int) -> str:
    """An article of the season or of the weeks before it; some tell the same story."""
    day = dt.date(2017, 8, 10) + dt.timedelta(days=chance.randint(0, 200))
    roles = " ".join(
        f"[{unit}:{chance.choice(['byline', 'subject', 'joint'])}]"
        for unit in chance.sample(UNITS, chance.choice([0, 1, 1, 2]))
    )
    marks = [
        "[column]", "[note]", f"[topic={chance.choice(TOPICS)}]", "[indicator=水资源管理]",
        f"[form={chance.choice(FORMS)}]", f"[same={chance.randint(1, 6)}]", "[exposed=市住建委]",
        "绩效考评", "国家卫生城市", "编者按", "扶贫", "冬修水利",
    ]  # fmt: skip
    body = " ".join([roles, *chance.sample(marks, chance.randint(1, 6))])
    title = chance.choice(["一条消息", "绩效考评公告", "公告：公众评议", "曝光：围挡占道"])
    return case.article(
        str(day), body, site=chance.choice(SITES), name=f"a{number}", title=title,
        at=f"{day + dt.timedelta(days=chance.randint(0, 3))}T12:00:00",
        page=chance.choice([None, "01版", "3版"]), lead=chance.random() < 0.2,
    )  # fmt: skip


def decide(case: Case, chance: random.Random, articles: list[str]) -> None:
    target, unit = chance.choice(articles), chance.choice(UNITS)
    fixes: list[dict[str, Any]] = [
        {"topic": chance.choice(TOPICS)}, {"indicator": "教育"}, {"form": chance.choice(FORMS)},
        {"reprint_of": chance.choice([None, *map(case.article_id, articles)])},
        {"leader_note": chance.random() < 0.7},
        {"has_editor_note": chance.random() < 0.5}, {"plan_column": chance.random() < 0.5},
        {"credits": [{"unit": unit, "role": "joint"}]}, {"exposed": [unit]},
    ]  # fmt: skip
    choices: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        *(("tag_correction", target, {}, fix) for fix in fixes),
        ("credit_add", target, {}, {"unit": unit, "role": "subject"}),
        ("credit_refuse", target, {"unit": unit}, {}),
        ("source_note", "paper", {}, {"date": "2017-10-11", "until": "2017-10-20", "state": "down"}),
        ("contact_register", unit, {}, {"contact": "乙"}),
        ("exposure_plan", "曝光：围挡占道", {}, {"units": [unit]}),
    ]
    kind, target, before, after = chance.choice(choices)
    at = dt.datetime(2017, 9, 1) + dt.timedelta(hours=chance.randint(0, 4000))
    case.decide(kind, target, at.isoformat(timespec="seconds"), before=before, after=after, why="试")


def assert_same(con: Connection, plan: Plan, day: dt.date, points: Points) -> int:
    rules = parse_rules({})
    truth = asked_anew(con, plan, day, rules, points)
    assert coverage(con, plan, day, rules=rules, points=points) == truth
    counts = coverage(con, plan, day, rules=rules, points=points, with_evidence=False)
    assert [without_articles(row) for row in counts] == [without_articles(row) for row in truth]
    scores = {row.unit: (row.done_count, row.note) for row in truth if row.kind == "score"}
    assert scores == {
        each.unit: (each.story_count, f"{each.earned_points:g} 分")
        for each in score(con, plan, day, points=points)
    }
    return sum(len(row.evidence) for row in truth)


def without_articles(row: CoverageRow) -> CoverageRow:
    return dataclasses.replace(row, evidence=[])


@pytest.mark.parametrize("seed", range(2))
def test_coverage_by_what_the_build_left_is_coverage_asked_anew(tmp_path: Path, seed: int) -> None:
    case, chance = Case(tmp_path), random.Random(seed)
    plan = load_plan(case.city)
    assert plan is not None
    articles = [land(case, chance, number) for number in range(60)]
    case.thread("1", "[投诉:市水利局]", [("张三", "2017-10-09 10:00:00", "没人管")], at="2017-10-09T12:00:00")
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    seen = 0
    for step in range(6):
        for _ in range(chance.randint(0, 6)):
            decide(case, chance, articles)
        con = live.cursor()
        for day in chance.sample(DAYS, 2):
            seen += assert_same(con, plan, day, chance.choice([load_points(case.city), SPLIT, CAPPED]))
        con.close()
        if step % 2:
            number = chance.randint(0, 70)  # a new one, or another text of one that there is
            articles.append(land(case, chance, number))
            case.build()
    con = live.cursor()
    for number, day in enumerate(DAYS):
        seen += assert_same(con, plan, day, [load_points(case.city), SPLIT, CAPPED][number % 3])
    con.close()
    live.close()
    assert seen > 200
    whole = rows_of(case.warehouse)
    case.build(rebuild=True)
    assert rows_of(case.warehouse) == whole


def rows_of(warehouse: Path) -> list[tuple[Any, ...]]:
    opened = Warehouse(warehouse, read_only=True)
    try:
        return [
            *opened.rows("SELECT * FROM plan_fact ORDER BY ALL"),
            *opened.rows("SELECT * FROM plan_piece ORDER BY ALL"),
            *opened.rows("SELECT * FROM plan_total ORDER BY ALL"),
            *opened.rows("SELECT * FROM ticket_span ORDER BY ALL"),
        ]
    finally:
        opened.close()


def test_another_plan_than_the_build_knew_is_asked_anew_until_the_next_build(tmp_path: Path) -> None:
    case, chance = Case(tmp_path), random.Random(7)
    for number in range(20):
        land(case, chance, number)
    plan = load_plan(case.city)
    assert plan is not None
    case.build()
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    left = counted_facts(con, plan, DAYS[-1], None).whole().facts
    assert left and all(isinstance(fact, PlanFact) for fact in left)
    later = msgspec.structs.replace(
        plan,
        tasks=[msgspec.structs.replace(t, outlets=["paper"]) if t.kind == "quota" else t for t in plan.tasks],
    )
    anew = counted_facts(con, later, DAYS[-1], None).whole()
    assert not any(isinstance(fact, PlanFact) for fact in anew.facts)
    assert_same(con, later, DAYS[-1], SPLIT)
    fewer = msgspec.structs.replace(plan, members={task: units[:1] for task, units in plan.members.items()})
    assert isinstance(counted_facts(con, fewer, DAYS[-1], None).whole().facts[0], PlanFact)
    assert_same(con, fewer, DAYS[-1], SPLIT)
    con.close()
    live.close()


def test_a_story_that_a_person_told_of_and_that_the_record_lost_is_told_of_no_more(tmp_path: Path) -> None:
    case = Case(tmp_path)
    early = case.article("2017-08-20", "旧闻", name="early")  # before the plan's first day
    first = case.article("2017-10-09", "[市水利局:subject] 冬修水利 [column]", name="first")
    copy = case.article("2017-10-10", "[市教育局:subject] 扶贫 [column]", name="copy", site="gov")
    case.decide("tag_correction", copy, "2017-10-11T09:00:00", after={"reprint_of": first}, why="转载")
    case.decide("tag_correction", early, "2017-10-11T09:30:00", after={"reprint_of": first}, why="旧闻")
    case.decide("contact_register", "市水利局", "2017-10-11T10:00:00", after={"contact": "乙"})
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    live = LiveWarehouse(case.warehouse, case.city, case.store.decisions)
    con = live.cursor()
    assert_same(con, plan, DAYS[-1], SPLIT)
    con.close()
    (record,) = case.store.decisions.glob("*.jsonl")  # as after a restore of an older backup
    record.write_bytes(record.read_bytes().splitlines(keepends=True)[-1])
    con = live.cursor()
    facts = counted_facts(con, plan, DAYS[-1], None).whole().facts
    stories = {fact.article_id: fact.story_id for fact in facts}
    assert len(stories) == 2 and all(article == story for article, story in stories.items())
    assert_same(con, plan, DAYS[-1], SPLIT)
    con.close()
    live.close()
    case.build()
    whole = rows_of(case.warehouse)
    case.build(rebuild=True)
    assert rows_of(case.warehouse) == whole


def test_what_other_code_left_is_made_anew_and_nothing_is_tagged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(tmp_path)
    case.article("2017-10-09", "[市水利局:subject] 冬修水利 [column]")
    case.thread("1", "[投诉:市水利局]", [("张三", "2017-10-09 10:00:00", "没人管")], at="2017-10-09T12:00:00")
    case.build()
    whole = rows_of(case.warehouse)
    opened = Warehouse(case.warehouse)
    opened.rows("UPDATE plan_fact SET tasks = ''")
    opened.rows("UPDATE plan_piece SET number = 7")
    opened.rows("UPDATE plan_total SET total = 7")
    opened.rows("UPDATE ticket_span SET kind = '咨询'")
    opened.close()
    maker = tmp_path / "load_tickets.py"
    maker.write_text("# another version of the program", encoding="utf-8")
    monkeypatch.setattr(of_pipeline, "_MAKERS", (maker,))
    with pytest.raises(WarehouseError, match="另一版本"):
        open_warehouse(case.warehouse)
    case.tagger.tagged.clear()
    assert not case.build().is_rebuilt and case.tagger.tagged == []
    assert rows_of(case.warehouse) == whole


def test_a_day_thousands_of_years_on_is_told_as_soon_as_any(tmp_path: Path) -> None:
    case = Case(tmp_path)
    for day in ("2017-10-09", "2017-10-10", "2017-10-12", "2018-02-27"):
        case.edition(day)
        case.article(day, "[市水利局:subject] 冬修水利 [column]", name=day)
    case.edition("2018-02-28", "not_found")
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    begun = time.process_time()
    far, later = (coverage(con, plan, day) for day in (dt.date(9997, 12, 31), dt.date(2019, 3, 1)))
    assert time.process_time() - begun < 5
    assert [dataclasses.replace(row, silent=[], days_left=0) for row in far] == [
        dataclasses.replace(row, silent=[], days_left=0) for row in later
    ]
    assert any(row.silent for row in far) and [row.silent for row in far] == [row.silent for row in later]
    con.close()


def test_only_pages_of_the_announcement_are_looked_up(tmp_path: Path) -> None:
    case = Case(tmp_path)
    announced = case.article("2017-10-09", "[form=公告]", title="社会评议公告", name="announced")
    case.article("2017-10-09", "[form=报道]", title="社会评议开始", name="reported")
    case.article("2017-10-09", "[form=公告]", title="停水公告", name="other")
    case.article("2017-10-09", "[form=曝光] [exposed=市住建委]", title="曝光：围挡占道", name="exposed")
    case.build()
    opened = Warehouse(case.warehouse, read_only=True)
    try:
        assert opened.rows("SELECT COUNT(DISTINCT url) > 1 FROM plan_fact WHERE title_words IS NOT NULL")[0][
            0
        ]
        assert opened.rows("SELECT DISTINCT url FROM presence_now") == [(announced,)]
    finally:
        opened.close()
