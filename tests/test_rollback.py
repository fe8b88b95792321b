"""What a newer version of the program wrote, met by this one: refused in one clear line, left as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.analysis.case import Case
from tools.faults.child import command, run
from tools.faults.town import arguments, digest
from tools.rollback import told, truth

NEWER = (
    '{"id":"n1","at":"2017-12-04T09:30:00","who":"某","kind":"kind_of_2030","target":"t","after":{"x":1}}\n'
)


def test_a_decision_of_a_newer_version_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.article("2017-10-09", "市水利局部署冬修水利工作。", title="冬修开工")
    case.decide("credit_add", "http://x.test/1", "2017-10-17T09:00:00", after={"unit": "市财政局"})
    assert run(command("build", *arguments(case))).code == 0
    built, record = digest(case.warehouse), case.store.decisions / "2017.jsonl"
    known = record.read_bytes()
    with record.open("a", encoding="utf-8") as file:
        file.write(NEWER)
    written = truth(case.home)
    assert len(written) >= 2
    for words in (
        ["build"],
        ["build", "--rebuild"],
        ["exposure", "add", "围挡", "--unit", "市住建委", "--who", "某"],
    ):
        done = run(command(*words, *arguments(case)))
        assert done.code == 2 and "Traceback" not in done.said, done.said[-800:]
        assert "出错：" in done.said and "2017.jsonl" in done.said and "kind_of_2030" in done.said, done.said[
            -400:
        ]
        assert truth(case.home) == written and digest(case.warehouse) == built, words
    record.write_bytes(known)  # as the restored backup of before the upgrade
    assert run(command("build", *arguments(case))).code == 0
    assert digest(case.warehouse) == built


def test_what_a_command_came_to_is_told() -> None:
    def done(code: int, said: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], code, "", said)

    assert told(done(0, "")) == ("works", True)
    assert told(done(2, "出错：决定记录有误")) == ("refuses: 决定记录有误", True)
    assert not told(done(1, "Traceback (most recent call last)\n出错：x"))[1]
    assert not told(done(-11, ""))[1]
