"""A city with something of every kind that it keeps, its backup, and the backup put back."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from analysis.desk.accounts import Account, Accounts
from analysis.desk.audit import AuditEntry, AuditLog
from analysis.desk.rights import Role
from analysis.notify.outbox import Attempt, append_entry
from pipeline import archive, restore
from pipeline.attachments import keep_attachment
from pipeline.backup import write_backup
from pipeline.batch import IMPORT, Evidence, commit_batch
from pipeline.landing import Exchange, LandingWriter
from pipeline.records import Article, Landed
from pipeline.restore import restore_backup
from pipeline.warehouse import Warehouse
from tests.analysis.case import Case

AT = dt.datetime(2018, 2, 26, 20)


PHOTO = b"\xff\xd8\xff" + b"photo" * 500


def page(site: str, number: int, run: str) -> tuple[Landed, Exchange]:
    url = f"http://{site}.test/{number}.html"
    article = Article(
        outlet="防城港日报",
        url=url,
        title=f"第{number}条",
        body="[市水利局:subject] 冬修水利",
        published="2017-10-09",
    )
    landed = Landed(
        run=run,
        site=site,
        url=url,
        fetched_at="2017-10-09T12:00:00",
        kind="article",
        outcome="stored",
        article=article,
    )
    return landed, Exchange(
        url, dt.datetime(2017, 10, 9, 12), 200, [("Content-Type", "text/html")], b"x" * 3000
    )


def fill(case: Case) -> None:
    """Something of every kind that a city keeps."""
    store = case.store
    writer = LandingWriter(store.folder, "paper", "20171009T120000-000")
    for number in range(40):
        writer.add(*page("paper", number, "20171009T120000-000"))
    writer.close()
    case.decide("credit_add", "http://paper.test/1.html", "2017-10-17T09:00:00", after={"unit": "市财政局"})
    keep_attachment(store.folder, PHOTO, ".jpg")
    landed = page("import", 1, "")[0]
    commit_batch(
        store, IMPORT, "b1", AT, [(landed, Evidence(uri="file:a", media_type="text/plain", text="a"))], []
    )
    Accounts(store.accounts).write(
        Account(
            name="guanli",
            person="张三",
            roles=frozenset({Role.ADMINISTRATOR}),
            password="x",
            at=AT,
            by="测试",
        )
    )
    AuditLog(store.audit).write(AuditEntry(at=AT, who="guanli", act="登录"))
    store.outbox.mkdir()
    append_entry(store.outbox, Attempt(at=AT.isoformat(), part="p-1"))
    folder = store.bulletins / "weekly-2018-001"
    folder.mkdir(parents=True)
    (folder / "issue.json").write_bytes(b"{}")
    (store.folder / "salt").write_text("00" * 32 + "\n")
    (store.folder / "salt").chmod(0o600)
    store.desk.mkdir()
    (store.desk / "secret").write_text("only of this desk")
    (store.decisions / ".lock").touch()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.endswith(".lock")
        and path.parts[len(folder.parts)] not in archive.DERIVED
    }


def digest(path: Path) -> str:
    warehouse = Warehouse(path, read_only=True)
    try:
        return warehouse.digest()
    finally:
        warehouse.close()


def saved(case: Case, name: str = "b.tar.zst") -> Path:
    target = case.home.parent / name
    write_backup(case.city, case.home, target, AT, "1.0")
    return target


def put_back(path: Path, case: Case, home: Path, **more: bool) -> restore.Restored:
    home.mkdir(exist_ok=True)
    return restore_backup(path, case.city, home, home / "warehouse.duckdb", AT, **more)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
