"""Owns the full-text index beside the warehouse: SQLite FTS5 over every text of articles and posts.

Derived, like the warehouse: it may be deleted. As there, a published file is never written again; an update
works on a copy and puts it in the place of the old one. A damaged index would find nothing without an error,
so each is published under a seal (pipeline/seal.py) and asked only while it is what was published. It holds
no text, only where words stand: `words` by segmentation (with the words within words), `exact` by single
characters, so that a phrase is found however it is segmented.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from pipeline.edition import clone
from pipeline.seal import is_sealed, publish_sealed
from pipeline.tagging.segment import search_tokens
from pipeline.warehouse import Warehouse

_LAYOUT = "3"  # raise it when tables or tokens change
_BATCH = 2000  # texts
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE consumed (file TEXT PRIMARY KEY, end_offset INTEGER NOT NULL);
CREATE TABLE doc (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, part TEXT NOT NULL, day TEXT,
  UNIQUE (kind, ref, part)
);
CREATE VIRTUAL TABLE article_text
USING fts5(title, words, exact, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE post_text
USING fts5(title, words, exact, content='', tokenize='unicode61 remove_diacritics 0');
"""
# Every text once: (kind, ref, part, day, title, body). An article's part is the hash of its text, a post's
# its floor with the hash of what it says; the title of a thread belongs to its first floor.
_KEYS = """
SELECT 'article' AS kind, article_id AS ref, content_hash AS part, file, end_offset FROM article_version
UNION ALL
SELECT 'post' AS kind, p.thread_id AS ref,
  p.floor || ' ' || md5(COALESCE(p.text, '') || CASE WHEN p.floor <= 1 THEN t.title ELSE '' END) AS part,
  file, end_offset
FROM thread_post_version AS p
JOIN thread_page_version AS t USING (thread_id, page, file, end_offset)
"""
# The texts of lines behind those that the index has read; all of them, and one number that tells them.
_NEW_KEYS = f"""
SELECT DISTINCT kind, ref, part FROM ({_KEYS})
JOIN (SELECT UNNEST($1) AS file, UNNEST($2) AS read_offset) USING (file) WHERE end_offset > read_offset
"""  # noqa: S608
_ALL_KEYS = f"SELECT DISTINCT kind, ref, part FROM ({_KEYS})"  # noqa: S608
_DIGEST = f"""
SELECT COALESCE(bit_xor(number), 0) FROM (
  SELECT DISTINCT md5_number_lower(concat_ws(chr(10), kind, ref, part)) AS number FROM ({_KEYS})
)
"""  # noqa: S608
_ARTICLES = """
SELECT 'article' AS kind, article_id AS ref, content_hash AS part,
  CAST(CAST(MIN(published_at) AS DATE) AS VARCHAR) AS day,
  ANY_VALUE(concat_ws(' ', title, kicker, subtitle)) AS title,
  ANY_VALUE(concat_ws(chr(10), byline, source, body)) AS body
FROM article_version
JOIN wanted ON key = 'article' || chr(10) || article_id || chr(10) || content_hash
GROUP BY article_id, content_hash
"""
_POSTS = """
SELECT kind, ref, part, CAST(CAST(MIN(posted_at) AS DATE) AS VARCHAR) AS day,
  ANY_VALUE(title) AS title, ANY_VALUE(body) AS body
FROM (
  SELECT 'post' AS kind, p.thread_id AS ref, p.posted_at, p.text AS body,
    CASE WHEN p.floor <= 1 THEN t.title ELSE '' END AS title,
    p.floor || ' ' || md5(COALESCE(p.text, '') || CASE WHEN p.floor <= 1 THEN t.title ELSE '' END) AS part
  FROM thread_post_version AS p
  JOIN thread_page_version AS t USING (thread_id, page, file, end_offset)
) JOIN wanted ON key = kind || chr(10) || ref || chr(10) || part
GROUP BY kind, ref, part
"""
_RUN = re.compile(r"[^\W_]", re.UNICODE)
State = Literal["missing", "damaged", "other version", "whole"]
Progress = Callable[[str, int, int | None], None]  # stage in Chinese, done, total


