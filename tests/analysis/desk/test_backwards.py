"""Files read from their end: every record once, the newest first; the log looks at so many and no more."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import msgspec
import pytest

from analysis.desk import backwards
from analysis.desk.audit import AuditEntry
from analysis.desk.backwards import records_back
from analysis.desk.office import Office
from analysis.desk.pages import log
from analysis.desk.rights import Role
from pipeline.decisions import Decision, append_decisions
from tests.analysis.desk.people import browser


class Told(msgspec.Struct):
    n: int
    text: str = ""


def written(folder: Path, seed: int) -> list[int]:
    """Files of two years with lines of all lengths, empty and half ones among them; the numbers in order."""
    chance, numbers = random.Random(seed), list(range(60))
    for year, own in (("2016", numbers[:35]), ("2017", numbers[35:])):
        content = b""
        for n in own:
            content += msgspec.json.encode(Told(n, "字" * chance.choice([0, 1, 5, 40]))) + b"\n"
            content += chance.choice([b"", b"", b"\n", b'{"n":\n'])
        (folder / f"{year}.jsonl").write_bytes(content + chance.choice([b"", b'{"n":7']))
    return numbers


@pytest.mark.parametrize("seed", range(8))
def test_each_record_comes_once_from_the_last_back_wherever_one_goes_on(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backwards, "BLOCK", random.Random(seed).choice([1, 7, 64, 500]))
    numbers = written(tmp_path, seed)
    paths = list(tmp_path.glob("*.jsonl"))
    found = list(records_back(paths, Told, ValueError))
    assert [each.n for _, each in found] == numbers[::-1]
    for place, (mark, _) in enumerate(found):
        assert [each for _, each in records_back(paths, Told, ValueError, mark)] == [
            each for _, each in found[place + 1 :]
        ]
    for nonsense in ("2015.jsonl:3", "2017.jsonl:-3", "2017.jsonl", "2017.jsonl:٣", ":", "x" * 99):
        assert len(list(records_back(paths, Told, ValueError, nonsense))) == len(numbers)


def test_a_damaged_line_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "2017.jsonl").write_bytes(b'{"n":1}\n{"n":"x"}\n')
    with pytest.raises(LookupError, match=r"2017.jsonl 第 8 字节起的一行损坏，请从备份恢复"):
        list(records_back(tmp_path.glob("*"), Told, LookupError))


def bodies(page: str) -> list[str]:
    return re.findall(r"第(\d+)件", page)


@pytest.mark.parametrize("view", ["acts", "decisions"])
def test_the_log_reads_from_the_end_no_more_than_it_may(
    office: Office, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, path = 1_000, f"/log?view={view}"
    monkeypatch.setattr(backwards, "BLOCK", 4096)
    monkeypatch.setattr(log, "MOST_LINES", 400)
    monkeypatch.setattr(log, "LATE_LINES", 100)
    if view == "acts":
        lines = [
            AuditEntry(at=dt.datetime(2017, 12, 4, 1), who="a", act="测试", target=f"第{n:04}件")
            for n in range(count)
        ]
        file = office.audit.folder / "2017.jsonl"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in lines))
    else:
        append_decisions(
            office.store.decisions,
            [
                Decision(id=f"l{n}", at="2017-12-04T01:00:00", who="a", kind="pause", target=f"第{n:04}件")
                for n in range(count)
            ],
        )
        file = office.store.decisions / "2017.jsonl"
    with browser(office, Role.INSPECTOR) as client:
        seen: list[str] = []
        page = client.get(path).text
        while True:
            seen += bodies(page.split("<tbody>")[1].split("</tbody>")[0])
            older = re.search(r'rel="next" href="([^"]+)"', page)
            if older is None or len(seen) > 120:
                break
            page = client.get(older[1].replace("&amp;", "&")).text
        assert seen == [f"{n:04}" for n in range(count)][::-1][: len(seen)] and len(seen) >= 100
        rare = client.get(f"{path}&target=第0601件").text
        assert bodies(rare.split("<tbody>")[1].split("</tbody>")[0]) == ["0601"]
        older = re.search(r'rel="next" href="([^"]+)"', rare)
        assert older is not None
        far = client.get(f"{path}&target=第0100件").text
        assert "往前看了 400 条，没有符合条件的记录" in far
        before = client.get(f"{path}&as_of=2017-12-03").text
        assert bodies(before) == [] and "更早的" in before
        with file.open("r+b") as old:  # what lies further back is not read
            old.write(b"\x00")
        assert client.get(path).status_code == 200
    file.unlink()
