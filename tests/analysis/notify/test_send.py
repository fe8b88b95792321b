"""Sending: nothing lost, nothing twice, failures tried again on time, kills survived."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.notify.channels import Channel
from analysis.notify.delivery import Answer
from analysis.notify.messages import harmless, safe_link, split_parts
from analysis.notify.outbox import Attempt, Item, Message, Planned, append_entry, load_outbox, outbox_lock
from analysis.notify.rules import NotifyError, NotifyRules
from analysis.notify.send import send_waiting
from analysis.worktime import load_calendar
from tests.analysis.case import REPOSITORY
from tests.analysis.notify.receivers import Robot
from tests.analysis.notify.town import at, webhook

RULES = NotifyRules(desk="市委宣传部", retry_minutes=[2, 10], give_up_hours=24, quiet="20:00-07:30")
CALENDAR = load_calendar({})
NOON = "2017-12-05T12:00:00"


def message(number: int, parts: int = 1, channel: str = "市水利局-联系人", urgent: bool = False) -> Message:
    return Message(
        id=f"m{number}",
        to=channel.partition("-")[0],
        role="联系人",
        channel=channel,
        how="now",
        slot=None,
        breaks_quiet=urgent,
        title="标题",
        parts=[f"编号 m{number}-{part}" for part in range(1, parts + 1)],
        items=[Item(key=f"k{number}", label="新转办", why="…")],
    )


def planned(folder: Path, *messages: Message, moment: str = NOON) -> None:
    with outbox_lock(folder):
        append_entry(folder, Planned(at=moment, messages=list(messages)))


class Channels:
    """Takes parts as a test says, and keeps what it took."""

    def __init__(self, fails: Callable[[str, int], bool] = lambda part, number: False) -> None:
        self.fails = fails
        self.asked: Counter[str] = Counter()
        self.taken: list[str] = []

    def __call__(self, channel: Channel, title: str, text: str, part: str) -> Answer:
        self.asked[part] += 1
        if self.fails(part, self.asked[part]):
            return Answer(False, "应答 HTTP 500")
        self.taken.append(text)
        return Answer(True)


def send(folder: Path, deliver: Channels, moment: str):
    return send_waiting(
        folder, [webhook("市水利局"), webhook("市住建委")], RULES, CALENDAR, lambda: at(moment), deliver
    )


def test_a_failed_part_is_tried_again_when_it_is_due_and_the_others_are_not(tmp_path: Path) -> None:
    planned(tmp_path, message(1, parts=3))
    deliver = Channels(lambda part, number: part == "m1-2" and number < 3)
    first = send(tmp_path, deliver, NOON)
    assert (len(first.delivered), len(first.failed)) == (2, 1)
    assert send(tmp_path, deliver, "2017-12-05T12:01:59").delivered == []
    send(tmp_path, deliver, "2017-12-05T12:02:00")
    assert send(tmp_path, deliver, "2017-12-05T12:11:00").delivered == []
    send(tmp_path, deliver, "2017-12-05T12:12:00")
    assert sorted(deliver.taken) == ["编号 m1-1", "编号 m1-2", "编号 m1-3"]
    assert deliver.asked == {"m1-1": 1, "m1-2": 3, "m1-3": 1}


def test_a_channel_that_is_down_is_left_alone_and_the_others_get_theirs(tmp_path: Path) -> None:
    planned(tmp_path, *(message(n) for n in range(5)), message(9, channel="市住建委-联系人"))
    deliver = Channels(lambda part, number: part != "m9-1")
    report = send(tmp_path, deliver, NOON)
    assert (len(report.failed), report.later_count) == (2, 3) and deliver.taken == ["编号 m9-1"]


def test_what_nobody_takes_is_put_aside_and_stays_listed(tmp_path: Path) -> None:
    planned(tmp_path, message(1))
    deliver = Channels(lambda part, number: True)
    moment = at(NOON)
    while moment < at(NOON) + dt.timedelta(hours=60):
        send(tmp_path, deliver, moment.isoformat())
        moment += dt.timedelta(minutes=30)
    part = load_outbox(tmp_path).parts["m1-1"]
    assert part.is_aside and part.last_failure == "应答 HTTP 500" and part.delivered_at is None
    assert 20 < part.failed_count < 48


def test_nothing_but_urgent_goes_out_in_quiet_hours(tmp_path: Path) -> None:
    planned(tmp_path, message(1), message(2, urgent=True))
    deliver = Channels()
    send(tmp_path, deliver, "2017-12-05T21:00:00")
    assert deliver.taken == ["编号 m2-1"]
    send(tmp_path, deliver, "2017-12-06T07:30:00")
    assert deliver.taken == ["编号 m2-1", "编号 m1-1"]


def test_what_failed_before_a_rest_day_waits_for_the_next_working_day(tmp_path: Path) -> None:
    """Friday's message is not tried again at the weekend; on a swapped Saturday it is."""
    friday, sunday, monday = "2017-12-08T19:50:00", "2017-12-10T12:00:00", "2017-12-11T07:30:00"
    planned(tmp_path, message(1), message(2, urgent=True), moment=friday)
    deliver = Channels(lambda part, number: number == 1)
    assert len(send(tmp_path, deliver, friday).failed) == 2
    weekend = send(tmp_path, deliver, sunday)
    assert (deliver.taken, weekend.later_count) == (["编号 m2-1"], 1)
    send(tmp_path, deliver, monday)
    assert deliver.taken == ["编号 m2-1", "编号 m1-1"]
    planned(tmp_path, message(3), moment="2017-09-29T19:50:00")
    assert len(send(tmp_path, Channels(), "2017-09-30T09:00:00").delivered) == 1


