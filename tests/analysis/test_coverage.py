"""Coverage from the warehouse: as of any day, as known by any day, and with sources that fell silent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from analysis.clock_days import EXPLAIN_COLUMNS
from analysis.columns import LABELS, as_dicts, as_frame
from analysis.coverage import COVERAGE_COLUMNS, CoverageRow, cell, coverage, matrix, notices
from analysis.credits import credits, load_points
from analysis.plan import CITY_ROW, Plan, load_facts, load_plan
from analysis.queue import QUEUE_COLUMNS, load_rules
from analysis.sources import Source, load_sources, silences
from analysis.ticket import parse_rules
from analysis.verdicts import UNREAD_SITE
from analysis.warehouse import WarehouseError, ask, open_warehouse
from pipeline.city import load_city
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(first: str, last: str) -> list[str]:
    count = (day(last) - day(first)).days + 1
    return [(day(first) + dt.timedelta(days=n)).isoformat() for n in range(count)]


def plan_of(case: Case) -> Plan:
    plan = load_plan(case.city)
    assert plan is not None
    return plan


def ask_rows(case: Case, as_of: str, known_by: str | None = None) -> dict[tuple[str, str], CoverageRow]:
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        found = coverage(
            con,
            plan_of(case),
            day(as_of),
            day(known_by) if known_by else None,
            rules=load_rules(case.city),
            points=load_points(case.city),
        )
        return {(row.task, row.unit): row for row in found}
    finally:
        con.close()


def read_paper(case: Case, first: str, last: str, silent: set[str] | None = None) -> None:
    """Every day of the paper was fetched; each carries a piece that credits nobody."""
    for text in days(first, last):
        if text in (silent or set()):
            case.edition(text, "server_error")
        else:
            case.edition(text)
            case.article(text, "天气晴", name=f"w{text}")


def read_lists(case: Case, at: str) -> None:
    """The lists of the other sites were fetched."""
    for site in ("gov", "slj", "bbs"):
        case.fetch(site, f"http://{site}.test/", at, "list", "listed")


def test_verdicts_follow_from_what_was_landed(case: Case) -> None:
    read_paper(case, "2017-09-21", "2017-10-31")
    read_lists(case, "2017-10-31T20:00:00")
    case.article("2017-10-09", "[上思县:subject][column]", name="a")
    case.article("2017-10-10", "[东兴市:subject]", name="b")  # not in the column
    rows = ask_rows(case, "2017-10-31")
    assert rows["m02", "上思县"].verdict == "达标"
    assert rows["m02", "东兴市"].verdict == "未达标"
    assert rows["m02", "东兴市"].note == UNREAD_SITE and rows["m02", "市水利局"].note is None
    assert rows["c1", "防城港日报社"].verdict == "达标"
    assert rows["m02", "市广播电视台"].verdict == "无法判定"  # nobody crawls it
    assert rows["m03", CITY_ROW].missing == [
        "2017-09-25—2017-10-01", "2017-10-02—2017-10-08", "2017-10-16—2017-10-22", "2017-10-23—2017-10-29",
    ]  # fmt: skip
    early = ask_rows(case, "2017-10-08")
    assert early["m02", "上思县"].verdict == "未达标" and early["m02", "上思县"].days_left == 23
    assert early["m05", "市水利局"].verdict == "未开始"


def test_silent_days_turn_shortfalls_to_unknown_and_mended_days_turn_them_back(case: Case) -> None:
    silent = set(days("2017-10-12", "2017-10-21"))
    read_paper(case, "2017-09-21", "2017-10-31", silent)
    read_lists(case, "2017-10-31T20:00:00")
    case.article("2017-10-09", "[上思县:subject][column]", name="a")
    rows = ask_rows(case, "2017-10-31")
    assert rows["m02", "上思县"].verdict == "达标"
    assert rows["m02", "东兴市"].verdict == "无法判定"
    assert rows["m02", "东兴市"].silent == ["防城港日报 2017-10-12—2017-10-21 采集失败"]
    assert ask_rows(case, "2017-10-11")["m02", "东兴市"].verdict == "未达标"
    for text in sorted(silent):  # fetched again later, with success
        case.edition(text, at="2017-11-02T09:00:00")
        case.article(text, "天气晴", name=f"w{text}", at="2017-11-02T09:00:01")
    assert ask_rows(case, "2017-10-31")["m02", "东兴市"].verdict == "未达标"
    # What was known on the day stays as it was.
    assert ask_rows(case, "2017-10-31", "2017-10-31")["m02", "东兴市"].verdict == "无法判定"


def test_days_that_nobody_fetched_prove_nothing(case: Case) -> None:
    read_paper(case, "2017-10-09", "2017-10-31")
    read_lists(case, "2017-10-31T20:00:00")
    row = ask_rows(case, "2017-10-31")["m02", "东兴市"]
    assert row.verdict == "无法判定"
    assert row.silent == ["防城港日报 2017-09-21—2017-10-08 未采集"]


def test_knowledge_grows_and_the_past_keeps_its_answer(case: Case) -> None:
    read_paper(case, "2017-09-21", "2017-10-31")
    read_lists(case, "2017-10-31T20:00:00")
    url = case.article("2017-10-09", "[column]", name="a", at="2017-10-09T12:00:00")
    case.decide("credit_add", url, "2017-11-03T09:00:00", after={"unit": "东兴市"}, why="补报")
    late = case.article("2017-10-20", "[港口区:subject][column]", name="late", at="2017-11-05T12:00:00")
    rows = ask_rows(case, "2017-10-31")
    assert rows["m02", "东兴市"].verdict == rows["m02", "港口区"].verdict == "达标"
    then = ask_rows(case, "2017-10-31", "2017-11-01")
    assert then["m02", "东兴市"].verdict == then["m02", "港口区"].verdict == "未达标"
    assert late


def test_all_tasks_have_rows_and_the_matrix_shows_them(case: Case) -> None:
    read_paper(case, "2017-09-21", "2017-10-31")
    rows = ask_rows(case, "2018-02-28")
    assert {task for task, _ in rows} == {task.id for task in plan_of(case).tasks}
    table = matrix(list(rows.values()))
    assert table.index[0] == CITY_ROW and table.loc[CITY_ROW, "m01"] == "不适用"
    assert set(table.columns) == {task.id for task in plan_of(case).tasks}
    assert cell(rows["r1", "上思县"]) == "缺1"
    assert any("m08" in text for text in rows["r4", "上思县"].missing)


def test_announcement_from_first_sight_to_the_end(case: Case) -> None:
    read_lists(case, "2017-10-31T20:00:00")
    url = case.article("2017-10-11", "[form=公告]", site="slj", name="gg", title="社会评价公告")
    case.fetch("slj", url, "2017-10-24T09:00:00", "article", "unchanged")
    row = ask_rows(case, "2017-10-31")["m05", "市水利局"]
    assert (row.verdict, row.done_count) == ("达标", 14)
    assert ask_rows(case, "2017-10-15")["m05", "市水利局"].verdict == "未达标"
    assert ask_rows(case, "2017-10-31")["m05", "市教育局"].verdict == "无法判定"


def test_forum_that_was_down_leaves_open_whether_a_post_is_late(case: Case) -> None:
    case.thread(
        "1",
        "[投诉:市水利局]",
        [("甲", "2017-10-09T10:00:00", "坏了"), ("防城港水利", "2017-10-09T15:00:00", "答复：好")],
        at="2017-10-09T20:00:00",
    )
    case.fetch("bbs", "http://bbs.test/", "2017-10-09T20:00:00", "list", "listed")
    assert ask_rows(case, "2017-10-09")["m10", "市水利局"].verdict == "达标"
    for text in days("2017-10-10", "2017-12-20"):
        case.fetch("bbs", "http://bbs.test/", f"{text}T10:00:00", "list", "server_error")
    row = ask_rows(case, "2017-10-10")["m10", "市水利局"]  # no post of the 10th can be late yet
    assert row.verdict == "达标"
    found = ask_rows(case, "2017-12-20")
    for unit in ("市水利局", "市教育局", "市委宣传部"):
        assert found["m10", unit].verdict == "无法判定", unit
        assert found["m10", unit].silent == ["防城港人论坛 2017-10-10—2017-12-19 采集失败"]
    case.fetch("bbs", "http://bbs.test/", "2017-12-21T10:00:00", "list", "listed")
    assert ask_rows(case, "2017-12-21")["m10", "市水利局"].verdict == "达标"  # its list shows what was missed


def test_board_that_was_never_read_leaves_open_what_was_posted_before_the_first_look(case: Case) -> None:
    """A forum's lists lead to its threads however old; one that could not be read leads to none."""
    asked = ("甲", "2017-10-09T10:00:00", "坏了"), ("防城港水利", "2017-10-09T15:00:00", "答复：好")
    case.thread("1", "[投诉:市水利局]", [*asked], at="2017-11-20T20:00:00")
    case.fetch("bbs", "http://bbs.test/", "2017-11-20T20:00:00", "list", "listed")
    case.fetch("bbs", "http://bbs.test/forum-50-1.html", "2017-11-20T20:00:00", "list", "login_wall")
    found = ask_rows(case, "2017-11-20")
    for unit in ("市水利局", "市教育局"):
        assert found["m10", unit].verdict == "无法判定", unit
        assert found["m10", unit].silent == ["防城港人论坛 2017-09-01—2017-11-19 部分版面或版块采集失败"]
    case.fetch("bbs", "http://bbs.test/forum-50-1.html", "2017-11-21T20:00:00", "list", "listed")
    found = ask_rows(case, "2017-11-20")
    assert [found["m10", unit].verdict for unit in ("市水利局", "市教育局")] == ["达标", "不适用"]


