"""A second of hostile text for every target of `make fuzz`, the same each time."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from analysis.imports import kinds
from analysis.imports.sheet import read_sheet
from pipeline.captures import read_capture
from pipeline.records import Landed, from_json
from tools.fuzz.__main__ import guided, unguided
from tools.fuzz.seeds import seeds
from tools.fuzz.targets import TARGETS, with_sheet


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_hostile_text_breaks_nothing(name: str) -> None:
    assert seeds(name)
    row = unguided(name, 1.0, random.Random(name))
    assert row["fault"] == ""
    assert row["runs"]


def test_each_seed_of_what_is_kept_and_handed_in_is_read_to_its_end() -> None:
    """A seed that is refused at its first byte leads the fuzzing nowhere."""
    for line in seeds("landed-line"):
        assert from_json(line, Landed).site
    assert {kind for line in seeds("landed-line") if (kind := from_json(line, Landed).kind)} >= {
        "article",
        "thread",
    }
    workbook, table, *texts = seeds("import-sheet")
    for content in (workbook, with_sheet(table), *texts):
        name = "x.xlsx" if content.startswith(b"PK") else "x.csv"
        (row,) = read_sheet(content, name, kinds.HEADINGS, kinds.NEEDED)
        assert row.cells[kinds.TITLE] == "冬修水利"


def test_each_capture_to_start_from_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "captures" / "s" / "r.warc.gz"
    path.parent.mkdir(parents=True)
    for seed in seeds("capture"):
        path.write_bytes(seed if seed.startswith(b"\x1f\x8b") else gzip.compress(seed))
        headers, body = read_capture(tmp_path, "s/r.warc.gz", 0)
        assert headers[":status"] == "200" and body


@pytest.mark.parametrize(
    ("fault_in", "lengths", "fault"), [(None, [600, 600, 100], ""), (2, [600, 600], "AssertionError")]
)
def test_a_long_run_is_made_of_rounds_and_ends_with_a_fault(
    monkeypatch: pytest.MonkeyPatch, fault_in: int | None, lengths: list[int], fault: str
) -> None:
    asked: list[int] = []

    def one(_: str, seconds: int) -> tuple[int, int, str]:
        asked.append(seconds)
        return 10, len(asked), "AssertionError" if len(asked) == fault_in else ""

    monkeypatch.setattr("tools.fuzz.__main__._round", one)
    row = guided("times", 1300)
    assert (asked, row["runs"], row["covered"], row["fault"]) == (
        lengths,
        10 * len(lengths),
        len(lengths),
        fault,
    )
