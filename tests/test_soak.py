"""A minute of the day in the life: the city changes, people click and decide, and every count agrees."""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from pathlib import Path

import pytest

from sample.content import load_content
from sample.faults import Fault
from sample.serve import sample_city
from tools.soak.__main__ import Soak
from tools.soak.page import PAGE, Outcome, not_held, page_of, verdicts
from tools.soak.played import PlayedClock
from tools.soak.watch import Look
from tools.soak.world import sites_down, troubles, write_content


def test_a_minute_in_the_life_agrees_to_the_last_count(tmp_path: Path) -> None:
    outcome = Soak(tmp_path, 1.0, 20.0, 1.0, "test").run()
    assert not outcome.errors, outcome.errors
    rows = {row[0]: row for row in verdicts(outcome)}
    # Times of one minute are the machine's noise; all else must hold.
    missed = [name for name, row in rows.items() if not row[4] and not name.startswith("p95")]
    assert not missed, [rows[name] for name in missed]
    assert len(outcome.clicks) > 30 and outcome.jobs >= 1
    assert outcome.looks[-1].pages > outcome.looks[0].pages
    said = page_of(outcome, verdicts(outcome), "test")
    assert said.startswith("# A day in the life")
    assert ("Nothing." in said) == all(row[4] for row in rows.values())


def test_the_city_grows_and_has_its_troubles(tmp_path: Path) -> None:
    start = dt.date(2017, 10, 9)
    write_content(tmp_path / "content", start, 20, random.Random("x"))
    content = load_content(tmp_path / "content")
    grown = [piece for piece in content.articles if piece.id.startswith("sz")]
    assert len(grown) == 200 and {piece.day for piece in grown} == {
        start + dt.timedelta(days=n) for n in range(20)
    }
    for thread in content.threads:
        times = [post.time for post in thread.posts]
        assert times == sorted(times) and [post.floor for post in thread.posts] == list(
            range(1, len(times) + 1)
        )
    kinds = {fault.kind for fault in troubles(tmp_path / "content", start, 60, random.Random("x"))}
    assert kinds == {"down", "redirect", "not_found"}


def test_a_day_passes_in_so_many_seconds() -> None:
    clock = PlayedClock(began=time.time() - 90, start=dt.datetime(2017, 10, 16, 8), day_seconds=60.0)
    passed = clock.now() - clock.start
    assert dt.timedelta(days=1.5) <= passed < dt.timedelta(days=2)


def _outcome(**more: list[Look]) -> Outcome:
    day, sizes = dt.date(2017, 10, 16), {"resident": 400_000_000, "files": 20, "threads": 20}
    looks = [
        Look(at=60.0 * n, day=day, home=10_000 * n, pages=n, articles=n, posts=n, decisions=n, **sizes)
        for n in range(1, 31)
    ]
    for name, values in more.items():
        for each, value in zip(looks, values, strict=True):
            setattr(each, name, value)
    clicks = [(float(n), "/", 0.05) for n in range(1800)]
    return Outcome(
        minutes=30,
        day_seconds=60,
        looks=looks,
        clicks=clicks,
        acts={"done": 3},
        began=0.0,
        errors=[],
        held=200,
        runs=1,
        jobs=1,
    )


@pytest.mark.parametrize(
    ("name", "values", "row"),
    [
        ("resident", [400_000_000 + 20_000_000 * n for n in range(30)], "memory of the desk, MB"),
        ("files", [20 + 2 * n for n in range(30)], "open files of the desk"),
        ("threads", [20 + 2 * n for n in range(30)], "threads of the desk"),
        ("home", [10_000 * n * n for n in range(1, 31)], "bytes at home a landed page"),
        ("pages", [100] * 30, "landed pages"),
        ("decisions", [0] * 30, "decisions"),
    ],
)
def test_a_leak_or_a_drift_is_told(name: str, values: list[int], row: str) -> None:
    assert all(each[4] for each in verdicts(_outcome()))
    assert row in [each[0] for each in verdicts(_outcome(**{name: values})) if not each[4]]  # type: ignore[arg-type]


def test_slower_pages_and_errors_are_told() -> None:
    slow = _outcome()
    slow.clicks = [(at, route, 0.05 if at < 900 else 0.9) for at, route, _ in slow.clicks]
    assert "p95 of a page, ms" in [row[0] for row in verdicts(slow) if not row[4]]
    said = page_of(slow, verdicts(slow), "x")
    assert "\n- p95 of a page, ms: from 50 to 900; the bound is twice and 0.2 s\n" in said
    assert "Nothing." not in said and "Nothing." in page_of(_outcome(), verdicts(_outcome()), "x")
    wrong = _outcome()
    wrong.errors = ["something"]
    assert [row[0] for row in verdicts(wrong) if not row[4]] == ["errors"]
    assert "- something" in page_of(wrong, verdicts(wrong), "x")


def test_the_page_lists_what_its_own_table_says_did_not_hold() -> None:
    said = PAGE.read_text("utf-8")
    table = re.findall(
        r"^\| ([^|]+?) \| ([^|]*?) \| ([^|]*?) \| ([^|]*?) \| (yes|\*\*no\*\*) \|$", said, re.M
    )
    assert len(table) > 10
    rows = [
        (what, begin.strip(), end, bound.strip(), holds == "yes") for what, begin, end, bound, holds in table
    ]
    below = said.partition("## What did not hold\n\n")[2].partition("\n\n")[0].splitlines()
    assert (below == ["Nothing."]) == all(row[4] for row in rows)
    missed = not_held([row for row in rows if not row[4]], [])
    assert missed == ["Nothing."] or below[: len(missed)] == missed


def test_only_the_sites_of_a_host_that_is_down_are_expected_to_be_out_of_reach() -> None:
    day = dt.date(2017, 11, 1)
    fault = Fault(name="停机", site="portal", path=".*", kind="down", since=day, until=day)
    with sample_city() as city:
        assert sites_down(city.sites, [fault], {day}) == {"fcgxw", "fcgxw-rss", "fcgtv"}
        assert sites_down(city.sites, [fault], {day + dt.timedelta(days=1)}) == set()
