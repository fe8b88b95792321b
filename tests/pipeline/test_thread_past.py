"""How a thread stood for one who knows only what was captured by an earlier day, whatever it shows since."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import tempfile
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.queue import load_rules, queue
from analysis.queue_lists import floors_to_confirm
from analysis.warehouse import ask, moment, open_warehouse
from pipeline.load_thread_past import MAX_DAYS
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case

ASKS = ("张三", "2017-10-01T08:00:00", "井盖没了")
TAKEN = ("防城港水利", "2017-10-01T09:00:00", "已收到")
ANSWER = ("防城港水利", "2017-10-01T10:00:00", "答复：已装好")
TITLE = "[投诉:市水利局]"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def october(day: int) -> dt.date:
    return dt.date(2017, 10, day)


def told(case: Case, known_by: int | None, as_of: int = 9) -> list[tuple[str, str, int | None]]:
    """Kind, state and floor of the answer of each ticket."""
    con = open_warehouse(case.warehouse)
    try:
        known = known_by and october(known_by)
        found = queue(con, load_rules(case.city), october(as_of), known_by=known, include_closed=True)
        return [(ticket.kind, ticket.state, ticket.answer_floor) for ticket in found]
    finally:
        con.close()


def past(case: Case) -> list[tuple[Any, ...]]:
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        return warehouse.rows("SELECT since_at, until_at FROM thread_past ORDER BY until_at")
    finally:
        warehouse.close()


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_an_answer_that_is_gone_since_was_an_answer_then(case: Case, is_rebuilt: bool) -> None:
    case.thread("1", TITLE, [ASKS, ANSWER], at="2017-10-01T12:00:00")
    case.build()
    case.thread("1", TITLE, [ASKS], at="2017-10-05T12:00:00")
    case.build(rebuild=is_rebuilt)
    answered, open_still = [("投诉", "已答复", 2)], [("投诉", "待研判", None)]
    assert told(case, 1) == told(case, 2) == told(case, 4) == answered
    assert told(case, 5) == told(case, 6) == told(case, None) == open_still  # the newest look counts
    assert told(case, 2, as_of=1) == answered and told(case, None, as_of=1) == open_still
    assert past(case) == [(None, dt.datetime(2017, 10, 5))]


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_page_is_gone_when_its_thread_has_fewer_pages(case: Case, is_rebuilt: bool) -> None:
    chat = [(f"网友{n}", f"2017-10-01T08:{n:02}:00", "顶") for n in range(1, 10)]
    for page, posts in ((1, [ASKS, *chat]), (2, [ANSWER])):
        at = f"2017-10-01T12:00:0{page}"
        case.thread("1", TITLE, posts, at=at, page=page, pages=2, first_floor=page * 10 - 9)
    case.build()
    # A post of the first page is deleted, so the answer stands there; then the answer is deleted, too.
    case.thread("1", TITLE, [ASKS, *chat[1:], ANSWER], at="2017-10-03T12:00:00")
    case.build()
    case.thread("1", TITLE, [ASKS, *chat[1:]], at="2017-10-05T12:00:00")
    case.build(rebuild=is_rebuilt)
    assert told(case, 2) == [("投诉", "已答复", 11)]
    assert told(case, 4) == [("投诉", "已答复", 10)]
    assert told(case, 5) == told(case, None) == [("投诉", "待研判", None)]


def test_a_page_that_is_read_alone_takes_no_other_away(case: Case) -> None:
    case.thread("1", TITLE, [ASKS], at="2017-10-01T12:00:00", page=1, pages=3)
    case.thread("1", TITLE, [ANSWER], at="2017-10-01T12:00:01", page=3, pages=3, first_floor=21)
    case.thread("1", TITLE, [TAKEN], at="2017-10-02T12:00:00", page=2, pages=3, first_floor=11)
    case.build()
    assert told(case, None) == [("投诉", "已答复", 21)]


def test_what_a_floor_was_edited_into_was_not_known_before(case: Case) -> None:
    case.thread("1", TITLE, [ASKS, TAKEN], at="2017-10-01T12:00:00")
    case.thread("1", "[咨询:市水利局]", [ASKS, (*TAKEN[:2], "答复：已装好")], at="2017-10-05T12:00:00")
    case.build()
    assert told(case, 4) == [("投诉", "已初步回应", None)]
    assert told(case, 5) == told(case, None) == [("咨询", "已答复", 2)]


def test_a_thread_that_was_emptied_stood_there_until_then(case: Case) -> None:
    case.thread("1", TITLE, [ASKS, ANSWER], at="2017-10-01T12:00:00")
    case.build()
    case.thread("1", TITLE, [], at="2017-10-05T12:00:00")
    case.build()
    assert told(case, 4) == [("投诉", "已答复", 2)]
    assert told(case, 5) == told(case, None) == []
    case.thread("1", TITLE, [ASKS, ANSWER], at="2017-10-07T12:00:00")  # and came back
    case.build()
    assert told(case, 4) == told(case, 7) == told(case, None) == [("投诉", "已答复", 2)]
    assert told(case, 6) == []


def test_a_thread_that_only_grows_is_kept_once(case: Case) -> None:
    """However often it is captured, and whichever of its pages first."""
    case.thread("1", TITLE, [ANSWER], at="2017-10-01T12:00:00", page=2, pages=2, first_floor=3)
    case.thread("1", TITLE, [ASKS, TAKEN], at="2017-10-01T12:01:00", pages=2)
    case.thread("1", TITLE, [ASKS, TAKEN], at="2017-10-05T12:00:00", pages=2)
    later = [ANSWER, ("张三", "2017-10-03T09:00:00", "我不认")]
    case.thread("1", TITLE, later, at="2017-10-06T12:00:00", page=2, pages=2, first_floor=3)
    case.build()
    assert past(case) == []
    assert told(case, 1) == told(case, 6) == [("投诉", "已答复", 3)]


def test_what_was_told_of_the_past_is_not_told_again(case: Case) -> None:
    thread = case.thread("1", TITLE, [ASKS, ANSWER], at="2017-10-01T12:00:00")
    case.thread("1", TITLE, [ASKS], at="2017-10-05T12:00:00")
    case.build()
    assert case.tagger.tagged == [f"{thread}#1", f"{thread}@1#1", f"{thread}@1#2"]
    case.tagger.tagged.clear()
    case.thread("1", TITLE, [("张三", "2017-10-01T08:00:00", "改过")], at="2017-10-07T12:00:00")
    case.build()
    assert case.tagger.tagged == [f"{thread}#1", f"{thread}@2#1"]
    assert told(case, 4) == [("投诉", "已答复", 2)]
    case.tagger.tagged.clear()
    case.thread("1", TITLE, [ASKS, ANSWER, TAKEN], at="2017-10-03T12:00:00")  # was handed in late
    case.build()
    assert case.tagger.tagged == [f"{thread}#1", *(f"{thread}@2#{floor}" for floor in (1, 2, 3))]
    in_pieces = digest(case)
    case.build(rebuild=True)
    assert digest(case) == in_pieces


def test_of_a_thread_that_changes_for_ever_the_last_days_are_kept(case: Case) -> None:
    first = dt.datetime(2017, 10, 1, 12)
    for number in range(MAX_DAYS + 3):
        posts = [ASKS, ("防城港水利", "2017-10-01T09:00:00", f"已收到{number}")]
        case.thread("1", TITLE, posts, at=(first + dt.timedelta(days=number)).isoformat())
    case.build()
    spans = past(case)
    assert len(spans) == MAX_DAYS - 1
    assert spans[0] == (None, dt.datetime(2017, 10, 5)) and spans[1][0] == dt.datetime(2017, 10, 5)
    assert told(case, 1) == [("投诉", "已初步回应", None)]


def test_lists_beside_the_queue_know_no_more_than_was_captured(case: Case) -> None:
    disputes = ("张三", "2017-10-01T11:00:00", "我不认")
    thread = case.thread("1", TITLE, [ASKS, ANSWER, disputes], at="2017-10-01T12:00:00")
    case.thread("1", "[求助:市水利局]", [ASKS], at="2017-10-05T12:00:00")
    case.build()
    con = open_warehouse(case.warehouse)
    try:
        for day, floors, kind in ((4, [3], "投诉"), (5, [], "求助"), (None, [], "求助")):
            known = day and october(day)
            at = moment(october(9))
            assert [each.floor for each in floors_to_confirm(con, october(9), known)] == floors
            assert len(ask(con, "answered_case", as_of=at, known_by=moment(known), most=9)) == len(floors)
            (named,) = ask(con, "thread_named", ref=thread, known_by=moment(known))
            assert named["kind"] == kind
            (hot,) = ask(con, "hot_thread", start=dt.datetime(2017, 9, 1), as_of=at, known_by=moment(known))
            assert (hot["kind"], hot["reply_count"]) == (kind, 2 * len(floors))
            of = {"thread_id": thread, "ticket_id": f"{thread}-1", "as_of": at, "known_by": moment(known)}
            happened = [row["what"] for row in ask(con, "ticket_events", **of)]
            assert happened == ["open", *(["answer", "disputed"] if floors else [])]
    finally:
        con.close()


# What the floors of a page may show at a look; the times of some cannot be read.
POSTS = [
    ASKS, TAKEN, ANSWER,
    ("张三", "2017-10-02T18:00:00", "我不认"),
    ("港城住建", "2017-10-03T09:00:00", "不属我局"),
    ("港城住建", "2017-10-04T09:00:00", "答复：已修"),
    ("路人", "2017-10-02T20:00:00", "顶"),
    ("张三", "昨天吧", "井盖又没了"),
    ("防城港水利", "昨天吧", "答复：又装好了"),
]  # fmt: skip
Look = tuple[int, int, int, str, list[int]]
LOOK = st.tuples(
    st.integers(2, 7),  # day
    st.integers(0, 23),  # hour
    st.integers(1, 2),  # page
    st.sampled_from([TITLE, "[求助:市水利局、市住建委][同办:市水利局、市住建委]"]),
    st.lists(st.integers(0, len(POSTS) - 1), max_size=3),  # which posts it shows
)
# Of two looks at a page in the same second the one that was landed later counts, which the looks do not tell.
LOOKS = st.lists(LOOK, min_size=1, max_size=8, unique_by=itemgetter(0, 1, 2))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LOOKS, min_size=12, max_size=12), st.randoms())
def test_as_known_by_any_day_threads_are_told_as_if_nothing_had_been_captured_since(
    threads: list[list[Look]], chance: Random
) -> None:
    """And in whatever order and pieces the warehouse was built, or at once."""
    looks = [(str(tid), look) for tid, looks in enumerate(threads) for look in looks]
    folder = Path(tempfile.mkdtemp())
    try:
        case = Case(folder / "all")
        order = chance.sample(looks, len(looks))
        for part in (order[::3], order[1::3], order[2::3]):
            land(case, part)
            case.build()
        in_pieces = digest(case)
        case.build(rebuild=True)
        assert digest(case) == in_pieces
        for day in chance.sample(range(2, 8), 2):
            then = Case(folder / str(day))
            land(then, [(tid, look) for tid, look in looks if look[0] <= day])
            then.build()
            truth = of_tickets(then, None)
            assert of_tickets(case, october(day)) == truth
            assert of_tickets(then, october(day)) == truth
    finally:
        shutil.rmtree(folder)


def land(case: Case, looks: list[tuple[str, Look]]) -> None:
    for tid, (day, hour, page, title, shown) in looks:
        at = f"2017-10-{day:02}T{hour:02}:00:00"
        first = 1 if page == 1 else 3
        case.thread(tid, title, [POSTS[n] for n in shown], at=at, page=page, pages=2, first_floor=first)


def digest(case: Case) -> str:
    warehouse = Warehouse(case.warehouse, read_only=True)
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


def of_tickets(case: Case, known_by: dt.date | None) -> list[dict[str, Any]]:
    """All that is told of tickets on some days, and the floors that wait for a person."""
    con = open_warehouse(case.warehouse)
    try:
        rules, found = load_rules(case.city), []
        for day in map(october, (3, 20)):
            tickets = queue(con, rules, day, known_by=known_by, include_closed=True)
            found += [dataclasses.asdict(ticket) for ticket in tickets]
            found += [dataclasses.asdict(floor) for floor in floors_to_confirm(con, day, known_by)]
        return found
    finally:
        con.close()
