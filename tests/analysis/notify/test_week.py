"""A week of the sample city, 4 to 10 December 2017, sent to local receivers of five kinds, one down a day.

Compared with what was derived by hand from sample/content and a calendar on paper.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.notify.channels import Channel
from analysis.notify.delivery import Courier
from analysis.notify.outbox import Planned, append_entry, load_outbox, outbox_lock
from analysis.notify.rules import load_notify_rules
from analysis.notify.run import compute_plan
from analysis.notify.send import send_waiting
from analysis.ticket import load_rules
from analysis.warehouse import ask, open_warehouse
from crawlers.run import crawl
from pipeline.decisions import Decision, append_decisions
from pipeline.load import build
from pipeline.store import open_store
from pipeline.tagging.tagger import Tagger
from sample.people import record_decisions
from sample.serve import running
from tests.analysis.notify.receivers import MailServer, Robot

START, END = dt.datetime(2017, 12, 4, 0, 35), dt.datetime(2017, 12, 11, 0, 0)
LAST = dt.date(2017, 12, 11)
DESK, PARENT, DOWN = "市委宣传部", "市政府办", "市市政局"
# When the clerk handed each post to its unit.
HANDED = {
    "200036": ("2017-11-27T08:30:00", "市市政局"),
    "200084": ("2017-11-30T14:50:00", "市行政审批局"),
    "200027": ("2017-11-30T09:00:00", "市水产畜牧局"),
    "200016": ("2017-12-04T19:20:00", "市质监局"),
    "200017": ("2017-12-06T10:50:00", "市市政局"),
    "200068": ("2017-12-08T08:10:00", "市公安局"),
}
FIRST, ANSWER = "初步回应", "正式答复"
# By hand. Working days: 20-24, 27-30 November, 1, 4-8, 11 December. The first run of the week tells what
# stood by then; quiet hours end before the run of 07:35, the digest is made at that of 08:35. Half of a span
# of seven working days is 11:30 of the fourth, of one day 11:30.
EXPECTED = {
    # Opened Thursday 23 November, urgent, responded to; seven days end on 4 December. No quiet hours hold it.
    "200077": [
        ("12-04 00:35", "市环保局", ANSWER, "剩 1 个工作日"),
        ("12-04 00:35", DESK, ANSWER, "剩 1 个工作日"),
        ("12-04 18:35", "市环保局", ANSWER, "已超时"),
        ("12-04 18:35", DESK, ANSWER, "已超时"),
        ("12-07 08:35", "市环保局", ANSWER, "超时满 3 个工作日"),
        ("12-07 08:35", DESK, ANSWER, "超时满 3 个工作日"),
        ("12-07 08:35", PARENT, ANSWER, "超时满 3 个工作日"),
    ],
    # Opened Monday 4 December 18:58, urgent; responded to on the 5th 08:50: half of the answer is next.
    "200016": [
        ("12-04 19:35", "市质监局", None, "新转办"),
        ("12-04 19:35", DESK, None, "新转办"),
        ("12-08 11:35", "市质监局", ANSWER, "时间过半"),
        ("12-08 11:35", DESK, ANSWER, "时间过半"),
    ],
    # Opened Monday 27 November, never responded to: response due on the 28th, answer on 6 December. Its
    # receiver is down on 6 December: what was due then comes on the 7th when quiet hours are over.
    "200036": [
        ("12-04 07:35", DOWN, None, "新转办"),
        ("12-04 07:35", DOWN, FIRST, "超时满 3 个工作日"),
        ("12-04 07:35", DESK, FIRST, "超时满 3 个工作日"),
        ("12-04 07:35", PARENT, FIRST, "超时满 3 个工作日"),
        ("12-04 08:35", DOWN, ANSWER, "时间过半"),
        ("12-05 08:35", DOWN, ANSWER, "剩 1 个工作日"),
        ("12-07 07:35", DOWN, ANSWER, "已超时"),
        ("12-06 18:35", DESK, ANSWER, "已超时"),
    ],
    # Opened 30 November, a suggestion; answered on 5 December 16:15: past half of its time, before a digest.
    "200084": [
        ("12-04 07:35", "市行政审批局", None, "新转办"),
        ("12-04 07:35", "市行政审批局", FIRST, "已超时"),
        ("12-04 07:35", DESK, FIRST, "已超时"),
    ],
    # Opened 29 November 21:17, responded to late on 4 December 10:20; seven days end on 8 December.
    "200027": [
        ("12-04 07:35", "市水产畜牧局", None, "新转办"),
        ("12-04 07:35", "市水产畜牧局", FIRST, "已超时"),
        ("12-04 07:35", DESK, FIRST, "已超时"),
        ("12-06 08:35", "市水产畜牧局", ANSWER, "时间过半"),
        ("12-07 08:35", "市水产畜牧局", ANSWER, "剩 1 个工作日"),
        ("12-08 18:35", "市水产畜牧局", ANSWER, "已超时"),
        ("12-08 18:35", DESK, ANSWER, "已超时"),
    ],
    # Opened 30 November, responded to the same day, answered on 8 December 16:05, in time.
    "200057": [
        ("12-07 08:35", "市林业局", ANSWER, "时间过半"),
        ("12-08 08:35", "市林业局", ANSWER, "剩 1 个工作日"),
    ],
    # Opened Wednesday 6 December 10:22, handed over at 10:50; nobody responds. Its receiver is down that day.
    "200017": [
        ("12-06 10:35", DESK, None, "待研判"),
        ("12-07 07:35", DOWN, None, "新转办"),
        ("12-07 11:35", DOWN, FIRST, "时间过半"),
        ("12-07 18:35", DOWN, FIRST, "已超时"),
        ("12-07 18:35", DESK, FIRST, "已超时"),
    ],
    # Opened Friday 8 December 00:46, in quiet hours; responded to at 15:45.
    "200068": [
        ("12-08 07:35", DESK, None, "待研判"),
        ("12-08 08:35", "市公安局", None, "新转办"),
    ],
}
# The minutes to every hour are :35; the hours in which nothing can change are left out.
HOURS = (0, 7, 8, 10, 11, 14, 18, 19, 21)
_LINE = re.compile(r"^- ([^：]+)：(?:(初步回应|正式答复)时限)?")


class Town:
    """Receivers of the week, and when each text came to which unit."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.now = START
        self.came: list[tuple[dt.datetime, str, str]] = []
        self.robots: dict[str, Robot] = {}
        self.mail = stack.enter_context(MailServer().running())
        urls = {DESK: "wecombot://desk", PARENT: "dingtalk://parent", DOWN: "feishu://municipal"}
        self.channels = [
            Channel(
                name="mail", unit="市林业局", interval_seconds=0,
                url=f"mailto://127.0.0.1:{self.mail.port}?from=desk@gangqing.test&to=lyj@gangqing.test",
            )
        ]  # fmt: skip
        for unit in (
            DESK,
            PARENT,
            DOWN,
            *("市环保局", "市质监局", "市行政审批局", "市水产畜牧局", "市公安局", "市民政局"),
        ):
            robot = stack.enter_context(Robot(self.fault_of(unit)).running())
            self.robots[unit] = robot
            url = urls.get(unit) or robot.address.replace("http", "json")
            gateway = robot.address if unit in urls else None
            self.channels.append(
                Channel(name=f"c-{unit}", unit=unit, url=url, gateway=gateway, interval_seconds=0)
            )

    def fault_of(self, unit: str):
        return lambda number: "500" if unit == DOWN and self.now.date() == dt.date(2017, 12, 6) else "ok"

    def collect(self) -> None:
        """What came since the last look, with the hour."""
        texts = [(unit, text) for unit, robot in self.robots.items() for text in robot.texts]
        texts += [("市林业局", text) for text in self.mail.texts]
        seen = Counter((unit, text) for _, unit, text in self.came)
        for (unit, text), count in Counter(texts).items():
            self.came += [(self.now, unit, text)] * (count - seen[unit, text])


