"""Several workers on real engines give the answers of the embedded run on the sample city."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis.coverage import coverage
from analysis.warehouse import WarehouseError as ReadError
from analysis.warehouse import open_warehouse
from crawlers.report import CrawlReport
from crawlers.run import CrawlError, crawl
from pipeline.city import City, CityError, load_city
from pipeline.load import build
from pipeline.load_plan import load_plan
from pipeline.rules import rules_fingerprint
from pipeline.tagging.engine import EngineTagger, tag_chunk
from pipeline.tagging.tagger import Tagger
from pipeline.warehouse import Warehouse, WarehouseError
from sample.serve import running
from tests.services import free_port, redis_server

FIRST, DAY = dt.date(2017, 9, 18), dt.date(2017, 10, 20)


@pytest.fixture(scope="module")
def sample() -> Iterator[City]:
    with running(DAY) as (_, city):
        yield city


@pytest.fixture(scope="module")
def alone(sample: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home filled by the embedded crawl and build."""
    home = tmp_path_factory.mktemp("alone")
    report = collect(sample, home)
    assert not report.interrupted
    build(sample, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(sample))
    return home


def collect(city: City, home: Path) -> CrawlReport:
    at = dt.datetime.combine(DAY, dt.time(18))
    return crawl(city, home=home, first_day=FIRST, last_day=DAY, clock=lambda: at, progress=False)


def with_settings(city: City, folder: Path, **settings: Any) -> City:
    """The city with further settings."""
    folder.mkdir()
    (folder / "city.yaml").write_text(json.dumps({"extends": str(city.folder), "slug": "sample", **settings}))
    return load_city(folder)


def answers(home: Path, city: City) -> dict[str, list[Any]]:
    """What the ledger and the queue rest on: pages that failed, texts, credits, states, and the verdicts of
    the day.

    Args:
        home: with a warehouse, or a city's folder of a lake.
    """
    plan = load_plan(city)
    assert plan is not None
    con = open_warehouse(home / "warehouse.duckdb" if (home / "warehouse.duckdb").exists() else home)
    questions = {
        "failed": "SELECT site, kind, outcome, url FROM page_fetch "
        "WHERE outcome NOT IN ('stored', 'listed', 'unchanged', 'duplicate', 'redirected')",
        "articles": "SELECT outlet, title, published, byline, source, body FROM article_version",
        "credits": "SELECT url, c.unit, c.role FROM article_credit AS c JOIN article USING (article_id)",
        "reprints": "SELECT COUNT(*) FROM article_reprint",
        "states": "SELECT thread_id, cut_floor, state, kind, units FROM thread_state",
    }
    found = {name: sorted(map(repr, con.execute(sql).fetchall())) for name, sql in questions.items()}
    rows = coverage(con, plan, DAY)
    found["verdicts"] = sorted(repr((r.task, r.unit, r.verdict, r.done_count)) for r in rows)
    con.close()
    return found


def test_two_crawlers_on_one_queue_land_what_one_lands(sample: City, alone: Path, tmp_path: Path) -> None:
    pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")
    home = tmp_path / "home"
    with redis_server(tmp_path) as address:
        city = with_settings(sample, tmp_path / "city", crawl_queue={"redis": address, "workers": 2})
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            reports = list(pool.map(lambda _: collect(city, home), range(2)))
    assert not any(site.error for report in reports for site in report.sites)
    fetched = [sum(site.fetched for site in report.sites) for report in reports]
    assert min(fetched) > 0, "one worker did all the work"
    assert len({report.run for report in reports}) == 2
    build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(city))
    assert answers(home, city) == answers(alone, sample)


def test_a_crawl_ends_where_its_queue_is_lost_and_the_next_one_fetches_the_rest(
    sample: City, alone: Path, tmp_path: Path
) -> None:
    pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")
    from redis import Redis

    home, site = tmp_path / "home", "fcgrb"
    landed = home / "var" / "sample" / "landing" / site
    with redis_server(tmp_path) as address, concurrent.futures.ThreadPoolExecutor(1) as pool:
        city = with_settings(sample, tmp_path / "city", crawl_queue={"redis": address, "workers": 1})
        crawling = pool.submit(collect, city, home)
        for _ in range(600):
            if crawling.done() or sum(path.read_bytes().count(b"\n") for path in landed.glob("*")) > 30:
                break
            time.sleep(0.05)
        Redis.from_url(address).shutdown(nosave=True)
        report = crawling.result(timeout=120)
    assert not report.interrupted
    assert "Redis" in (report.by_site[site].error or "")
    assert not any(count.outcomes.get("parse_failed") for count in report.sites), (
        "a lost queue is no bad page"
    )
    assert any(each.fetched < each.requested or each.error for each in report.sites)
    collect(sample, home)
    build(sample, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(sample))
    found, expected = answers(home, sample), answers(alone, sample)
    assert set(found.pop("failed")) == set(expected.pop("failed")), "what failed was asked for twice"
    assert found == expected


