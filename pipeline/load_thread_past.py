"""Owns how threads stood before captures that took something from them: each span of days tagged for itself.

A thread that only grows tells every earlier day by what was known when. One from which a floor is gone, or in
which one was edited, does not: it is tagged again as it was captured up to the day before. Spans end at
midnights, so they hang on captures alone, and not on when builds ran.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence

from pipeline.load_tags import BATCH, TaggerLike
from pipeline.load_threads import BATCHES_PER_COMMIT, HOLD_POSTS, TABLES, held_posts, tagged
from pipeline.warehouse import Warehouse

PART_POSTS = 1_000_000  # held at once, each capture of a post once a day of its thread
MAX_DAYS = 50  # on which a thread was captured, the last ones; the first of these tells all before
_READ = ("thread_page_version", "thread_post_version")
_AGAIN = """
SELECT thread_id FROM thread_page_version SEMI JOIN todo USING (thread_id)
GROUP BY thread_id HAVING CAST(MIN(captured_at) AS DATE) < CAST(MAX(captured_at) AS DATE) ORDER BY thread_id
"""
# Threads that may have done more than grow. One that grew has one title and board, and each of its floors
# stands on one page, from its first capture on in all captures of that page, with the same words, and said at
# a known time; no floor was captured on an earlier day than one before it, and no capture told fewer pages.
_DOUBTED = """
WITH look AS (
  SELECT
    thread_id, page, file, end_offset,
    ROW_NUMBER() OVER own AS number, COUNT(*) OVER (PARTITION BY thread_id, page) AS look_count
  FROM thread_page_version
  WINDOW own AS (PARTITION BY thread_id, page ORDER BY captured_at, file, end_offset)
),
floor AS (
  SELECT
    p.thread_id, p.floor, CAST(MIN(p.captured_at) AS DATE) AS day,
    COUNT(DISTINCT page) > 1
      OR COUNT(*) <> MAX(look_count) - MIN(number) + 1
      OR COUNT(DISTINCT HASH(p.author, p.posted, p.is_registered_official, p.text)) > 1
      OR COUNT(p.posted_at) < COUNT(*) AS is_doubted
  FROM thread_post_version AS p
  JOIN look USING (thread_id, page, file, end_offset)
  GROUP BY p.thread_id, p.floor
),
beside AS (
  SELECT thread_id, is_doubted OR day < MAX(day) OVER (PARTITION BY thread_id ORDER BY floor) AS is_doubted
  FROM floor
)
SELECT thread_id FROM beside GROUP BY thread_id HAVING BOOL_OR(is_doubted)
UNION
SELECT thread_id FROM thread_page_version
GROUP BY thread_id HAVING COUNT(DISTINCT title) > 1 OR COUNT(DISTINCT COALESCE(board, '')) > 1
UNION
SELECT thread_id FROM thread_page_version
QUALIFY GREATEST(page, pages) < MAX(GREATEST(page, pages)) OVER (
  PARTITION BY thread_id ORDER BY captured_at, file, end_offset
)
ORDER BY thread_id
"""
_SIZES = """
SELECT thread_id, COUNT(*) * COUNT(DISTINCT CAST(captured_at AS DATE))
FROM thread_post_version SEMI JOIN past_todo USING (thread_id) GROUP BY thread_id
"""
# Each day of capture becomes a thread of its own (its id: the thread's and @ and a number) of which nothing
# was captured later, so that the same macros tell of it that tell of now.
_DAYS = f"""
CREATE OR REPLACE TEMP TABLE past_day AS
SELECT
  thread_id, day, day + INTERVAL 1 DAY AS end_at,
  ROW_NUMBER() OVER own AS number, CONCAT(thread_id, '@', ROW_NUMBER() OVER own) AS mark