class SearchIndexError(RuntimeError):
    """The index cannot be written; the message says why and what to do, in Chinese."""


def index_path(warehouse: Path) -> Path:
    """Where the index of a warehouse lies: warehouse.duckdb → warehouse.search.sqlite."""
    return warehouse.with_suffix(".search.sqlite")


def index_version() -> str:
    """Changes with the layout and with the segmenter."""
    return f"{_LAYOUT}-{version('rjieba')}"


def folded(text: str) -> str:
    """A text as it is indexed and asked: width and case do not matter. May change the length."""
    return unicodedata.normalize("NFKC", text).lower()


def word_tokens(text: str) -> list[str]:
    """The words of a folded text, and those within them; what has no letter or digit is none."""
    return [token for token in search_tokens(text) if _RUN.search(token)]


def char_tokens(text: str) -> list[str]:
    """The single characters of a folded text, runs of Latin letters and digits together."""
    return re.findall(r"[a-z0-9]+|[^\W_]", text)


def update_index(warehouse: Path, progress: Progress | None = None) -> int:
    """Bring the index up to the published edition of the warehouse; returns how many texts were added.

    One of another version or city, or a damaged one, is made anew. Two at once: one waits.

    Raises:
        SearchIndexError: the disk is full or the folder cannot be written.
        WarehouseError: the warehouse cannot be opened.
    """
    say = progress or (lambda stage, done, total: None)
    path = index_path(warehouse)
    draft = path.with_name(path.name + ".building")
    try:
        with FileLock(path.with_name(path.name + ".lock")):
            source = Warehouse(warehouse, read_only=True)
            try:
                wanted = {"version": index_version(), "city": source.meta().get("city", "")}
                if is_sealed(path) and wanted.items() <= _meta(path).items():
                    clone(path, draft)
                else:
                    draft.unlink(missing_ok=True)
                added = _fill(draft, source, wanted, say)
            finally:
                source.close()
            publish_sealed(draft, path)
            return added
    except (OSError, sqlite3.Error) as error:
        draft.unlink(missing_ok=True)
        raise SearchIndexError(f"{path} 写入失败，请腾出空间后再运行 gangqing build（{error}）") from error


def index_state(path: Path) -> State:
    """Whether an index can be asked: one that is there, as it was published, by this version of the program.
    Reads all of it once for each one that is published."""
    if not path.exists():
        return "missing"
    if not is_sealed(path):
        return "damaged"
    return "whole" if _meta(path).get("version") == index_version() else "other version"


def is_current(path: Path) -> bool:
    """Whether there is an index that this version of the program can ask."""
    return index_state(path) == "whole"


def is_behind(path: Path, consumed: Mapping[str, int]) -> bool:
    """Whether an index lacks lines that an edition of the warehouse holds: a build was cut off before its
    end, or an older index was put there.

    Args:
        consumed: of the edition: landing file → bytes of it that were read.
    """
    with contextlib.closing(_open(path)) as con:
        read: dict[str, int] = dict(con.execute("SELECT file, end_offset FROM consumed"))
    return any(end_offset > read.get(file, 0) for file, end_offset in consumed.items())


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _meta(path: Path) -> dict[str, str]:
    try:
        with contextlib.closing(_open(path)) as con:
            return dict(con.execute("SELECT key, value FROM meta"))
    except sqlite3.Error:
        return {}


