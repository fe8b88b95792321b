"""Contacts: who is missing by 29 September; telephone numbers leave the office in no list."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import msgspec
import pytest

from analysis.acts.contact import import_contacts, register_contact
from analysis.acts.record import ActError
from analysis.appeals import appeals
from analysis.contacts import ContactRow, contacts
from analysis.coverage import coverage
from analysis.credits import load_points
from analysis.deductions import deductions
from analysis.exposure import exposures
from analysis.plan import load_plan
from analysis.presence import announcement
from analysis.scoring import score
from analysis.warehouse import open_warehouse
from pipeline.decisions import load_decisions
from tests.analysis.case import Case

AT = dt.datetime(2017, 9, 28, 9)
PHONE = "0770-2821234"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    found.edition("2017-10-09")
    return found


def register(case: Case, unit: str = "上思县", at: dt.datetime = AT, **more: str) -> None:
    values = {"leader": "吴某（副县长）", "contact": "苏某", "phone": PHONE, "who": "市绩效办 覃某"} | more
    register_contact(case.store.decisions, case.city, unit, at=at, **values)


def rows(case: Case, day: str = "2017-10-31", **more: bool) -> dict[str, ContactRow]:
    case.build()
    plan = load_plan(case.city)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    try:
        return {row.unit: row for row in contacts(con, plan, dt.date.fromisoformat(day), **more)}
    finally:
        con.close()


def test_in_time_late_and_missing(case: Case) -> None:
    register(case)
    register(case, "东兴市", dt.datetime(2017, 10, 9, 9))
    found = rows(case)
    assert (found["上思县"].state, found["东兴市"].state, found["港口区"].state) == (
        "已报",
        "逾期报送",
        "未报",
    )
    assert rows(case, "2017-10-01")["东兴市"].state == "未报"
    register(case, at=dt.datetime(2018, 1, 4, 9), contact="韦某")  # changed hands: still in time
    found = rows(case, "2018-01-31")
    assert (found["上思县"].state, found["上思县"].contact) == ("已报", "韦某")


def test_a_register_recorded_later_counts_from_the_day_on_which_it_came(case: Case) -> None:
    after = {"date": "2017-09-28", "leader": "吴某", "contact": "苏某"}
    case.decide("contact_register", "市水利局", "2017-10-03T09:00:00", after=after)
    assert rows(case, "2017-09-30")["市水利局"].state == "已报"
    assert rows(case, "2017-09-27")["市水利局"].state == "未报"


@pytest.mark.parametrize(
    ("more", "says"),
    [({"leader": " "}, "分管领导"), ({"contact": ""}, "联系人"), ({"phone": "12345"}, "电话应写成")],
)
def test_what_is_missing_or_wrong(case: Case, more: dict[str, str], says: str) -> None:
    with pytest.raises(ActError, match=says):
        register(case, **more)
    with pytest.raises(ActError, match="市水利局"):
        register(case, "水利局")


def test_phones_are_in_no_list_that_does_not_need_them(case: Case) -> None:
    register(case)
    assert rows(case)["上思县"].phone is None and rows(case)["上思县"].has_phone
    assert rows(case, with_phones=True)["上思县"].phone == PHONE
    plan, day = load_plan(case.city), dt.date(2017, 10, 31)
    assert plan is not None
    con = open_warehouse(case.warehouse)
    cover = coverage(con, plan, day)
    lists = [
        cover,
        contacts(con, plan, day),
        announcement(con, case.city, plan, cover, day),
        exposures(con, plan, day),
        appeals(con, day),
        score(con, plan, day),
        deductions(con, plan, cover, day, points=load_points(case.city)),
    ]
    con.close()
    text = msgspec.json.encode([[dataclasses.asdict(row) for row in rows] for rows in lists]).decode()
    assert "吴某" in text and PHONE not in text and "2821234" not in text


def test_a_table_is_registered_whole_or_not_at_all(case: Case) -> None:
    good = "责任单位,分管领导,联系人,电话\n上思县,吴某,苏某,0770－2821234\n东兴市,李某,张某,13800001234\n"
    bad = good + "市水里局,王某,,123\n上思县,吴某,苏某,\n"
    report = import_contacts(case.store, case.city, bad.encode(), "联系人.csv", who="覃某", at=AT)
    told = [(fault.row_number, fault.fault[:9]) for fault in report.faults]
    assert told == [(4, "没有单位“市水里局”"[:9]), (4, "请填写联系人"), (5, "与第 2 行重复")]
    assert not case.store.decisions.exists()
    report = import_contacts(case.store, case.city, good.encode("gb18030"), "联系人.csv", who="覃某", at=AT)
    assert report.count == 2
    assert [d.after["phone"] for d in load_decisions(case.store.decisions)] == [PHONE, "13800001234"]
    assert rows(case)["东兴市"].state == "已报"


def test_a_table_without_a_phone_keeps_the_registered_one_and_says_what_was_before(case: Case) -> None:
    register_contact(
        case.store.decisions, case.city, "市水利局", leader="甲", contact="乙", phone="0770-2821234",
        who="韦某", at=AT,
    )  # fmt: skip
    table = "责任单位,分管领导,联系人,电话\n市水利局,丙,丁,\n市教育局,戊,己,13800001234\n"
    later = AT + dt.timedelta(days=1)
    assert not import_contacts(case.store, case.city, table.encode(), "c.csv", who="覃某", at=later).faults
    newest = {each.target: each for each in load_decisions(case.store.decisions)}
    assert newest["市水利局"].before == {"leader": "甲", "contact": "乙"}
    assert newest["市水利局"].after == {"leader": "丙", "contact": "丁", "phone": "0770-2821234"}
    assert (newest["市教育局"].before, newest["市教育局"].after["phone"]) == ({}, "13800001234")
