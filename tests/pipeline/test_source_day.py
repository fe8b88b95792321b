"""An empty list is an alarm where there were entries, and nothing where a site has not published yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from analysis.sources import load_sources, silences
from analysis.warehouse import open_warehouse
from pipeline.records import Article, Landed, Outcome
from tests.analysis.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def look(case: Case, day: str, outcome: str, url: str = "http://gov.test/") -> None:
    case.fetch("gov", url, f"{day}T09:00:00", "list", outcome)  # type: ignore[arg-type]


def states(case: Case, site: str = "gov") -> dict[str, str]:
    case.build()
    with duckdb.connect(str(case.warehouse), read_only=True) as con:
        rows = con.execute("SELECT day, state FROM source_day_at(NULL) WHERE site = ? ORDER BY day", [site])
        return {str(day): state for day, state in rows.fetchall()}


def test_site_that_never_had_entries_has_no_content_yet(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "empty_list")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "no_content"}


def test_site_that_had_entries_and_shows_none_is_down(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "listed")
    look(case, "2017-10-03", "empty_list")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "no_news", "2017-10-03": "down"}


def test_new_column_of_a_site_whose_other_columns_have_entries_is_no_fault(case: Case) -> None:
    look(case, "2017-10-01", "listed")
    look(case, "2017-10-01", "empty_list", "http://gov.test/new/")
    assert states(case) == {"2017-10-01": "no_news"}


@pytest.mark.parametrize("runs", [("20171001-001", "20171001-002"), ("20171001-002", "20171001-001")])
def test_it_is_none_either_where_another_worker_of_the_crawl_read_the_others(
    case: Case, runs: tuple[str, str]
) -> None:
    pages: list[tuple[str, Outcome]] = [
        ("http://gov.test/", "listed"),
        ("http://gov.test/new/", "empty_list"),
    ]
    for run, (url, outcome) in zip(runs, pages, strict=True):
        at = "2017-10-01T09:00:00"
        case.land(Landed(run=run, site="gov", url=url, fetched_at=at, kind="list", outcome=outcome))
    assert states(case) == {"2017-10-01": "no_news"}


def test_site_whose_columns_are_all_empty_after_it_moved_is_down(case: Case) -> None:
    look(case, "2017-10-01", "listed")
    look(case, "2017-10-02", "empty_list", "http://gov.test/moved/")
    assert states(case)["2017-10-02"] == "down"


def test_failure_of_a_site_without_entries_is_still_a_failure(case: Case) -> None:
    look(case, "2017-10-01", "empty_list")
    look(case, "2017-10-02", "timeout")
    assert states(case) == {"2017-10-01": "no_content", "2017-10-02": "down"}


def test_edition_without_articles_is_never_new(case: Case) -> None:
    case.edition("2017-10-09", "empty_list")
    assert states(case, "paper") == {"2017-10-09": "unparsed"}


def days(first: str, count: int) -> list[str]:
    begin = dt.date.fromisoformat(first)
    return [(begin + dt.timedelta(days=n)).isoformat() for n in range(count)]


def publish(case: Case, day: str, count: int, *, column: bool = False, site: str = "gov") -> None:
    look(case, day, "listed")
    for number in range(count):
        article = Article(
            outlet=case.city.site_by_slug[site].outlet,
            url=f"http://{site}.test/{day}-{number}.html",
            title=f"{day} {number}",
            body="正文",
            published=day,
            column="要闻" if column else None,
        )
        case.fetch(site, article.url, f"{day}T10:00:00", "article", "stored", article=article)


def test_zero_where_there_were_always_some_is_quiet_and_a_day_without_news_is_not(case: Case) -> None:
    for day in days("2017-10-09", 28):
        if dt.date.fromisoformat(day).weekday() < 5:
            publish(case, day, 2)
        else:
            look(case, day, "listed")
    for day in days("2017-11-06", 7):
        look(case, day, "listed")
    found = states(case)
    assert {found[day] for day in days("2017-11-06", 5)} == {"quiet"}
    assert {found[day] for day in days("2017-11-11", 2)} == {"no_news"}  # a weekend never had any


def test_far_below_the_four_week_mean_is_low(case: Case) -> None:
    for day in days("2017-10-09", 28):
        publish(case, day, 9)
    publish(case, "2017-11-06", 2)
    publish(case, "2017-11-07", 3)
    found = states(case)
    assert (found["2017-11-06"], found["2017-11-07"], found["2017-11-05"]) == ("low", "ok", "ok")


def test_a_field_that_stopped_parsing_is_told(case: Case) -> None:
    for day in days("2017-10-09", 10):
        publish(case, day, 6, column=True)
    publish(case, "2017-10-19", 6)
    publish(case, "2017-10-20", 2)  # two without a column prove nothing
    found = states(case)
    assert (found["2017-10-18"], found["2017-10-19"], found["2017-10-20"]) == ("ok", "fields", "ok")
    with duckdb.connect(str(case.warehouse), read_only=True) as con:
        lost = con.execute(
            "SELECT lost_fields FROM source_day_at(NULL) WHERE day = '2017-10-19' AND site = 'gov'"
        )
        assert lost.fetchall() == [(["栏目"],)]


def test_one_quiet_day_is_doubtful_and_two_leave_a_verdict_open(case: Case) -> None:
    for day in days("2017-10-09", 28):
        publish(case, day, 2)
    publish(case, "2017-11-08", 2)
    look(case, "2017-11-10", "listed")
    case.build()
    con = open_warehouse(case.warehouse)
    first, last = dt.date(2017, 11, 1), dt.date(2017, 11, 10)
    gov = next(s for s in load_sources(con, first, last, min_silent_days=2) if s.outlet_class == "gov")
    con.close()
    assert {str(day): reason for day, reason in gov.silent.items()} == {
        "2017-11-06": "quiet", "2017-11-07": "quiet", "2017-11-09": "quiet", "2017-11-10": "quiet",
    }  # fmt: skip
    short = load_only(case, first, dt.date(2017, 11, 6))
    assert set(short.values()) == {"doubtful"}


def load_only(case: Case, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    con = open_warehouse(case.warehouse)
    found = next(s for s in load_sources(con, first, last, min_silent_days=2) if s.outlet_class == "gov")
    con.close()
    return found.silent


def print_paper(case: Case, first: str, last: str, without: set[str]) -> None:
    """A daily paper; on some days the server says that there is no edition."""
    for day in days(first, (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days + 1):
        case.edition(day, "not_found" if day in without else "listed")
        if day not in without:
            case.article(day, "天气", name=day)


def test_a_paper_that_stays_away_is_missing_until_it_comes_again(case: Case) -> None:
    away = set(days("2017-10-16", 40))
    print_paper(case, "2017-09-04", "2017-11-26", away)
    found = states(case, "paper")
    assert {day for day, state in found.items() if state == "missing"} == away
    assert found["2017-11-25"] == found["2017-11-26"] == "ok"


def test_one_gap_does_not_hide_the_next(case: Case) -> None:
    gaps = {*days("2017-10-02", 7), *days("2017-10-16", 7), *days("2017-10-30", 3)}  # the first: National Day
    print_paper(case, "2017-08-14", "2017-11-05", gaps)
    found = states(case, "paper")
    assert {day for day, state in found.items() if state == "missing"} == gaps


def test_a_paper_that_gives_up_a_weekday_is_missing_on_it_but_once(case: Case) -> None:
    wednesdays = {"2017-10-11", "2017-10-18", "2017-10-25", "2017-11-01"}
    print_paper(case, "2017-09-04", "2017-11-05", wednesdays)
    found = states(case, "paper")
    assert {day: found[day] for day in wednesdays} == dict.fromkeys(wednesdays, "no_news") | {
        "2017-10-11": "missing"
    }


@pytest.mark.parametrize(
    "outcome", ["login_wall", "blocked_by_robots", "no_date", "too_short", "not_html", "redirect_loop"]
)
def test_days_of_whose_articles_none_can_be_used_are_unparsed(case: Case, outcome: Outcome) -> None:
    for day in days("2017-10-09", 3):
        look(case, day, "listed")
        for name in "ab":
            case.fetch("gov", f"http://gov.test/{day}{name}", f"{day}T10:00:00", "article", outcome)
    look(case, "2017-10-12", "listed")
    for name in "ab":  # asked for again: it says nothing of a day without news
        case.fetch("gov", f"http://gov.test/2017-10-09{name}", "2017-10-12T10:00:00", "article", outcome)
    publish(case, "2017-10-13", 1)
    for name in "ab":  # two pieces of pictures beside one of words
        case.fetch("gov", f"http://gov.test/p{name}", "2017-10-13T11:00:00", "article", "too_short")
    found = states(case)
    assert [found[day] for day in days("2017-10-09", 5)] == [*["unparsed"] * 3, "no_news", "ok"]


def look_back(case: Case, day: str, wanted_from: str | None, content: str) -> None:
    case.fetch(
        "gov", "http://gov.test/", f"{day}T09:00:00", "list", "listed",
        wanted_from=wanted_from, content=content,
    )  # fmt: skip


def unseen(case: Case, first: str, last: str) -> list[str]:
    case.build()
    con = open_warehouse(case.warehouse)
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    gov = next(s for s in load_sources(con, begin, end) if s.outlet_class == "gov")
    con.close()
    return silences([gov], begin, end)


def test_days_before_the_first_look_are_unseen_unless_it_reaches_back(case: Case) -> None:
    look_back(case, "2017-11-20", None, "a")
    told = "防城港市人民政府网站 2017-10-01—{} 未采集"
    assert unseen(case, "2017-10-01", "2017-11-20") == [told.format("2017-11-12")]
    look_back(case, "2017-11-21", "2017-10-20", "b")
    assert unseen(case, "2017-10-01", "2017-11-20") == [told.format("2017-10-19")]
    publish(case, "2017-11-22", 1)  # a crawl that wanted all
    assert unseen(case, "2017-10-01", "2017-11-20") == []


@pytest.mark.parametrize(
    ("wanted_from", "content", "told"),
    [
        (None, "b", ["防城港市人民政府网站 2017-09-24—2017-10-21 未采集"]),
        ("2017-10-01", "b", ["防城港市人民政府网站 2017-09-24—2017-09-30 未采集"]),
        ("2017-09-20", "b", []),
        (None, "a", []),  # the same bytes: nothing came meanwhile
    ],
)
def test_a_pause_of_the_crawl_is_unseen_unless_the_next_list_reaches_back(
    case: Case, wanted_from: str | None, content: str, told: list[str]
) -> None:
    look_back(case, "2017-09-23", "2017-09-01", "a")
    look_back(case, "2017-10-29", wanted_from, content)
    assert unseen(case, "2017-09-01", "2017-10-29") == told


def test_a_failed_list_that_is_not_asked_for_again_does_not_blind_for_good(case: Case) -> None:
    look(case, "2017-10-09", "listed")
    for day in days("2017-10-09", 3):
        look(case, day, "timeout", "http://gov.test/index_7.html")
    assert states(case)["2017-10-11"] == "down"
    for day in days("2017-10-12", 3):
        look(case, day, "listed")
    found = states(case)
    # On the first day another list was read.
    assert [found[day] for day in days("2017-10-09", 6)] == ["partial", "down", *["no_news"] * 4]
    look(case, "2017-10-15", "timeout", "http://gov.test/index_7.html")
    assert states(case)["2017-10-15"] == "down"  # it is asked for: its part of the site is not known


def test_a_site_of_which_one_list_is_closed_and_others_are_read_failed_in_part(case: Case) -> None:
    for day in days("2017-10-09", 2):
        case.fetch("gov", "http://gov.test/", f"{day}T09:00:00", "list", "listed")
        case.fetch("gov", "http://gov.test/closed/", f"{day}T09:00:00", "list", "login_wall")
    case.fetch("gov", "http://gov.test/", "2017-10-11T09:00:00", "list", "timeout")
    found = states(case)
    assert [found[day] for day in days("2017-10-09", 3)] == ["partial", "partial", "down"]
