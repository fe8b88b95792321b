"""The whole job on the sample city: crawled, landed, tagged, loaded, credited, queued; twice; rebuilt."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import chinese_calendar
import pytest

from analysis.queue import queue
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from crawlers.report import CrawlReport
from crawlers.run import crawl
from pipeline.city import City
from pipeline.load import build
from pipeline.store import open_store
from pipeline.tagging.tagger import Tagger
from sample.content import load_content
from sample.faults import load_faults
from sample.people import record_decisions
from sample.serve import running
from sample.truth import article_truth, fault_truth, thread_truth
from tests.landed import article_differences, load_records, thread_differences

ROOT = Path(__file__).resolve().parent.parent
DAY = dt.date(2018, 2, 26)
START = dt.date(2017, 9, 18)


def collect(city: City, home: Path, day: dt.date) -> CrawlReport:
    return crawl(
        city,
        home=home,
        first_day=START,
        last_day=day,
        clock=lambda: dt.datetime.combine(day, dt.time(18)),
        progress=False,
    )


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory):
    """The season crawled twice and built: home, city, both reports, first port."""
    home = tmp_path_factory.mktemp("season")
    with running(DAY) as (port, city):
        first = collect(city, home, DAY)
        second = collect(city, home, DAY)
        record_decisions(home, city, DAY)
        build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(city))
        yield home, city, first, second, port


def rows(home: Path, sql: str) -> list[tuple]:
    con = open_warehouse(home / "warehouse.duckdb")
    try:
        return con.execute(sql).fetchall()
    finally:
        con.close()


def test_every_page_has_exactly_one_outcome(season):
    home, _, first, second, _ = season
    for report in (first, second):
        for site in report.sites:
            assert site.error is None
            assert site.unfinished == 0
            assert sum(site.outcomes.values()) == site.requested
    landed = rows(home, "SELECT COUNT(*) FROM page_fetch")[0][0]
    assert landed == sum(site.requested for report in (first, second) for site in report.sites)


def test_every_article_shown_is_in_the_warehouse_as_written(season):
    home, *_ = season
    found = {
        (outlet, title): body
        for outlet, title, body in rows(
            home,
            "SELECT a.outlet, a.title, v.body FROM article a "
            "JOIN article_version v USING (article_id, content_hash)",
        )
    }
    truth = article_truth(load_content(), DAY)
    missing = [t.id for t in truth if (t.outlet, t.title) not in found]
    assert missing == []
    assert len(truth) >= 150


def test_every_article_landed_is_as_written_field_by_field(season):
    home, city, *_ = season
    articles, _ = load_records(open_store(home, city).folder)
    assert article_differences(article_truth(load_content(), DAY), articles) == []


def test_every_thread_landed_is_as_written_post_by_post(season):
    home, city, *_ = season
    content = load_content()
    _, threads = load_records(open_store(home, city).folder)
    types = {thread.id: thread.type for thread in content.threads}
    closed = {thread.id for thread in content.threads if "closed" in thread.flags}
    found = thread_differences(thread_truth(content, DAY), threads, types, closed, load_faults(DAY))
    assert found == []


def test_the_paper_prints_no_piece_twice_and_three_editions_a_day(season):
    home, city, *_ = season
    articles, _ = load_records(open_store(home, city).folder)
    titles = Counter(a.title for at in articles.values() for site, a in at if site == "fcgrb")
    assert [title for title, count in titles.items() if count > 1] == []
    pages = rows(
        home,
        "SELECT for_date, COUNT(DISTINCT url) FILTER (outcome = 'listed') FROM page_fetch "
        "WHERE site = 'fcgrb' AND kind = 'list' AND for_date IS NOT NULL GROUP BY for_date",
    )
    printed = [count for _, count in pages if count]
    assert len(printed) >= 80
    assert sum(count >= 3 for count in printed) > len(printed) / 2


def test_a_day_without_an_edition_is_told_from_a_failure(season):
    home, *_ = season
    fetched = dict(
        rows(
            home,
            "SELECT for_date, LIST(DISTINCT outcome ORDER BY outcome) FROM page_fetch "
            "WHERE site = 'fcgrb' AND kind = 'list' AND for_date IS NOT NULL GROUP BY for_date",
        )
    )
    state = dict(rows(home, "SELECT day, state FROM source_day_at(NULL) WHERE site = 'fcgrb'"))
    printed = {a.piece.day for a in article_truth(load_content(), DAY) if a.outlet == "防城港日报"}
    printed |= set(chinese_calendar.get_workdays(START, DAY))
    day = START
    while day <= DAY:
        if dt.date(2017, 11, 6) <= day <= dt.date(2017, 11, 10):
            assert (fetched[day], state[day]) == (["server_error"], "down")
        elif day in printed:
            assert "listed" in fetched[day] and "not_found" not in fetched[day]
            assert state[day] == "ok", day
        else:
            assert fetched[day] == ["not_found"]
            assert state[day] in ("no_news", "missing"), day
        day += dt.timedelta(days=1)
    # Nobody expects a paper on National Day or on a Sunday.
    assert state[dt.date(2017, 10, 1)] == state[dt.date(2017, 12, 17)] == "no_news"


def test_every_thread_shown_is_in_the_warehouse(season):
    home, *_ = season
    titles = {title for (title,) in rows(home, "SELECT title FROM thread")}
    truth = thread_truth(load_content(), DAY)
    assert [t.id for t in truth if t.title not in titles] == []
    assert len(truth) >= 60


def test_a_second_crawl_fetches_lists_and_changes_only(season):
    _, _, first, second, _ = season
    assert second.new_records == 0
    again = second.by_site["fcgrlt"].outcomes
    assert again.get("stored", 0) == 0
    assert second.by_site["fcgrlt"].requested < first.by_site["fcgrlt"].requested / 3


def test_a_source_that_was_down_is_no_day_without_news(season):
    home, *_ = season
    failed = rows(
        home,
        "SELECT DISTINCT for_date FROM page_fetch WHERE site = 'fcgrb' AND outcome = 'server_error' "
        "ORDER BY 1",
    )
    assert [str(day)[:10] for (day,) in failed] == [f"2017-11-{n:02d}" for n in range(6, 11)]


def test_no_phone_number_or_name_of_a_poster_is_in_the_warehouse(season):
    home, *_ = season
    texts = [text or "" for (text,) in rows(home, "SELECT text FROM thread_post")]
    assert not any("1380000" in text or "45060019900101001X" in text for text in texts)
    authors = {author for (author,) in rows(home, "SELECT DISTINCT author FROM thread_post") if author}
    people = {
        post["author"]
        for line in (ROOT / "sample/content/threads.jsonl").read_text(encoding="utf-8").splitlines()
        for post in json.loads(line)["posts"]
        if not post["is_registered_official"]
    }
    assert not authors & people


def test_a_rebuilt_warehouse_gives_the_same_queue(season, tmp_path):
    home, city, *_ = season
    other = tmp_path / "warehouse.duckdb"
    build(city, home=home, warehouse=other, tagger=Tagger(city))
    answers = []
    for path in (home / "warehouse.duckdb", other):
        con = open_warehouse(path)
        answers.append(queue(con, load_rules(city), DAY))
        con.close()
    assert answers[0] == answers[1]
    assert answers[0]


def test_the_faults_of_the_sample_end_in_the_outcomes_known(season):
    home, _, _, _, port = season
    wrong = []
    con = open_warehouse(home / "warehouse.duckdb")
    for fault in fault_truth(DAY, port):
        if fault.outcome is None:
            continue
        asked = con.execute(
            "SELECT outcome FROM page_fetch WHERE url = ? OR requested_url = ?", [fault.url] * 2
        )
        found = {outcome for (outcome,) in asked.fetchall()}
        if fault.outcome not in found:
            wrong.append((fault.name, fault.url, fault.outcome, found))
    con.close()
    assert wrong == []


def test_the_command_runs_the_sample_and_ends(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gangqing",
            "run",
            "--home",
            str(tmp_path),
            "--as-of",
            "2017-10-20",
            "--port",
            "0",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "对账：截至 2017-10-20" in done.stdout
    assert "待回复帖：截至 2017-10-20" in done.stdout
    assert (tmp_path / "warehouse.duckdb").is_file()
