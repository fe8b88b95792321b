"""Owns reading warehouse.duckdb: the only module of analysis/ that knows DuckDB. It never writes.

A question is a file in analysis/sql; its first comment says what it answers and which parameters it takes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import threading
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from analysis import kept
from pipeline.city import City
from pipeline.decisions import Decision, decisions_since, decisions_state
from pipeline.definitions import definitions, schema_version, views_version
from pipeline.faults import ToldError
from pipeline.lake import current_edition
from pipeline.load_decisions import decision_rows, rows_of
from pipeline.store import file_identity

SQL = Path(__file__).resolve().parent / "sql"
EDITION = "edition"  # the name under which a warehouse file is attached
# Names are looked for among the decisions and views laid over first, then in the file.
_OVERLAID = f"SET search_path = 'memory.main,{EDITION}.main'"
_RECORD = ("decision", "decision_value")  # tables of what people decided
Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error  # a question that the file cannot answer: it is damaged


class WarehouseError(ToldError, RuntimeError):
    """The warehouse cannot be asked; the message says why and what to do, in Chinese."""


def open_warehouse(path: Path | str, city: str | None = None) -> Connection:
    """Open a warehouse for reading. The file is an edition that nobody writes any more: a build puts a new
    one in its place, which is seen by who opens it then.

    Args:
        city: name of the city that it must be of; None: any.

    Raises:
        WarehouseError: there is none, or it is of another city or version, or damaged.
    """
    path = Path(path)
    if path.is_dir():
        return _checked(_open_lake(path), path, city)
    if not path.exists():
        raise WarehouseError(f"没有数据仓库 {path}，请先运行 gangqing build")
    # Attached, since a file that is connected to is shared by all of a process, also after it was replaced.
    con = duckdb.connect(":memory:")
    try:
        with contextlib.suppress(duckdb.InvalidInputException):  # a notebook without ipywidgets has no bar
            con.execute("SET enable_progress_bar = false")  # it would be printed among the answers
        quoted = str(path).replace("'", "''")
        con.execute(f"ATTACH '{quoted}' AS {EDITION} (READ_ONLY)")
        con.execute(f"USE {EDITION}")
    except duckdb.Error as error:
        con.close()
        raise WarehouseError(
            f"{path} 无法打开，请运行 gangqing build --rebuild（{str(error).splitlines()[0]}）"
        ) from error
    return _checked(con, path, city)


def _open_lake(folder: Path) -> Connection:
    """A city's folder of a lake (pipeline/lake.py): its tables are views of the Parquet files, the rest is as
    in a warehouse file."""
    con = duckdb.connect(":memory:")
    try:
        with contextlib.suppress(duckdb.InvalidInputException):
            con.execute("SET enable_progress_bar = false")
        con.execute(f"ATTACH ':memory:' AS {EDITION}")
        con.execute(f"USE {EDITION}")
        for path in sorted(current_edition(folder).glob("*.parquet")):
            quoted = str(path).replace("'", "''")
            con.execute(f"CREATE VIEW \"{path.stem}\" AS FROM read_parquet('{quoted}')")
        for sql in definitions("staging", "marts"):
            con.execute(sql)
    except (OSError, duckdb.Error) as error:
        con.close()
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"{folder} 不是可用的数据湖，请在该市运行 gangqing build（{reason}）") from error
    return con


def _checked(con: Connection, path: Path, city: str | None) -> Connection:
    """The connection, if what it reads is of this version of the program and of that city."""
    try:
        meta = _meta(con)
    except duckdb.Error as error:
        con.close()
        raise WarehouseError(f"{path} 不是港情的数据仓库，请运行 gangqing build --rebuild") from error
    if (meta.get("schema"), meta.get("views")) != (schema_version(), views_version()):
        con.close()
        raise WarehouseError(f"{path} 由另一版本的程序构建，请运行 gangqing build")
    if city is not None and meta.get("city") != city:
        con.close()
        raise WarehouseError(
            f"{path} 属于“{meta.get('city')}”，不是“{city}”；请运行 gangqing build，并用 --city 指明城市"
        )
    kept.keep(con)
    return con


def _meta(con: Connection) -> dict[str, str]:
    return dict(con.execute("SELECT key, value FROM meta").fetchall())


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Which state of the warehouse a connection reads.

    Attributes:
        edition: the published file as it was opened; what was read of one edition stays so.
        new: kind and target of each decision recorded since it was built, in the order in which they came.
    """

    edition: Hashable
    new: tuple[tuple[str, str], ...]


