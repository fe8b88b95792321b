"""Similar answered cases on a ticket: the rule of the command line, the unit's own for a liaison."""

from __future__ import annotations

import pytest

from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from analysis.replies import draft, similar_cases
from tests.analysis.case import Case
from tests.analysis.desk.people import NOW, UNIT, browser, open_accounts
from tests.analysis.desk.test_ticket_acts import find

ASKED = "我们村的自来水每天晚上停水，水压很低，什么时候能恢复正常供水"
ANSWER = "网友您好：答复：经查，该村供水管网老化，已于11月10日更换主管并恢复供水。感谢您对水利工作的支持。"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Office:
    case = Case(tmp_path_factory.mktemp("similar"))
    case.edition("2017-10-09")
    posts = [("u1", "2017-11-01 10:00:00", ASKED), ("防城港水利", "2017-11-02 09:00:00", ANSWER)]
    case.thread("1", f"[投诉:{UNIT}] 村里自来水晚上停水", posts, at="2017-11-03T08:00:00")
    other = [
        ("u2", "2017-11-01 10:00:00", "广场舞太吵"),
        ("防城港水利", "2017-11-02 09:00:00", "答复：已劝导"),
    ]
    case.thread("2", f"[投诉:{UNIT}] 广场舞半夜还在放音乐", other, at="2017-11-03T08:00:00")
    asked = [("u3", "2017-12-01 10:00:00", "隔壁村也是自来水停水，水压很低，何时恢复供水")]
    case.thread("3", f"[投诉:{UNIT}] 自来水又停水了", asked, at="2017-12-03T08:00:00")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    return office


def test_the_page_shows_what_the_command_shows(town: Office) -> None:
    with browser(town, Role.LIAISON) as liaison:
        path, ticket = find(liaison, "又停水了")
        page = liaison.get(f"{path}/similar").text
        assert f'data-load="{path}/similar"' in liaison.get(path).text
    con, _ = town.warehouse.open()
    cases = similar_cases(
        con, f"[投诉:{UNIT}] 自来水又停水了", "隔壁村也是自来水停水，水压很低，何时恢复供水", NOW,
        thread_id=ticket.rpartition("-")[0], unit=UNIT,
    )  # fmt: skip
    con.close()
    assert "停水" in cases[0].title
    assert cases[0].title in page
    text = draft(cases)
    assert text is not None
    assert "更换主管并恢复供水" in text
    assert text.splitlines()[1] in page
    assert "感谢您" not in page[page.index("<textarea") :]


def test_other_units_cases_are_for_who_sees_the_city(town: Office) -> None:
    with browser(town, Role.LIAISON) as liaison, browser(town, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "又停水了")
        assert "也看其他单位答过的" in clerk.get(f"{path}/similar").text
        assert "各单位答复过的" in clerk.get(f"{path}/similar?any=1").text
        page = liaison.get(f"{path}/similar?any=1").text
        assert "也看其他单位答过的" not in page
        assert "各单位答复过的" not in page


def test_a_case_of_later_is_not_shown_on_an_earlier_day(town: Office) -> None:
    with browser(town, Role.PUBLICITY) as clerk:
        path, _ = find(clerk, "村里自来水")
        assert "没有足够相似" in clerk.get(f"{path}/similar?as_of=2017-11-01").text
