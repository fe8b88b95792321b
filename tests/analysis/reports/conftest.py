"""Owns the season of the sample city for the tests of reports: crawled, decided and built once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.credits import load_points
from analysis.plan import load_plan
from analysis.reports.collect import Context
from analysis.ticket import load_rules
from analysis.warehouse import open_warehouse
from crawlers.run import crawl
from pipeline.city import City
from pipeline.load import build
from pipeline.tagging.tagger import Tagger
from sample.people import record_decisions
from sample.serve import running

LAST = dt.date(2018, 2, 26)


@dataclasses.dataclass(frozen=True)
class Season:
    """The folder of a filled sample city, and the city itself (with the addresses that it was served on)."""

    home: Path
    city: City

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    """Read only: a test that changes something takes `own_season`."""
    home = tmp_path_factory.mktemp("season")
    with running(LAST) as (_, city):
        crawl(
            city,
            home=home,
            first_day=dt.date(2017, 9, 18),
            last_day=LAST,
            clock=lambda: dt.datetime.combine(LAST, dt.time(18)),
            progress=False,
        )
        record_decisions(home, city, LAST)
        build(city, home=home, warehouse=home / "warehouse.duckdb", tagger=Tagger(city))
        yield Season(home, city)


@pytest.fixture
def own_season(season: Season, tmp_path: Path) -> Season:
    """A copy that a test may change."""
    home = tmp_path / "own"
    shutil.copytree(season.home, home)
    return Season(home, season.city)


@pytest.fixture(scope="session")
def context(season: Season) -> Iterator[Context]:
    plan = load_plan(season.city)
    assert plan is not None
    con = open_warehouse(season.warehouse)
    yield Context(con, season.city, plan, load_rules(season.city), load_points(season.city))
    con.close()
