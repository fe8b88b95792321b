"""Tests that what requests share is what would be asked anew, whatever is decided in between."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from litestar.exceptions import NotFoundException

from analysis.article_list import ask_held
from analysis.desk.accounts import Account
from analysis.desk.office import Office
from analysis.desk.pages.article import find_article
from analysis.desk.pages.articles import held_articles, search_articles
from analysis.desk.pages.charts import CHARTS, table_of
from analysis.desk.pages.doubts import all_doubts
from analysis.desk.pages.today import floors_of
from analysis.desk.pages.units import unit_lines
from analysis.desk.rights import Role
from analysis.desk.visit import Visit
from analysis.desk.warehouse import DeskWarehouse, Memory
from analysis.scoring import score
from analysis.search import ArticleFilter
from pipeline.decisions import Decision, append_decision
from pipeline.load import build
from tests.analysis.case import MarkTagger
from tests.analysis.desk.people import NOW, UNIT, small_office

DAYS = (dt.date(2017, 11, 25), dt.date(2017, 12, 4))
UNITS = (UNIT, "市教育局", "市住建委")


@contextmanager
def visited(office: Office, warehouse: DeskWarehouse, day: dt.date) -> Iterator[Visit]:
    user = Account(name="x", person="x", roles=frozenset({Role.EVALUATION}), password="", at=NOW, by="x")
    con, edition = warehouse.open()
    request: Any = SimpleNamespace(query_params={})
    shown = dataclasses.replace(office, warehouse=warehouse)
    try:
        yield Visit(request, shown, user, day, None, con, edition)
    finally:
        con.close()


def answers(office: Office, warehouse: DeskWarehouse) -> list[Any]:
    found: list[Any] = []
    for day in DAYS:
        with visited(office, warehouse, day) as visit:
            rows = ask_held(visit.con, held_articles(visit), "article_story", target=visit.facts()[0].url)
            for row in rows:
                del row["place"]  # a row that was asked again has another
            listed = visit.con.execute(
                f"SELECT * EXCLUDE (place) FROM {held_articles(visit).table} ORDER BY article_id"
            ).fetchall()
            found.append((visit.facts(), visit.tickets(), visit.all_coverage(), rows, listed))
            found.append([all_doubts(visit), floors_of(visit), unit_lines(visit), visit.pieces().rows])
            found.append([visit.credits(), visit.credits(UNIT), visit.tickets_by_unit()])
            found.append([shown(visit, row[0]) for row in listed])
            found.append(search_articles(visit, "", ArticleFilter(), "newest"))
            found.append([table_of(visit, name).rows for name, chart in CHARTS.items() if chart.of_city])
            by_name = sorted(visit.ticket_rows().items())
            found.append([(name, row | {"why_json": None}) for name, row in by_name])
    return found


def shown(visit: Visit, article_id: str) -> Any:
    """What the page of one article says of it; None: it is not there yet."""
    try:
        article = find_article(visit, article_id)
    except NotFoundException:
        return None
    rows = [article.fact, *article.copies]
    plain = [{name: row[name] for name in sorted(row) if name != "place"} for row in rows]
    return dataclasses.replace(article, fact={}, copies=plain)


def names(office: Office) -> tuple[list[str], list[str]]:
    """Ids and addresses of the articles and of the threads."""
    con, _ = office.warehouse.open()
    articles = con.execute("SELECT article_id, url FROM article ORDER BY ALL").fetchall()
    threads = con.execute("SELECT thread_id, url FROM thread ORDER BY ALL").fetchall()
    con.close()
    return [name for row in articles for name in row], [name for row in threads for name in row]


def decision(number: int, chance: random.Random, articles: list[str], threads: list[str]) -> Decision:
    thread, unit = chance.choice(threads), chance.choice(UNITS)
    ticket = f"{chance.choice(threads[::2])}-1"
    kinds: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = [
        ("credit_add", chance.choice(articles), {}, {"unit": unit, "role": "subject"}),
        ("credit_refuse", chance.choice(articles), {"unit": unit}, {}),
        ("tag_correction", chance.choice(articles), {}, {"topic": chance.choice(["社会建设", None])}),
        (
            "tag_correction",
            chance.choice(articles),
            {},
            {"reprint_of": chance.choice([None, *articles[::2]])},
        ),
        ("tag_correction", thread, {}, {"needs_reply": chance.random() < 0.5}),
        ("tag_correction", thread, {}, {"units": chance.sample(UNITS, 2)}),
        ("transfer", ticket, {}, {"unit": unit}),
        ("state_change", ticket, {}, {"state": chance.choice(["待签收", "办理中", "已办结"])}),
        ("pause", ticket, {}, {}),
        ("resume", ticket, {}, {}),
        ("extension", ticket, {}, {"days": chance.randint(5, 15)}),
        ("contact_register", unit, {}, {"leader": "甲", "contact": "乙"}),
    ]
    kind, target, before, after = chance.choice(kinds)
    # Some come late: their time lies before that of decisions which are recorded already.
    day = chance.choice([20, 20 + number // 8])
    at = f"2017-11-{day:02}T{8 + number % 8:02}:00:00"
    return Decision(
        id=f"r{number}", at=at, who="甲", kind=kind, target=target, before=before, after=after, why="试"
    )


@pytest.mark.parametrize("seed", range(3))
def test_shared_answers_are_those_asked_anew_and_those_after_the_build(tmp_path: Path, seed: int) -> None:
    office, chance = small_office(tmp_path), random.Random(seed)
    articles, threads = names(office)
    answers(office, office.warehouse)
    for number in range(24):
        append_decision(office.store.decisions, decision(number, chance, articles, threads))
        if number == 9:
            build(office.city, home=office.home, warehouse=office.warehouse.path, tagger=MarkTagger())
        if chance.random() < 0.5:
            continue  # several at once
        shared = answers(office, office.warehouse)
        anew = DeskWarehouse(office.warehouse.path, office.city, office.store.decisions)
        assert answers(office, anew) == shared, f"after decision {number}"
        anew.close()
    shared = answers(office, office.warehouse)
    build(office.city, home=office.home, warehouse=office.warehouse.path, tagger=MarkTagger())
    assert answers(office, office.warehouse) == shared


def test_answer_is_computed_once_for_what_it_knows_and_from_the_one_before() -> None:
    memory, asked = Memory(kept=2), []

    def compute(known: tuple[int, Any] | None) -> int:
        asked.append(known)
        return len(asked)

    assert [memory.answer("a", 0, compute), memory.answer("a", 0, compute)] == [1, 1]
    assert memory.answer("a", 2, compute) == 2 and asked == [None, (0, 1)]
    assert memory.answer("a", 1, compute) == 2, "an older question gets the newer answer"
    memory.answer("b", 0, compute)
    memory.answer("c", 0, compute)
    assert memory.answer("a", 2, compute) == 5, "what was not asked for longest is forgotten"


def test_error_is_raised_to_each_and_not_kept() -> None:
    memory, tries = Memory(), []

    def compute(known: object) -> int:
        tries.append(known)
        if len(tries) < 3:
            raise ValueError("not yet")
        return 7

    for _ in range(2):
        with pytest.raises(ValueError, match="not yet"):
            memory.answer("a", 0, compute)
    assert memory.answer("a", 0, compute) == 7


@pytest.mark.parametrize("cap", [None, 9_999_999])
def test_points_of_the_list_of_units_are_whole(cap: float | None, tmp_path: Path) -> None:
    plain = small_office(tmp_path)
    levels = dict.fromkeys(plain.points.levels, 1234567.25)
    office = dataclasses.replace(
        plain, points=msgspec.structs.replace(plain.points, levels=levels, cap_per_task=cap)
    )
    with visited(office, office.warehouse, NOW.date()) as visit:
        points = {line.unit: line.points for line in unit_lines(visit)}
        (found,) = score(visit.con, office.plan, NOW.date(), unit=UNIT, points=office.points)
    assert points[UNIT] == found.earned_points >= 1234567.25