def test_an_attempt_that_was_cut_off_is_made_again_and_counted(tmp_path: Path) -> None:
    planned(tmp_path, message(1))
    append_entry(tmp_path, Attempt(at=NOON, part="m1-1"))
    report = send(tmp_path, Channels(), NOON)
    assert report.again_count == 1 and len(report.delivered) == 1


@pytest.mark.parametrize("ahead", ["2018-01-02T09:00:00", "2099-01-05T09:00:00"])
def test_a_clock_that_is_set_back_into_an_earlier_month_doubles_and_stops_nothing(
    tmp_path: Path, ahead: str
) -> None:
    planned(tmp_path, message(1), message(2), moment=ahead)
    deliver = Channels(lambda part, number: part == "m1-1" and number == 1)
    send(tmp_path, deliver, ahead)
    planned(tmp_path, message(3), moment="2017-12-29T09:00:00")
    for minute in ("05", "10", "15"):
        send(tmp_path, deliver, f"2017-12-29T09:{minute}:00")
    assert deliver.taken == ["编号 m2-1", "编号 m1-1", "编号 m3-1"]


def test_a_channel_that_was_removed_fails_and_says_so(tmp_path: Path) -> None:
    planned(tmp_path, message(1, channel="gone"))
    report = send(tmp_path, Channels(), NOON)
    assert report.failed[0][1].why == "渠道 gone 已不在 channels.yaml"


def test_a_channel_whose_name_went_to_another_unit_does_not_get_what_was_meant_for_the_first(
    tmp_path: Path,
) -> None:
    planned(tmp_path, message(1))
    given = Channel(name="市水利局-联系人", unit="市住建委", url="json://127.0.0.1:9")
    deliver = Channels()
    report = send_waiting(tmp_path, [given], RULES, CALENDAR, lambda: at(NOON), deliver)
    assert deliver.taken == [] and "已改为市住建委的" in report.failed[0][1].why


