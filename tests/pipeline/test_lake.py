"""A lake in which something is damaged or that holds more than editions is told of, or written as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.warehouse import WarehouseError, open_warehouse
from tests.analysis.case import Case


@pytest.fixture
def lake(tmp_path: Path) -> tuple[Case, Path]:
    """A city with one edition in a lake, and its folder there."""
    case = Case(tmp_path / "home")
    case.city.settings["lake"] = str(tmp_path / "lake")
    case.article("2017-10-09", "[市水利局:byline] 一")
    case.build()
    (folder,) = (tmp_path / "lake").iterdir()
    return case, folder


@pytest.mark.parametrize("said", [b"", b"garbage", b"../../..", b"00000009", b"\xff\xfe", b"\x00" * 8])
def test_a_damaged_pointer_is_told(lake: tuple[Case, Path], said: bytes) -> None:
    _, folder = lake
    open_warehouse(folder).close()
    (folder / "current").write_bytes(said)
    with pytest.raises(WarehouseError, match="数据湖"):
        open_warehouse(folder)


def test_folders_that_are_no_editions_are_left_alone(lake: tuple[Case, Path]) -> None:
    case, folder = lake
    for name in ("²", "１２３４５６７８", "2018", "旧"):
        (folder / name).mkdir()
    case.article("2017-10-10", "[市水利局:byline] 二")
    case.build()
    assert (folder / "current").read_text() == "00000002"
    assert {each.name for each in folder.iterdir()} == {
        *("²", "１２３４５６７８", "2018", "旧"),
        *("00000001", "00000002", "current"),
    }
