"""Tests that what is prepared is shown until the next is ready, and that who must see more does."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient

from analysis.desk import warehouse as module
from analysis.desk.accounts import Account
from analysis.desk.app import create_app
from analysis.desk.office import Office, open_office
from analysis.desk.pages import FIRST
from analysis.desk.rights import Role
from analysis.desk.standing import FORGOTTEN_SECONDS, standing, start_preparing
from analysis.desk.visit import Visit, visit_ahead
from analysis.warehouse import WarehouseError
from pipeline.decisions import Decision, append_decision
from tests.analysis.case import Case
from tests.analysis.desk.people import NAMES, NOW, UNIT, open_accounts, sign_in, small_office

DAY = NOW.date()


@pytest.fixture
def town(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.edition("2017-10-09")
    case.article("2017-10-09", f"[{UNIT}:subject][column] 冬修水利开工。", title="市水利局部署冬修水利")
    case.article("2017-11-20", "[市教育局:byline] 教学质量提升。", title="市教育局抓教学质量")
    case.build()
    return case


@pytest.fixture
def office(town: Case) -> Office:
    """One whose pages may lag by a long time; nothing prepares them yet."""
    return open_office(town.city, town.home, lambda: NOW, town.warehouse, lag=1000.0)


def visited(office: Office, who: str = "x", *, is_fresh: bool = False) -> Visit:
    user = Account(name=who, person=who, roles=frozenset(Role) - {Role.LIAISON}, password="", at=NOW, by="x")
    con, edition = office.warehouse.open(who, is_fresh)
    request: Any = SimpleNamespace(query_params={})
    return Visit(request, office, user, DAY, None, con, edition)


def units(visit: Visit) -> set[str]:
    """Of the first article."""
    return set(min(visit.facts(), key=lambda fact: fact.published_at).credits)


def credit(office: Office, unit: str, number: int = 1) -> None:
    article = min(visited(office).facts(), key=lambda fact: fact.published_at).article_id
    after = {"unit": unit, "role": "subject"}
    append_decision(
        office.store.decisions,
        Decision(
            id=f"n{number}", at=f"2017-12-03T10:0{number}:00", who="甲", kind="credit_add", target=article,
            after=after, why="试",
        ),
    )  # fmt: skip


def prepare(office: Office, *ask: Any) -> bool:
    def asked(con: Any, edition: Any) -> None:
        for each in ask or (lambda visit: visit.facts(),):
            each(Visit(SimpleNamespace(query_params={}), office, None, DAY, None, con, edition))  # type: ignore[arg-type]

    return office.warehouse.prepare(asked, office.moment)


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preparing takes long: nobody waits for it."""
    monkeypatch.setattr(module, "SOON_SECONDS", -1.0)


def test_a_page_shows_what_is_prepared_until_the_next_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch)
    assert prepare(office) and not prepare(office), "nothing new, nothing to do"
    credit(office, "市教育局")
    assert units(visited(office)) == {UNIT}
    assert units(visited(office, is_fresh=True)) == {UNIT, "市教育局"}, "forms, files and the API see it"
    assert office.warehouse.is_due.is_set()
    assert prepare(office)
    assert units(visited(office)) == {UNIT, "市教育局"}


def test_who_decided_sees_it_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch)
    prepare(office)
    credit(office, "市教育局")
    office.warehouse.acted("甲")
    assert units(visited(office, "甲")) == {UNIT, "市教育局"}
    credit(office, "市住建委", 2)
    prepare(office)
    assert units(visited(office, "甲")) == units(visited(office, "乙")) == {UNIT, "市教育局", "市住建委"}


def test_lag_has_a_bound(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch)
    prepare(office)
    credit(office, "市教育局")
    assert units(visited(office)) == {UNIT}
    office.warehouse.lag = 1e-9
    assert units(visited(office)) == {UNIT, "市教育局"}


