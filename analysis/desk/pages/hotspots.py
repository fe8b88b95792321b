"""Owns the page 热点: posts on one matter as one case, how its heat adds up, and sudden rises."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from litestar.exceptions import NotFoundException
from litestar.response import Response

from analysis.desk.page import Listing, Page, cut
from analysis.desk.routing import see
from analysis.desk.standing import standing
from analysis.desk.visit import Visit
from analysis.desk.warehouse import ON_TAGS
from analysis.hot import HotIssue, HotRules, hot_issues, load_hot_rules

HERE = "/hotspots"


@dataclasses.dataclass(kw_only=True)
class HotspotsPage(Page):
    """All hot issues.

    Attributes:
        rising: those that rise suddenly: alerts.
        listing: all of them, the hottest first.
        rules: by which they are found and weighed.
    """

    template: ClassVar[str] = "hotspots.html"
    heading: ClassVar[str] = "热点"
    section: ClassVar[str] = HERE
    rising: list[HotIssue]
    listing: Listing[HotIssue]
    rules: HotRules


@dataclasses.dataclass(kw_only=True)
class HotspotPage(Page):
    """One hot issue.

    Attributes:
        issue: the issue with its posts.
        units: units to whose tickets its posts belong.
        states: by post, where its ticket stands; none for a post that needs no answer.
    """

    template: ClassVar[str] = "hotspot.html"
    heading: ClassVar[str] = "热点"
    section: ClassVar[str] = HERE
    issue: HotIssue
    units: list[str]
    states: dict[str, str]


@standing
def all_issues(visit: Visit) -> list[HotIssue]:
    rules = load_hot_rules(visit.office.city)
    return visit.once("hot", lambda: hot_issues(visit.con, rules, visit.at, visit.known_by), ON_TAGS)


@see(HERE, "city.read")
def page(visit: Visit) -> Response[Any]:
    """热点."""
    found = all_issues(visit)
    keys = {
        "heat": lambda issue: issue.heat,
        "posts": lambda issue: issue.post_count,
        "persons": lambda issue: issue.person_count,
        "last": lambda issue: issue.last_at,
    }
    return visit.show(
        HotspotsPage(
            rising=[issue for issue in found if issue.is_rising],
            listing=cut(found, visit.request.query_params, keys),
            rules=load_hot_rules(visit.office.city),
        )
    )


@see(f"{HERE}/{{issue_id:str}}", "city.read")
def one(visit: Visit, issue_id: str) -> Response[Any]:
    """One hot issue."""
    issue = next((each for each in all_issues(visit) if each.id == issue_id), None)
    if issue is None:
        raise NotFoundException("这一天没有这个热点；它可能已并入别的热点，请回到热点页查看")
    threads = {member.id for member in issue.members}
    tickets = visit.tickets_of(threads)
    return visit.show(
        HotspotPage(
            issue=issue,
            units=sorted({ticket.unit for ticket in tickets if ticket.unit}),
            states={ticket.thread_id: ticket.state for ticket in tickets},
        )
    )


ROUTES = [page, one]