def test_forum_and_exposure_from_the_warehouse(case: Case) -> None:
    read_lists(case, "2017-11-30T20:00:00")
    case.thread(
        "7", "[投诉:市水利局]", [("张三", "2017-10-09T10:00:00", "井盖没了")], at="2017-10-09T12:00:00"
    )
    url = case.article("2017-11-09", "[form=曝光][exposed=市行政审批局]", name="e", title="窗口缺岗")
    rows = ask_rows(case, "2017-11-30")
    assert rows["m10", "市水利局"].verdict == "未达标"
    assert rows["m10", "市教育局"].verdict == "不适用"
    assert rows["r3", CITY_ROW].verdict == "未达标"
    for step in ("市绩效办", "分管领导"):
        case.decide(
            "exposure_approval", url, "2017-11-08T09:00:00", after={"step": step, "number": "绩办函1号"}
        )
    assert ask_rows(case, "2017-11-30")["r3", CITY_ROW].verdict == "达标"


def test_an_answer_that_was_given_nobody_knows_when_proves_nothing(case: Case) -> None:
    """Seen in time it was in time; seen late it may have been in time."""
    for text in days("2017-10-09", "2017-11-30"):
        case.fetch("bbs", "http://bbs.test/", f"{text}T10:00:00", "list", "listed")
    opened, answer = ("张三", "2017-10-09T10:00:00", "井盖没了"), "答复：已装好"
    case.thread("7", "[投诉:市水利局]", [opened, ("防城港水利", "昨天", answer)], at="2017-10-10T12:00:00")
    case.thread("8", "[投诉:市住建委]", [opened, ("港城住建", "昨天", answer)], at="2017-10-30T12:00:00")
    rows = ask_rows(case, "2017-11-30")
    assert rows["m10", "市水利局"].verdict == "达标"
    row = rows["m10", "市住建委"]
    assert (row.verdict, row.silent) == ("无法判定", ["防城港人论坛 官方回帖的时间未能识别"])
    whole = ask_rows(case, "2017-11-30", "2017-11-30")["m10", "市住建委"]
    assert (whole.verdict, whole.silent, whole.missing) == (row.verdict, row.silent, row.missing)