def test_a_queue_that_does_not_answer_is_told_and_nothing_is_crawled(sample: City, tmp_path: Path) -> None:
    pytest.importorskip("scrapy_redis", reason="needs the packages of gangqing[scale]")
    address = f"redis://127.0.0.1:{free_port()}/0"
    city = with_settings(sample, tmp_path / "city", crawl_queue={"redis": address, "workers": 2})
    with pytest.raises(CrawlError, match="crawl_queue：连不上"):
        collect(city, tmp_path / "home")


@pytest.mark.parametrize("setting", ["redis://x", {"redis": "x", "more": 1}, {"redis": "x", "workers": 0}])
def test_a_wrong_queue_is_refused(sample: City, tmp_path: Path, setting: object) -> None:
    from crawlers.sharing import Sharing

    with pytest.raises(CityError, match="crawl_queue"):
        Sharing(with_settings(sample, tmp_path / "city", crawl_queue=setting))


def test_a_cluster_of_two_workers_tags_as_this_process_does(
    sample: City, alone: Path, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the packages of gangqing[scale]")
    home = tmp_path / "home"
    shutil.copytree(alone / "var", home / "var")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        tagger = EngineTagger(sample, cluster.scheduler_address, rules_fingerprint)
        build(sample, home=home, warehouse=home / "warehouse.duckdb", tagger=tagger)
        tagged_by = tagger.workers_seen
        tagger.close()
    assert len(tagged_by) == 2
    assert answers(home, sample) == answers(alone, sample)
    assert digest(home) == digest(alone)
    report = build(sample, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(sample))
    assert not report.is_rebuilt, "what a cluster tagged is not tagged again here"


def digest(home: Path) -> str:
    warehouse = Warehouse(home / "warehouse.duckdb")
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


def test_a_worker_of_another_version_is_refused(sample: City) -> None:
    with pytest.raises(RuntimeError, match="不是同一版本"):
        tag_chunk("articles", b"\x90", sample, "another", rules_fingerprint)


def test_a_cluster_that_does_not_answer_is_told(sample: City, alone: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the packages of gangqing[scale]")
    tagger = EngineTagger(sample, f"tcp://127.0.0.1:{free_port()}", rules_fingerprint, wait_seconds=1)
    shutil.copytree(alone / "var", tmp_path / "var")
    with pytest.raises(CityError, match="tag_engine：连不上"):
        build(sample, home=tmp_path, warehouse=tmp_path / "warehouse.duckdb", tagger=tagger)
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_a_lake_that_two_cities_write_at_once_answers_as_the_warehouse(
    sample: City, alone: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    cities = []
    for name in ("one", "two"):
        city = with_settings(sample, tmp_path / name, lake=str(lake))
        city.settings["slug"] = name
        shutil.copytree(alone / "var" / "sample", tmp_path / f"home-{name}" / "var" / name)
        cities.append(city)

    def build_one(city: City) -> None:
        home = tmp_path / f"home-{city.settings['slug']}"
        build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(city))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(build_one, cities))
    for city in cities:
        assert answers(lake / city.settings["slug"], city) == answers(alone, sample)
    held = open_warehouse(lake / "one")
    build_one(cities[0])
    assert [path.name for path in sorted((lake / "one").glob("0*"))] == ["00000001", "00000002"]
    assert held.execute("SELECT COUNT(*) FROM article").fetchone() != (0,), "a reader keeps its edition"
    held.close()
    with duckdb.connect() as con:
        sql = f"SELECT COUNT(*) FROM read_parquet('{lake}/*/00000001/article_now.parquet')"
        both = con.execute(sql).fetchone()
    one = len(answers(alone, sample)["articles"])
    assert both is not None and both[0] > one, "a province reads all its cities"


def test_a_lake_that_cannot_be_written_leaves_the_warehouse_as_it_was(
    sample: City, alone: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    city = with_settings(sample, tmp_path / "city", lake=str(tmp_path / "file"))
    shutil.copytree(alone / "var", tmp_path / "var")
    with pytest.raises(WarehouseError, match="lake"):
        build(city, home=tmp_path, warehouse=tmp_path / "warehouse.duckdb", tagger=Tagger(city))
    assert not (tmp_path / "warehouse.duckdb").exists()
    with pytest.raises(ReadError, match="数据湖"):
        open_warehouse(tmp_path / "var")
