"""Owns the files of the full-text index as its readers see them: the main one and, beside a large one, the
late one, which holds what came since the main one was made.

So a day's texts are added by writing a file of their own size, and the main one lies as it was. The late one
names the main one that it stands on by its SHA-256; beside any other it counts for nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pipeline.seal import is_sealed, published_digest
from pipeline.store import file_identity

LAYOUT = "3"  # raise it when tables or tokens change
State = Literal["missing", "damaged", "other version", "whole"]
# Of the main file and the late one: `file_identity`; None: there is none.
Identity = tuple[tuple[int, int, int, int], tuple[int, int, int, int] | None]


def index_path(warehouse: Path) -> Path:
    """Where the index of a warehouse lies: warehouse.duckdb → warehouse.search.sqlite."""
    return warehouse.with_suffix(".search.sqlite")


def late_path(index: Path) -> Path:
    """Where the late part of an index lies: warehouse.search.sqlite → warehouse.search.late.sqlite."""
    return index.with_suffix(".late.sqlite")


def index_version() -> str:
    """Changes with the layout and with the segmenter."""
    return f"{LAYOUT}-{version('rjieba')}"


def index_identity(index: Path) -> Identity:
    """Changes with each index that is published.

    Raises:
        FileNotFoundError: there is none.
    """
    main = file_identity(index)
    try:
        return main, file_identity(late_path(index))
    except FileNotFoundError:
        return main, None


def index_state(index: Path) -> State:
    """Whether an index can be asked: one that is there, as it was published, by this version of the program.
    Reads all of it once for each one that is published."""
    if not index.exists():
        return "missing"
    late = late_path(index)
    # A late part that is gone by now was taken in by the main one meanwhile.
    if not is_sealed(index) or (late.exists() and not is_sealed(late) and late.exists()):
        return "damaged"
    return "whole" if meta_of(index).get("version") == index_version() else "other version"


def is_behind(index: Path, consumed: Mapping[str, int]) -> bool:
    """Whether an index lacks lines that an edition of the warehouse holds: a build was cut off before its
    end, or an older index was put there.

    Args:
        consumed: of the edition: landing file → bytes of it that were read.
    """
    with opened(index) as parts:
        read: dict[str, int] = dict(parts[-1].execute("SELECT file, end_offset FROM consumed"))
    return any(end_offset > read.get(file, 0) for file, end_offset in consumed.items())


def texts_digest(index: Path) -> str:
    """SHA-256 over which texts are indexed: equal for an index brought up to date and one made anew."""
    with opened(index) as parts:
        rows = sorted(
            (row for part in parts for row in part.execute("SELECT kind, ref, part, day FROM doc")),
            key=lambda row: row[:3],
        )
    total = hashlib.sha256()
    for row in rows:
        total.update(repr(row).encode())
    return total.hexdigest()


@contextlib.contextmanager
def opened(index: Path) -> Iterator[list[sqlite3.Connection]]:
    """The main part and, if there is one, the late part that belongs to it, to be read.

    Raises:
        FileNotFoundError: there is no index.
    """
    while True:
        identity = index_identity(index)
        with contextlib.ExitStack() as stack:
            parts = [stack.enter_context(contextlib.closing(open_part(index)))]
            if is_late_of(index):
                try:
                    parts.append(stack.enter_context(contextlib.closing(open_part(late_path(index)))))
                except sqlite3.OperationalError:
                    if late_path(index).exists():
                        raise
                    continue  # it was taken in meanwhile
            if identity[0] == index_identity(index)[0]:  # else another one took its place meanwhile
                yield parts
                return


def open_part(path: Path) -> sqlite3.Connection:
    """One file of an index, to be read. Nobody writes to it while it is open."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def is_late_of(index: Path) -> bool:
    """Whether there is a late part, as it was published, that stands on this main part. The main part is not
    read for it (`pipeline.seal.published_digest`)."""
    late = late_path(index)
    return (
        late.exists()
        and is_sealed(late)
        and (digest := published_digest(index)) is not None
        and meta_of(late).get("main") == digest
    )


def meta_of(path: Path) -> dict[str, str]:
    """What a file of an index says of itself; empty for what is none."""
    try:
        with contextlib.closing(open_part(path)) as con:
            return dict(con.execute("SELECT key, value FROM meta"))
    except sqlite3.Error:
        return {}