def test_edits_of_the_city_are_seen_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch)
    prepare(office)
    assert visited(office).edition.once("edits", lambda: 1) == 1
    edit = Decision(
        id="e", at="2017-12-03T10:00:00", who="甲", kind="alias_edit", target=UNIT, after={"alias": "水利人"},
        why="试",
    )  # fmt: skip
    append_decision(office.store.decisions, edit)
    assert visited(office).edition.once("edits", lambda: 2) == 2


def test_what_is_soon_ready_is_waited_for(office: Office) -> None:
    prepare(office)
    office.warehouse._took = 0.0
    credit(office, "市教育局")
    found: list[set[str]] = []
    waiting = threading.Thread(target=lambda: found.append(units(visited(office))))
    waiting.start()
    assert office.warehouse.is_due.wait(10)
    prepare(office)
    waiting.join()
    assert found == [{UNIT, "市教育局"}]


def test_an_edition_is_shown_when_its_answers_are_there(
    town: Case, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch)
    prepare(office)
    before = len(visited(office).facts())
    town.article("2017-12-02", "[市教育局:byline] 又一篇。", title="市教育局又一篇")
    town.build()
    assert len(visited(office).facts()) == before
    assert prepare(office)
    assert len(visited(office).facts()) == before + 1
    office.warehouse.path.write_bytes(b"no database")
    assert not prepare(office)
    assert len(visited(office).facts()) == before + 1, "what was read of an edition stays so"
    office.warehouse.lag = 1e-9
    with pytest.raises(WarehouseError):
        visited(office)


def test_only_what_was_asked_of_late_about_today_is_asked_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dt.date]] = []

    @standing
    def count(visit: Visit, name: str) -> None:
        asked.append((name, visit.as_of))

    def again() -> list[tuple[str, dt.date]]:
        asked.clear()
        con, edition = office.warehouse.open()
        edition.is_ahead = True
        office.standing.ask(office, con, edition)
        return [*asked]

    visit = visited(office)
    count(visit, "a")
    count(visit, "a")
    count(visit, "b")
    visit.as_of = dt.date(2017, 11, 1)
    count(visit, "of another day")
    assert again() == [("a", DAY), ("b", DAY)]
    later = DAY + dt.timedelta(days=1)
    monkeypatch.setattr(office, "clock", lambda: NOW + dt.timedelta(days=1))
    assert again() == [("a", later), ("b", later)], "the day turned"
    monkeypatch.setattr("analysis.desk.standing.FORGOTTEN_SECONDS", -FORGOTTEN_SECONDS)
    assert again() == []


def test_one_question_that_fails_keeps_none_of_the_others(office: Office) -> None:
    asked: list[str] = []

    def fail(visit: Visit) -> None:
        raise ValueError("no answer")

    visit = visited(office)
    office.standing.always = [(fail, visit), (lambda _: asked.append("next"), visit)]
    con, edition = office.warehouse.open()
    office.standing.ask(office, con, edition)
    assert asked == ["next"]


def test_desk_prepares_by_itself_and_ends(office: Office) -> None:
    open_accounts(office)
    with TestClient(create_app(office)) as client:
        sign_in(client, NAMES[Role.EVALUATION])
        for _ in range(200):
            if office.warehouse._shown.ready is not None:
                break
            office.warehouse.is_due.wait(0.1)
        for page in ("/", "/ledger", "/tickets"):
            assert client.get(page).status_code == 200
        credit(office, "市教育局")
        assert any("市水利局部署冬修水利" in client.get("/units/市教育局").text for _ in range(200))
    assert not [each for each in threading.enumerate() if each.name == "prepare"]


def test_without_lag_nothing_is_prepared(tmp_path: Path) -> None:
    end = start_preparing(small_office(tmp_path))
    assert not [each for each in threading.enumerate() if each.name == "prepare"]
    end()


@pytest.mark.parametrize("ask", FIRST, ids=lambda each: each.__name__)
def test_what_the_first_visitor_asks_can_be_asked_before_she_comes(office: Office, ask: Any) -> None:
    ahead = visit_ahead(office)
    con, edition = office.warehouse.open()
    try:
        ask(dataclasses.replace(ahead, con=con, edition=edition))  # no right is lacking, nothing is refused
    finally:
        con.close()
