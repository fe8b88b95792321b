"""Owns the page 来源: each source's health, its pages that failed, and a check at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from analysis.crawl_table import OUTCOME_NAMES, PLATFORM_NAMES
from analysis.desk.forms import Form
from analysis.desk.jobs import JobError
from analysis.desk.office import SAMPLE_IS_DOWN
from analysis.desk.page import Listing, Page, cut
from analysis.desk.pictures import picture_of
from analysis.desk.routing import act, see
from analysis.desk.security import CHART_POLICY
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.source_health import GOOD, STATES, SourceHealth, failures, outcome_days, source_health
from analysis.trends import TrendTable

HERE = "/sources"
MOST_FAILURES = 200


@dataclasses.dataclass(kw_only=True)
class SourcesPage(Page):
    """All sources.

    Attributes:
        listing: sources, those in trouble first.
        trouble_count: how many are in trouble.
        lacking_count: of how many pages are lacking that failed and were not got since.
        later_count: how many were first read after the day.
        states: what a state is called.
        outcomes, platforms: what an outcome and a platform are called.
        alike: by site of an outlet that several sources bring, what tells it from the others.
    """

    template: ClassVar[str] = "sources.html"
    heading: ClassVar[str] = "来源"
    section: ClassVar[str] = HERE
    listing: Listing[SourceHealth]
    trouble_count: int
    lacking_count: int
    later_count: int
    states: dict[str, str]
    outcomes: dict[str, str]
    platforms: dict[str, str]
    alike: dict[str, str]


@dataclasses.dataclass(kw_only=True)
class SourcePage(Page):
    """One source.

    Attributes:
        source: how it does.
        days: how its pages ended day by day, as a table and a chart.
        failures: pages that failed, open ones first, as a list cut into screens.
        is_cut: whether there are more of them than are looked at.
        states: what a state is called.
        outcomes, platforms: what an outcome and a platform are called.
    """

    template: ClassVar[str] = "source.html"
    heading: ClassVar[str] = "来源"
    section: ClassVar[str] = HERE
    source: SourceHealth
    days: TrendTable
    failures: Listing[dict[str, Any]]
    is_cut: bool
    states: dict[str, str]
    outcomes: dict[str, str]
    platforms: dict[str, str]


@standing
def all_sources(visit: Visit) -> list[SourceHealth]:
    return visit.once(
        "sources",
        lambda: source_health(visit.con, visit.as_of, visit.known_by, visit.office.rules.calendar),
        ("source_note",),
    )


def told_apart(found: Sequence[SourceHealth]) -> dict[str, str]:
    """By site of an outlet with several: its platform, and its own name where they share that too."""
    of_outlet = Counter(each.outlet for each in found)
    of_platform = Counter((each.outlet, each.platform) for each in found)
    words = {}
    for each in found:
        if of_outlet[each.outlet] > 1:
            name = PLATFORM_NAMES.get(each.platform, each.platform)
            words[each.site] = name if of_platform[each.outlet, each.platform] == 1 else f"{name} {each.site}"
    return words


def build_sources(visit: Visit) -> SourcesPage:
    found = all_sources(visit)
    keys = {
        "outlet": lambda s: s.outlet,
        "last": lambda s: s.last_fetched_at,
        "week": lambda s: s.week_count,
        "failed": lambda s: s.failed_count,
    }
    return SourcesPage(
        listing=cut(found, visit.request.query_params, keys),
        trouble_count=sum(bool(source.trouble) for source in found),
        lacking_count=sum(bool(source.lacking_count) for source in found),
        later_count=sum(s.last_fetched_at is None and s.later_fetched_at is not None for s in found),
        states=STATES,
        outcomes=OUTCOME_NAMES,
        platforms=PLATFORM_NAMES,
        alike=told_apart(found),
    )


def find_source(visit: Visit, slug: str) -> SourceHealth:
    """Raises NotFoundException."""
    found = next((source for source in all_sources(visit) if source.site == slug), None)
    if found is None:
        raise NotFoundException("没有这个来源")
    return found


def days_of(visit: Visit, source: SourceHealth) -> TrendTable:
    """How the pages of a source ended, day by day, for a chart with a table behind it."""
    rows = outcome_days(visit.con, source.site, visit.as_of, visit.known_by)
    counts: Counter[tuple[dt.date, str]] = Counter()
    for row in rows:
        counts[row["day"], row["outcome"]] += row["page_count"]
    total: Counter[str] = Counter()
    for (_, outcome), count in counts.items():
        total[outcome] += count
    names = sorted(total, key=lambda name: (name not in GOOD, -total[name], name))
    days = sorted({day for day, _ in counts})
    return TrendTable(
        "outcomes",
        f"{source.outlet}：每天的采集结果",
        "最近 60 天里有采集的日子，每页恰有一个结果。",
        ["日期", *(OUTCOME_NAMES.get(name, name) for name in names)],
        [[f"{day:%m-%d}", *(counts[day, name] for name in names)] for day in days],
    )


@see(HERE, "city.read")
def page(visit: Visit) -> Response[Any]:
    """来源."""
    return visit.show(build_sources(visit))


@see(f"{HERE}/{{slug:str}}", "city.read")
def one(visit: Visit, slug: str) -> Response[Any]:
    """One source."""
    source = find_source(visit, slug)
    found = failures(visit.con, slug, visit.as_of, visit.known_by, MOST_FAILURES + 1)
    return visit.show(
        SourcePage(
            source=source,
            days=days_of(visit, source),
            failures=cut(found[:MOST_FAILURES], visit.request.query_params),
            is_cut=len(found) > MOST_FAILURES,
            states=STATES,
            outcomes=OUTCOME_NAMES,
            platforms=PLATFORM_NAMES,
        )
    )


@see(f"{HERE}/{{slug:str}}/outcomes.svg", "city.read")
def outcomes(visit: Visit, slug: str) -> Response[bytes]:
    """How its pages ended, as a chart."""
    source = find_source(visit, slug)
    table = visit.once(f"outcomes {slug}", lambda: days_of(visit, source))
    content = picture_of(visit.office.store.desk / "charts", table, "svg")
    return Response(content, media_type="image/svg+xml", headers={"content-security-policy": CHART_POLICY})


@act(f"{HERE}/check", "job.run")
def check(visit: Visit, form: Form) -> Redirect:
    """Check a source at once: a few of its pages are fetched, nothing is stored."""
    visit.check_today()
    source = find_source(visit, form.text("site", "来源", required=True))
    office = visit.office
    if office.is_sample:
        return visit.back(HERE, SAMPLE_IS_DOWN, is_error=True)
    try:
        job = office.jobs.start(
            f"check {source.site}",
            f"检查来源：{source.outlet}（{source.site}）",
            [office.command("sites", "check", source.site, "--as-of", str(office.today))],
            visit.user.person,
        )
    except JobError as error:
        return visit.back(HERE, str(error), is_error=True)
    visit.log("检查来源", source.site, after={"job": job.id})
    return visit.back(f"/jobs/{job.id}", f"已启动：{job.label}")


ROUTES = [page, one, outcomes, check]
