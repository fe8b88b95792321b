"""The log's span of days: what is shown and exported, kept in the address, refused where it is none."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from analysis.desk.audit import AuditEntry
from analysis.desk.office import Office
from analysis.desk.rights import Role
from pipeline.decisions import Decision, append_decisions
from tests.analysis.desk.people import browser

DAYS = ("2016-12-31", "2017-11-30", "2017-12-01", "2017-12-02", "2017-12-03")


@pytest.fixture(scope="module", autouse=True)
def written(office: Office) -> None:
    """On each day an act and a decision late in the evening."""
    for day in DAYS:
        at = dt.datetime.fromisoformat(f"{day}T23:59:59")
        office.audit.write(AuditEntry(at=at, who="jixiao", act="测试", target=f"第{day}件"))
    append_decisions(
        office.store.decisions,
        [Decision(id=f"d{d}", at=f"{d}T23:59:59", who="a", kind="pause", target=f"第{d}件") for d in DAYS],
    )


def days(text: str) -> list[str]:
    return re.findall(r"第([\d-]+)件", text.split("<tbody>")[1].split("</tbody>")[0])


@pytest.mark.parametrize("view", ["", "decisions"])
@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("", "", DAYS),
        ("2017-12-01", "", DAYS[2:]),
        ("", "2017-12-01", DAYS[:3]),
        ("2017-12-01", "2017-12-01", DAYS[2:3]),
        ("2016-12-31", "2017-11-30", DAYS[:2]),
        ("2017-12-02", "2030-01-01", DAYS[3:]),
    ],
)
def test_a_span_holds_both_its_days(
    office: Office, view: str, start: str, end: str, found: tuple[str, ...]
) -> None:
    asked = {"view": view, "target": "件", "start": start, "end": end}
    with browser(office, Role.INSPECTOR) as client:
        assert days(client.get("/log", params=asked).text) == [*found][::-1]
        rows = client.get("/export/log/json", params=asked).json()["rows"]
    assert [row["target"] for row in rows if row["target"] != "log.json"] == [f"第{d}件" for d in found][::-1]


def test_a_span_stays_with_the_other_filters_and_the_screens(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.desk.pages.log.build_log.__defaults__", (1,))
    with browser(office, Role.PUBLICITY) as client:
        page = client.get("/log?start=2017-12-01&end=2017-12-02&act=测试").text
        assert 'name="start" type="date" value="2017-12-01"' in page
        assert 'name="end" type="date" value="2017-12-02"' in page
        assert days(page) == ["2017-12-02"]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        assert older is not None
        assert days(client.get(older[1].replace("&amp;", "&")).text) == ["2017-12-01"]
        export = re.search(r'href="/export/log/xlsx\?([^"]+)"', page)
        assert export is not None and {"start=2017-12-01", "end=2017-12-02"} <= {*export[1].split("&amp;")}
        assert client.get("/log?start=2017-12-05").text.count("没有符合条件的记录") == 1
        past = client.get("/log?start=2017-12-01&as_of=2017-12-02&target=件").text
        assert days(past)[0] == "2017-12-02"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("start=2017-13-01", "参数 start：日期应写成 2017-12-31"),
        ("end=昨天", "参数 end：日期应写成 2017-12-31"),
        ("start=2017-12-02&end=2017-12-01", "起止日期颠倒了：自 2017-12-02 至 2017-12-01"),
    ],
)
def test_a_span_that_is_none_is_refused(office: Office, query: str, said: str) -> None:
    with browser(office, Role.EVALUATION) as client:
        for path in ("/log", "/export/log/csv"):
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 400 and said in answer.text