def _fill(draft: Path, source: Warehouse, meta: dict[str, str], say: Progress) -> int:
    con = sqlite3.connect(draft, isolation_level=None)
    try:
        con.execute("PRAGMA journal_mode = OFF")  # a draft that fails is thrown away
        con.execute("PRAGMA synchronous = OFF")
        if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'doc'").fetchone():
            con.executescript(_SCHEMA)
            con.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        con.execute("BEGIN")
        fresh = _wanted(con, source)
        number = _last_number(con)
        done = 0
        for kind, rows in _texts(source, fresh):
            docs: list[Any] = []
            texts: list[Any] = []
            for row in rows:
                number += 1
                title, body = folded(row["title"] or ""), folded(row["body"] or "")
                docs.append((number, kind, row["ref"], row["part"], row["day"]))
                texts.append(
                    (
                        number,
                        " ".join(word_tokens(title)),
                        " ".join(word_tokens(body)),
                        " ".join(char_tokens(f"{title}\n{body}")),
                    )
                )
            con.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?)", docs)
            into = f"{kind}_text (rowid, title, words, exact)"
            con.executemany(f"INSERT INTO {into} VALUES (?, ?, ?, ?)", texts)  # noqa: S608
            done += len(docs)
            say("建立全文索引", done, len(fresh))
        con.execute("DELETE FROM consumed")
        con.executemany(
            "INSERT INTO consumed VALUES (?, ?)", source.rows("SELECT file, end_offset FROM consumed")
        )
        con.execute("INSERT OR REPLACE INTO meta SELECT 'last_day', COALESCE(MAX(day), '') FROM doc")
        # Of texts that were deleted the words stay: they are found, and are no hits.
        con.execute("INSERT OR REPLACE INTO meta SELECT 'deleted', ? - COUNT(*) FROM doc", (number,))
        con.execute("COMMIT")
        return done
    finally:
        con.close()


def _last_number(con: sqlite3.Connection) -> int:
    """The last number that a text has or had: the words of one that was deleted stay."""
    last = [con.execute(f"SELECT MAX(rowid) FROM {kind}_text").fetchone()[0] for kind in ("article", "post")]  # noqa: S608
    return max(number or 0 for number in last)


def _wanted(con: sqlite3.Connection, source: Warehouse) -> list[str]:
    """Keys of the texts to add; those that the warehouse no longer has are deleted.

    What came since the last update is found by the offsets of its lines. Whether that is all that differs, a
    digest of all keys tells, which is computed in the database; only where it is not, all keys are compared.
    """
    read = dict(con.execute("SELECT file, end_offset FROM consumed"))
    files = source.rows("SELECT file, end_offset FROM consumed")
    (digest,) = source.rows(_DIGEST)[0]
    known = int(_value(con, "digest") or 0)
    since = [(file, read.get(file, 0)) for file, end_offset in files if end_offset != read.get(file)]
    added = (
        {"\n".join(row) for row in source.rows(_NEW_KEYS, [list(each) for each in zip(*since, strict=True)])}
        if since
        else set()
    )
    fresh = {key for key in added if not _is_held(con, key)}
    if digest != known ^ _digest_of(fresh):
        held = {"\n".join(row) for row in con.execute("SELECT kind, ref, part FROM doc")}
        present = {"\n".join(row) for row in source.rows(_ALL_KEYS)}
        con.executemany(
            "DELETE FROM doc WHERE kind = ? AND ref = ? AND part = ?",
            [key.split("\n") for key in held - present],
        )
        fresh = present - held
    con.execute("INSERT OR REPLACE INTO meta VALUES ('digest', ?)", (str(digest),))
    return sorted(fresh)


def _is_held(con: sqlite3.Connection, key: str) -> bool:
    found = con.execute("SELECT 1 FROM doc WHERE kind = ? AND ref = ? AND part = ?", key.split("\n"))
    return found.fetchone() is not None


def _value(con: sqlite3.Connection, key: str) -> str | None:
    found = con.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return found[0] if found else None


def _digest_of(keys: Iterable[str]) -> int:
    """As the query above: the lower halves of the keys' MD5, together."""
    total = 0
    for key in keys:
        total ^= int.from_bytes(hashlib.md5(key.encode(), usedforsecurity=False).digest()[8:], "little")
    return total


def _texts(source: Warehouse, keys: list[str]) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    for sql, kind in ((_ARTICLES, "article"), (_POSTS, "post")):
        wanted = [key for key in keys if key.startswith(f"{kind}\n")]
        if wanted:
            source.hold("wanted", "key", wanted)
            for rows in source.records(sql, _BATCH):
                yield kind, rows


def texts_digest(path: Path) -> str:
    """SHA-256 over which texts are indexed: equal for an index brought up to date and one made anew."""
    with contextlib.closing(_open(path)) as con:
        total = hashlib.sha256()
        for row in con.execute("SELECT kind, ref, part, day FROM doc ORDER BY 1, 2, 3"):
            total.update(repr(row).encode())
        return total.hexdigest()