def next_run(now: dt.datetime) -> dt.datetime:
    while (now := now + dt.timedelta(hours=1)).hour not in HOURS:
        pass
    return now


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Path]]:
    """The city crawled to the week's end, posts handed over by a clerk, then planned and sent by the hour."""
    home = tmp_path_factory.mktemp("week")
    with contextlib.ExitStack() as stack:
        _, city = stack.enter_context(running(LAST))
        crawl(
            city,
            home=home,
            first_day=dt.date(2017, 9, 18),
            last_day=LAST,
            clock=lambda: dt.datetime.combine(LAST, dt.time(8)),
            progress=False,
        )
        record_decisions(home, city, LAST)
        warehouse = home / "warehouse.duckdb"
        build(city, home=home, warehouse=warehouse, tagger=Tagger(city))
        con = open_warehouse(warehouse)
        tickets = {
            re.sub(r"\D+", " ", row["url"]).split()[-1]: row["ticket_id"]
            for row in ask(con, "ticket", as_of=END, known_by=None, threads=None)
        }
        con.close()
        store = open_store(home, city)
        decided = [
            Decision(id=f"{kind}-{tid}", at=at, who="经办人", kind=kind, target=tickets[tid], after=after)  # type: ignore[arg-type]
            for tid, (at, unit) in HANDED.items()
            for kind, after in (("transfer", {"unit": unit}), ("state_change", {"state": "待签收"}))
        ]
        append_decisions(store.decisions, decided)
        build(city, home=home, warehouse=warehouse, tagger=Tagger(city))
        town = Town(stack)
        rules = load_notify_rules(city)
        con = open_warehouse(warehouse)
        calendar = load_rules(city).calendar
        courier = Courier()
        while town.now < END:
            with outbox_lock(store.outbox):
                box = load_outbox(store.outbox)
                plan = compute_plan(con, city, rules, town.channels, box, town.now)
                if plan.messages:
                    append_entry(store.outbox, Planned(at=town.now.isoformat(), messages=plan.messages))
            send_waiting(store.outbox, town.channels, rules, calendar, lambda: town.now, courier.deliver)
            town.collect()
            town.now = next_run(town.now)
        con.close()
        yield town, store.outbox