FROM (
  SELECT DISTINCT thread_id, CAST(captured_at AS DATE) AS day
  FROM thread_page_version
  WHERE captured_at IS NOT NULL
)
WINDOW own AS (PARTITION BY thread_id ORDER BY day)
QUALIFY ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY day DESC) <= {MAX_DAYS}
"""  # noqa: S608
_OF_DAY = """
SELECT v.* REPLACE ({what}d.mark AS thread_id)
FROM {table} AS v JOIN past_day AS d USING (thread_id)
WHERE v.captured_at < d.end_at
"""
# What is compared of a text is a number for it: a thread of fifty days is held fifty times.
_LOOKS = {
    "thread_page_version": _OF_DAY.format(table="thread_page_version", what=""),
    "thread_post_version": _OF_DAY.format(
        table="thread_post_version",
        what="CAST(HASH(v.text) AS VARCHAR) AS text, NULL AS quote_text, ",
    ),
}
# What a cut is made of (load_threads): the time of a floor that cannot be read hangs on those behind it.
_POSTS = """
CREATE OR REPLACE TEMP TABLE past_post AS
SELECT
  d.thread_id, d.number, d.day, p.floor, p.first_captured_at,
  HASH(
    p.author, p.posted, p.is_official, p.text,
    COALESCE(p.posted_at, MIN(COALESCE(p.posted_at, p.first_captured_at)) OVER from_here)
  ) AS told
FROM thread_post_history(NULL) AS p JOIN past_day AS d ON d.mark = p.thread_id
WINDOW from_here AS (
  PARTITION BY p.thread_id ORDER BY p.floor ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
)
"""
# A span ends with a day after which a floor is gone or told otherwise, one came before others or came back,
# or the title is another one. told: a number for all that its rows are made of.
_SPANS = """
CREATE OR REPLACE TEMP TABLE past_span AS
WITH ended AS (
  SELECT thread_id, number FROM past_post AS p
  WHERE NOT EXISTS (
    FROM past_post AS n
    WHERE n.thread_id = p.thread_id AND n.number = p.number + 1 AND n.floor = p.floor AND n.told = p.told
  )
  UNION
  SELECT n.thread_id, n.number - 1 FROM past_post AS n
  LEFT JOIN (SELECT thread_id, number, MAX(floor) AS floor FROM past_post GROUP BY ALL) AS last
    ON last.thread_id = n.thread_id AND last.number = n.number - 1
  WHERE (CAST(n.first_captured_at AS DATE) < n.day OR n.floor <= last.floor) AND NOT EXISTS (
    FROM past_post AS p WHERE p.thread_id = n.thread_id AND p.number = n.number - 1 AND p.floor = n.floor
  )
  UNION
  SELECT d.thread_id, d.number
  FROM past_day AS d JOIN thread_history(NULL) AS t ON t.thread_id = d.mark
  WINDOW own AS (PARTITION BY d.thread_id ORDER BY d.number)
  QUALIFY ROW(t.title, t.board) IS DISTINCT FROM LEAD(ROW(t.title, t.board)) OVER own
)
SELECT
  d.thread_id, d.mark, CAST(next.day AS TIMESTAMP) AS until_at,
  LAG(CAST(next.day AS TIMESTAMP)) OVER (PARTITION BY d.thread_id ORDER BY d.number) AS since_at,
  HASH(t.title, t.board, p.told) AS told