class LiveWarehouse:
    """The newest edition of a city's warehouse with the decisions recorded since laid over it, for a process
    that asks from several threads: what a person decided is seen by the next question."""

    def __init__(self, path: Path, city: City, decisions: Path) -> None:
        """Args:
        path: the warehouse file.
        decisions: folder of the record of decisions.
        """
        self._path, self._city, self._decisions = path, city, decisions
        self._lock = threading.Lock()
        self._con: Connection | None = None
        self._edition: tuple[int, ...] | None = None
        self._built = ""  # the state of the record that the edition holds
        self._state: str | None = None  # of the decisions that are seen
        self._is_overlaid = False
        self._new: dict[str, tuple[str, str]] = {}  # by id of the decision
        self._openings = 0  # of editions, and of one whose record of decisions is not what it was

    def cursor(self) -> Connection:
        """A connection for one thread's questions; close it after use.

        Raises:
            WarehouseError: as `open_warehouse`. DecisionError: a line of the record is damaged.
        """
        return self.snapshot()[0]

    def snapshot(self, hold: bool = False) -> tuple[Connection, Snapshot]:
        """The same, with what it reads. Decisions that come later may be seen too. Raises: as `cursor`.

        Args:
            hold: stay with the edition that is open, if any, though a newer one may be published.
        """
        with self._lock:
            self._renew(hold)
            assert self._con is not None
            cursor = self._con.cursor()
            kept.share(self._con, cursor)
            cursor.execute(_OVERLAID if self._is_overlaid else f"USE {EDITION}")
            return cursor, Snapshot(self._openings, tuple(self._new.values()))

    def is_behind(self) -> bool:
        """Whether another edition is published than the one that is open, or that one is gone."""
        return self._con is None or self._published() != self._edition

    def use_city(self, city: City) -> None:
        """Take the city's data anew: decisions on a unit that came since count from then on."""
        with self._lock:
            self._city, self._state = city, None

    def close(self) -> None:
        """Let go of the edition. Who is still reading keeps it: to close the connection would end the cursors
        that were taken of it in the middle of their answers."""
        with self._lock:
            self._con = self._edition = None

    def _published(self) -> tuple[int, ...] | None:
        try:
            return file_identity(self._path)
        except FileNotFoundError:
            return None

    def _renew(self, hold: bool) -> None:
        edition = self._published()
        if self._con is None or (edition != self._edition and not hold):
            fresh = open_warehouse(self._path, self._city.name)
            self._con, self._edition = fresh, edition  # cursors of the old edition keep it until they close
            self._built = _meta(fresh).get("decisions", "")
            self._is_overlaid, self._state, self._new = False, self._built, {}
            self._openings += 1
        state = decisions_state(self._decisions)
        if state != self._state:
            self._overlay(self._con)
            self._state = state

    def _overlay(self, con: Connection) -> None:
        con.execute(_OVERLAID)
        if not self._is_overlaid:
            for table in _RECORD:
                con.execute(
                    f"CREATE TABLE IF NOT EXISTS memory.{table}_new AS FROM {EDITION}.{table} LIMIT 0"
                )
        since = decisions_since(self._decisions, self._built)
        rows, values, is_whole = self._rows_to_lay(con, since)
        con.begin()
        for table, content in zip(_RECORD, (rows, values), strict=True):
            con.execute(f"DELETE FROM memory.{table}_new")  # noqa: S608
            if content:
                con.register("incoming", pa.Table.from_pylist(content))
                con.execute(f"INSERT INTO memory.{table}_new BY NAME SELECT * FROM incoming")  # noqa: S608
                con.unregister("incoming")
            built = "" if is_whole else f"FROM {EDITION}.{table} UNION ALL BY NAME "
            con.execute(f"CREATE OR REPLACE VIEW memory.{table} AS {built}FROM memory.{table}_new")
        con.commit()
        if not self._is_overlaid:
            for sql in definitions("staging", "marts"):
                con.execute(sql)
            self._is_overlaid = True
        kept.forget_decided(con)
        if since is None:
            self._openings, self._new = self._openings + 1, {}
        else:
            self._new |= {each.id: (each.kind, each.target) for each in since}

    def _rows_to_lay(
        self, con: Connection, since: list[Decision] | None
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
        """Rows of both tables of the record; whether they are all of them, or come after the edition's."""
        if since is not None:
            latest, number = con.execute(
                f"SELECT MAX(decided_at), COALESCE(MAX(number_in_order), -1) FROM {EDITION}.decision"  # noqa: S608
            ).fetchall()[0]
            known = con.execute(
                f"SELECT id FROM {EDITION}.decision WHERE list_contains($ids, id)",  # noqa: S608
                {"ids": [each.id for each in since]},
            ).fetchall()
            by_id = {each.id: each for each in since}
            for (name,) in known:
                by_id.pop(name, None)
            rows, values, _ = rows_of(self._city, by_id.values(), number + 1)
            if latest is None or all(row["decided_at"] >= latest for row in rows):
                return rows, values, False
        rows, values, _ = decision_rows(self._city, self._decisions)
        return rows, values, True


def edition_meta(con: Connection) -> dict[str, str]:
    """What the edition says of itself: city, versions, the plan that it knew."""
    return kept.as_built(con, "meta", lambda: _meta(con))


def ask(con: Connection, question: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows that answer analysis/sql/<question>.sql, as dictionaries."""
    cursor = con.execute(question_sql(question), parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def ask_columns(con: Connection, question: str, **parameters: Any) -> dict[str, Any]:
    """The same as a numpy array a column; where something is missing, a masked one."""
    return con.execute(question_sql(question), parameters).fetchnumpy()


def ask_arrow(con: Connection, question: str, **parameters: Any) -> pa.Table:
    """The same as an Arrow table."""
    return con.execute(question_sql(question), parameters).to_arrow_table()


def ask_frame(con: Connection, question: str, **parameters: Any) -> pd.DataFrame:
    """The same as a pandas frame."""
    return con.execute(question_sql(question), parameters).df()


@cache
def question_sql(question: str) -> str:
    """The text of a question. Raises KeyError for one that there is not."""
    path = SQL / f"{question}.sql"
    if not path.is_file():
        raise KeyError(question)
    return path.read_text(encoding="utf-8")


def moment(day: dt.date | dt.datetime | None) -> dt.datetime | None:
    """A day means its end: what was so, or was known, when the day was over."""
    if day is None or isinstance(day, dt.datetime):
        return day
    return dt.datetime.combine(day, dt.time(23, 59, 59))