def test_an_answer_in_a_thread_that_cannot_be_read_is_not_known_to_be_late(case: Case) -> None:
    asked = [("张三", "2017-10-09T10:00:00", "井盖没了")]
    case.thread("7", "[投诉:市水利局]", asked, at="2017-10-09T12:00:00")
    url = "http://bbs.test/thread-7-1.html"
    for text in days("2017-10-10", "2017-11-29"):
        case.fetch("bbs", "http://bbs.test/", f"{text}T09:00:00", "list", "listed")
        case.fetch("bbs", url, f"{text}T09:01:00", "thread", "timeout")
    for known_by in (None, "2017-11-30"):
        row = ask_rows(case, "2017-11-29", known_by)["m10", "市水利局"]
        assert row.verdict == "无法判定" and "2017-10-09 12:00:00" in row.silent[0]
    case.fetch("bbs", url, "2017-11-30T09:00:00", "thread", "unchanged")
    assert ask_rows(case, "2017-11-29")["m10", "市水利局"].verdict == "未达标"


def test_credits_show_evidence_copies_and_points(case: Case) -> None:
    case.article("2017-10-09", "[上思县:subject][column][same=s]", site="gov", name="first")
    paper = case.article("2017-10-10", "[上思县:subject][column][same=s]", name="a", page="01版", lead=True)
    case.build()
    con = open_warehouse(case.warehouse)
    found = credits(
        con, plan_of(case), day("2017-10-31"), unit="上思县", task="m02", points=load_points(case.city)
    )
    con.close()
    (row,) = found
    assert (row.url, row.role, row.copy_count) == (paper, "subject", 2)  # the copy in an outlet of the task
    assert len(row.copies) == 2 and row.quote == "[上思县:subject]" and row.sha256
    assert (row.points, row.points_why) == (
        6.0,
        "市级报纸 3，头条 ×2（2 处同文，取最高：防城港日报 2017-10-10）",
    )


