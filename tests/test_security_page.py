"""docs/security.md: the tests that it names are there, and what commands write into it is what they found."""

from __future__ import annotations

import re
from pathlib import Path

from tools.faults.__main__ import PAGE as FAULTS
from tools.faults.__main__ import read_rows
from tools.faults.__main__ import summed as faults_summed
from tools.fuzz.__main__ import PAGE as FUZZ
from tools.fuzz.__main__ import summed as fuzz_summed
from tools.marks import PAGE, passage

ROOT = Path(__file__).resolve().parent.parent


def test_each_named_test_is_there() -> None:
    named = re.findall(r"\btest_\w+\.py", PAGE.read_text("utf-8"))
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(named) > 20 and set(named) <= there


def test_each_passage_is_written_by_a_command_of_the_makefile() -> None:
    commands = re.findall(r"<!-- written by (make \w+) -->", PAGE.read_text("utf-8"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert commands == ["make fuzz", "make faults", "make audit"]
    assert all(re.search(rf"^{name.split()[1]}: ", makefile, re.MULTILINE) for name in commands)


def test_the_sums_are_those_of_the_pages_that_they_name() -> None:
    page = PAGE.read_text("utf-8")
    assert passage(page, "make faults") == faults_summed([*read_rows(FAULTS.read_text("utf-8")).values()])
    cells = [
        line.strip("| ").split(" | ")
        for line in FUZZ.read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    rows = [
        {"target": target, "runs": runs, "fault": "" if fault == "none" else fault}
        for target, _, _, runs, _, fault, *_ in cells[1:]
    ]
    day = re.compile(r"\d{4}-\d\d-\d\d")
    assert day.sub("", passage(page, "make fuzz")) == day.sub("", fuzz_summed(rows))
