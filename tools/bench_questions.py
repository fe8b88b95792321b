"""Owns the questions that the bench of the build asks, and what shows of those that take too long."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CITY = ROOT / "sample" / "city"
LAST = dt.date(2018, 3, 2)  # the last replies of the increment are of the day before
EARLIER = dt.date(2017, 12, 31)
LIMITS = {"search": 0.1, "queue": 0.05, "coverage": 0.05, "list": 0.1}  # seconds, by a question's first word
WORDS = ("水利", "“扶贫攻坚”", "教育 NOT 会议", "市水利局 检查", "垃圾", "公交")


def ask(home: Path) -> dict[str, Any]:
    """Seconds of the questions: first and later ones; plans of what is slower than it may be."""
    from analysis.coverage import coverage
    from analysis.queue import queue
    from analysis.queue_choice import Choice
    from analysis.queue_page import queue_page
    from analysis.search_hits import search_hits
    from analysis.search_query import parse_query
    from analysis.ticket import load_rules
    from analysis.warehouse import LiveWarehouse
    from pipeline.city import load_city
    from pipeline.load_plan import load_plan
    from pipeline.search_parts import index_path
    from pipeline.store import open_store

    city, warehouse = load_city(CITY), home / "warehouse.duckdb"
    plan, rules, index = load_plan(city), load_rules(city), index_path(warehouse)
    assert plan is not None
    live = LiveWarehouse(warehouse, city, open_store(home, city).decisions)
    con = live.cursor()
    found: dict[str, Any] = {}
    plans: dict[str, list[str]] = {}

    def times(name: str, work: Callable[[Any], int], again: int = 5) -> None:
        seconds, rows = [], 0
        for _ in range(again + 1):
            begun = time.perf_counter()
            rows = work(con)
            seconds.append(time.perf_counter() - begun)
        later = statistics.median(seconds[1:])
        found[name] = {"first": seconds[0], "later": later, "rows": rows}
        limit = LIMITS[name.split()[0]]
        if later > limit:
            steps = search_steps(index, name) if name.startswith("search ") else slowest(con, work, later)
            plans[f"{name}, over {limit * 1e3:.0f} ms"] = steps

    for words in WORDS:
        query = parse_query(words)
        times(f"search {words}", lambda _, q=query: len(search_hits(index, q, "article", "rank").refs))  # type: ignore[misc]
    for name, day in (("", LAST), (f" of {EARLIER}", EARLIER)):
        times(f"queue{name}", lambda c, d=day: queue_page(c, rules, d, Choice()).total)  # type: ignore[misc]
        times(f"coverage{name}", lambda c, d=day: len(coverage(c, plan, d, rules=rules, with_evidence=False)))  # type: ignore[misc]
    times("list of the queue", lambda c: len(queue(c, rules, LAST)), 3)
    times("list of coverage with articles", lambda c: len(coverage(c, plan, LAST, rules=rules)), 3)
    live.close()
    return found | {"plans": plans}


def search_steps(index: Path, name: str) -> list[str]:
    """How SQLite answers a search."""
    import sqlite3

    from analysis.search_hits import _RANKED
    from analysis.search_query import parse_query

    db = sqlite3.connect(index)
    query = parse_query(name.removeprefix("search ")).by_words
    given = {"words": query, "limit": 1000, "until": "9"}
    sql = "EXPLAIN QUERY PLAN " + _RANKED.format(kind="article", order="score")
    steps = [str(step[3]) for step in db.execute(sql, given)]
    db.close()
    return steps


class Watched:
    """A connection that keeps what it was asked."""

    def __init__(self, con: Any) -> None:
        from analysis import kept

        self._con = con
        self.asked: list[tuple[str, Any]] = []  # statement and parameters
        kept.share(con, self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def execute(self, sql: str, parameters: Any = None) -> Any:
        self.asked.append((sql, parameters))
        return self._con.execute(sql, parameters)


def slowest(con: Any, work: Callable[[Any], int], seconds: float) -> list[str]:
    """Of all that is asked of DuckDB in a piece of work, what takes longest: its name, and its operators."""
    from analysis.warehouse import SQL, question_sql

    names = {question_sql(path.stem): path.name for path in SQL.glob("*.sql")}
    watched = Watched(con)
    work(watched)
    taken: list[tuple[float, str, dict[str, Any]]] = []
    for sql, parameters in watched.asked:
        explained = con.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, parameters).fetchall()
        plan = json.loads(explained[0][1])
        taken.append((plan["latency"], names.get(sql, sql.split("\n")[0][:60]), plan))
    whole = sum(each[0] for each in taken)
    steps = [f"{len(taken)} statements take {whole * 1e3:.0f} of {seconds * 1e3:.0f} ms, Python the rest"]
    if taken:
        most, name, plan = max(taken, key=lambda each: each[0])
        steps += [f"{name} {most * 1e3:.0f} ms", *operators(plan)]
    return steps


def operators(plan: dict[str, Any], most: int = 5) -> list[str]:
    """The operators of a DuckDB plan that took longest."""
    found: list[tuple[float, str]] = []

    def walk(node: dict[str, Any]) -> None:
        extra = node.get("extra_info") or {}
        what = extra.get("Table") or extra.get("Conditions") or extra.get("Groups") or ""
        name = node.get("operator_name") or node.get("operator_type")
        if name:
            rows = node.get("operator_cardinality", 0)
            timing = float(node.get("operator_timing", 0))
            found.append(
                (timing, f"{timing * 1e3:.0f} ms {str(name).strip()} {str(what)[:60]} → {rows} rows")
            )
        for below in node.get("children", []):
            walk(below)

    walk(plan)
    return [text for _, text in sorted(found, reverse=True)[:most]]
