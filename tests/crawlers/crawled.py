"""A crawl of the simplest pages: a city of one site, what its pages say, what was landed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from crawlers import run
from crawlers.report import CrawlReport
from pipeline.city import City
from pipeline.landing import iter_landed
from pipeline.records import Landed
from tests.crawlers.servers import Web, make_city

HTML = {"Content-Type": "text/html; charset=utf-8"}


def crawl(city: City, home: Path, day: str = "2017-10-09", **options: Any) -> CrawlReport:
    report = run.crawl(
        city,
        home=home,
        first_day=dt.date(2017, 10, 1),
        last_day=dt.date(2017, 10, 31),
        clock=lambda: dt.datetime.fromisoformat(f"{day}T08:00:00"),
        progress=False,
        **options,
    )
    for site in report.sites:
        assert site.requested == site.fetched + site.unfinished, site
    return report


def landed(home: Path, **where: Any) -> list[Landed]:
    records = [record for _, _, record in iter_landed(home / "var" / "city")]
    return [r for r in records if all(getattr(r, name) == value for name, value in where.items())]


def one_site(tmp_path: Path, web: Web, settings: dict[str, Any] | None = None, **site: Any) -> City:
    entry = {"slug": "paper", "start": [web.base + "/list"]} | site
    return make_city(tmp_path / "city", [entry], **(settings or {}))


def article(title: str, body: str = "市水利局检查堤防。") -> str:
    return f"<h1>{title}</h1><time>2017-10-09</time><p>{body}"


def links(*hrefs: str, kind: str = "article", **data: str) -> str:
    extra = "".join(f" data-{name}='{value}'" for name, value in data.items())
    return "".join(f"<a class={kind} href='{href}'{extra}>x</a>" for href in hrefs)


def path_of(record: Landed) -> str:
    return record.url.partition("//")[2].partition("/")[2]