def lines(town: Town) -> list[tuple[str, str, str, str, str | None, str]]:
    """(when, to, thread, ticket, clock, label) of every line that came."""
    found = []
    for when, unit, text in town.came:
        for item in text.split("\n\n"):
            link, ticket = (
                re.search(r"(?:tid=|viewthread-)(\d+)", item),
                re.search(r"^帖号 (\S+) ·", item, re.M),
            )
            for line in item.splitlines():
                match = _LINE.match(line)
                if match and link and ticket:
                    found.append((f"{when:%m-%d %H:%M}", unit, link[1], ticket[1], match[2], match[1]))
    return found


def test_the_week_came_as_derived_by_hand(week: tuple[Town, Path]) -> None:
    town, _ = week
    came = Counter((*line[:3], *line[4:]) for line in lines(town) if line[2] in EXPECTED)
    wanted = Counter(
        (when, to, thread, clock, label) for thread, of in EXPECTED.items() for when, to, clock, label in of
    )
    assert came - wanted == Counter() and wanted - came == Counter()


def test_nothing_came_twice_and_nothing_was_left(week: tuple[Town, Path]) -> None:
    town, outbox = week
    told = Counter(line[1:] for line in lines(town))
    # A post that was sent back is for the desk to look at anew: that line alone may stand twice.
    assert {line: n for line, n in told.items() if n > 1 and line[-1] != "待研判"} == {}
    parts = load_outbox(outbox).parts.values()
    assert parts and all(part.delivered_at is not None for part in parts)
    assert Counter(part.text for part in parts) == Counter(text for _, _, text in town.came)


def test_each_unit_got_only_its_own(week: tuple[Town, Path]) -> None:
    town, _ = week
    units = {unit for _, unit, _ in town.came} - {DESK, PARENT}
    assert len(units) >= 7
    for _, unit, text in town.came:
        if unit in units:
            whose = re.findall(r"^帖号 \S+ · (\S+) · ", text, re.M)
            assert set(whose) == {unit}


def test_the_long_digest_of_the_desk_was_split_and_the_down_receiver_tried_again(
    week: tuple[Town, Path],
) -> None:
    _, outbox = week
    parts = load_outbox(outbox).parts.values()
    assert max(len(part.message.parts) for part in parts if part.message.to == DESK) >= 2
    held = [part for part in parts if part.message.to == DOWN and part.failed_count]
    assert len(held) == 2 and all(part.failed_count >= 2 for part in held)
    assert all(f"{part.delivered_at:%m-%d %H:%M}" == "12-07 07:35" for part in held)


def test_no_poster_and_no_number_is_named(week: tuple[Town, Path]) -> None:
    town, _ = week
    for _, _, text in town.came:
        assert "网友-" not in text and not re.search(r"1[3-9]\d{9}", text)
