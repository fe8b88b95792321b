"""A file is put in its place whole, by several writers at once too."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from commands.common import default_home
from pipeline.city import City, load_city
from pipeline.store import StoreError, open_store, write_durably


@pytest.fixture(scope="module")
def city() -> City:
    return load_city()


@pytest.mark.parametrize("part", ["", "landing", "landing/fcgrb", "captures/fcgrb"])
def test_a_folder_that_may_not_be_read_is_never_taken_for_an_empty_one(
    part: str, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_store(tmp_path, city).folder
    for name in ("landing/fcgrb", "captures/fcgrb"):
        (folder / name).mkdir(parents=True)
    listed = os.scandir

    def refused(path: Path) -> object:
        if Path(path) == folder / part:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    assert open_store(tmp_path, city).folder == folder
    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(StoreError, match="没有读取的权限"):
        open_store(tmp_path, city)


def test_the_data_of_a_city_is_its_owners_alone(city: City, tmp_path: Path) -> None:
    assert open_store(tmp_path, city).folder.stat().st_mode & 0o077 == 0


def test_data_never_lies_among_installed_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone, here = tmp_path / "clone", tmp_path / "here"
    here.mkdir()
    clone.mkdir()
    monkeypatch.chdir(here)
    assert default_home(clone) == here
    (clone / "pyproject.toml").touch()
    assert default_home(clone) == clone


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    contents = [bytes([number]) * 50_000 for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_durably(path, content), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "photo.jpg"
    write_durably(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