# ---------------------------------------------------------------- sources
# ---------------------------------------------------------------- sources


def states(case: Case, known_by: str | None = None) -> dict[str, dict[str, str]]:
    case.build()
    con = open_warehouse(case.warehouse)
    found: dict[str, dict[str, str]] = {}
    moment = dt.datetime.fromisoformat(known_by) if known_by else None
    for row in ask(con, "source_silence", start=day("2017-01-01"), end=day("2018-12-31"), known_by=moment):
        found.setdefault(row["site"], {})[row["day"].isoformat()] = row["state"]
    con.close()
    return found


def paper_of(case: Case, first: str, last: str) -> Source:
    con = open_warehouse(case.warehouse)
    found = load_sources(con, day(first), day(last))
    con.close()
    return next(source for source in found if source.outlet == "防城港日报")


def test_no_news_is_not_silence(case: Case) -> None:
    case.edition("2017-10-09")
    case.edition("2017-10-10", "not_found")  # no edition, and no habit that says there should be one
    case.edition("2017-10-11", "timeout")
    case.article("2017-10-09", "天气", name="a")
    paper = states(case)["paper"]
    assert paper == {"2017-10-09": "ok", "2017-10-10": "no_news", "2017-10-11": "down"}


def test_missing_edition_of_a_paper_that_never_misses_is_silence(case: Case) -> None:
    read_paper(case, "2017-09-25", "2017-10-29")
    case.edition("2017-10-30", "not_found")
    case.edition("2017-10-31", "empty_list")
    paper = states(case)["paper"]
    assert paper["2017-10-30"] == "missing" and paper["2017-10-31"] == "unparsed"


