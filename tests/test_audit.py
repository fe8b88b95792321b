"""What `make audit` writes of what it was told: asked, found, no answer, and nobody to ask."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tools import audit
from tools.marks import marks

DAY = dt.date(2018, 3, 1)
BEGIN, END = marks(audit.COMMAND)
FAULT = {"id": "PYSEC-2018-1", "fix_versions": ["1.1"], "aliases": [], "description": "…"}
CLEAN = {"name": "a", "version": "1.0", "vulns": []}
FAULTY = {"name": "b", "version": "1.0", "vulns": [FAULT, FAULT | {"id": "PYSEC-2018-2", "fix_versions": []}]}
HARMLESS = {
    "name": "Scrapy",
    "version": "2.19.0",
    "vulns": [FAULT | {"id": "PYSEC-2017-83", "fix_versions": []}],
}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "lines", "is_well"),
    [
        ([CLEAN], ["asked on 2018-03-01 about 1 packages, 0 found."], True),
        (
            [CLEAN, FAULTY],
            [
                "asked on 2018-03-01 about 2 packages, 2 found.",
                "- b 1.0: PYSEC-2018-1, mended in 1.1",
                "- b 1.0: PYSEC-2018-2, mended in no version yet",
            ],
            False,
        ),
        ([CLEAN, SKIPPED], ["asked on 2018-03-01 about 1 packages, 0 found; no answer about 1: c."], False),
        (
            [CLEAN, HARMLESS],
            [
                "asked on 2018-03-01 about 2 packages, 0 found, 1 that do not reach this project.",
                "- Scrapy 2.19.0: PYSEC-2017-83, mended in no version yet "
                f"({next(known.why for known in audit.HARMLESS if known.package == 'scrapy')})",
            ],
            True,
        ),
        ([SKIPPED], ["not asked yet: no network where it was last run."], False),
        ([], ["not asked yet: no network where it was last run."], False),
    ],
)
def test_what_was_asked_and_found_is_said(
    dependencies: list[dict[str, Any]], lines: list[str], is_well: bool
) -> None:
    text, well = audit.said({"dependencies": dependencies}, DAY)
    assert text.removeprefix("Known faults of the locked dependencies: ").splitlines() == lines
    assert well is is_well
    assert audit.said(None, DAY) == audit.said({"dependencies": []}, DAY)


@pytest.mark.parametrize(
    ("name", "fix_versions", "is_harmless"),
    [("scrapy", [], True), ("scrapy", ["2.9"], True), ("scrapy", ["2.20"], False), ("b", [], False)],
)
def test_a_harmless_fault_is_one_until_a_newer_version_mends_it(
    name: str, fix_versions: list[str], is_harmless: bool
) -> None:
    fault = {"id": "PYSEC-2017-83", "fix_versions": fix_versions}
    assert bool(audit.harmless({"name": name, "version": "2.19.0"}, fault)) is is_harmless


def test_each_harmless_fault_stands_once_under_the_name_by_which_it_is_found() -> None:
    names = [(known.package, known.fault) for known in audit.HARMLESS]
    assert len(set(names)) == len(names)
    assert all(known.package == canonicalize_name(known.package) and known.why for known in audit.HARMLESS)


def test_an_answer_stays_until_there_is_another() -> None:
    page = f"before\n{BEGIN}\nnothing yet\n{END}\nafter\n"
    none, some = audit.said(None, DAY)[0], audit.said({"dependencies": [CLEAN]}, DAY)[0]
    later = audit.said({"dependencies": [CLEAN]}, dt.date(2018, 4, 1))[0]
    unasked = audit.written(page, none)
    assert unasked == f"before\n{BEGIN}\n{none}\n{END}\nafter\n"
    asked = audit.written(unasked, some)
    assert some in asked and none not in asked
    assert audit.written(asked, none) == asked
    assert audit.written(asked, later) == asked.replace("2018-03-01", "2018-04-01")
    with pytest.raises(SystemExit):
        audit.written("a page without marks", some)


@pytest.mark.parametrize("is_there", [True, False])
def test_the_command_writes_the_page_and_fails_where_not_all_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    page = tmp_path / "security.md"
    page.write_text(f"{BEGIN}\nnothing yet\n{END}\n")
    monkeypatch.setattr(audit, "PAGE", page)
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    (tmp_path / "build" / "audit").mkdir(parents=True)

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        if "pip_audit" in command and is_there:
            Path(command[command.index("--output") + 1]).write_text(json.dumps({"dependencies": [CLEAN]}))
        return subprocess.CompletedProcess(command, int("install" in command and not is_there))

    monkeypatch.setattr(subprocess, "run", run)
    assert audit.main() == (0 if is_there else 1)
    assert ("about 1 packages, 0 found" in page.read_text()) is is_there
    assert (audit.NOT_ASKED in page.read_text()) is not is_there


def test_the_page_of_this_project_has_what_the_command_wrote() -> None:
    between = audit.PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    assert between.startswith("Known faults of the locked dependencies: ")