def test_what_was_meant_for_another_does_not_keep_the_new_owner_waiting(tmp_path: Path) -> None:
    planned(tmp_path, message(1), message(2))
    own = msgspec.structs.replace(message(3, channel="市住建委"), channel="市水利局-联系人")
    planned(tmp_path, own, moment="2017-12-05T12:00:01")
    given = Channel(name="市水利局-联系人", unit="市住建委", url="json://127.0.0.1:9")
    deliver = Channels()
    report = send_waiting(tmp_path, [given], RULES, CALENDAR, lambda: at("2017-12-05T12:00:01"), deliver)
    assert deliver.taken == ["编号 m3-1"] and len(report.failed) == 2


def test_rest_days_alone_put_nothing_aside(tmp_path: Path) -> None:
    """The holiday from 1 to 8 October is longer than the hours after which a part is given up."""
    planned(tmp_path, message(1), moment="2017-09-30T16:50:00")
    deliver = Channels(lambda part, number: number < 3)
    rules = msgspec.structs.replace(RULES, retry_minutes=[2, 10, 30], give_up_hours=120)
    channels = [webhook("市水利局")]
    for moment in ("2017-09-30T16:50:00", "2017-10-09T08:30:00", "2017-10-09T08:40:00"):
        send_waiting(tmp_path, channels, rules, CALENDAR, lambda when=moment: at(when), deliver)
    assert deliver.taken == ["编号 m1-1"]


def test_half_a_line_is_passed_over_and_a_wrong_one_is_an_error(tmp_path: Path) -> None:
    planned(tmp_path, message(1))
    file = tmp_path / "2017-12.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    assert list(load_outbox(tmp_path).parts) == ["m1-1"]
    planned(tmp_path, message(2))
    assert list(load_outbox(tmp_path).parts) == ["m1-1", "m2-1"]
    file.write_bytes(whole + b'{"what":"sent"}\n')
    with pytest.raises(NotifyError, match=r"2017-12.jsonl:2"):
        load_outbox(tmp_path)


