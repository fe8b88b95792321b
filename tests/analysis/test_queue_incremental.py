"""Incremental truth: the same captures in any order, in one build or many, give the same tickets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.queue import load_rules, queue
from analysis.warehouse import open_warehouse
from pipeline.landing import iter_landed
from pipeline.records import Landed, Post, ThreadPage
from tests.analysis.case import FORUM, Case

OTHER = "红豆社区防城港论坛"
DAYS = [dt.date(2017, 10, day) for day in (9, 10, 11, 13, 17, 20, 31)]
Said = tuple[str, str, str]


def capture(
    at: str, tid: str, posts: Sequence[Said], *, forum: str = FORUM, page: int = 1, pages: int = 1,
    first: int = 1, title: str = "[投诉:市水利局]",
) -> Landed:  # fmt: skip
    url = f"http://bbs.test/{'x' if forum == OTHER else 't'}-{tid}-{page}.html"
    made = [
        Post(floor=floor, author=author, time=f"2017-10-{time}:00", text=text)
        for floor, (author, time, text) in enumerate(posts, first)
    ]
    record = ThreadPage(
        forum=forum, board="民生", tid=tid, url=url, title=title, page=page, pages=pages, posts=made
    )
    return Landed(
        run="1", site="bbs", url=url, fetched_at=f"2017-10-{at}:00", kind="thread", outcome="stored",
        sha256=sha256(f"{at}{url}".encode()).hexdigest(), thread=record,
    )  # fmt: skip


BOTH = "[投诉:市水利局、市住建委][同办:市水利局、市住建委]"
ASKS: Said = ("张三", "09T10:00", "井盖没了")
TAKEN: Said = ("防城港水利", "10T09:00", "已收到")
ANSWER: Said = ("防城港水利", "12T09:00", "答复：已装好")
DISPUTE: Said = ("张三", "13T20:00", "我不认")
CHAT: list[Said] = [("路人", f"10T1{n}:00", f"顶{n}") for n in range(8)]

CAPTURES = [
    # Grows from crawl to crawl; the last one finds the answer edited into a promise.
    capture("09T12:00", "1", [ASKS]),
    capture("10T12:01", "1", [ASKS, TAKEN]),
    capture("12T12:02", "1", [ASKS, TAKEN, ANSWER]),
    capture("14T12:03", "1", [ASKS, TAKEN, ANSWER, DISPUTE]),
    capture("18T12:04", "1", [ASKS, TAKEN, ("防城港水利", "12T09:00", "正在核实"), DISPUTE]),
    # The same number on another forum is another thread; two units are called on.
    capture("11T12:05", "1", [ASKS, ANSWER], forum=OTHER, title=BOTH),
    capture("14T12:06", "1", [ASKS, ANSWER, ("港城住建", "13T09:00", "不属我局")], forum=OTHER,
            title=BOTH),
    # Two pages; then a post of the first page is deleted and those of the second move up.
    capture("12T12:07", "2", [ASKS, *CHAT, TAKEN], page=1, pages=2),
    capture("12T12:08", "2", [ANSWER, DISPUTE], page=2, pages=2, first=11),
    capture("15T12:09", "2", [ASKS, *CHAT[1:], TAKEN, ANSWER], page=1, pages=2),
    capture("15T12:10", "2", [DISPUTE], page=2, pages=2, first=11),
    # An answer that is gone from the forum later.
    capture("12T12:11", "3", [ASKS, ANSWER]),
    capture("16T12:12", "3", [ASKS]),
    # The second page was crawled before the first.
    capture("13T12:13", "4", [ANSWER], page=2, pages=2, first=11),
    capture("17T12:14", "4", [ASKS, *CHAT, TAKEN], page=1, pages=2),
]  # fmt: skip


def tickets(case: Case) -> list[dict[str, Any]]:
    """All tickets of several days, as they were and as they were known."""
    con = open_warehouse(case.warehouse)
    try:
        rules = load_rules(case.city)
        return [
            dataclasses.asdict(ticket) | {"day": day, "known_by": known}
            for day in DAYS
            for known in (None, day)
            for ticket in queue(con, rules, day, known_by=known, include_closed=True)
        ]
    finally:
        con.close()


def built(folder: Path, groups: Sequence[Sequence[Landed]]) -> Case:
    case = Case(folder)
    for group in groups:
        for landed in group:
            case.land(landed)
        case.build()
    return case


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One build of all captures in the order of their time."""
    ordered = sorted(CAPTURES, key=lambda landed: landed.fetched_at)
    return tickets(built(tmp_path_factory.mktemp("whole"), [ordered]))


def test_the_truth_itself(truth: list[dict[str, Any]]) -> None:
    last = {
        (t["forum"], t["thread_id"], t["unit"]): t
        for t in truth
        if t["day"] == DAYS[-1] and not t["known_by"]
    }
    states = sorted((t["forum"], t["unit"], t["state"], t["answer_floor"]) for t in last.values())
    assert states == [
        (OTHER, "市住建委", "退回改派", None),
        (OTHER, "市水利局", "已答复", 2),
        (FORUM, "市水利局", "已初步回应", None),  # the answer was edited into a promise
        (FORUM, "市水利局", "已答复", 10),  # moved up from floor 11
        (FORUM, "市水利局", "已答复", 11),
        (FORUM, "市水利局", "待研判", None),  # the answer is gone
    ]
    known = [t for t in truth if t["day"] == dt.date(2017, 10, 13) and t["known_by"]]
    assert {(t["forum"], t["state"]) for t in known} >= {(FORUM, "已答复"), (OTHER, "已答复")}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(CAPTURES), st.sets(st.integers(1, len(CAPTURES) - 1), max_size=6))
def test_any_order_and_any_split_give_the_same_tickets(
    truth: list[dict[str, Any]], order: list[Landed], cuts: set[int]
) -> None:
    edges = [0, *sorted(cuts), len(order)]
    groups = [order[a:b] for a, b in pairwise(edges)]
    folder = Path(tempfile.mkdtemp())
    try:
        case = built(folder / "case", groups)
        assert len(list(iter_landed(case.store.folder))) == len(CAPTURES)
        assert tickets(case) == truth
    finally:
        shutil.rmtree(folder)


def test_one_build_a_capture_gives_the_same_tickets(truth: list[dict[str, Any]], tmp_path: Path) -> None:
    backwards = sorted(CAPTURES, key=lambda landed: landed.fetched_at, reverse=True)
    assert tickets(built(tmp_path / "case", [[landed] for landed in backwards])) == truth
