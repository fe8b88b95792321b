"""Backup and restore: nothing is left out, nothing hostile comes in, and the answers stay the same."""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import tarfile
import time
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock

from analysis.desk.accounts import Account, Accounts
from analysis.desk.audit import AuditEntry, AuditLog
from analysis.desk.rights import Role
from analysis.notify.outbox import Attempt, append_entry
from pipeline import archive, backup, restore
from pipeline.archive import BackupError, Entry, Manifest, packing
from pipeline.attachments import find_attachment, keep_attachment
from pipeline.backup import check_backup, write_backup
from pipeline.batch import IMPORT, Evidence, commit_batch
from pipeline.city import load_city
from pipeline.decisions import Decision, append_decision, load_decisions
from pipeline.landing import Exchange, LandingWriter, iter_landed, read_capture
from pipeline.load import build
from pipeline.records import Article, Landed, to_json
from pipeline.restore import restore_backup
from pipeline.restore_files import extract_city
from pipeline.store import Store, open_store
from pipeline.tagging.tagger import Tagger
from pipeline.warehouse import Warehouse
from tests.analysis.case import REPOSITORY, Case

AT = dt.datetime(2018, 2, 26, 20)
OLD = REPOSITORY / "tests" / "backups" / "var-2026-11-22.tar.gz"
PHOTO = b"\xff\xd8\xff" + b"photo" * 500


def page(site: str, number: int, run: str) -> tuple[Landed, Exchange]:
    url = f"http://{site}.test/{number}.html"
    article = Article(
        outlet="防城港日报",
        url=url,
        title=f"第{number}条",
        body="[市水利局:subject] 冬修水利",
        published="2017-10-09",
    )
    landed = Landed(
        run=run,
        site=site,
        url=url,
        fetched_at="2017-10-09T12:00:00",
        kind="article",
        outcome="stored",
        article=article,
    )
    return landed, Exchange(
        url, dt.datetime(2017, 10, 9, 12), 200, [("Content-Type", "text/html")], b"x" * 3000
    )


def fill(case: Case) -> None:
    """Something of every kind that a city keeps."""
    store = case.store
    writer = LandingWriter(store.folder, "paper", "20171009T120000-000")
    for number in range(40):
        writer.add(*page("paper", number, "20171009T120000-000"))
    writer.close()
    case.decide("credit_add", "http://paper.test/1.html", "2017-10-17T09:00:00", after={"unit": "市财政局"})
    keep_attachment(store.folder, PHOTO, ".jpg")
    landed = page("import", 1, "")[0]
    commit_batch(
        store, IMPORT, "b1", AT, [(landed, Evidence(uri="file:a", media_type="text/plain", text="a"))], []
    )
    Accounts(store.accounts).write(
        Account(
            name="guanli",
            person="张三",
            roles=frozenset({Role.ADMINISTRATOR}),
            password="x",
            at=AT,
            by="测试",
        )
    )
    AuditLog(store.audit).write(AuditEntry(at=AT, who="guanli", act="登录"))
    store.outbox.mkdir()
    append_entry(store.outbox, Attempt(at=AT.isoformat(), part="p-1"))
    folder = store.bulletins / "weekly-2018-001"
    folder.mkdir(parents=True)
    (folder / "issue.json").write_bytes(b"{}")
    (store.folder / "salt").write_text("00" * 32 + "\n")
    (store.folder / "salt").chmod(0o600)
    store.desk.mkdir()
    (store.desk / "secret").write_text("only of this desk")
    (store.decisions / ".lock").touch()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.endswith(".lock")
        and path.parts[len(folder.parts)] not in archive.DERIVED
    }


def digest(path: Path) -> str:
    warehouse = Warehouse(path, read_only=True)
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path / "one")
    fill(made)
    return made


def saved(case: Case, name: str = "b.tar.zst") -> Path:
    target = case.home.parent / name
    write_backup(case.city, case.home, target, AT, "1.0")
    return target


def put_back(path: Path, case: Case, home: Path, **more: bool) -> restore.Restored:
    home.mkdir(exist_ok=True)
    return restore_backup(path, case.city, home, home / "warehouse.duckdb", AT, **more)


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
    assert find_attachment(store.folder, manifest_digest(PHOTO)).read_bytes() == PHOTO
    assert set(Accounts(store.accounts).all()) == {"guanli"}


def manifest_digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


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


def test_every_change_of_a_byte_is_seen_when_a_backup_is_checked(case: Case, tmp_path: Path) -> None:
    """Also where it changes nothing that is unpacked: a time in the tar, a count in the manifest."""
    whole = saved(case).read_bytes()
    broken = tmp_path / "broken.tar.zst"
    for place in range(0, len(whole), 31):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupError):
            check_backup(broken)


def test_a_backup_of_an_older_program_has_no_seal_and_a_newer_one_must_not_lose_it(
    case: Case, tmp_path: Path
) -> None:
    older = tmp_path / "older.tar.zst"
    said = Manifest(
        format=1, program="1", city="某市", slug="town", made_at=AT.isoformat(), counts={}, files=[]
    )
    made_by_hand(older, [], said)
    older.write_bytes(older.read_bytes()[:-40])
    assert not archive.has_seal(older) and check_backup(older) == said
    path = saved(case)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BackupError, match="末尾不完整"):
        check_backup(path)


