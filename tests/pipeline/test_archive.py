"""The form of a backup: no byte of it is believed, and nothing hostile comes in."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import msgspec
import pytest

from pipeline import archive
from pipeline.archive import BackupError, Entry, Manifest, packing
from pipeline.backup import check_backup
from pipeline.records import to_json
from tests.analysis.case import Case
from tests.pipeline.backed_up import AT, contents, fill, put_back, saved, sha256_of


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path / "one")
    fill(made)
    return made


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
    entry = Entry(name=name, size=1, sha256=sha256_of(b"x"))
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
    entries = [Entry(name="data/landing/x", size=0, sha256=sha256_of(b""))]
    manifest = Manifest(
        format=1, program="1", city=case.city.name, slug="town", made_at="", counts={}, files=entries
    )
    for sheet in (manifest, None):
        path = made_by_hand(tmp_path / "l.tar", [(member("data/landing/x", kind, "/etc/passwd"), b"")], sheet)
        with pytest.raises(BackupError):
            put_back(path, case, tmp_path / "two")


def test_what_the_manifest_does_not_list_lists_twice_or_lacks_is_refused(case: Case, tmp_path: Path) -> None:
    entry = Entry(name="data/landing/a", size=1, sha256=sha256_of(b"x"))
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
