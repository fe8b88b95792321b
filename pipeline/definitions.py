"""Owns the SQL of the warehouse: files, one table or view each.

sql/schema (tables), sql/staging and sql/marts (views and macros), sql/checks (queries that must return no
row). Their order follows from the names they use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

SQL = Path(__file__).resolve().parent / "sql"
# Code that leaves answers of the views in tables: what other code left is not what it would answer.
_MAKERS = tuple(
    SQL.with_name(name)
    for name in ("load_now.py", "load_plan_facts.py", "load_texts.py", "load_tickets.py", "plan_count.py")
)


def definitions(*folders: str) -> Iterator[str]:
    """The statements that make the tables (`schema`), views and macros (`staging`, `marts`), each after those
    whose names it uses."""
    for folder in folders:
        yield from _in_order(folder)


def check_queries() -> dict[str, str]:
    """The queries that must return no row, by name."""
    return _files("checks")


def schema_version() -> str:
    """Changes with any table definition: a warehouse of another version is rebuilt."""
    return _digest("schema")


def views_version() -> str:
    """Changes with any view, macro or check, and with the code that makes tables of what they say: the next
    build renews and checks all of them, without tagging anything again."""
    total = hashlib.sha256(_digest("staging", "marts", "checks").encode())
    for path in _MAKERS:
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _digest(*folders: str) -> str:
    text = "\n".join(f"{name}\n{sql}" for folder in folders for name, sql in sorted(_files(folder).items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _files(folder: str) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((SQL / folder).glob("*.sql"))}


def _in_order(folder: str) -> Iterator[str]:
    """A file comes after those of its folder whose names it uses."""
    files = _files(folder)
    graph = {
        name: {
            word
            for word in re.findall(r"(?:FROM|JOIN)\s+(\w+)", _without_comments(sql))
            if word in files and word != name
        }
        for name, sql in files.items()
    }
    for name in TopologicalSorter(graph).static_order():
        yield files[name]


def _without_comments(sql: str) -> str:
    return re.sub(r"--.*", "", sql)