def test_missing_edition_on_a_holiday_is_no_silence(case: Case) -> None:
    read_paper(case, "2017-08-28", "2017-10-01", {"2017-10-01"})
    case.edition("2017-10-02", "not_found")  # National Day
    case.edition("2017-10-09", "not_found")
    case.build()
    assert states(case)["paper"]["2017-10-02"] == "missing"
    con = open_warehouse(case.warehouse)
    (paper,) = [
        s for s in load_sources(con, day("2017-10-01"), day("2017-10-02")) if s.outlet == "防城港日报"
    ]
    con.close()
    assert paper.silent == {day("2017-10-01"): "down"}


def test_the_citys_own_calendar_says_which_missing_edition_is_a_holidays(case: Case) -> None:
    def missing(year: int, **calendar: Any) -> dict[dt.date, str]:
        con = open_warehouse(case.warehouse)
        rules = parse_rules({"calendar": {year: calendar}} if calendar else {})
        found = load_sources(con, day(f"{year}-10-11"), day(f"{year}-10-12"), None, rules.calendar)
        con.close()
        return next(source.silent for source in found if source.outlet == "防城港日报")

    for year in (2017, 2051):
        first = day(f"{year}-10-11") - dt.timedelta(days=40)
        read_paper(case, first.isoformat(), f"{year}-10-10")
        case.edition(f"{year}-10-11", "not_found")
        case.edition(f"{year}-10-12", "timeout")
    case.build()
    eleventh, twelfth = day("2017-10-11"), day("2017-10-12")
    assert missing(2017) == {eleventh: "missing", twelfth: "down"}
    assert missing(2017, holidays=["2017-10-11"]) == {twelfth: "down"}
    # A year whose holidays nobody knows: that is said, not guessed.
    assert missing(2051)[day("2051-10-11")] == "missing_unknown_year"
    assert missing(2051, holidays=["2051-10-11"]) == {day("2051-10-12"): "down"}
    assert missing(2051, workdays=["2051-10-11"])[day("2051-10-11")] == "missing"


def test_second_site_of_an_outlet_speaks_for_it(case: Case) -> None:
    path = case.city.folder / "outlets.yaml"
    more = '  - {slug: pad, outlet: 防城港日报, platform: founder, start: ["http://pad.test/"]}\n'
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    case.city = load_city(case.city.folder)
    read_paper(case, "2017-10-09", "2017-10-11", {"2017-10-10", "2017-10-11"})
    url, at = "http://pad.test/2017-10-10/", "2017-10-10T12:00:00"
    case.fetch("pad", url, at, "list", "listed", for_date="2017-10-10")
    case.build()
    con = open_warehouse(case.warehouse)
    (paper,) = [
        s for s in load_sources(con, day("2017-10-09"), day("2017-10-11")) if s.outlet == "防城港日报"
    ]
    con.close()
    assert paper.silent == {day("2017-10-11"): "down"}


def test_bad_link_is_no_silence(case: Case) -> None:
    case.fetch("gov", "http://gov.test/", "2017-10-09T09:00:00", "list", "listed")
    case.fetch("gov", "http://gov.test/1.html", "2017-10-09T09:00:00", "article", "error_page")
    assert states(case)["gov"] == {"2017-10-09": "no_news"}
    for name in ("2", "3"):  # a site that can be read no more
        case.fetch("gov", f"http://gov.test/{name}.html", "2017-10-09T09:00:00", "article", "parse_failed")
    assert states(case)["gov"] == {"2017-10-09": "unparsed"}


def test_one_failed_page_of_a_day_is_partial_and_most_articles_failing_is_unparsed(case: Case) -> None:
    case.edition("2017-10-09")
    case.article("2017-10-09", "天气", name="a")
    case.fetch(
        "paper",
        "http://paper.test/2017-10-09/02",
        "2017-10-09T11:00:00",
        "list",
        "timeout",
        for_date="2017-10-09",
    )
    case.edition("2017-10-10")
    case.article("2017-10-10", "天气", name="b")
    for name in ("c", "d"):
        url = f"http://paper.test/{name}.html"
        case.fetch("paper", url, "2017-10-10T11:00:00", "article", "parse_failed", for_date="2017-10-10")
    assert states(case)["paper"] == {"2017-10-09": "partial", "2017-10-10": "unparsed"}


