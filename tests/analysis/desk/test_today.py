"""What 今日 tells of a day on which there is nothing, and of one that has not come."""

from __future__ import annotations

from analysis.desk.office import Office
from analysis.desk.rights import Role
from tests.analysis.desk.people import UNIT, browser


def test_a_liaison_is_not_told_that_nothing_was_published_where_others_are_named(office: Office) -> None:
    day = {"as_of": "2017-12-01"}  # a piece about another unit was published on it
    with browser(office, Role.LIAISON) as liaison, browser(office, Role.PUBLICITY) as clerk:
        told = f"2017-12-01 没有与{UNIT}有关的稿件，列出最近有刊发的一天"
        assert told in liaison.get("/", params=day).text
        assert "列出最近有刊发的一天" not in clerk.get("/", params=day).text
