"""The sample city's queue day by day through the season, against a reckoning of its own.

The reckoning knows the content's gold labels, the acts of the clerk below and the State Council's holiday
notices, all written out here. It knows nothing of the program but the names of the states.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest

from analysis.acts.ticket import TicketRegister, decide_units, move
from analysis.acts.ticket_check import Actor
from analysis.queue import load_rules, queue
from analysis.ticket import Ticket
from analysis.warehouse import LiveWarehouse
from pipeline.city import load_city
from pipeline.load import build
from pipeline.load_landing import thread_id
from pipeline.records import Landed, Post, ThreadPage, to_json
from pipeline.store import open_store
from pipeline.tagging.tagger import Tagger
from sample.content import Thread, load_content
from tests.analysis.case import REPOSITORY

FIRST, LAST = dt.date(2017, 9, 25), dt.date(2018, 2, 28)
CRAWLED_AT = dt.time(23)  # a crawl every evening

# 国务院办公厅: days off that are weekdays, and Saturdays and Sundays on which offices work.
OFF = {
    *(dt.date(2017, 10, day) for day in range(2, 7)),
    dt.date(2018, 1, 1),
    *(dt.date(2018, 2, day) for day in (15, 16, 19, 20, 21)),
}
MADE_UP = {dt.date(2017, 9, 30), dt.date(2018, 2, 11), dt.date(2018, 2, 24)}
DAYS = {"咨询": 5, "建议": 5, "投诉": 7, "求助": 7, "公告": 7}

# Read off the posts: the floor on which a citizen first asks under an announcement.
ASKED = {"st001": 3, "st011": 3, "st030": 3, "st031": 4, "st064": 3}
# Replies that send the post back.
SENT_BACK = {"st009": [4], "st022": [3], "st037": [3], "st083": [4]}
# Threads that two units must answer: floors of the first response and of the answer, floors that send back.
# st004: 住建 gave an answer of its own on floor 25; only then are there two.
SHARED = {
    "st004": [("市国土局", 1, 6, 23, []), ("市住建委", 25, 6, 25, [])],
    "st037": [("市民政局", 1, None, None, []), ("市纪委", 1, None, None, [3])],
    "st038": [("市住建委", 1, 4, 4, []), ("市发改委", 1, None, None, [])],
    "st066": [("市教育局", 1, 4, 6, []), ("市食药监局", 1, 3, 5, [])],
    "st078": [("市卫计委", 1, None, None, []), ("市教育局", 1, None, None, [])],
}
# What the clerk did: (thread, which ticket, when, act, what is said with it, the state after it).
CLERK = [
    ("st017", 0, "2017-12-06T15:00", "hand_over", {}, "待签收"),
    ("st017", 0, "2017-12-07T09:00", "sign", {}, "办理中"),
    ("st017", 0, "2017-12-12T09:00", "solved_confirmed", {"floor": 3}, "已办结"),
    ("st010", 0, "2017-11-20T09:00", "close", {}, "已办结"),
    ("st040", 0, "2018-01-02T10:00", "dispute_confirmed", {"floor": 5}, "办理中"),
    ("st042", 0, "2017-11-21T10:00", "pause", {"why": "等运单号"}, "暂停"),
    ("st042", 0, "2017-11-23T10:00", "resume", {}, "已初步回应"),
    ("st027", 0, "2017-12-05T10:00", "extend", {"days": 12, "why": "需上级核定"}, "延期"),
    ("st056", 0, "2017-11-06T10:00", "extend", {"days": 15, "why": "补办"}, "延期"),  # too late
    ("st085", 0, "2018-01-15T10:00", "transfer", {"unit": "市市政局", "why": "已划转"}, "待签收"),
    ("st085", 0, "2018-01-16T10:00", "send_back", {"why": "不属职责"}, "退回改派"),
    ("st043", 0, "2018-01-22T10:00", "no_reply_needed", {"why": "重复反映"}, "无需回复"),
]  # fmt: skip
# The clerk decides the units: the suggestion for st024 has one too many, that for st026 one too few.
DECIDED = {
    "st024": ("2017-12-13T20:30", ["市商务局"]),
    "st026": ("2017-12-27T15:00", ["市工商局", "市公安局"]),
}


def works(day: dt.date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def due(start: dt.datetime, days: int, still: tuple[dt.date, ...] = ()) -> dt.datetime:
    day = start.date()
    while days:
        day += dt.timedelta(days=1)
        days -= works(day) and day not in still
    return dt.datetime.combine(day, dt.time(18))


class Reckoned:
    """One ticket as the reckoning sees it: what happened when, and its clocks."""

    def __init__(
        self, thread: Thread, unit: str | None, since: int, first: int | None, answer: int | None,
        back: list[int],
    ) -> None:  # fmt: skip
        self.thread, self.unit = thread, unit
        at = {post.floor: post.moment for post in thread.posts}
        self.floor_at = at
        self.visible_from = at[since]
        self.opened = at[ASKED.get(thread.id, 1)]
        self.spans = (1, DAYS[thread.gold["kind"]])
        self.responded, self.answered = at.get(first or 0), at.get(answer or 0)
        self.states = [(self.opened, "待研判")]
        self.states += [(at[floor], "退回改派") for floor in back]
        if self.responded and self.responded != self.answered:
            self.states.append((self.responded, "已初步回应"))
        if self.answered:
            self.states.append((self.answered, "已答复"))
        self.still: tuple[dt.date, ...] = ()
        self.second: dt.datetime | None = None  # start of a second round
        self.ended: dt.datetime | None = None

    def state(self, at: dt.datetime, seen: dt.datetime) -> str | None:
        """`seen`: posts up to then are known."""
        if min(at, seen) < max(self.opened, self.visible_from):
            return None
        acts = {when for when, _ in self.states if when not in self.floor_at.values()}
        happened = [
            (when, state) for when, state in self.states if when <= (at if when in acts else min(at, seen))
        ]
        return sorted(happened, key=lambda pair: pair[0])[-1][1]

    def late(self, at: dt.datetime, seen: dt.datetime) -> tuple[bool, bool]:
        found = []
        for done, days in zip((self.responded, self.answered), self.spans, strict=True):
            known = next((m for m in (done, self.answered) if m and m <= min(at, seen)), None)
            if known is None and self.ended and self.ended <= at:
                known = self.floor_at[3]
            until = due(self.opened, days, self.still)
            is_late = (known or at) > until
            if self.second and self.second <= at:  # nothing came after it
                is_late |= at > due(self.floor_at[5], days)
            found.append(is_late)
        return found[0], found[1]


def reckon(threads: list[Thread]) -> list[Reckoned]:
    found: dict[str, list[Reckoned]] = {}
    for thread in threads:
        gold = thread.gold
        if gold["state"] == "无需回复":
            continue
        one = [(None, 1, gold["first_response_floor"], gold["answer_floor"], SENT_BACK.get(thread.id, []))]
        found[thread.id] = [Reckoned(thread, *each) for each in SHARED.get(thread.id, one)]
    for name, (when, units) in DECIDED.items():
        moment = dt.datetime.fromisoformat(when)
        first = found[name][0]
        while len(found[name]) < len(units):
            more = Reckoned(first.thread, None, 1, None, None, [])
            more.visible_from = moment
            found[name].append(more)
        for each in found[name]:
            each.states.append((moment, "待签收"))
    for name, which, when, key, said, state in CLERK:
        one_ticket, moment = found[name][which], dt.datetime.fromisoformat(when)
        one_ticket.states.append((moment, state))
        if key == "solved_confirmed":
            one_ticket.ended = moment
        if key == "dispute_confirmed":
            one_ticket.second = moment
        if key == "extend" and name == "st027":
            one_ticket.spans = (1, said["days"])
        if key == "pause":
            one_ticket.still = (dt.date(2017, 11, 21), dt.date(2017, 11, 22))
    return [each for tickets in found.values() for each in tickets]


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TicketRegister, list[Thread]]]:
    """The season's forum, crawled every evening, with what the clerk did; built once."""
    home = tmp_path_factory.mktemp("replay")
    city = load_city(REPOSITORY / "sample" / "city")
    store = open_store(home, city)
    threads = load_content().threads
    folder = store.landing / "forum"
    folder.mkdir(parents=True)
    lines: list[bytes] = []
    for offset in range((LAST - dt.date(2017, 9, 18)).days + 1):
        at = dt.datetime.combine(dt.date(2017, 9, 18) + dt.timedelta(days=offset), CRAWLED_AT)
        for thread in threads:
            now = thread.shown(at)
            if now and (offset == 0 or len(now) > len(thread.shown(at - dt.timedelta(days=1)))):
                lines += [to_json(landed) + b"\n" for landed in pages(thread, at)]
    (folder / "season.jsonl").write_bytes(b"".join(lines))
    path = home / "warehouse.duckdb"
    build(city, home=home, warehouse=path, tagger=Tagger(city))
    live = LiveWarehouse(path, city, store.decisions)

    def register() -> TicketRegister:
        return TicketRegister(live.cursor(), city, load_rules(city), store.decisions)

    clerk = Actor("宣传部 韦某")
    by_name = {thread.id: thread for thread in threads}
    acts = [(when, name, 0, "decide_units", {"units": units}) for name, (when, units) in DECIDED.items()]
    acts += [(when, name, which, key, said) for name, which, when, key, said, _ in CLERK]
    for when, name, which, key, said in sorted(acts, key=lambda each: each[0]):
        thread, moment = by_name[name], dt.datetime.fromisoformat(when)
        target = f"{thread_id(thread.forum, str(thread.number))}-{which + 1}"
        if key == "decide_units":
            decide_units(register(), target, clerk, moment, **said)
        else:
            move(register(), key, target, clerk, moment, **said)
    one = register()
    one.con.execute("SET threads = 1")  # many small questions
    yield one, threads
    live.close()