def test_list_site_is_blind_from_a_failure_until_the_list_is_read_again(case: Case) -> None:
    case.fetch("gov", "http://gov.test/", "2017-10-09T09:00:00", "list", "listed")
    case.article("2017-10-09", "要闻", site="gov", name="a")
    case.fetch("gov", "http://gov.test/", "2017-10-11T09:00:00", "list", "timeout")
    case.fetch("gov", "http://gov.test/", "2017-10-12T09:00:00", "list", "timeout")
    gov = states(case)["gov"]
    assert gov == {"2017-10-09": "ok", "2017-10-10": "unseen", "2017-10-11": "down", "2017-10-12": "down"}
    case.fetch("gov", "http://gov.test/", "2017-10-13T09:00:00", "list", "listed")
    assert set(states(case)["gov"].values()) == {"ok", "no_news"}
    assert states(case, "2017-10-12T23:00:00")["gov"]["2017-10-12"] == "down"


def test_person_knows_more_of_a_source_than_its_fetches(case: Case) -> None:
    read_paper(case, "2017-10-09", "2017-10-15")
    case.decide(
        "source_note", "paper", "2017-10-16T09:00:00", after={"date": "2017-10-10", "until": "2017-10-11"}
    )
    case.build()
    con = open_warehouse(case.warehouse)
    (paper,) = [
        s for s in load_sources(con, day("2017-10-09"), day("2017-10-16")) if s.outlet == "防城港日报"
    ]
    con.close()
    assert silences([paper], day("2017-10-09"), day("2017-10-16")) == [
        "防城港日报 2017-10-10—2017-10-11 采集失败",
        "防城港日报 2017-10-16 未采集",
    ]


# ---------------------------------------------------------------- the door to the warehouse


def test_wrong_warehouse_is_told(case: Case, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="先运行 gangqing build"):
        open_warehouse(tmp_path / "none.duckdb")
    (tmp_path / "junk.duckdb").write_bytes(b"junk" * 1000)
    with pytest.raises(WarehouseError):
        open_warehouse(tmp_path / "junk.duckdb")
    case.build()
    with pytest.raises(WarehouseError, match="北海市"):
        open_warehouse(case.warehouse, "北海市")
    open_warehouse(case.warehouse, "防城港市").close()


def test_notices_name_empty_lists_and_outlets_that_nobody_crawls(case: Case) -> None:
    case.build()
    con = open_warehouse(case.warehouse)
    text = "".join(notices(con, plan_of(case)))
    con.close()
    assert "涉及整改单位" in text and "市广播电视台" in text and "《防城港日报》" not in text
    own = text.partition("网站尚未接入采集、其上的稿件须由单位报送的单位：")[2].split("、")
    assert "市教育局" in own and "市水利局" not in own  # a piece on their sites counts for m02


def test_every_column_has_a_chinese_label_and_rows_become_tables(case: Case) -> None:
    read_paper(case, "2017-10-09", "2017-10-10")
    rows: list[Any] = list(ask_rows(case, "2017-10-31").values())
    for columns in (COVERAGE_COLUMNS, QUEUE_COLUMNS, EXPLAIN_COLUMNS):
        assert set(columns) <= set(LABELS)
    assert len(as_frame(rows)) == len(as_dicts(rows)) == len(rows)


def test_facts_carry_the_words_of_the_plan(case: Case) -> None:
    case.article("2017-10-09", "推进整改落实", name="a", title="绩效整改")
    case.build()
    con = open_warehouse(case.warehouse)
    (fact,) = load_facts(con, plan_of(case), day("2017-10-31"))
    con.close()
    assert {"整改", "绩效"} <= fact.words and "绩效" in fact.title_words
