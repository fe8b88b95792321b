"""Backups made to exhaust a machine, or that look whole and are useless: told before anything is changed."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from commands import backup as command
from commands import stages
from pipeline import archive, bounded_tar, restore
from pipeline.archive import BackupError, Entry, Manifest
from pipeline.attachments import keep_attachment
from pipeline.backup import check_backup
from pipeline.records import to_json
from pipeline.restore_look import examine_backup
from tests.analysis.case import Case
from tests.pipeline.backed_up import AT, contents, fill, put_back, saved, sha256_of

MANIFEST = Manifest(
    format=1, program="1", city="某市", slug="town", made_at=AT.isoformat(), counts={}, files=[]
)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path / "one")
    fill(made)
    return made


def packed(path: Path, manifest: bytes, files: dict[str, bytes] | None = None) -> Path:
    with gzip.open(path, "wb", 1) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        for name, content in {archive.MANIFEST: manifest, **(files or {})}.items():
            archive.add_bytes(tar, name, len(content), io.BytesIO(content), AT)
    return path


def of_files(path: Path, files: dict[str, bytes], **more: str) -> Path:
    entries = [Entry(name=name, size=len(each), sha256=sha256_of(each)) for name, each in files.items()]
    return packed(path, to_json(msgspec.structs.replace(MANIFEST, files=entries, **more)), files)


def files_of(case: Case) -> dict[str, bytes]:
    return {f"data/{name}": content for name, content in contents(case.store.folder).items()}


def test_what_a_manifest_need_not_hold_is_passed_over_and_not_kept(tmp_path: Path) -> None:
    junk = b"[" + b"[]," * 700_000 + b"[]]"
    sheet = to_json(MANIFEST)[:-1] + b',"x":' + junk + b"}"
    path = packed(tmp_path / "x.gz", sheet)
    tracemalloc.start()
    try:
        assert check_backup(path) == MANIFEST
        assert tracemalloc.get_traced_memory()[1] < 4 * len(sheet)  # as objects it is thirty times as much
    finally:
        tracemalloc.stop()


def test_a_manifest_may_be_as_large_as_the_number_of_files_makes_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        keep_attachment(case.store.folder, b"%d" % number, ".txt")
    monkeypatch.setattr(archive, "MANIFEST_BYTES", 1000)
    path = saved(case)
    assert len(to_json(check_backup(path))) > path.stat().st_size  # the least that so many files can have
    put_back(path, case, tmp_path / "two")
    small = packed(tmp_path / "x.gz", to_json(MANIFEST) + b" " * 100_000)
    with pytest.raises(BackupError, match="清单大得不正常"):
        check_backup(small)


COUNTS = b",".join(b'"%d":1' % number for number in range(20_000))


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b'{"format":1,"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "套得过深"),
        (b"[" * 20_000 + b"]" * 20_000, "读不出"),
        (to_json(MANIFEST).replace(b'"counts":{}', b'"counts":{' + COUNTS + b"}"), "计数过多"),
        (to_json(MANIFEST).replace(b'"files":[]', b'"files":[{"name":"","size":0,"sha256":""}]'), "读不出"),
        (b"[]", "读不出"),
        (b'{"format":2}', "升级"),
    ],
)
def test_a_manifest_that_is_none_is_told(case: Case, tmp_path: Path, manifest: bytes, says: str) -> None:
    path = packed(tmp_path / "x.gz", manifest)
    with pytest.raises(BackupError, match=says):
        examine_backup(path)
    with pytest.raises(BackupError, match=says):
        put_back(path, case, tmp_path / "two")


def header(kind: bytes, size: int, name: str = "x") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


# A long name, and the map of a sparse file that goes on and on.
SPARSE = header(tarfile.GNUTYPE_SPARSE, 0)
SPARSE = SPARSE[:482] + b"\x01" + SPARSE[483:]
HEADERS: dict[str, Callable[[int], bytes]] = {
    "long name": lambda size: header(tarfile.GNUTYPE_LONGNAME, size) + bytes(size),
    "long link": lambda size: header(tarfile.GNUTYPE_LONGLINK, size) + bytes(size),
    "extended": lambda size: header(tarfile.XHDTYPE, size) + bytes(size),
    "global": lambda size: header(tarfile.XGLTYPE, size) + bytes(size),
    "many": lambda size: (header(tarfile.GNUTYPE_LONGNAME, 5) + b"name".ljust(512, b"\0")) * (size // 1024),
    "sparse": lambda size: _summed(SPARSE) + (bytes(504) + b"\x01" + bytes(7)) * (size // 512),
}


def _summed(block: bytes) -> bytes:
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    return block[:148] + b"%06o\0 " % total + block[156:]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("kind", HEADERS)
def test_of_a_header_no_more_is_read_than_a_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_first: bool
) -> None:
    before, given = b"", 0
    if not is_first:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            sheet = to_json(MANIFEST)
            archive.add_bytes(tar, archive.MANIFEST, len(sheet), io.BytesIO(sheet), AT)
        before = buffer.getvalue()[:1024]
    read = bounded_tar._Bounded.read

    def counted(self: bounded_tar._Bounded, size: int) -> bytes:
        nonlocal given
        found = read(self, size)
        given += len(found)
        return found

    monkeypatch.setattr(bounded_tar._Bounded, "read", counted)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(before + HEADERS[kind](8 * 1024 * 1024) + bytes(1024), 1))
    with pytest.raises(BackupError, match="不是完整的备份文件"):
        examine_backup(path)
    assert given < 2 * bounded_tar.MAX_HEADER


def test_a_long_name_that_is_none_too_long_is_read(tmp_path: Path) -> None:
    name = "data/landing/" + "长" * 80 + "/" + "n" * 200
    assert [each.name for each in check_backup(of_files(tmp_path / "x.gz", {name: b"x"})).files] == [name]


def test_what_a_restore_refuses_a_check_refuses_too(case: Case, tmp_path: Path) -> None:
    files = files_of(case)
    salt = {"data/salt.check": sha256_of(b"gangqing salt\n" + bytes(32)).encode()}
    decisions = "data/decisions/2017.jsonl"
    cases: list[tuple[dict[str, bytes], str]] = [
        ({decisions: files[decisions] + b'{"kind":"zzz"}\n'}, "决定记录读不出（decisions/2017.jsonl:2"),
        ({decisions: b"[" * 20_000 + b"]" * 20_000 + b"\n"}, "决定记录读不出"),
        ({decisions: '{"kind":"水利"}\n'.encode("gbk")}, "决定记录读不出"),
        ({"data/salt": b"xxx"}, "没有可用的 salt"),
        (salt | {"data/salt": b"11" * 32}, "没有可用的 salt"),
        (salt | {"data/salt": b"0" * 5000}, "没有可用的 salt"),
    ]
    for number, (changed, says) in enumerate(cases):
        path = of_files(tmp_path / f"{number}.gz", files | changed)
        for act in (examine_backup, lambda each: put_back(each, case, tmp_path / "two")):
            with pytest.raises(BackupError) as told:
                act(path)
            assert says in str(told.value)
    gone = of_files(tmp_path / "gone.gz", {n: c for n, c in (files | salt).items() if n != "data/salt"})
    with pytest.raises(BackupError, match="没有可用的 salt"):
        examine_backup(gone)
    assert contents(tmp_path / "two" / "var" / "town") == {}


def test_a_check_tells_what_a_restore_tells(case: Case, tmp_path: Path) -> None:
    files = files_of(case)
    landed = next(name for name in files if name.startswith("data/landing/paper/"))
    capture = next(name for name in files if name.startswith("data/captures/paper/"))
    path = of_files(
        tmp_path / "x.gz",
        {**{n: c for n, c in files.items() if n != "data/salt"}, landed: files[landed] + b"garbage\n",
         capture: files[capture][:100]},
    )  # fmt: skip
    _, notices = examine_backup(path)
    assert [notice[:12] for notice in notices] == [
        "1 行采集结果读不出，如", "40 条采集结果没有存证", "备份里没有 salt（化",
    ]  # fmt: skip
    assert tuple(notices) == put_back(path, case, tmp_path / "two").notices
    assert examine_backup(saved(case))[1] == []


def test_what_a_backup_says_of_itself_does_not_reach_the_terminal_as_it_is(tmp_path: Path) -> None:
    path = of_files(tmp_path / "x.gz", {}, city="\u202e某\x1b[31m市", made_at="昨天\u2066\r\n好")
    done = CliRunner().invoke(command.app, ["restore", str(path), "--check"])
    assert done.exit_code == 0
    assert "“某[31m市”" in done.output
    assert not {"\u202e", "\u2066", "\x1b", "\r"} & set(done.output)
    name = "data/\u202ex"
    path = packed(tmp_path / "y.gz", to_json(MANIFEST), {name: b""})
    with pytest.raises(BackupError, match="没有列的文件") as told:
        check_backup(path)
    assert "\u202e" not in str(told.value)


def test_an_interrupt_right_after_the_exchange_loses_nothing(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, exchange = saved(case), restore._exchange
    case.decide("credit_add", "http://paper.test/2.html", "2017-10-18T09:00:00", after={"unit": "市财政局"})
    former = contents(case.store.folder)

    def interrupted(fresh: Path, old: Path) -> None:
        exchange(fresh, old)
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "_exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_back(path, case, case.home, replace=True)
    (aside,) = case.store.folder.parent.glob("town.replaced-*")
    assert contents(aside) == former != contents(case.store.folder)
    monkeypatch.setattr(restore, "_exchange", exchange)
    notices = put_back(path, case, case.home, replace=True).notices
    assert any("以前换下的数据还有 1 份" in each and "town.replaced-*" in each for each in notices)


def test_an_interrupt_before_the_exchange_leaves_all_as_it_was(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = saved(case), contents(case.store.folder)

    def interrupted(fresh: Path, old: Path) -> None:
        old.rename(fresh.with_name("former"))  # the first of the two steps of a system that cannot exchange
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "_exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_back(path, case, case.home, replace=True)
    assert contents(case.store.folder) == before
    assert not list(case.store.folder.parent.glob("town.replaced-*"))


def test_an_interrupt_of_the_rebuild_says_that_the_data_is_back(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stages, "build_warehouse", interrupted)
    path, home = saved(case), tmp_path / "two"
    home.mkdir()
    words = ["restore", str(path), "--city", str(case.city.folder), "--home", str(home)]
    done = CliRunner().invoke(command.app, words)
    assert done.exit_code == 130
    assert "已恢复数据" in done.output and "请运行 gangqing build" in done.output
    assert contents(home / "var" / "town") == contents(case.store.folder)