def test_two_senders_at_once_send_each_part_once(tmp_path: Path) -> None:
    planned(tmp_path, *(message(n) for n in range(30)))
    deliver = Channels()
    threads = [threading.Thread(target=send, args=(tmp_path, deliver, NOON)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(deliver.taken) == 30 and set(deliver.asked.values()) == {1}


SENDER = """
import sys, datetime as dt
from pathlib import Path
from analysis.notify.channels import Channel
from analysis.notify.delivery import Courier
from analysis.notify.rules import NotifyRules
from analysis.notify.send import send_waiting
from analysis.worktime import load_calendar
folder, address = Path(sys.argv[1]), sys.argv[2]
channels = [
    Channel(name="市水利局-联系人", unit="市水利局", url="wecombot://k", gateway=address, interval_seconds=0),
    Channel(name="市住建委-联系人", unit="市住建委", url=address.replace("http", "json"), interval_seconds=0),
]
rules = NotifyRules(desk="市委宣传部", retry_minutes=[1])
courier = Courier()
for channel in channels:
    courier.open(channel)
print("ready", flush=True)
calendar = load_calendar({})
send_waiting(folder, channels, rules, calendar, lambda: dt.datetime(2017, 12, 5, 12), courier.deliver)
print("done", flush=True)
"""


def test_kills_in_the_middle_lose_nothing_and_double_only_the_attempt_that_was_cut_off(
    tmp_path: Path,
) -> None:
    """At least 30 senders are killed with SIGKILL at random moments, then one may finish."""
    outbox = tmp_path / "outbox"
    count = 0

    def plan_more() -> None:
        nonlocal count
        for number in range(count, count + 250):
            channel = "市水利局-联系人" if number % 2 else "市住建委-联系人"
            planned(outbox, message(number, channel=channel))
        count += 250

    plan_more()
    chance = random.Random(20171205)
    kills = 0
    with Robot().running() as robot:
        while True:
            sender = subprocess.Popen(
                [sys.executable, "-c", SENDER, str(outbox), robot.address],
                stdout=subprocess.PIPE,
                cwd=REPOSITORY,
                env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            )
            assert sender.stdout is not None and sender.stdout.readline() == b"ready\n"
            if kills < 30:
                time.sleep(chance.uniform(0.0, 0.06))
                sender.send_signal(signal.SIGKILL)
            finished = sender.stdout.read()
            sender.wait()
            if finished == b"" and kills < 30:
                kills += 1
            elif kills < 30:  # a quick machine sent all of them before it was hit often enough
                plan_more()
            else:
                assert finished == b"done\n"
                break
        texts = Counter(robot.texts)
    assert kills == 30
    assert set(texts) == {f"编号 m{n}-1" for n in range(count)}, "a part was lost"
    entries = [
        msgspec.json.decode(line)
        for path in sorted(outbox.glob("*.jsonl"))
        for line in path.read_bytes().split(b"\n")
        if line.endswith(b"}")
    ]
    tried = Counter(e["part"] for e in entries if e["what"] == "attempt")
    delivered = Counter(e["part"] for e in entries if e["what"] == "delivered")
    assert set(delivered.values()) == {1} and len(delivered) == count
    for text, times in texts.items():
        # It can have arrived twice only where an attempt has no outcome: the window that is stated.
        assert times <= tried[text.removeprefix("编号 ")]
    again = sum(tried.values()) - count
    doubled = sum(times - 1 for times in texts.values())
    assert doubled <= again <= kills, "more was tried again than was cut off"
    assert again > 3, "the kills did not hit the middle of anything"
    print(f"{kills} kills, {again} attempts cut off, {doubled} messages twice")


@given(
    st.lists(st.text(min_size=1, max_size=400), min_size=1, max_size=40),
    st.integers(600, 6000),
    st.text(max_size=60),
)
def test_parts_keep_every_item_in_order_within_the_limit(items: list[str], most: int, closing: str) -> None:
    items = [harmless(item, 400) or "空" for item in items]
    parts = split_parts("【港情】市水利局", "ab12cd34ef", items, harmless(closing), most)
    assert all(len(part.encode()) <= most for part in parts)
    assert all(f"编号 ab12cd34ef-{n}/{len(parts)}" in part for n, part in enumerate(parts, 1))
    whole = "\n\n".join(part.split("\n\n", 1)[1] for part in parts)
    position = 0
    for number, item in enumerate(items, 1):
        found = whole.find(f"{number}. {item[:100]}", position)
        assert found >= position
        position = found + 1


@pytest.mark.parametrize("count", [99, 100, 999, 1000])
def test_a_message_of_very_many_parts_keeps_the_limit_too(count: int) -> None:
    parts = split_parts("【港情】市水利局", "ab12cd34ef", ["漏" * 200] * count, "", 400)
    assert len(parts) == count and f"编号 ab12cd34ef-{count}/{count}" in parts[-1]
    assert max(len(part.encode()) for part in parts) <= 400


@pytest.mark.parametrize(
    "hostile",
    [
        "<@all> 请看",
        '<at user_id="all">所有人</at>',
        "[点这里](http://evil.test)",
        "标题\n# 伪造的标题\n> 引用",
        "**加粗** `代码` ~~删~~",
        "\u202e反写\u200b隐形\u0000空",
        "联系我 13800138000",
        "联系我 13\u200b800138000",
    ],
)
def test_what_citizens_write_is_made_harmless(hostile: str) -> None:
    said = harmless(hostile)
    assert not set(said) & set("<>@*`[]#~\n\u202e\u200b\u0000") and "://" not in said
    assert "800138000" not in said


def test_only_plain_addresses_become_links() -> None:
    assert safe_link("http://bbs.test/thread-1-1.html") == "http://bbs.test/thread-1-1.html"
    for bad in (
        "javascript:alert(1)",
        "http://a b",
        "http://u@h/",
        "http://h/" + "x" * 400,
        "http://h/\n",
        None,
    ):
        assert safe_link(bad) is None
