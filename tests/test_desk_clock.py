"""The desk's clock on a day that is played: as of its end, and its acts one after the other."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from commands import desk, notify, proof, queue_show, retention
from commands.clock import played_clock
from commands.common import UserError, load_chosen, parse_moment
from pipeline.decisions import Decision, append_decision

DAY = dt.date(2018, 2, 26)


def test_which_day_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "wall_clock", lambda: dt.datetime(2018, 3, 1, 9))
    assert desk._played(None, is_sample=False) is None
    assert desk._played(DAY, is_sample=False) == DAY
    assert desk._played(dt.date(2018, 3, 1), is_sample=False) is None  # today: the wall clock's
    assert desk._played(None, is_sample=True) is not None


def test_acts_on_a_played_day_come_after_all_that_happened_and_in_order(
    tmp_path: Path,
) -> None:
    now = dt.datetime(2026, 11, 28, 9)
    clock = played_clock(DAY, tmp_path, lambda: now)
    assert clock() == dt.datetime(2018, 2, 26, 23)
    now = dt.datetime(2026, 11, 28, 17)
    later = clock()
    assert dt.datetime(2018, 2, 26, 23) < later < dt.datetime(2018, 2, 26, 23, 59, 59)
    append_decision(
        tmp_path, Decision(id="a", at=later.isoformat(timespec="seconds"), who="甲", kind="pause", target="t")
    )
    now = dt.datetime(2026, 11, 29, 8)  # the next morning, started anew
    assert played_clock(DAY, tmp_path, lambda: now)() > later
    now = dt.datetime(2027, 1, 1)
    assert clock() == dt.datetime(2018, 2, 26, 23, 59, 59)  # never past the day


def test_two_who_play_a_day_act_one_after_the_other(tmp_path: Path) -> None:
    now = dt.datetime(2026, 11, 28, 9)
    desk_clock = played_clock(DAY, tmp_path, lambda: now)
    assert desk_clock() == dt.datetime(2018, 2, 26, 23)
    append_decision(tmp_path, Decision(id="a", at="2018-02-26T23:20:00", who="甲", kind="pause", target="t"))
    assert desk_clock() > dt.datetime(2018, 2, 26, 23, 20)
    now += dt.timedelta(hours=1)
    assert desk_clock() > dt.datetime(2018, 2, 26, 23, 22)


def test_an_act_on_the_sample_is_of_its_day_and_elsewhere_of_today(tmp_path: Path) -> None:
    assert parse_moment(None, None, tmp_path).date() == DAY
    assert parse_moment(None, tmp_path, tmp_path).date() > DAY
    assert parse_moment("2017-10-08T10:30", None, tmp_path) == dt.datetime(2017, 10, 8, 10, 30)


def test_notices_are_of_the_sample_day_and_elsewhere_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notify.as_of_moment(None, None, tmp_path).date() == DAY
    assert notify.as_of_moment("2018-03-01", None, tmp_path) == dt.datetime(2018, 3, 1, 23, 59, 59)
    now = dt.datetime(2018, 3, 1, 9, 30, 15, 7)
    for place in ("commands.common", "commands.notify"):
        monkeypatch.setattr(f"{place}.wall_clock", lambda: now)
    for said in (None, "2018-03-01"):  # of today no more is known than now
        assert notify.as_of_moment(said, tmp_path, tmp_path) == now.replace(microsecond=0)


@pytest.mark.parametrize("said", ["2018-03-02", "2018-03-01T09:31", "2018-03-01T09:00+08:00", "morgen"])
def test_no_notice_of_what_is_to_come_or_of_another_zone(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("commands.common", "commands.notify"):
        monkeypatch.setattr(f"{place}.wall_clock", lambda: dt.datetime(2018, 3, 1, 9, 30))
    with pytest.raises(UserError, match="--as-of"):
        notify.as_of_moment(said, tmp_path, tmp_path)


def test_packages_screenshots_and_removals_are_of_the_sample_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps: list[dt.datetime] = []

    def noted(result: object) -> Callable[..., object]:
        return lambda *_, at, **__: stamps.append(at) or result

    page = SimpleNamespace(url="http://a.test/", sha256="0", warc="w", warc_offset=0)
    packed = SimpleNamespace(path="p", piece_count=0, capture_count=0, sha256="", left_out_count=0, faults=[])
    monkeypatch.setattr(proof, "asked", lambda *_: contextlib.nullcontext((load_chosen(None), None)))
    monkeypatch.setattr(proof, "report_context", lambda *_: SimpleNamespace(plan=SimpleNamespace(tasks=[])))
    monkeypatch.setattr(proof, "shown_day", lambda *_: DAY)
    monkeypatch.setattr("analysis.acts.proof.pack_proof", noted(packed))
    monkeypatch.setattr("analysis.acts.proof.announcement_captures", lambda *_: [page])
    monkeypatch.setattr("analysis.reports.screenshot.find_browser", lambda: "browser")
    monkeypatch.setattr("analysis.reports.screenshot.shoot_capture", noted(SimpleNamespace(path="p")))
    monkeypatch.setattr("analysis.acts.retention.forget", noted(([], 0)))
    proof.pack(tmp_path / "p.zip", city=None, home=tmp_path, with_forum=False)
    proof.shoot(city=None, home=tmp_path)
    retention.forget("2018-01-01", city=None, home=tmp_path, dry_run=False, as_json=True)
    assert [stamp.date() for stamp in stamps] == [DAY] * 3
    with pytest.raises(UserError, match="还没有过去"):
        retention.forget("2018-02-26", city=None, home=tmp_path, dry_run=False, as_json=True)


def test_a_history_ends_on_the_day_that_is_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dt.date] = []
    found = SimpleNamespace(ticket_id="t1-1", title="", kind="投诉", unit=None, state="待研判")
    monkeypatch.setattr(queue_show, "asked", lambda *_: contextlib.nullcontext((None, None)))
    monkeypatch.setattr("analysis.overview.latest_day", lambda _: dt.date(2017, 12, 5))
    monkeypatch.setattr("analysis.ticket.load_rules", lambda _: None)
    monkeypatch.setattr("analysis.queue.find_ticket", lambda *_: found)
    monkeypatch.setattr("analysis.ticket_history.ticket_history", lambda *of: asked.append(of[2]) or [])
    queue_show.history("t1", city=None, home=tmp_path)
    assert asked == [DAY]
