"""Owns writing warehouse.duckdb: the only module of pipeline/ that knows DuckDB."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.definitions import definitions
from pipeline.faults import ToldError

# Only this storage version honours zstd on the bodies (0.42 of their size); older DuckDB cannot read it.
# Blocks of a quarter of DuckDB's own size: a table has many short columns, each of which takes whole blocks.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "default_block_size": 65_536,
}
# A commit writes the last group of each table once more: a quarter of DuckDB's own size halves what a build
# of many commits writes, and leaves few empty blocks. Only an attached file can be told so.
_GROUP_ROWS = 30_720


class WarehouseError(ToldError, RuntimeError):
    """The warehouse cannot be opened or written; the message says why and what to do."""


class WarehouseDamaged(WarehouseError):
    """The file holds what DuckDB cannot read: it is derived, so it is built anew."""


class CheckError(WarehouseError):
    """A zero-row check found rows; the build is undone."""


class Warehouse:
    """One writer of one warehouse file. Everything between `begin` and `commit` happens or does not; what a
    build commits on its way is seen by nobody, for it works on a draft."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._con = _connect(path, read_only)
        self._con.execute("SET enable_progress_bar = false")  # it would be printed among the answers

    def begin(self) -> None:
        self._con.begin()

    def commit(self) -> None:
        """Commit, and write the log into the file, so that the file alone is whole."""
        self._con.commit()
        self._con.execute("CHECKPOINT")

    def close(self) -> None:
        self._con.close()

    def rows(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """All rows of a query. Only for answers of known size."""
        return self._con.execute(sql, parameters).fetchall()

    def records(self, sql: str, batch: int = 1000) -> Iterator[list[dict[str, Any]]]:
        """The rows of a query as dictionaries, in batches; nothing else may run meanwhile."""
        for part in self.batches(sql, batch):
            yield part.to_pylist()

    def batches(self, sql: str, batch: int = 1000) -> Iterator[pa.RecordBatch]:
        """The same as Arrow batches."""
        yield from self._con.execute(sql).to_arrow_reader(batch)

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows by column name, as one Arrow batch; columns that the rows do not name stay NULL."""
        if rows:
            self.insert_columns(table, {name: [row[name] for row in rows] for name in rows[0]})

    def insert_columns(self, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """The same of columns that one has."""
        self.insert_table(table, pa.table(dict(columns)))

    def insert_table(self, table: str, rows: pa.Table) -> None:
        """The same of what is an Arrow table."""
        self._con.register("incoming", rows)
        try:
            self._con.execute(f"INSERT INTO {_name(table)} BY NAME SELECT * FROM incoming")  # noqa: S608
        finally:
            self._con.unregister("incoming")

    def replace(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Empty a table and fill it again."""
        self._con.execute(f"DELETE FROM {_name(table)}")  # noqa: S608 - the name is checked
        self.insert(table, rows)

    def hold(self, table: str, column: str, values: Iterable[str]) -> None:
        """Make a temporary table of one column, to join a list of ids."""
        self._con.register("incoming", pa.table({column: pa.array(list(values), pa.string())}))
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE {_name(table)} AS FROM incoming")
        self._con.unregister("incoming")

    @contextlib.contextmanager
    def narrowed(self, key: str, values: Iterable[str], tables: Sequence[str]) -> Iterator[None]:
        """Within it, views and macros that read `tables` see only the rows that these keys have now. They are
        found by the key alone: of wide columns only the blocks are read in which the rows stand."""
        self.hold("narrowed", key, values)
        (database,) = self.rows("SELECT current_database()")[0]
        quoted = '"' + str(database).replace('"', '""') + '"'
        for table in map(_name, tables):
            self._con.execute(  # once, however many names of the table a view has
                f"CREATE TEMP TABLE narrowed_{table} AS "  # noqa: S608
                f"SELECT t.rowid AS number FROM {quoted}.main.{table} AS t SEMI JOIN narrowed USING ({key})"
            )
            self._con.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM {quoted}.main.{table} "  # noqa: S608
                f"WHERE rowid IN (SELECT number FROM narrowed_{table})"
            )
        try:
            yield
        finally:
            for table in tables:
                self._con.execute(f"DROP VIEW temp.{table}")
                self._con.execute(f"DROP TABLE temp.narrowed_{table}")

    def export(self, folder: Path) -> None:
        """Write every table as a Parquet file of its name into a folder."""
        tables = self.rows(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema = 'main'"
        )
        for (table,) in tables:
            target = _quoted(folder / f"{table}.parquet")
            self._con.execute(f"COPY {_name(table)} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    def sizes(self) -> tuple[int, int]:
        """Bytes of the file's blocks, and of those among them that hold nothing."""
        return self.rows(
            "SELECT total_blocks * block_size, free_blocks * block_size FROM pragma_database_size() "
            "WHERE database_name = current_database()"
        )[0]

    def take_over(self, path: Path) -> None:
        """Fill the tables, which are empty, with those of another file, row by row in its order."""
        self._con.execute(f"ATTACH '{_quoted(path)}' AS taken_over (READ_ONLY)")
        tables = self.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'taken_over' ORDER BY 1"
        )
        for (table,) in tables:
            self._con.execute(f"INSERT INTO {_name(table)} SELECT * FROM taken_over.main.{_name(table)}")  # noqa: S608
        self._con.execute("DETACH taken_over")
        self._con.execute("CHECKPOINT")

    def create(self) -> None:
        """Make all tables, views and macros, or renew them."""
        for sql in definitions("schema", "staging", "marts"):
            self._con.execute(sql)

    def meta(self) -> dict[str, str]:
        """Empty for a file that is no warehouse yet."""
        known = self.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'meta'")
        return dict(self.rows("SELECT key, value FROM meta")) if known else {}

    @contextlib.contextmanager
    def shadowed(
        self, queries: Mapping[str, str], seen: contextlib.ExitStack | None = None
    ) -> Iterator[None]:
        """Within it, whatever reads a table or view of these names reads what its query gave at first.
        `seen`: what is entered while they are asked (`narrowed`), and left before the names are taken."""
        made: list[str] = []
        try:
            for name, query in queries.items():
                made.append(f"shadow_{_name(name)}")
                self._con.execute(f"CREATE TEMP TABLE {made[-1]} AS {query}")
            if seen is not None:
                seen.close()
            for place, name in enumerate(queries):
                self._con.execute(f"ALTER TABLE temp.{made[place]} RENAME TO {name}")
                made[place] = name
            yield
        finally:
            for name in made:
                self._con.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def digest(self) -> str:
        """SHA-256 over all tables in a fixed order of rows: equal for equal content."""
        total = hashlib.sha256()
        tables = self.rows(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema = 'main' ORDER BY table_name"
        )
        for (table,) in tables:
            total.update(f"== {table}\n".encode())
            for row in self.rows(f"SELECT * FROM {_name(table)} ORDER BY ALL"):  # noqa: S608
                total.update(repr(row).encode() + b"\n")
        return total.hexdigest()


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        if read_only:
            return duckdb.connect(str(path), read_only=True)
        con = duckdb.connect(config=_CONFIG | {"temp_directory": f"{path}.tmp"})
        con.execute(f"ATTACH '{_quoted(path)}' AS warehouse (ROW_GROUP_SIZE {_GROUP_ROWS}); USE warehouse")
        return con
    except duckdb.IOException as error:
        raise WarehouseError(f"{path} 无法打开：{_first_line(error)}") from error
    except duckdb.Error as error:
        raise WarehouseError(f"{path} 不是可用的数据仓库：{_first_line(error)}") from error


@contextlib.contextmanager
def told_in_chinese(path: Path) -> Iterator[None]:
    """Faults of the database while it is written become a WarehouseError: a full disk, a damaged file."""
    try:
        yield
    except duckdb.Error as error:
        reason = _first_line(error)
        if any(word in reason for word in ("Corrupt", "Could not read", "Failed to deserialize", "checksum")):
            raise WarehouseDamaged(f"{path} 已损坏，请运行 gangqing build --rebuild（{reason}）") from error
        full = any(
            word in reason
            for word in ("No space left", "File too large", "could not write", "Could not write")
        )
        advice = "磁盘已满或不可写，请腾出空间后再运行" if full else "请运行 gangqing build --rebuild"
        raise WarehouseError(f"{path} 写入失败，{advice}（{reason}）") from error


def _first_line(error: duckdb.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _name(table: str) -> str:
    if not re.fullmatch(r"[a-z_]+", table):
        raise WarehouseError(f"no table name: {table!r}")
    return table
