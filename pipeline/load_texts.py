"""Owns which texts the warehouse holds, and the number that tells them, which the full-text index asks for.

Every text has a key (kind, ref, part). An article's part is the hash of its text, a post's its floor with the
hash of what it says; the title of a thread belongs to its first floor. The number is what the MD5 of all keys
give together by XOR, so that a build adds what is new to it and reads nothing else.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.warehouse import Warehouse

DIGEST = "texts"  # where it stands in the table meta
_ARTICLE_KEYS = """
SELECT 'article' AS kind, article_id AS ref, content_hash AS part, file, end_offset FROM article_version
"""
_POST_KEYS = """
SELECT 'post' AS kind, p.thread_id AS ref,
  p.floor || ' ' || md5(COALESCE(p.text, '') || CASE WHEN p.floor <= 1 THEN t.title ELSE '' END) AS part,
  file, end_offset
FROM thread_post_version AS p
JOIN thread_page_version AS t USING (thread_id, page, file, end_offset)
"""
KEYS = f"{_ARTICLE_KEYS} UNION ALL {_POST_KEYS}"
_NUMBERS = "md5_number_lower(concat_ws(chr(10), kind, ref, part))"
_OF_ALL = f"SELECT bit_xor(number) FROM (SELECT DISTINCT {_NUMBERS} AS number FROM ({KEYS}))"  # noqa: S608
# Of those keys that no line read before had.
_OF_NEW = f"""
SELECT bit_xor({_NUMBERS}) FROM (
  SELECT kind, ref, part FROM ({{keys}}) LEFT JOIN consumed_before AS c USING (file)
  GROUP BY kind, ref, part HAVING MIN(end_offset - COALESCE(c.read_offset, 0)) > 0
)
"""  # noqa: S608


def hold_consumed(warehouse: Warehouse) -> None:
    """Remember which lines the last edition knew, before those landed since are loaded."""
    warehouse.rows(
        "CREATE OR REPLACE TEMP TABLE consumed_before AS SELECT file, end_offset AS read_offset FROM consumed"
    )


def refreshed_digest(
    warehouse: Warehouse, known: str | None, articles: Collection[str], threads: Collection[str]
) -> str:
    """The number brought up to date with what was loaded since `hold_consumed`.

    Args:
        known: what the last edition said; None makes it anew, which takes seconds for a million texts.
        articles, threads: ids of those that had a new line.
    """
    if known is None:
        return str(_digest_of_all(warehouse))
    total = int(known)
    for key, ids, keys, tables in (
        ("article_id", articles, _ARTICLE_KEYS, ("article_version",)),
        ("thread_id", threads, _POST_KEYS, ("thread_page_version", "thread_post_version")),
    ):
        if ids:
            with warehouse.narrowed(key, sorted(ids), tables):
                total ^= int(warehouse.rows(_OF_NEW.format(keys=keys))[0][0] or 0)
    return str(total)


def texts_digest(warehouse: Warehouse) -> int:
    """The number as the build left it; of an edition that has none, made of all texts."""
    known = warehouse.meta().get(DIGEST)
    return int(known) if known is not None else _digest_of_all(warehouse)


def _digest_of_all(warehouse: Warehouse) -> int:
    return int(warehouse.rows(_OF_ALL)[0][0] or 0)
