"""Backup and restore: nothing is left out, and the answers stay the same."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest
from filelock import FileLock

from analysis.desk.accounts import Accounts
from pipeline import backup, exchange
from pipeline.archive import BackupError
from pipeline.attachments import find_attachment
from pipeline.backup import check_backup, write_backup
from pipeline.city import load_city
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.landing import LandingWriter, iter_landed, read_capture
from pipeline.load import build
from pipeline.privacy import load_salt
from pipeline.restore import restore_backup
from pipeline.restore_files import extract_city
from pipeline.store import DESK_LOCK, Store, open_store
from pipeline.tagging.tagger import Tagger
from tests.analysis.case import REPOSITORY, Case
from tests.pipeline.backed_up import AT, PHOTO, contents, digest, fill, page, put_back, saved, sha256_of

OLD = REPOSITORY / "tests" / "backups" / "var-2026-11-22.tar.gz"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path / "one")
    fill(made)
    return made


def test_everything_comes_back_byte_for_byte_and_gives_the_same_answers(case: Case, tmp_path: Path) -> None:
    case.build()
    path = saved(case)
    assert path.stat().st_mode & 0o777 == 0o600
    manifest = check_backup(path)
    assert manifest.counts == {
        "采集结果": 41, "决定": 1, "日志": 1, "通知记录": 1, "附件": 1, "存证文件": 2, "印发的报表": 1,
    }  # fmt: skip
    home = tmp_path / "two"
    done = put_back(path, case, home)
    assert (done.page_count, done.decision_count, done.aside, done.notices) == (41, 1, None, ())
    assert contents(home / "var" / "town") == contents(case.store.folder)
    assert not any(name.startswith(("desk/", "state/")) for name in contents(home / "var" / "town"))
    assert (home / "var" / "town" / "salt").stat().st_mode & 0o777 == 0o600
    build(case.city, home=home, warehouse=home / "warehouse.duckdb", tagger=case.tagger)
    assert digest(home / "warehouse.duckdb") == digest(case.warehouse)
    store = open_store(home, case.city)
    assert find_attachment(store.folder, sha256_of(PHOTO)).read_bytes() == PHOTO
    assert set(Accounts(store.accounts).all()) == {"guanli"}


def test_data_that_is_there_is_replaced_only_when_asked_and_then_kept_aside(
    case: Case, tmp_path: Path
) -> None:
    path = saved(case)
    before = contents(case.store.folder)
    case.decide("credit_add", "http://paper.test/2.html", "2017-10-18T09:00:00", after={"unit": "市财政局"})
    with pytest.raises(BackupError, match="--replace"):
        put_back(path, case, case.home)
    after = contents(case.store.folder)
    done = put_back(path, case, case.home, replace=True)
    assert contents(case.store.folder) == before
    assert done.aside is not None and contents(done.aside) == after
    assert not case.warehouse.exists()


def test_an_old_backup_is_not_written_over(case: Case) -> None:
    saved(case)
    with pytest.raises(BackupError, match="已存在"):
        saved(case)


def test_a_crawl_a_build_or_another_backup_at_work_is_respected(case: Case) -> None:
    path = saved(case)
    case.store.state.mkdir(exist_ok=True)
    with FileLock(case.store.state / "paper.lock"), pytest.raises(BackupError, match="采集（paper）正在进行"):
        put_back(path, case, case.home, replace=True)
    with FileLock(case.store.state / DESK_LOCK), pytest.raises(BackupError, match="办公台正在进行"):
        put_back(path, case, case.home, replace=True)
    with FileLock(f"{case.warehouse}.lock"), pytest.raises(BackupError, match="建库正在进行"):
        put_back(path, case, case.home, replace=True)
    with backup.maintenance(case.store), pytest.raises(BackupError, match="另一项备份"):
        saved(case, "c.tar.zst")


def _keep_working(folder: Path, stop: object) -> None:
    """Lands pages and decides, as fast as it can, until it is told to stop."""
    number = 0
    store = Store(folder)
    while not stop.is_set():  # type: ignore[attr-defined]
        run = f"20171010T{number:06d}-000"
        writer = LandingWriter(folder, "gov", run, group_pages=3)
        for each in range(7):
            writer.add(*page("gov", number * 7 + each, run))
        writer.close()
        target = f"http://gov.test/{number * 7}.html"
        append_decision(
            store.decisions,
            Decision(id=f"w{number}", at="2017-10-17T09:00:00", who="某", kind="credit_add", target=target,
                     after={"unit": "市财政局"}),
        )  # fmt: skip
        number += 1


def test_a_backup_made_while_others_write_is_of_one_moment(case: Case, tmp_path: Path) -> None:
    """Every decision is about a page that is in it too, every line has its capture, no line is half."""
    stop = multiprocessing.get_context("fork").Event()
    writer = multiprocessing.get_context("fork").Process(target=_keep_working, args=(case.store.folder, stop))
    writer.start()
    try:
        for number in range(6):
            time.sleep(0.1)
            path = saved(case, f"{number}.tar.zst")
            home = tmp_path / f"home{number}"
            assert put_back(path, case, home).notices == ()
            folder = open_store(home, case.city).folder
            landed = {record.url for _, _, record in iter_landed(folder)}
            decided = [each.target for each in load_decisions(folder / "decisions")]
            assert set(decided) <= landed
            for _, _, record in iter_landed(folder):
                assert record.warc is not None and record.warc_offset is not None
                read_capture(folder, record.warc, record.warc_offset)
    finally:
        stop.set()
        writer.join()
    assert len(decided) > 1


def test_no_backup_is_made_without_the_salt_that_there_was(case: Case) -> None:
    load_salt(case.store.salt)
    case.store.salt.unlink()
    with pytest.raises(BackupError, match="密钥文件不见了"):
        saved(case)


def test_a_torn_last_line_is_left_out(case: Case, tmp_path: Path) -> None:
    path = case.store.landing / "paper" / "20171009T120000-000.jsonl"
    with path.open("ab") as file:
        file.write(b'{"run": "half')
    done = put_back(saved(case), case, tmp_path / "two")
    assert done.page_count == 41
    assert contents(tmp_path / "two" / "var" / "town")["landing/paper/" + path.name].endswith(b"}\n")


def test_the_data_of_an_earlier_version_comes_back_under_this_one(tmp_path: Path) -> None:
    """var/ of the program of 22 November 2026, packed by hand with tar."""
    city = load_city(REPOSITORY / "sample" / "city")
    done = restore_backup(OLD, city, tmp_path, tmp_path / "warehouse.duckdb", AT)
    assert done.manifest is None
    assert (done.page_count, done.decision_count, done.notices) == (55, 48, ())
    report = build(city, home=tmp_path, warehouse=tmp_path / "warehouse.duckdb", tagger=Tagger(city))
    counts = (report.page_count, report.article_count, report.thread_count, report.decision_count)
    assert counts == (55, 12, 1, 48)
    # And from now on it is backed up in the present form.
    write_backup(city, tmp_path, tmp_path / "new.tar.zst", AT, "1.0")
    assert check_backup(tmp_path / "new.tar.zst").counts["采集结果"] == 55


def test_the_citys_data_can_be_taken_out_and_a_change_of_it_is_told(case: Case, tmp_path: Path) -> None:
    path = saved(case)
    names = extract_city(path, tmp_path / "city")
    assert "units.csv" in names
    kept = (tmp_path / "city" / "units.csv").read_bytes()
    assert kept == (case.city.folder / "units.csv").read_bytes()
    (case.city.folder / "points.yaml").write_text("{}", "utf-8")
    assert "points.yaml" in put_back(path, case, tmp_path / "two").notices[0]
    with pytest.raises(BackupError, match="空目录"):
        extract_city(path, tmp_path / "city")


def test_a_city_that_extends_another_can_be_used_as_it_was_taken_out(tmp_path: Path) -> None:
    city = load_city(REPOSITORY / "sample" / "city")
    append_decision(open_store(tmp_path, city).decisions, Decision(id="o", at="2018-01-02T09:00:00", who="甲",
                                                                   kind="pause", target="t"))  # fmt: skip
    write_backup(city, tmp_path, tmp_path / "b.tar.zst", AT, "1.0")
    extract_city(tmp_path / "b.tar.zst", tmp_path / "then")
    taken = load_city(tmp_path / "then")
    assert taken.settings == city.settings | {"extends": "extends-1"}
    assert taken.units == city.units and taken.sites == city.sites


def test_where_the_system_cannot_exchange_folders_two_steps_do(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(case)
    before = contents(case.store.folder)
    monkeypatch.setattr(exchange.ctypes, "CDLL", lambda *_, **__: object())
    put_back(path, case, case.home, replace=True)
    assert contents(case.store.folder) == before
