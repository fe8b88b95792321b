"""The desk's records: half a line is passed over, other damage is told, the forms' secret is never empty."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from analysis.desk.journal import Journal, JournalError
from analysis.desk.office import Office
from analysis.mistakes import told


class Right(msgspec.Struct, forbid_unknown_fields=True):
    who: str
    is_shut_out: bool


def test_half_a_line_is_passed_over_and_what_follows_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "rights.jsonl", Right)
    journal.append(Right("张三", False))
    with journal.path.open("ab") as file:
        file.write('{"who":"张'.encode())
    journal.append(Right("张三", True))
    assert [right.is_shut_out for right in journal] == [False, True]


@pytest.mark.parametrize("damage", [b'{"who":1,"is_shut_out":true}', b'{"who":"a"}', b"{\x00\x00\x00\x00}"])
def test_a_damaged_line_is_told_and_gives_nobody_his_rights_back(tmp_path: Path, damage: bytes) -> None:
    journal = Journal(tmp_path / "rights.jsonl", Right)
    journal.append(Right("张三", False))
    with journal.path.open("ab") as file:
        file.write(damage + b"\n")
    with pytest.raises(JournalError, match="第 2 行损坏") as caught:
        list(journal)
    assert "备份" in str(told(caught.value))


def test_a_secret_that_a_kill_left_empty_is_made_anew(office: Office) -> None:
    path = office.store.desk / "secret"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    office.__dict__.pop("secret", None)
    assert len(office.secret) == 64 and path.stat().st_mode & 0o777 == 0o600
    known = office.secret
    del office.__dict__["secret"]
    assert office.secret == known
