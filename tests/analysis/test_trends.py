"""The tables behind the desk's charts, on a small city whose numbers can be counted by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.plan import load_facts, load_plan
from analysis.queue import queue
from analysis.source_health import failures, outcome_days, source_health
from analysis.ticket import load_rules
from analysis.trend_charts import draw_trend
from analysis.trends import coverage_weeks, forum_weeks, reply_times, sentiment_weeks
from analysis.warehouse import open_warehouse
from tests.analysis.case import FORUM, Case

DAY = dt.date(2017, 12, 4)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    for week in range(5):
        day = (dt.date(2017, 10, 30) + dt.timedelta(weeks=week)).isoformat()
        for n in range(2):
            case.article(
                day, f"[市水利局:subject][column] 第{week}{n}篇。", site="gov", title=f"水利{week}{n}"
            )
    case.fetch("gov", "http://gov.test/", "2017-11-28T08:00:00", "list", "server_error")
    case.fetch("bbs", "http://bbs.test/", "2017-12-04T08:00:00", "list", "listed")
    answer = ("防城港水利", "2017-11-22 09:00:00", "答复：已清理")
    posts = [("u1", "2017-11-20 10:00:00", "河边全是垃圾"), answer]
    case.thread("1", "[投诉:市水利局] 河道垃圾", posts, at="2017-12-03T08:00:00")
    case.thread(
        "2", "[投诉:市水利局] 没人管", [("u2", "2017-11-01 10:00:00", "还是没人管")], at="2017-12-03T08:00:00"
    )
    case.build()
    return case


def test_tables_of_the_charts(case: Case) -> None:
    con = open_warehouse(case.warehouse)
    plan = load_plan(case.city)
    assert plan is not None
    weeks = coverage_weeks(plan, load_facts(con, plan, DAY), DAY)
    totals = {row[1] + row[2] for row in weeks.rows}  # type: ignore[operator]
    assert len(totals) == 1 and weeks.rows[0][1] == 0
    assert [row[1] for row in weeks.rows] == sorted(row[1] for row in weeks.rows)  # type: ignore[type-var]
    moods = {row[0]: row[1:] for row in sentiment_weeks(con, DAY, None, "article").rows}
    assert moods["10-30"] == [0, 2, 0] and sum(sum(row) for row in moods.values()) == 10  # type: ignore[arg-type]
    threads = {row[0]: row[1:] for row in sentiment_weeks(con, DAY, None, "thread").rows}
    assert threads["11-20"] == [0, 0, 1]
    heat = forum_weeks(con, DAY, None)
    assert heat.columns[1:] == [FORUM] and {row[0]: row[1] for row in heat.rows}["11-20"] == 2
    replies = reply_times(queue(con, load_rules(case.city), DAY, include_closed=True))
    assert replies.rows[2] == ["2—3 天", 1, 0] and "另有 1 件正式答复超时" in replies.note
    assert "初步回应是否超时不在此列" in replies.note and replies.title == "正式答复用时"
    con.close()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_table_is_the_same_picture(case: Case, kind: str) -> None:
    con = open_warehouse(case.warehouse)
    table = forum_weeks(con, DAY, None)
    assert draw_trend(table, kind) == draw_trend(table, kind)  # type: ignore[arg-type]
    empty = forum_weeks(con, dt.date(2000, 1, 1), None)
    assert empty.is_empty and draw_trend(empty, kind)  # type: ignore[arg-type]
    con.close()


def test_pages_that_failed_and_were_not_got_since_are_lacking(case: Case) -> None:
    # After the list that failed: one page failed twice, one failed and was read, one is not there.
    case.fetch("gov", "http://gov.test/1", "2017-11-29T08:00:00", "article", "server_error")
    case.fetch("gov", "http://gov.test/1", "2017-11-30T08:00:00", "article", "login_wall")
    case.fetch("gov", "http://gov.test/2", "2017-11-29T08:00:00", "article", "server_error")
    case.fetch("gov", "http://gov.test/2", "2017-12-01T08:00:00", "article", "unchanged")
    case.fetch("gov", "http://gov.test/3", "2017-11-29T08:00:00", "article", "not_found")
    case.build()
    con = open_warehouse(case.warehouse)
    for day, count in ((dt.date(2017, 11, 27), 0), (dt.date(2017, 11, 30), 3), (DAY, 2)):
        found = {source.site: source.lacking_count for source in source_health(con, day)}
        open_rows = [
            row for row in failures(con, "gov", day) if not row["is_mended"] and row["outcome"] != "not_found"
        ]
        assert (found["gov"], found["bbs"]) == (count, 0) and len(open_rows) == count
    con.close()


def test_a_source_is_told_by_its_habit_and_its_failures(case: Case) -> None:
    con = open_warehouse(case.warehouse)
    found = {source.site: source for source in source_health(con, DAY)}
    gov = found["gov"]
    assert gov.failed_count == 1 and any("采集失败" in each for each in gov.trouble)
    assert any("天没有采集" in each for each in gov.trouble)
    assert (gov.week_count, gov.habit_count) == (0, 2.0)
    assert found["slj"].trouble == ["还没有采集过"]
    assert found["bbs"].trouble == []
    assert outcome_days(con, "gov", DAY)[-1]["outcome"] == "server_error"
    early = {source.site: source for source in source_health(con, dt.date(2017, 11, 10))}
    assert early["gov"].failed_count == 0 and early["bbs"].last_fetched_at is None
    # Read only afterwards, in one go: what the day brought is known now, and was not then.
    assert early["bbs"].later_fetched_at is not None and early["bbs"].trouble == []
    then = source_health(con, dt.date(2017, 11, 10), known_by=dt.date(2017, 11, 10))
    assert {source.site: source for source in then}["bbs"].trouble == ["还没有采集过"]
    con.close()
