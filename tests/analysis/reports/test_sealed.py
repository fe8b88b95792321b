"""The sealed zip: any changed byte, a missing and an extra file are found; nothing half-made stays."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reports.sealed import MANIFEST, SealedZip, verify


def made(folder: Path) -> tuple[Path, str]:
    package = SealedZip(folder / "p.zip")
    package.add("索引.html", "内容".encode() * 50)
    package.copy("archive/data.warc.gz", io.BytesIO(random.Random(1).randbytes(3000)), is_packed=True)
    package.add("empty.txt", b"")
    return folder / "p.zip", package.seal()


def test_whole_package_is_whole_and_the_same_each_time(tmp_path: Path) -> None:
    path, digest = made(tmp_path)
    assert verify(path, digest).faults == [] and verify(path).sha256 == digest
    first = path.read_bytes()
    assert made(tmp_path)[1] == digest and path.read_bytes() == first
    assert [each.name for each in tmp_path.iterdir()] == ["p.zip"]
    assert verify(path, "0" * 64).faults


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tmp_path_factory.mktemp("sealed"))[0].read_bytes()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_found(
    package: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(package) - 1))
    bit = data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    changed = bytearray(package)
    changed[place] ^= 1 << bit
    path.write_bytes(bytes(changed))
    assert verify(path).faults, (place, bit)


def test_every_byte_of_its_ends_is_covered(package: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    for place in [*range(200), *range(len(package) - 400, len(package))]:
        changed = bytearray(package)
        changed[place] ^= 0x20
        path.write_bytes(bytes(changed))
        assert verify(path).faults, place


@pytest.mark.parametrize("change", ["cut", "append", "prepend", "empty", "text"])
def test_other_damage_is_found(change: str, package: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(
        {
            "cut": package[:-1],
            "append": package + b"x",
            "prepend": b"x" + package,
            "empty": b"",
            "text": b"no zip at all",
        }[change]
    )
    assert verify(path).faults


def rewritten(package: bytes, path: Path, change: str) -> None:
    """The package written anew by another program, with its seal copied over."""
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if change == "missing" and name == "empty.txt":
                continue
            content = source.read(name)
            target.writestr(name, content + b"!" if change == "changed" and name == "索引.html" else content)
        if change == "extra":
            target.writestr("extra.txt", "x")
        target.comment = source.comment


@pytest.mark.parametrize(
    ("change", "said"),
    [("missing", "缺少 empty.txt"), ("extra", "多出 extra.txt"), ("changed", "索引.html 的内容已改动")],
)
def test_missing_extra_and_changed_files_are_named(
    change: str, said: str, package: bytes, tmp_path: Path
) -> None:
    rewritten(package, tmp_path / "p.zip", change)
    assert said in verify(tmp_path / "p.zip").faults


def test_names_once_only_and_nothing_half_made_stays(tmp_path: Path) -> None:
    package = SealedZip(tmp_path / "p.zip")
    package.add("a", b"1")
    with pytest.raises(ValueError, match="already"):
        package.add("a", b"2")
    with pytest.raises(ValueError, match="already"):
        package.add(MANIFEST, b"")
    package.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A member that claims to be small and is huge ends as a finding, not in memory."""
    path = tmp_path / "p.zip"
    package = SealedZip(path)
    package.add("big", b"\0" * 5_000_000)
    package.seal()
    content = path.read_bytes()
    size = (5_000_000).to_bytes(4, "little")
    place = content.rindex(size)
    path.write_bytes(content[:place] + (10).to_bytes(4, "little") + content[place + 4 :])
    assert verify(path).faults