def pages(thread: Thread, at: dt.datetime) -> Iterator[Landed]:
    """The thread's pages of ten posts as a crawl at a moment lands them."""
    posts = thread.shown(at)
    count = -(-len(posts) // 10)
    for number in range(count):
        url = f"http://forum.test/thread-{thread.number}-{number + 1}.html"
        shown = [
            Post(
                floor=post.floor,
                author=None if post.anonymous else post.author,
                time=post.time,
                text=None if post.blocked else post.text or "",
                is_registered_official=post.is_registered_official,
            )
            for post in posts[number * 10 : number * 10 + 10]
        ]
        page = ThreadPage(
            forum=thread.forum, board=thread.board, tid=str(thread.number), url=url, title=thread.title,
            page=number + 1, pages=count, posts=shown,
        )  # fmt: skip
        yield Landed(
            run="season", site="forum", url=url, fetched_at=at.isoformat(), kind="thread", outcome="stored",
            sha256=f"{thread.number}-{number}-{at:%m%d}", thread=page,
        )  # fmt: skip


def counted(tickets: list[Ticket]) -> Counter[tuple[str, bool, bool]]:
    return Counter(
        (t.state, t.is_first_response_overdue, t.is_answer_overdue) for t in tickets if t.state != "无需回复"
    )


@pytest.mark.parametrize("is_known_by", [False, True], ids=["as it was", "as it was known"])
def test_the_queue_of_every_day_is_that_of_the_reckoning(
    season: tuple[TicketRegister, list[Thread]], is_known_by: bool
) -> None:
    register, threads = season
    truth = reckon(threads)
    wrong = []
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=offset)
        at = dt.datetime.combine(day, dt.time(23, 59, 59))
        seen = dt.datetime.combine(day, CRAWLED_AT) if is_known_by else at
        tickets = queue(
            register.con, register.rules, day, known_by=day if is_known_by else None, include_closed=True
        )
        want: Counter[tuple[str, bool, bool]] = Counter()
        for each in truth:
            state = each.state(at, seen)
            if state is not None and state != "无需回复":
                want[state, *each.late(at, seen)] += 1
        if (got := counted(tickets)) != want:
            wrong.append((day.isoformat(), "missing", want - got, "too many", got - want))
    assert wrong == []


def test_the_counts_of_three_days_by_hand(season: tuple[TicketRegister, list[Thread]]) -> None:
    """Read off the content day by day: on 30 September st001, st002, st003, st006, st048 and st076 stand."""
    register, _ = season
    found = queue(register.con, register.rules, dt.date(2017, 9, 30), include_closed=True)
    assert Counter(t.state for t in found) == {"待研判": 3, "已答复": 3}
    assert [t for t in found if t.is_first_response_overdue] == [
        t for t in found if t.title == "身份证国庆前到期了，买不了票怎么办"
    ]
