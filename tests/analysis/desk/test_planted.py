"""Planted names and numbers of persons are nowhere but in raw forum pages: in no table, file, page, export,
report, sheet, proof package, index or backup. The posts themselves are wherever posts are shown, so that what
is empty proves nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from analysis.acts.proof import pack_proof
from analysis.acts.record import ActError
from analysis.desk.office import Office, open_office
from analysis.desk.rights import Role
from analysis.reports.collect import Context
from analysis.reports.proof_selection import Choice
from analysis.warehouse import open_warehouse
from pipeline.archive import unpacking
from pipeline.backup import write_backup
from pipeline.search_index import update_index
from pipeline.search_parts import index_path
from tests.analysis.case import REPOSITORY
from tests.analysis.desk.people import UNIT, browser, open_accounts
from tests.analysis.desk.walk import exports, furnish, inside, routes, walk
from tests.pipeline.planted import (
    NAMES,
    NUMBERS,
    SAID,
    TITLE,
    land_piece,
    land_threads,
    planted_case,
    shown,
    unanswered,
)

NOW = dt.datetime(2018, 2, 21, 9)
ROLES = (Role.PUBLICITY, Role.ADMINISTRATOR)
# Routes that show posts, and what of them: their title, or what they say.
SHOWS = {
    "/tickets": TITLE,
    "/tickets/{ticket_id}": SAID,
    "/tickets/{ticket_id}/sheet": SAID,
    "/tickets/export": TITLE,
    "/export/tickets/{kind}": TITLE,
    "/export/hotspots/{kind}": TITLE,
    "/hotspots": TITLE,
    "/hotspots/{issue_id}": TITLE,
    "/articles": "没人清理",
    "/units/{name}": TITLE,
    "/api/v1/threads": "没人清理",
    "/api/v1/tickets": TITLE,
    "/api/v1/tickets/{ticket_id}": TITLE,
    "/api/v1/hot": TITLE,
    "/reports/make/{file}": TITLE,
    "/reports/issued/{name}/{file}": TITLE,
}
# Of these every file holds the posts: as CSV, Excel and JSON, as Word, Excel and JSON.
FILES = (
    "/export/tickets/{kind}",
    "/export/hotspots/{kind}",
    "/reports/make/{file}",
    "/reports/issued/{name}/{file}",
)
# One needs an import that was refused; telephones of contacts are for the 绩效办 alone, who sees them.
NOT_MET = {"/imports/faults", "/contacts/phones", "/export/contacts/{kind}"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    case = planted_case(tmp_path_factory.mktemp("planted"))
    rules = (REPOSITORY / "city" / "notify-rules.yaml").read_bytes()
    (case.city.folder / "notify-rules.yaml").write_bytes(rules)
    land_threads(case, [unanswered(str(n), "2018-02-19") for n in range(11, 16)], "2018-02-20", 20)
    land_piece(case, "2018-02-19")
    case.build()
    update_index(case.warehouse)
    found = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(found)
    with browser(found, Role.PUBLICITY) as client:
        furnish(found, client)
    return found


@pytest.fixture(scope="module")
def opened(office: Office) -> dict[str, dict[str, list[str]]]:
    """By route, by role and address: all that every page and file says."""
    found: dict[str, dict[str, list[str]]] = {path: {} for path in routes(office)}
    for role in ROLES:

        def look(route: str, address: str, content: bytes, role: Role = role) -> None:
            found[route][f"{role.value} {address}"] = list(inside(content))

        with browser(office, role) as client:
            start = [f"/articles?in=threads&q={quote('河道')}", f"/tickets?state={quote('全部')}"]
            start += [f"/api/v1/threads?q={quote('河道')}", *unlinked(office), *exports(office)]
            walk(office, client, *start, look=look)
    return found


def unlinked(office: Office) -> Iterator[str]:
    """Addresses to which no page links: a form or a program makes them."""
    with duckdb.connect(str(office.warehouse.path), read_only=True) as con:
        for (ticket,) in con.execute("SELECT ticket_id FROM ticket LIMIT 3").fetchall():
            for path in ("/api/v1/tickets/{}", "/api/v1/tickets/{}/explain", "/tickets/{}/sheet?kind=督办"):
                yield path.format(quote(ticket))
        for article, sha256 in con.execute("SELECT article_id, sha256 FROM article_version").fetchall():
            yield from (f"/api/v1/articles/{article}", f"/captures/{sha256}", f"/captures/{sha256}/bytes")
    yield from (f"/reports/make/weekly.{suffix}" for suffix in ("docx", "xlsx", "json"))
    for path in office.store.bulletins.glob("*/*.[dx]*"):
        yield f"/reports/issued/{path.parent.name}/{quote(path.name)}"
        yield f"/reports/issued/{path.parent.name}/figures.json"
    yield from (f"/reports/preview?kind={kind}" for kind in ("weekly", "monthly", "bulletin"))
    yield f"/ledger/cell?unit={UNIT}&task=m02"
    yield from (f"/jobs/{job.id}/state" for job in office.jobs.all())


def test_no_page_and_no_file_of_the_desk_shows_them(opened: dict[str, dict[str, list[str]]]) -> None:
    looked_at = 0
    for addresses in opened.values():
        for address, texts in addresses.items():
            looked_at += 1
            assert [each for text in texts for each in shown(text)] == [], address
    assert looked_at > 200
    assert {route for route, addresses in opened.items() if not addresses} == NOT_MET


def test_the_posts_themselves_are_on_every_page_and_in_every_file_that_shows_posts(
    opened: dict[str, dict[str, list[str]]],
) -> None:
    empty = [
        route
        for route, said in SHOWS.items()
        if not any(said in text for texts in opened[route].values() for text in texts)
    ]
    assert empty == []
    for route in FILES:
        empty = [to for to, texts in opened[route].items() if not any(SHOWS[route] in text for text in texts)]
        assert len(opened[route]) >= 3 and empty == [], route


def test_no_table_and_no_file_below_the_city_s_folder_holds_them(office: Office) -> None:
    tables = 0
    with duckdb.connect(str(office.warehouse.path), read_only=True) as con:
        for (table,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall():
            found = con.execute(f'SELECT * FROM "{table}"').fetchall()
            tables += bool(found)
            assert shown(repr(found)) == [], table
        posts = con.execute("SELECT text FROM thread_post_version").fetchall()
    assert tables > 10 and sum(SAID in text for (text,) in posts) >= 8
    landed = 0
    for path in office.store.folder.rglob("*"):
        if path.is_file() and path.parent != office.store.captures / "bbs":
            texts = list(inside(path.read_bytes()))
            landed += "landing" in path.parts and any(SAID in text for text in texts)
            assert [each for text in texts for each in shown(text)] == [], path
    assert landed == 4
    raw = [text for path in (office.store.captures / "bbs").iterdir() for text in inside(path.read_bytes())]
    assert set(shown("".join(raw))) == {*NAMES, *NUMBERS}, "they were never there"


def test_the_full_text_index_knows_the_posts_and_none_of_them(office: Office) -> None:
    terms: set[str] = set()
    with contextlib.closing(sqlite3.connect(index_path(office.warehouse.path))) as con:
        for table in ("article_text", "post_text"):
            con.execute(f"CREATE VIRTUAL TABLE temp.v_{table} USING fts5vocab(main, {table}, row)")
            terms |= {term for (term,) in con.execute(f"SELECT term FROM temp.v_{table}")}
        docs = con.execute("SELECT kind, ref, part FROM doc").fetchall()
    assert {"河道", "垃圾"} <= terms and any(kind == "post" for kind, _, _ in docs)
    assert shown("\n".join(terms)) == shown(repr(docs)) == []
    # A word may be cut where it was spelled to deceive: none of a number's pieces is a term either.
    pieces = {piece for spelled in NUMBERS.values() for piece in re.findall(r"\d{4,}|[a-z]{2,}_\w+", spelled)}
    assert terms & pieces == set() and terms & {*NAMES} == set()
    with browser(office, Role.PUBLICITY) as client:
        for planted in (*NUMBERS, *NAMES):
            answer = client.get("/api/v1/threads", params={"q": f'"{planted}"'})
            assert answer.status_code != 200 or answer.json()["total"] == 0, planted
        assert client.get("/api/v1/threads", params={"q": "河道"}).json()["total"] == 8


def test_a_proof_package_holds_the_posts_and_none_of_them_without_a_person_and_a_reason(
    office: Office, tmp_path: Path
) -> None:
    con = open_warehouse(office.warehouse.path)
    with contextlib.closing(con):
        context = Context(con, office.city, office.plan, office.rules, office.points)
        day = dt.date(2018, 2, 21)
        path = tmp_path / "p.zip"
        made = pack_proof(office.store, context, Choice(day), path, who="", at=NOW)
        texts = list(inside(path.read_bytes()))
        assert made.capture_count >= 1 and made.left_out_count >= 4
        assert any("paper.test" in text and '"digest"' in text for text in texts), "no CDXJ"
        assert any(TITLE in text for text in texts)
        assert [each for text in texts for each in shown(text)] == []
        whole = Choice(day, with_forum=True)
        for who, why in (("", "核验"), ("核验组 张三", "")):
            with pytest.raises(ActError):
                pack_proof(office.store, context, whole, path, who=who, why=why, at=NOW)
        pack_proof(office.store, context, whole, path, who="核验组 张三", why="核验原帖", at=NOW)
        assert set(shown("".join(inside(path.read_bytes())))) == {*NAMES, *NUMBERS}


def test_a_backup_holds_them_in_raw_forum_pages_only(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "b.tar.zst"
    write_backup(office.city, office.home, path, NOW, "1")
    landed = 0
    with unpacking(path) as tar:
        while (member := tar.next()) is not None:
            content = tar.extractfile(member)
            if content is not None and not member.name.startswith("data/captures/bbs/"):
                texts = list(inside(content.read()))
                landed += any(SAID in text for text in texts)
                assert [each for text in texts for each in shown(text)] == [], member.name
    assert landed >= 4
