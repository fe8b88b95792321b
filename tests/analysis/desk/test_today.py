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


def test_a_day_that_has_not_come_is_told_from_one_that_is_over(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        ahead = clerk.get("/", params={"as_of": "2017-12-05"}).text
        assert "2017-12-05 周二 还没有到：下面是按现在所知推算的，到时会有出入，只能查看" in ahead
        assert "正在看 2017-12-05" not in ahead
        assert "正在看 2017-12-01 周五 结束时的情况" in clerk.get("/", params={"as_of": "2017-12-01"}).text


def test_a_site_that_is_not_crawled_is_said_in_words_with_the_way_to_whose_it_is(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as clerk:
        silent = clerk.get("/").text.split('id="silent"')[1].split("</section>")[0]
    assert "没有接入的来源：要看的网站或账号没有接入采集，须由单位报送" in silent
    assert 'href="/ledger?verdict=%E6%97%A0%E6%B3%95%E5%88%A4%E5%AE%9A"' in silent
