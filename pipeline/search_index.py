"""Owns the making of the full-text index beside the warehouse: SQLite FTS5 over every text.

Derived, like the warehouse: it may be deleted. As there, a published file is never written again; an update
works on a copy and puts it in the place of the old one. A damaged index would find nothing without an error,
so each is published under a seal (pipeline/seal.py) and asked only while it is what was published. It holds
no text, only where words stand: `words` by segmentation (with the words within words), `exact` by single
characters, so that a phrase is found however it is segmented. Its files are told by pipeline/search_parts.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline.edition import clone
from pipeline.faults import ToldError
from pipeline.load_texts import KEYS, texts_digest
from pipeline.seal import (
    is_sealed,
    note_sealed,
    publish_sealed,
    published_digest,
    seal_path,
    sealed_digest,
)
from pipeline.search_parts import index_path, index_version, is_late_of, late_path, meta_of, open_part
from pipeline.search_tokens import char_tokens, folded, word_tokens
from pipeline.warehouse import Warehouse

SPLIT_TEXTS = 50_000  # a smaller main part takes what is new itself
LATE_SHARE = 0.1  # of the main part's texts in the late part; more, and the main part takes all in
_BATCH = 2000  # texts
_FEW = 100_000  # texts, of which only what is said of their articles and threads is read
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
# The texts of lines behind those that the index has read, and all of them: (kind, ref, part), each once.
_NEW_KEYS = f"""
SELECT DISTINCT kind, ref, part FROM ({KEYS})
JOIN (SELECT UNNEST($1) AS file, UNNEST($2) AS read_offset) USING (file) WHERE end_offset > read_offset
"""  # noqa: S608
_ALL_KEYS = f"SELECT DISTINCT kind, ref, part FROM ({KEYS})"  # noqa: S608
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
Progress = Callable[[str, int, int | None], None]  # stage in Chinese, done, total


class SearchIndexError(ToldError, RuntimeError):
    """The index cannot be written; the message says why and what to do, in Chinese."""


def update_index(warehouse: Path, progress: Progress | None = None, *, reads_whole: bool = False) -> int:
    """Bring the index up to the published edition of the warehouse; returns how many texts were added.

    One of another version or city, or a damaged one, is made anew. Two at once: one waits. Beside a large
    main part what is new goes into the late one; when that has grown, or texts of the main part are gone, the
    main part takes all in.

    Args:
        reads_whole: look for damage also in a large main part that nobody wrote to; its readers see it too.

    Raises:
        SearchIndexError: the disk is full or the folder cannot be written.
        WarehouseError: the warehouse cannot be opened.
    """
    say = progress or (lambda stage, done, total: None)
    path = index_path(warehouse)
    late = late_path(path)
    drafts = [each.with_name(each.name + ".building") for each in (path, late)]
    try:
        with FileLock(path.with_name(path.name + ".lock")):
            source = Warehouse(warehouse, read_only=True)
            try:
                wanted = {"version": index_version(), "city": source.meta().get("city", "")}
                digest = sealed_digest(path) if reads_whole else published_digest(path)
                main = path if digest and wanted.items() <= meta_of(path).items() else None
                added = None
                if main is not None and _count(main) >= SPLIT_TEXTS:
                    known = late if is_late_of(path) else None
                    _draft_of(known, drafts[1])
                    added = _fill(drafts[1], source, wanted | {"main": digest or ""}, say, main)
                if added is not None:
                    publish_sealed(drafts[1], late)
                    note_sealed(path)
                    return added
                if main is not None and not is_sealed(main):
                    main = None  # what is damaged is not taken over
                _draft_of(main, drafts[0])
                added = _fill(drafts[0], source, wanted, say)
            finally:
                source.close()
            publish_sealed(drafts[0], path)
            for each in (late, seal_path(late)):
                each.unlink(missing_ok=True)
            return added or 0
    except (OSError, sqlite3.Error) as error:
        raise SearchIndexError(f"{path} 写入失败，请腾出空间后再运行 gangqing build（{error}）") from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _draft_of(part: Path | None, draft: Path) -> None:
    draft.unlink(missing_ok=True)
    if part is not None:
        clone(part, draft)


def _count(part: Path) -> int:
    with contextlib.closing(open_part(part)) as con:
        return _last_number(con)


def _fill(
    draft: Path, source: Warehouse, meta: dict[str, str], say: Progress, main: Path | None = None
) -> int | None:
    """Bring a draft up to the warehouse; returns how many texts were added.

    Args:
        main: the main part that a late one stands on; None: the draft is a main part itself.
    Returns:
        None where the late part would be too large, or texts of the main part are gone: the draft is nothing.
    """
    con = sqlite3.connect(draft.resolve().as_uri(), uri=True, isolation_level=None)
    try:
        con.execute("PRAGMA journal_mode = OFF")  # a draft that fails is thrown away
        con.execute("PRAGMA synchronous = OFF")
        if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'doc'").fetchone():
            con.executescript(_SCHEMA)
            con.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        if main is not None:
            con.execute("ATTACH ? AS main_part", (f"{main.resolve().as_uri()}?mode=ro&immutable=1",))
        con.execute("BEGIN")
        if (fresh := _fresh(con, source, has_main=main is not None)) is None:
            return None
        done, number = 0, _last_number(con)
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


def _last_number(con: sqlite3.Connection, schema: str = "main") -> int:
    """The last number that a text has or had: the words of one that was deleted stay."""
    tables = [f"{schema}.{kind}_text" for kind in ("article", "post")]
    last = [con.execute(f"SELECT MAX(rowid) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
    return max(number or 0 for number in last)


def _fresh(con: sqlite3.Connection, source: Warehouse, *, has_main: bool) -> list[str] | None:
    """Keys of the texts to add; those that the warehouse no longer has are deleted.

    What came since the last update is found by the offsets of its lines. Whether that is all that differs, a
    digest of all keys tells, which the build left; only where it is not, all keys are compared.

    Args:
        has_main: whether the draft is the late part beside an attached `main_part`.
    Returns:
        None where the main part is to take all in instead.
    """
    schemas = ("main", "main_part") if has_main else ("main",)
    begun = next((name for name in schemas if _value(con, "digest", name) is not None), "main")
    read = dict(con.execute(f"SELECT file, end_offset FROM {begun}.consumed"))  # noqa: S608
    files = source.rows("SELECT file, end_offset FROM consumed")
    digest = texts_digest(source)
    known = int(_value(con, "digest", begun) or 0)
    since = [(file, read.get(file, 0)) for file, end_offset in files if end_offset != read.get(file)]
    added: set[str] = set()
    if since:
        tables = ("article_version", "thread_page_version", "thread_post_version")
        with source.narrowed("file", [file for file, _ in since], tables):
            found = source.rows(_NEW_KEYS, [list(each) for each in zip(*since, strict=True)])
        added = {"\n".join(row) for row in found}
    fresh = {key for key in added if not any(_is_held(con, key, name) for name in schemas)}
    if digest != known ^ _digest_of(fresh):
        if has_main:
            return None
        held = {"\n".join(row) for row in con.execute("SELECT kind, ref, part FROM doc")}
        present = {"\n".join(row) for row in source.rows(_ALL_KEYS)}
        con.executemany(
            "DELETE FROM doc WHERE kind = ? AND ref = ? AND part = ?",
            [key.split("\n") for key in held - present],
        )
        fresh = present - held
    if has_main and _last_number(con) + len(fresh) > LATE_SHARE * _last_number(con, "main_part"):
        return None
    con.execute("INSERT OR REPLACE INTO meta VALUES ('digest', ?)", (str(digest),))
    return sorted(fresh)


def _is_held(con: sqlite3.Connection, key: str, schema: str) -> bool:
    found = con.execute(
        f"SELECT 1 FROM {schema}.doc WHERE kind = ? AND ref = ? AND part = ?",  # noqa: S608
        key.split("\n"),
    )
    return found.fetchone() is not None


def _value(con: sqlite3.Connection, key: str, schema: str) -> str | None:
    found = con.execute(f"SELECT value FROM {schema}.meta WHERE key = ?", (key,)).fetchone()  # noqa: S608
    return found[0] if found else None


def _digest_of(keys: Iterable[str]) -> int:
    """As pipeline/load_texts.py reckons it: the lower halves of the keys' MD5, together."""
    total = 0
    for key in keys:
        total ^= int.from_bytes(hashlib.md5(key.encode(), usedforsecurity=False).digest()[8:], "little")
    return total


def _texts(source: Warehouse, keys: list[str]) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    for sql, kind, key, tables in (
        (_ARTICLES, "article", "article_id", ("article_version",)),
        (_POSTS, "post", "thread_id", ("thread_page_version", "thread_post_version")),
    ):
        wanted = [each for each in keys if each.startswith(f"{kind}\n")]
        with contextlib.ExitStack() as stack:
            if len(wanted) <= _FEW:
                refs = {each.split("\n")[1] for each in wanted}
                stack.enter_context(source.narrowed(key, sorted(refs), tables))
            if wanted:
                source.hold("wanted", "key", wanted)
                for rows in source.records(sql, _BATCH):
                    yield kind, rows
