"""The page 通知: each message with its state, why, what comes next; no address; what is not sent yet too."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from analysis.desk.notices import STATES, masked_address, sent_rows
from analysis.desk.office import Office
from analysis.desk.rights import Role
from analysis.notify.channels import Channel
from analysis.notify.outbox import (
    Attempt,
    Delivered,
    Entry,
    Failed,
    Item,
    Message,
    Outbox,
    Planned,
    append_entry,
)
from analysis.notify.rules import load_notify_rules
from tests.analysis.case import REPOSITORY
from tests.analysis.desk.people import UNIT, browser

SECRET = "s3cr3t-of-a-robot"
CHANNELS = f"""channels:
  - {{name: xcb, unit: 市委宣传部, url: "wecombot://{SECRET}"}}
  - {{name: slj, unit: {UNIT}, url: "mailtos://clerk:{SECRET}@mail.example?to=liming@slj.example&from=a@b.example"}}
"""


def message(number: int, to: str, channel: str, **more: Any) -> Message:
    item = Item(key=f"k{number}", label="已超时", why="正式答复时限已过", ticket="t1-1")
    given = {"role": "联系人", "how": "now", "slot": None, "breaks_quiet": False, "items": [item]} | more
    return Message(
        id=f"m{number}",
        to=to,
        channel=channel,
        title=f"【港情】已超时：第{number}件（编号 m{number}）",
        parts=[f"第{number}件的全文 <b>"],
        **given,
    )


def record(office: Office, *entries: Entry) -> None:
    office.store.outbox.mkdir(exist_ok=True)
    for entry in entries:
        append_entry(office.store.outbox, entry)


@pytest.fixture(scope="module")
def told(office: Office) -> Iterator[Office]:
    """An outbox with a message in each state, and channels."""
    rules = (REPOSITORY / "city" / "notify-rules.yaml").read_bytes()
    (office.base.folder / "notify-rules.yaml").write_bytes(rules)
    office.store.channels.write_text(CHANNELS, "utf-8")
    office.store.channels.chmod(0o600)
    all_of = [
        message(1, "市委宣传部", "xcb"),
        *(message(n, UNIT, "slj") for n in (2, 3, 4)),
        message(5, UNIT, "old"),
    ]
    record(
        office,
        Planned(at="2017-12-01T09:00:00", messages=all_of[:4]),
        Attempt(at="2017-12-01T09:00:01", part="m1-1"),
        Delivered(at="2017-12-01T09:00:02", part="m1-1"),
        Attempt(at="2017-12-01T09:00:03", part="m2-1"),
        Failed(
            at="2017-12-01T09:00:04",
            part="m2-1",
            why="连接不上",
            is_unsure=False,
            next_at="2017-12-01T09:02:04",
        ),
        Attempt(at="2017-12-01T09:02:05", part="m2-1"),
        Failed(
            at="2017-12-02T09:00:04",
            part="m2-1",
            why="连接不上",
            is_unsure=False,
            next_at="2017-12-04T12:00:00",
        ),
        Attempt(at="2017-12-02T09:00:05", part="m3-1"),
        Attempt(at="2017-12-02T09:00:06", part="m4-1"),
        Failed(at="2017-12-02T09:00:07", part="m4-1", why="应答 HTTP 500", is_unsure=False, next_at=None),
        Planned(at="2017-12-03T09:00:00", messages=all_of[4:]),
    )
    yield office


def rows(office: Office, role: Role = Role.PUBLICITY, **asked: str) -> dict[str, dict[str, Any]]:
    with browser(office, role) as client:
        found = client.get("/export/notices/json", params=asked).json()["rows"]
    return {row["id"]: row for row in found if row["id"]}


def test_each_message_says_its_state_why_and_what_comes_next(told: Office) -> None:
    found = rows(told)
    assert {name: row["state"] for name, row in found.items()} == {
        "m1-1": "已送达", "m2-1": "待重试", "m3-1": "发送中断", "m4-1": "已搁置", "m5-1": "待发",
    }  # fmt: skip
    assert found["m1-1"]["delivered_at"] == "2017-12-01T09:00:02" and not found["m1-1"]["trouble"]
    assert found["m2-1"]["trouble"] == "连接不上" and found["m2-1"]["attempt_count"] == 2
    assert "12-04 12:00 以后再试" in found["m2-1"]["ahead"] and "到 12-06 09:00" in found["m2-1"]["ahead"]
    assert "编号相同的是同一条" in found["m3-1"]["ahead"]
    assert found["m4-1"]["trouble"] == "应答 HTTP 500" and f"请电话告知{UNIT}" in found["m4-1"]["ahead"]
    assert "“发出到期的通知”" in found["m5-1"]["ahead"] and found["m5-1"]["service"] is None


def test_the_page_shows_what_its_files_hold(told: Office) -> None:
    with browser(told, Role.EVALUATION) as client:
        page = client.get("/notices").text
        assert 'aria-current="page">通知</a>' in page
        assert "第1件的全文 &lt;b&gt;" in page and "<b>" not in page.split("第1件的全文")[1][:20]
        for state in STATES[:5]:
            assert f">{state}</span>" in page, state
        sheet = load_workbook(io.BytesIO(client.get("/export/notices/xlsx").content)).active
        assert sheet is not None
        assert "l***@slj.example" in page and "l***@slj.example" in {
            cell.value for row in sheet for cell in row
        }
        assert "l***@slj.example" in client.get("/export/notices/csv").content.decode("utf-8-sig")


@pytest.mark.parametrize("role", [Role.PUBLICITY, Role.EVALUATION, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_no_address_of_a_channel_is_told(told: Office, role: Role) -> None:
    with browser(told, role) as client:
        for path in ("/notices", "/export/notices/csv", "/export/notices/json"):
            text = client.get(path).text
            assert SECRET not in text and "liming" not in text and "mail.example" not in text, path


def test_a_liaison_sees_neither_the_page_nor_its_entry(told: Office) -> None:
    with browser(told, Role.LIAISON) as client:
        assert client.get("/notices").status_code == client.get("/export/notices/csv").status_code == 403
        assert "/notices" not in client.get("/").text


def test_it_is_filtered_and_sorted_as_the_address_says(told: Office) -> None:
    assert list(rows(told, state="已搁置")) == ["m4-1"]
    assert list(rows(told, to="市委宣传部")) == ["m1-1"]
    assert (
        list(rows(told, channel="old"))
        == list(rows(told, q="第5件"))
        == list(rows(told, q="M5-1"))
        == ["m5-1"]
    )
    assert set(rows(told, start="2017-12-02")) == {"m5-1"}
    assert set(rows(told, end="2017-12-01")) == {"m1-1", "m2-1", "m3-1", "m4-1"}
    assert list(rows(told, sort="at", end="2017-12-03"))[-1] == "m5-1"
    assert next(iter(rows(told, sort="-at", end="2017-12-03"))) == "m5-1"
    with browser(told, Role.PUBLICITY) as client:
        page = client.get("/notices?state=已搁置&sort=-at").text
        assert (
            re.search(r'/export/notices/xlsx\?[^"]*state=', page) and "第4件" in page and "第5件" not in page
        )
        for path in ("/notices", "/export/notices/csv"):
            refused = client.get(f"{path}?start=2017-12-02&end=2017-12-01")
            assert refused.status_code == 400 and "起止日期颠倒了" in refused.text
            assert client.get(f"{path}?end=12月").status_code == 400


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2017-12-10T12:00", "现在是休息日，过后再发"),
        ("2017-12-10T21:00", "现在是不打扰的时段（20:00-07:30），过后再发"),
        ("2017-12-11T12:00", "每天 08:30 自动发送"),
    ],
)
def test_what_waits_says_what_it_waits_for(told: Office, now: str, said: str) -> None:
    city: Any = SimpleNamespace(
        clock=lambda: dt.datetime.fromisoformat(now),
        rules=told.rules,
        settings=SimpleNamespace(notify_at=["08:30"]),
    )
    box = Outbox()
    box.take(Planned(at="2017-12-08T19:50:00", messages=[message(1, UNIT, "slj")]))
    (row,) = sent_rows(box, load_notify_rules(told.city), city)
    assert row.ahead.startswith(said)


def test_a_past_day_is_told_as_it_was(told: Office) -> None:
    found = rows(told, as_of="2017-12-01")
    assert {name: row["state"] for name, row in found.items()} == {
        "m1-1": "已送达", "m2-1": "发送中断", "m3-1": "待发", "m4-1": "待发",
    }  # fmt: skip


def test_what_no_message_was_made_of_yet_is_told_too(told: Office) -> None:
    told.store.channels.unlink()
    try:
        with browser(told, Role.PUBLICITY) as client:
            found = client.get("/export/notices/json?state=没有渠道").json()["rows"]
            page = client.get("/notices").text
            assert client.get("/export/notices/json?as_of=2017-12-03&state=没有渠道").json()["rows"] == []
    finally:
        told.store.channels.write_text(CHANNELS, "utf-8")
        told.store.channels.chmod(0o600)
    assert found and all("登记以前请电话告知" in row["ahead"] for row in found)
    assert {row["to"] for row in found} >= {"市委宣传部"} and "没有渠道" in page


def test_what_cannot_be_read_is_said_without_a_place_of_the_machine(told: Office) -> None:
    rules = told.base.folder / "notify-rules.yaml"
    kept = rules.read_bytes()
    rules.unlink()
    told.store.channels.chmod(0o644)
    try:
        with browser(told, Role.PUBLICITY) as client:
            page = client.get("/notices").text
    finally:
        rules.write_bytes(kept)
        told.store.channels.chmod(0o600)
    assert "通知规则读不出" in page and "渠道读不出，请管理员检查" in page
    assert str(told.home) not in page and str(told.base.folder) not in page and "已搁置" in page


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://u:pw@h.example?to=wang@fcgs.example", "w***@fcgs.example"),
        ("mailtos://u:pw@h.example?to=a@b.example,c@d.example", "****"),
        ("mailtos://u:pw@h.example?to=a@b.example&to=c@d.example", "****"),
        ("mailto://u:pw@h.example", "****"),
        ("wecombot://KEY", "****"),
        ("jsons://oa.example/hook?to=a@b.example", "****"),
    ],
)
def test_an_address_is_masked(url: str, shown: str) -> None:
    assert masked_address(Channel(name="a", unit=UNIT, url=url)) == shown
