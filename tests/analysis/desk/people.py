"""Owns the people of a test's desk: an office on a small city, and browsers signed in as each role."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import Litestar
from litestar.testing import TestClient

from analysis.desk.accounts import Account, hash_password
from analysis.desk.app import create_app
from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from pipeline.city import load_city
from tests.analysis.case import Case

NOW = dt.datetime(2017, 12, 4, 9, 30)  # a Monday
PASSWORD = "fang-cheng-gang-2017"
NAMES = {
    Role.PUBLICITY: "xuanchuan",
    Role.EVALUATION: "jixiao",
    Role.LIAISON: "shuili",
    Role.INSPECTOR: "heyan",
    Role.ADMINISTRATOR: "guanli",
}
UNIT = "市水利局"


def small_office(folder: Path) -> Office:
    """A city with a few articles and threads, a copy of one that is built once; one account of each role."""
    shutil.copytree(_small_city().name, folder, dirs_exist_ok=True)
    office = open_office(load_city(folder / "town"), folder, lambda: NOW, folder / "warehouse.duckdb")
    open_accounts(office)
    return office


@cache
def _small_city() -> TemporaryDirectory[str]:
    """The folder of the city that every small office begins with, built; removed when the tests end."""
    folder = TemporaryDirectory(prefix="gangqing-small-city-")
    case = Case(Path(folder.name))
    case.edition("2017-10-09")
    case.article("2017-10-09", f"[{UNIT}:subject][column] 冬修水利开工。", title="市水利局部署冬修水利")
    cut = "正文不全，下次再取：缺第 2 页（超时）"
    case.article("2017-11-20", "[市教育局:byline] 教学质量提升。", title="市教育局抓教学质量", detail=cut)
    case.article("2017-12-01", "[form=曝光][exposed=市住建委] 围挡长期占道。", title="曝光：围挡占道")
    answer = ("防城港水利", "2017-11-21 09:00:00", "答复：已清理")
    threads = {
        "1": (f"[投诉:{UNIT}] 河道垃圾无人清", [("u1", "2017-11-20 10:00:00", "河边全是垃圾"), answer]),
        "2": ("[求助:市住建委] 电梯困人", [("u2", "2017-12-01 10:00:00", "电梯又坏了")]),
        "3": (f"[咨询:{UNIT}] 水费怎么交", [("u3", "2017-11-30 10:00:00", "水费在哪交")]),
    }
    for tid, (title, posts) in threads.items():
        case.thread(tid, title, posts, at="2017-12-03T08:00:00")
    case.build()
    return folder


def open_accounts(office: Office) -> None:
    """One account of each role."""
    hashed = hash_password(PASSWORD, "")
    for role, name in NAMES.items():
        office.accounts.write(
            Account(
                name=name,
                person=f"{role.value}张三",
                roles=frozenset({role}),
                unit=UNIT if role is Role.LIAISON else None,
                password=hashed,
                at=NOW,
                by="测试",
            )
        )


def token(html: str) -> str:
    """The token of the first form, or of the page's head."""
    found = re.search(r'name="_csrf_token" value="(\w+)"', html)
    assert found, html[:500]
    return found[1]


def sign_in(client: TestClient[Litestar], name: str, password: str = PASSWORD) -> None:
    page = client.get("/login")
    data = {"_csrf_token": token(page.text), "name": name, "password": password}
    answer = client.post("/login", data=data, follow_redirects=False)
    assert answer.status_code == 303, answer.text


@contextmanager
def browser(office: Office, role: Role | None = None) -> Iterator[TestClient[Litestar]]:
    """A browser of its own, signed in as a role (None: as nobody)."""
    with TestClient(create_app(office), raise_server_exceptions=False) as client:
        if role is not None:
            sign_in(client, NAMES[role])
        yield client
