"""A site of which no page came is told as such, not as one without news."""

from __future__ import annotations

import pytest

from analysis.crawl_table import OUTCOME_NAMES, crawl_rows
from crawlers.report import CrawlReport, SiteReport


@pytest.mark.parametrize(
    ("outcomes", "is_told"),
    [
        ({"server_error": 1}, True),
        ({"timeout": 2, "blocked_by_robots": 1}, True),
        ({"listed": 1, "timeout": 2}, False),
        ({"empty_list": 1}, False),
        ({}, False),
    ],
)
def test_a_site_of_which_nothing_came_is_told(outcomes: dict[str, int], is_told: bool) -> None:
    assert outcomes.keys() <= OUTCOME_NAMES.keys()
    (row,) = crawl_rows(CrawlReport(sites=[SiteReport(site="paper", outcomes=outcomes)]))
    assert ("一页也没取到" in (row["error"] or "")) is is_told