def test_a_change_of_any_byte_is_found_before_anything_is_written(case: Case, tmp_path: Path) -> None:
    path = saved(case)
    whole = path.read_bytes()
    home = tmp_path / "two"
    seal = range(len(whole) - 44, len(whole))
    for place in [*range(3, len(whole), max(1, len(whole) // 60)), *seal]:
        broken = tmp_path / "broken.tar.zst"
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        with pytest.raises(BackupError):
            put_back(broken, case, home)
        broken.write_bytes(whole[:place])
        with pytest.raises(BackupError):
            put_back(broken, case, home)
        assert contents(home / "var" / "town") == {}
        assert [each.name for each in (home / "var").iterdir()] == ["town"]


def made_by_hand(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], manifest: Manifest | None) -> Path:
    path.unlink(missing_ok=True)
    with packing(path) as tar:
        if manifest is not None:
            archive.add_bytes(
                tar, archive.MANIFEST, len(to_json(manifest)), io.BytesIO(to_json(manifest)), AT
            )
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


EVIL = [
    "data/../../evil", "/etc/evil", "data//evil", "../evil", "data/./evil", "data/a\\..\\evil",
    "data/a\x1b[2J",
    "data/../../../../../../../../tmp/gangqing-evil", "evil", "data/" + "n" * 300,
]  # fmt: skip


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("listed", [True, False])
def test_no_name_leads_out_of_the_folder(case: Case, tmp_path: Path, name: str, listed: bool) -> None:
    entry = Entry(name=name, size=1, sha256=manifest_digest(b"x"))
    manifest = Manifest(
        format=1, program="1", city=case.city.name, slug="town", made_at="", counts={}, files=[entry]
    )
    path = made_by_hand(tmp_path / "evil.tar.zst", [(member(name), b"x")], manifest if listed else None)
    outside = set(tmp_path.rglob("*")) | set(Path("/tmp").glob("gangqing-evil*"))
    with pytest.raises(BackupError):
        put_back(path, case, tmp_path / "two")
    fresh = set(tmp_path.rglob("*")) | set(Path("/tmp").glob("gangqing-evil*"))
    assert {each for each in fresh - outside if "evil" in each.name} == set()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(case: Case, tmp_path: Path, kind: bytes) -> None:
    entries = [Entry(name="data/landing/x", size=0, sha256=manifest_digest(b""))]
    manifest = Manifest(
        format=1, program="1", city=case.city.name, slug="town", made_at="", counts={}, files=entries
    )
    for sheet in (manifest, None):
        path = made_by_hand(tmp_path / "l.tar", [(member("data/landing/x", kind, "/etc/passwd"), b"")], sheet)
        with pytest.raises(BackupError):
            put_back(path, case, tmp_path / "two")


def test_what_the_manifest_does_not_list_lists_twice_or_lacks_is_refused(case: Case, tmp_path: Path) -> None:
    entry = Entry(name="data/landing/a", size=1, sha256=manifest_digest(b"x"))
    manifest = Manifest(
        format=1, program="1", city=case.city.name, slug="town", made_at="", counts={}, files=[entry]
    )
    a, b = (member("data/landing/a"), b"x"), (member("data/landing/b"), b"x")
    cases = [
        ([a, b], manifest, "没有列"), ([a, a], manifest, "没有列"), ([], manifest, "缺少"),
        ([b], manifest, "没有列"),
        ([(member("data/landing/a"), b"y")], manifest, "SHA-256"),
        ([a], msgspec.structs.replace(manifest, files=[entry, entry]), "重复"),
        ([a], msgspec.structs.replace(manifest, format=2), "升级"),
        ([a], msgspec.structs.replace(manifest, slug="other"), "不是这个城市"),
        ([a], msgspec.structs.replace(manifest, slug=".."), "代号"),
    ]  # fmt: skip
    for members, sheet, said in cases:
        path = made_by_hand(tmp_path / "m.tar.zst", members, sheet)
        with pytest.raises(BackupError, match=said):
            put_back(path, case, tmp_path / "two")
        assert contents(tmp_path / "two" / "var" / "town") == {}


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"\x1f\x8b\x08" + b"0" * 60, b"\x28\xb5\x2f\xfd" + b"0" * 60]
)
def test_what_is_no_backup_is_said_so(case: Case, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(BackupError):
        put_back(path, case, tmp_path / "two")
    with pytest.raises(BackupError, match="没有这个文件"):
        check_backup(tmp_path / "missing")
    with pytest.raises(BackupError, match="目录"):
        check_backup(tmp_path)


def test_a_crawl_a_build_or_another_backup_at_work_is_respected(case: Case) -> None:
    path = saved(case)
    case.store.state.mkdir(exist_ok=True)
    with FileLock(case.store.state / "paper.lock"), pytest.raises(BackupError, match="采集（paper）正在进行"):
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
    assert "city/0/units.csv" in names
    kept = (tmp_path / "city" / "0" / "units.csv").read_bytes()
    assert kept == (case.city.folder / "units.csv").read_bytes()
    (case.city.folder / "points.yaml").write_text("{}", "utf-8")
    assert "points.yaml" in put_back(path, case, tmp_path / "two").notices[0]
    with pytest.raises(BackupError, match="空目录"):
        extract_city(path, tmp_path / "city")


def test_where_the_system_cannot_exchange_folders_two_steps_do(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(case)
    before = contents(case.store.folder)
    monkeypatch.setattr(restore.ctypes, "CDLL", lambda *_, **__: object())
    put_back(path, case, case.home, replace=True)
    assert contents(case.store.folder) == before