FROM past_day AS d
JOIN ended USING (thread_id, number)
JOIN past_day AS next ON next.thread_id = d.thread_id AND next.number = d.number + 1
JOIN thread_history(NULL) AS t ON t.thread_id = d.mark
LEFT JOIN (
  SELECT thread_id, number, LIST(HASH(floor, told, first_captured_at) ORDER BY floor) AS told
  FROM past_post GROUP BY ALL
) AS p ON p.thread_id = d.thread_id AND p.number = d.number
"""
_NEW = """
SELECT mark, thread_id, until_at FROM past_span
ANTI JOIN past_before USING (thread_id, until_at, told) ORDER BY mark
"""
# What is left of the past of a thread: of spans that are as they were.
_OTHERS = """
DELETE FROM {table} AS o
WHERE thread_id IN (SELECT thread_id FROM past_day) AND NOT EXISTS (
  FROM past_span AS s JOIN past_before AS b USING (thread_id, until_at, told)
  WHERE s.thread_id = o.thread_id AND s.until_at = o.until_at
)
"""
_PAST = tuple(f"{table}_past" for table in TABLES)
_THEN = {table: _OF_DAY.format(table=table, what="") for table in _READ}
_NOW = {
    "thread_floor_now": "SELECT * EXCLUDE (text, quote_text) FROM thread_post_history(NULL)",
    "thread_now": "SELECT * FROM thread_history(NULL)",
}


def tag_past(warehouse: Warehouse, tagger: TaggerLike, threads: Collection[str]) -> None:
    """Tag threads as they stood before captures that did more than add to them; what was tagged so is kept.

    Args:
        threads: ids of the threads that changed. What was captured of them must be loaded.
    """
    warehouse.hold("todo", "thread_id", sorted(threads))
    warehouse.rows(
        "CREATE OR REPLACE TEMP TABLE past_before AS FROM thread_past SEMI JOIN todo USING (thread_id)"
    )
    doubted = {thread for (thread,) in warehouse.rows("SELECT thread_id FROM past_before")}
    if again := [thread for (thread,) in warehouse.rows(_AGAIN)]:
        with warehouse.narrowed("thread_id", again, _READ):
            doubted |= {thread for (thread,) in warehouse.rows(_DOUBTED)}
    for number, part in enumerate(_parts(warehouse, sorted(doubted)), 1):
        _tag_spans(warehouse, tagger, part)
        if number % BATCHES_PER_COMMIT == 0:
            warehouse.commit()
            warehouse.begin()


def _parts(warehouse: Warehouse, threads: Sequence[str]) -> Iterator[list[str]]:
    """So many threads at a time that what is held of them is bounded."""
    warehouse.hold("past_todo", "thread_id", threads)
    sizes = dict(warehouse.rows(_SIZES)) if threads else {}
    part: list[str] = []
    size = 0
    for thread in threads:
        if part and (size > PART_POSTS or len(part) == BATCH):
            yield part
            part, size = [], 0
        part.append(thread)
        size += sizes.get(thread, 0)
    if part:
        yield part


def _tag_spans(warehouse: Warehouse, tagger: TaggerLike, threads: Collection[str]) -> None:
    with contextlib.ExitStack() as seen:
        seen.enter_context(warehouse.narrowed("thread_id", threads, _READ))
        warehouse.rows(_DAYS)
        with warehouse.shadowed(_LOOKS, seen):
            warehouse.rows(_POSTS)
            warehouse.rows(_SPANS)
    for table in _PAST:
        warehouse.rows(_OTHERS.format(table=table))
    warehouse.rows("DELETE FROM thread_past WHERE thread_id IN (SELECT thread_id FROM past_day)")
    warehouse.rows("INSERT INTO thread_past BY NAME SELECT * EXCLUDE (mark) FROM past_span ORDER BY ALL")
    new = {mark: {"thread_id": thread, "until_at": until} for mark, thread, until in warehouse.rows(_NEW)}
    if not new:
        return
    warehouse.hold("past_new", "mark", new)
    warehouse.rows("DELETE FROM past_day WHERE mark NOT IN (SELECT mark FROM past_new)")
    with contextlib.ExitStack() as seen:
        seen.enter_context(warehouse.narrowed("thread_id", threads, _READ))
        with warehouse.shadowed(_THEN, seen), warehouse.shadowed(_NOW):
            warehouse.rows(HOLD_POSTS)
    marks = sorted(new)
    for start in range(0, len(marks), BATCH):
        made = tagged(tagger, held_posts(warehouse, marks[start : start + BATCH]))
        for table, rows in zip(_PAST, made, strict=True):
            warehouse.insert(table, [row | new[row["thread_id"]] for row in rows])
    warehouse.rows("DROP TABLE todo_post")
