"""Sites of the sample city that change after months (a guard, a new layout): told, and made good."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.notify.alarms import alarm_events
from analysis.notify.rules import load_notify_rules
from analysis.source_health import SourceHealth, source_health
from analysis.warehouse import open_warehouse
from analysis.worktime import load_calendar
from crawlers.check import check_site
from crawlers.report import CrawlReport
from crawlers.reread import Reread, reread
from crawlers.run import crawl
from pipeline.city import City, load_city
from pipeline.landing import iter_landed
from pipeline.load import build
from pipeline.records import Landed
from pipeline.store import open_store
from pipeline.tagging.tagger import Tagger
from sample.content import load_content
from sample.faults import CHANGES
from sample.gov import OUTLET as GOV_OUTLET
from sample.portal import channel_of
from sample.serve import running

START, BEFORE, AMID, AFTER = (
    dt.date.fromisoformat(day) for day in ("2017-11-01", "2018-01-19", "2018-02-23", "2018-02-26")
)
CHANGED = dt.date(2018, 1, 20)
GUARDED = ["fcgs-gov", "fcgrlt", "weixin"]
OLD = {"body": "#content", "time": ".info .time", "source": ".info .source"}
NEW = {"body": ".story-text", "time": ".story-meta time"}


@dataclasses.dataclass
class Town:
    """The sample city whose portal is two sites with selectors, since the profile is what breaks."""

    home: Path
    base: City
    folder: Path

    def city(self, news: dict[str, Any], life: dict[str, Any]) -> City:
        self.folder.mkdir(exist_ok=True)
        sites = yaml.safe_load((self.base.folder / "outlets.yaml").read_text(encoding="utf-8"))["sites"]
        kept = [site for site in sites if site["slug"] in GUARDED]
        (portal,) = (site for site in sites if site["slug"] == "fcgxw")
        news_start, life_start = portal["start"]
        kept += [
            portal | {"slug": "news", "start": [news_start], "options": news},
            portal | {"slug": "life", "start": [life_start], "options": life},
        ]
        about = {"extends": str(self.base.folder), "slug": "sample"}
        (self.folder / "city.yaml").write_text(json.dumps(about), encoding="utf-8")
        (self.folder / "outlets.yaml").write_text(json.dumps({"sites": kept}), encoding="utf-8")
        return load_city(self.folder)

    def crawl(self, city: City, first: dt.date, day: dt.date, sites: list[str] | None = None) -> CrawlReport:
        at = dt.datetime.combine(day, dt.time(18))
        return crawl(
            city, sites, home=self.home, first_day=first, last_day=day, clock=lambda: at, progress=False
        )

    def reread(self, city: City, slug: str) -> Reread:
        at = dt.datetime.combine(AMID, dt.time(19))
        return reread(city, slug, home=self.home, clock=lambda: at, first_day=CHANGED)

    def lines(self, city: City) -> list[Landed]:
        return [line for _, _, line in iter_landed(open_store(self.home, city).folder)]

    def told(self, city: City, day: dt.date) -> tuple[dict[str, SourceHealth], list[str]]:
        """The state of the sources and the alarms of the morning after, from a warehouse built anew."""
        build(city, home=self.home, warehouse=self.home / "warehouse.duckdb", tagger=Tagger(city))
        con = open_warehouse(self.home / "warehouse.duckdb")
        try:
            health = {source.site: source for source in source_health(con, day)}
            morning = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(8))
            rules = load_notify_rules(city)
            events = alarm_events(con, None, rules, load_calendar({}), morning)
            return health, [f"{event.text} | {event.why}" for event in events]
        finally:
            con.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What was seen before the change, amid it, with a mended profile, and once the guards are gone."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("city") / "city"
    seen: dict[str, Any] = {}
    old_life = OLD | {"list": "ul.news_list > li", "date": "span.date"}
    with running(BEFORE, faults=CHANGES) as (port, base):
        town = Town(home, base, folder)
        city = town.city(OLD, old_life)
        seen["before"] = town.crawl(city, START, BEFORE, ["fcgs-gov", "news", "life"])
    with running(AMID, port, faults=CHANGES) as (_, town.base):
        city = town.city(OLD, old_life)
        seen["amid"] = town.crawl(city, CHANGED, AMID)
        seen["told"] = town.told(city, AMID)
        at = dt.datetime.combine(AMID, dt.time(20))
        seen["checks"] = {
            slug: check_site(city.site_by_slug[slug], city, clock=lambda: at, days=34).problems
            for slug in ("news", "life", "fcgs-gov")
        }
        seen["partly"] = town.reread(town.city(NEW, old_life), "news")
        seen["partly told"] = town.told(city, AMID)
        city = town.city(NEW | {"source": ".origin"}, NEW | {"list": "section.card", "date": "time"})
        seen["mended"] = [town.reread(city, slug) for slug in ("news", "life", "news", "fcgs-gov")]
        seen["mended told"] = town.told(city, AMID)
    with running(AFTER, port, faults=CHANGES) as (_, town.base):
        city = town.city(NEW | {"source": ".origin"}, NEW | {"list": "section.card", "date": "time"})
        seen["after"] = town.crawl(city, CHANGED, AFTER)
        seen["after told"] = town.told(city, AFTER)
        seen["lines"], seen["home"] = town.lines(city), home
        yield seen


def outcomes(report: CrawlReport, slug: str) -> dict[str, int]:
    return dict(report.by_site[slug].outcomes)


def pieces(channel: str, first: dt.date, last: dt.date) -> int:
    found = load_content().articles
    return sum(channel_of(piece) == channel and first <= piece.day <= last for piece in found)


def test_each_guard_s_page_is_counted_as_one_and_nothing_is_taken_from_it(story: dict[str, Any]) -> None:
    for slug in GUARDED:
        assert set(outcomes(story["amid"], slug)) == {"captcha"}, slug
    assert not [
        line for line in story["lines"] if line.outcome == "captcha" and (line.article or line.thread)
    ]


def test_the_desk_and_the_alarm_name_the_guard_and_what_to_do(story: dict[str, Any]) -> None:
    health, alarms = story["told"]
    for slug in GUARDED:
        assert any("网站要求验证" in each for each in health[slug].trouble), slug
        assert any("放行" in each for each in health[slug].advice)
        assert any("网站要求验证" in each and health[slug].outlet in each for each in alarms)
    assert any("验证" in problem for problem in story["checks"]["fcgs-gov"])


def test_a_redesign_is_told_from_no_news(story: dict[str, Any]) -> None:
    fresh = pieces("/news/bdyw/", CHANGED, AMID)
    assert fresh >= 3
    assert outcomes(story["amid"], "news")["parse_failed"] == fresh
    assert outcomes(story["amid"], "life") == {"empty_list": 1}
    health, alarms = story["told"]
    for slug, unread in (("news", "解析失败"), ("life", "空列表")):
        (said,) = (each for each in health[slug].trouble if "疑似改版" in each)
        assert unread in said and "以前读得到" in said
        assert any(f"sites reread {slug}" in each for each in health[slug].advice)
        assert any("疑似改版" in each and "防城港新闻网" in each for each in alarms)
    assert any("#content" in each or "解析失败" in each for each in story["checks"]["news"])
    assert any("没有条目" in each for each in story["checks"]["life"])


def test_a_profile_mended_in_part_leaves_the_field_that_is_lost(story: dict[str, Any]) -> None:
    fresh = pieces("/news/bdyw/", CHANGED, AMID)
    assert story["partly"].mended == {"parse_failed": {"stored": fresh}}
    health, _ = story["partly told"]
    (said,) = (each for each in health["news"].trouble if "疑似改版" in each)
    assert said == "疑似改版：来源或署名以前读得到，现在读不出"


def test_a_mended_profile_reads_the_captures_and_the_counts_add_up(story: dict[str, Any]) -> None:
    fresh = pieces("/news/bdyw/", CHANGED, AMID)
    news, life, again, guarded = story["mended"]
    assert news.richer_count == fresh and not news.mended
    assert life.mended == {"empty_list": {"listed": 1}}
    assert again.same_count == again.read_count and guarded.same_count == guarded.read_count > 0
    for each in (story["partly"], *story["mended"]):
        parts = sum(sum(ends.values()) for ends in each.mended.values())
        others = ("richer_count", "same_count", "kept_count", "cut_count", "gone_count")
        assert each.read_count == parts + sum(getattr(each, name) for name in others)
    health, _ = story["mended told"]
    assert not [each for slug in ("news", "life") for each in health[slug].trouble if "疑似改版" in each]


def test_in_the_end_every_piece_is_there_once(story: dict[str, Any]) -> None:
    health, alarms = story["after told"]
    assert not [
        each for source in health.values() for each in source.trouble if "验证" in each or "改版" in each
    ]
    assert not [each for each in alarms if "验证" in each or "改版" in each]
    con = open_warehouse(story["home"] / "warehouse.duckdb")
    counts = dict(con.execute("SELECT site, COUNT(*) FROM article GROUP BY site").fetchall())
    con.close()
    assert counts["news"] == pieces("/news/bdyw/", START, AFTER)
    assert counts["life"] == pieces("/news/mssh/", START, AFTER)
    assert counts["fcgs-gov"] == sum(
        piece.outlet == GOV_OUTLET and START <= piece.day <= AFTER for piece in load_content().articles
    )
    reports = (story["before"], story["amid"], story["after"])
    fetched = sum(site.fetched for report in reports for site in report.sites)
    landed = [story["partly"], *story["mended"]]
    again = sum(each.richer_count + sum(sum(e.values()) for e in each.mended.values()) for each in landed)
    assert len(story["lines"]) == fetched + again
