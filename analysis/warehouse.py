"""Owns reading warehouse.duckdb: the only module of analysis/ that knows DuckDB. It never writes.

A question is a file in analysis/sql; its first comment says what it answers and which parameters it takes.
"""

from __future__ import annotations

import datetime as dt
import time
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.warehouse import schema_version, views_version

SQL = Path(__file__).resolve().parent / "sql"
Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error  # a question that the file cannot answer: it is damaged


class WarehouseError(RuntimeError):
    """The warehouse cannot be asked; the message says why and what to do, in Chinese."""


def open_warehouse(path: Path | str, city: str | None = None, wait_seconds: float = 30) -> Connection:
    """Open a warehouse for reading.

    Args:
        city: name of the city that it must be of; None: any.
        wait_seconds: how long to wait for a build that is writing it.

    Raises:
        WarehouseError: there is none, it is being built, or it is of another city or version.
    """
    path = Path(path)
    if not path.exists():
        raise WarehouseError(f"没有数据仓库 {path}，请先运行 gangqing build")
    con = _connect(path, time.monotonic() + wait_seconds)
    try:
        meta = dict(con.execute("SELECT key, value FROM meta").fetchall())
    except duckdb.Error as error:
        con.close()
        raise WarehouseError(f"{path} 不是港情的数据仓库，请运行 gangqing build --rebuild") from error
    if (meta.get("schema"), meta.get("views")) != (schema_version(), views_version()):
        con.close()
        raise WarehouseError(f"{path} 由另一版本的程序构建，请运行 gangqing build")
    if city is not None and meta.get("city") != city:
        con.close()
        raise WarehouseError(f"{path} 属于“{meta.get('city')}”，不是“{city}”；请运行 gangqing build")
    return con


def _connect(path: Path, until: float) -> Connection:
    while True:
        try:
            return duckdb.connect(str(path), read_only=True)
        except duckdb.IOException as error:
            if "set lock" not in str(error).lower():
                raise WarehouseError(
                    f"{path} 无法打开，请运行 gangqing build --rebuild（{str(error).splitlines()[0]}）"
                ) from error
            if time.monotonic() >= until:
                raise WarehouseError(f"{path} 正在构建，请稍后再试") from error
            time.sleep(0.2)
        except duckdb.Error as error:
            raise WarehouseError(
                f"{path} 不是可用的数据仓库，请运行 gangqing build --rebuild（{str(error).splitlines()[0]}）"
            ) from error


def ask(con: Connection, question: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows that answer analysis/sql/<question>.sql, as dictionaries."""
    cursor = con.execute(question_sql(question), parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
