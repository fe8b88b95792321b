"""An announcement's page day by day: gone, moved, error page, not checked, site down are five things."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.coverage import coverage
from analysis.credits import parse_points
from analysis.plan import Plan, load_plan
from analysis.presence import AnnouncementRow, announcement, pages_to_check
from analysis.reply_rules import parse_rules
from analysis.warehouse import open_warehouse
from crawlers.pages import fetch_pages
from pipeline.city import City
from pipeline.records import Landed
from sample.serve import running
from tests.analysis.case import Case
from tests.analysis.test_plan_facts import asked_anew

TITLE = "2017年度设区市社会评价公告"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    for site in ("gov", "slj", "bbs"):
        found.fetch(site, f"http://{site}.test/", "2017-11-05T20:00:00", "list", "listed")
    return found


def plan_of(case: Case) -> Plan:
    plan = load_plan(case.city)
    assert plan is not None
    return plan


def rows(case: Case, day: str = "2017-11-02") -> dict[str, AnnouncementRow]:
    case.build()
    con, at = open_warehouse(case.warehouse), dt.date.fromisoformat(day)
    try:
        cover = coverage(con, plan_of(case), at)
        return {row.unit: row for row in announcement(con, case.city, plan_of(case), cover, at)}
    finally:
        con.close()


def published(case: Case) -> str:
    return case.article("2017-10-11", "[form=公告]", site="slj", name="gg", title=TITLE)


def look(case: Case, url: str, day: str, outcome: str, detail: str | None = None, target: str = "") -> None:
    for address, found in ((url, outcome), (detail or "", target)):
        if found:
            case.land(
                Landed(
                    run=day.replace("-", ""),
                    site="presence",
                    url=address.removeprefix("→ "),
                    fetched_at=f"{day}T09:00:00",
                    kind="other",
                    outcome=found,  # type: ignore[arg-type]
                    detail=detail if address == url else None,
                )
            )


@pytest.mark.parametrize(
    ("outcome", "detail", "target", "state", "stands"),
    [
        ("captured", None, "", "在线", True),
        ("unchanged", None, "", "在线", True),
        ("not_found", None, "", "已撤下", False),
        ("redirected", "→ http://slj.test/new/gg.html", "captured", "已迁移", True),
        ("redirected", "→ http://slj.test/", "error_page", "已撤下", False),  # to a page without it
        ("redirected", "→ http://other.test/", "", "已迁移", False),  # off the site: not followed
        ("error_page", "页面打开正常，但没有“社会评价”", "", "错误页", False),
        ("timeout", None, "", "网站故障", False),
        ("server_error", None, "", "网站故障", False),
    ],
)
def test_what_a_check_finds_is_told_apart(
    case: Case, outcome: str, detail: str | None, target: str, state: str, stands: bool
) -> None:
    url = published(case)
    look(case, url, "2017-10-15", outcome, detail, target)
    [page] = rows(case, "2017-10-16")["市水利局"].pages
    by_day = {str(day.day): day.state for day in page.days}
    assert by_day == {
        "2017-10-11": "在线", "2017-10-12": "未检查", "2017-10-13": "未检查", "2017-10-14": "未检查",
        "2017-10-15": state, "2017-10-16": "未检查",
    }  # fmt: skip
    assert page.run_days == (5 if stands else 1)
    assert page.state == state


def test_the_longest_run_and_its_gaps(case: Case) -> None:
    url = published(case)
    for day in range(12, 18):
        look(case, url, f"2017-10-{day}", "captured")
    look(case, url, "2017-10-18", "server_error")
    look(case, url, "2017-10-19", "not_found")
    look(case, url, "2017-10-20", "not_found")
    look(case, url, "2017-10-22", "captured")
    look(case, url, "2017-11-02", "captured")
    row = rows(case)["市水利局"]
    [page] = row.pages
    assert (page.run_start, page.run_end, page.run_days) == (dt.date(2017, 10, 22), dt.date(2017, 11, 2), 12)
    # 23 October to 1 November nobody looked, but it was there before and after.
    assert page.gaps == ["2017-10-18 网站故障", "2017-10-19—2017-10-20 已撤下", "2017-10-21 未检查"]
    assert (row.verdict, row.run_days) == ("未达标", 12)


def test_a_page_seen_later_stood_on_the_days_before(case: Case) -> None:
    url = published(case)
    look(case, url, "2018-02-26", "captured")
    row = rows(case, "2017-10-31")["市水利局"]
    [page] = row.pages
    assert (row.verdict, row.run_days, page.run_days, page.state, page.gaps) == ("达标", 21, 21, "在线", [])
    assert {day.state for day in page.days[1:]} == {"未检查"}  # which is said of each day all the same


def test_a_site_down_is_no_notice_taken_down(case: Case) -> None:
    url = published(case)
    look(case, url, "2017-10-13", "captured")
    for day in range(14, 26):
        look(case, url, f"2017-10-{day}", "timeout")
    assert rows(case)["市水利局"].verdict == "无法判定"
    look(case, url, "2017-10-26", "captured")
    assert rows(case)["市水利局"].verdict == "达标"


def test_units_without_a_notice_say_how_their_site_is(case: Case) -> None:
    look(case, "http://slj.test/", "2017-10-20", "server_error")
    row = rows(case, "2017-10-20")["市水利局"]
    assert (row.state, row.note) == (None, "本单位网站网站故障，未见公告")
    look(case, "http://slj.test/", "2017-10-20", "captured")
    assert rows(case, "2017-10-20")["市水利局"].note == "本单位网站在线，未见公告"


def test_a_unit_found_wanting_is_not_told_that_its_site_was_not_looked_at(case: Case) -> None:
    row = rows(case, "2017-11-05")["市水利局"]
    assert (row.verdict, row.note) == ("未达标", "本单位网站采集到的稿件中未见公告")


def overwrite(case: Case, day: str) -> None:
    """Another notice at the same address."""
    at = f"{day}T10:00:00"
    case.article("2017-10-11", "[form=公告] 另一件", site="slj", name="gg", title="招聘公告", at=at)


def test_what_stood_stood_also_where_the_address_shows_another_notice_since(case: Case) -> None:
    url = published(case)
    for day in range(12, 31):
        look(case, url, f"2017-10-{day}", "captured")
    before = rows(case, "2017-10-31")["市水利局"]
    assert (before.verdict, before.run_days) == ("达标", 20)
    overwrite(case, "2017-11-04")
    row = rows(case, "2017-10-31")["市水利局"]
    assert (row.verdict, row.run_days, row.pages[0].title, row.pages[0].run_days) == ("达标", 20, TITLE, 20)
    con, plan, day_asked = open_warehouse(case.warehouse), plan_of(case), dt.date(2017, 10, 31)
    assert coverage(con, plan, day_asked) == asked_anew(
        con, plan, day_asked, parse_rules({}), parse_points({})
    )
    known = coverage(con, plan, day_asked, dt.date(2017, 10, 31), unit="市水利局")
    con.close()
    assert {each.task: each.verdict for each in known}["m05"] == "达标"
    case.decide("tag_correction", url, "2017-11-05T09:00:00", after={"form": "报道"}, why="是报道")
    assert rows(case, "2017-10-31")["市水利局"].verdict == "未达标"  # what a person says of it holds


def test_a_notice_whose_address_showed_another_one_too_soon_did_not_stand(case: Case) -> None:
    published(case)
    overwrite(case, "2017-10-18")
    look(case, "http://slj.test/gg.html", "2017-10-30", "captured")  # whatever stands there
    row = rows(case, "2017-11-02")["市水利局"]
    assert (row.verdict, row.state) == ("未达标", "已撤下")
    assert row.note == "2017-10-11—2017-10-11 在线 1 天；2017-10-18 起发现已撤下"


def test_who_sent_the_screenshot_by_26_october_and_who_did_not(case: Case) -> None:
    for unit, day in (("上思县", "2017-10-26"), ("东兴市", "2017-10-27"), ("港口区", "2017-10-30")):
        after = {"task": "a3", "date": day, "file": "x.jpg"}
        case.decide("proof_received", unit, f"{day}T17:00:00", after=after, who="市绩效办")
    found = rows(case, "2017-10-27")
    assert {
        unit: (found[unit].proof, str(found[unit].proof_day)) for unit in ("上思县", "东兴市", "港口区")
    } == {
        "上思县": ("已报", "2017-10-26"),
        "东兴市": ("逾期报送", "2017-10-27"),
        "港口区": ("未报", "None"),
    }
    assert (found["上思县"].proof_by, found["港口区"].proof_verdict) == ("市绩效办", "未达标")
    assert found["市微博办"].proof is None  # not asked for one


def test_a_screenshot_recorded_later_counts_from_the_day_on_which_it_came(case: Case) -> None:
    """The list of proofs and the verdict read one day; what was known on the day is asked by known_by."""
    after = {"task": "a3", "date": "2017-10-25", "file": "x.jpg"}
    case.decide("proof_received", "市水利局", "2017-11-03T17:00:00", after=after, who="市绩效办")
    row = rows(case, "2017-10-27")["市水利局"]
    assert (row.proof, row.proof_verdict) == ("已报", "达标")
    assert rows(case, "2017-10-24")["市水利局"].proof == "未报"


def test_a_check_of_the_sample_sees_the_page_that_was_taken_down(tmp_path: Path) -> None:
    from crawlers.run import crawl
    from pipeline.load import build
    from pipeline.tagging.tagger import Tagger

    home = tmp_path / "home"

    def host(city: City) -> str:
        return next(site.start[0] for site in city.sites if site.slug == "fcgs-jyj").split("/")[2]

    def check(city: City, day: int, pages: dict[str, list[str]]) -> dict[str, str]:
        at = dt.datetime(2017, 10, day, 18)
        found = fetch_pages(city, "presence", list(pages), home=home, clock=lambda: at, shows=pages)
        return {each.url.split("/")[3]: each.outcome for each in found}

    first = dt.date(2017, 10, 13)
    with running(first) as (_, city):
        crawl(
            city,
            ["fcgs-jyj", "fcgs-slj"],
            home=home,
            first_day=dt.date(2017, 10, 9),
            last_day=first,
            clock=lambda: dt.datetime(2017, 10, 13, 18),
            progress=False,
        )
        build(city, home=home, warehouse=home / "w.duckdb", tagger=Tagger(city))
        plan, old = load_plan(city), host(city)
        assert plan is not None
        con = open_warehouse(home / "w.duckdb")
        wanted = pages_to_check(con, city, plan, first)
        con.close()
        own = {url: shows for url, shows in wanted.items() if url.endswith(".shtml")}
        assert len(own) == 2 and len(wanted) > 2  # and the sites of units on whose none was seen
        assert check(city, 13, own) == {"jyj": "captured", "slj": "captured"}
    with running(dt.date(2017, 10, 21)) as (_, city):
        moved = {url.replace(old, host(city)): shows for url, shows in own.items()}
        assert check(city, 21, moved) == {"jyj": "not_found", "slj": "captured"}
        wrong = {next(iter(moved)).replace("jyj", "slj"): ["另一个标题"]}
        assert set(check(city, 22, wrong).values()) <= {"error_page", "not_found"}
