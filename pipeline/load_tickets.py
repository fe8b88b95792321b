"""Owns the table of the tickets as they stood and stand: brought up to date by the threads that changed.

How a thread stood at each moment is asked of the same macro that tells of any day, all moments at once: each
moment becomes a thread of its own (its id: the thread's and @ and a number) on which nothing happened later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from pipeline.load_threads import MAX_CUTS
from pipeline.warehouse import Warehouse

_FAR = "TIMESTAMP '9999-12-31 23:59:59.999999'"  # the end of time
_TICKET = (
    "kind", "urgency", "unit", "is_unit_decided", "is_shared_thread", "state", "opened_at",
    "first_captured_at", "first_response_floor", "first_response_at", "answer_floor", "answer_at",
    "round_count", "round_at", "past_rounds", "ended_at", "passed_at", "transfer_count", "extensions",
    "pauses", "sent_back_at", "handed_at", "seen", "site", "forum", "board", "title", "url", "sha256",
    "undated_floors",
)  # fmt: skip
# Of each decision on a thread or on a ticket of it, by which words it names them: head and tail. What
# thread_ref says is asked of its table by the few targets: the view first tells all names apart.
_TARGETS = """
CREATE OR REPLACE TEMP TABLE ticket_target AS
SELECT d.target, p.thread_id, d.target AS head, '' AS tail
FROM decision AS d JOIN thread_page_version AS p ON p.thread_id = d.target
UNION
SELECT d.target, p.thread_id, d.target, ''
FROM decision AS d JOIN thread_page_version AS p ON p.url = d.target
UNION
SELECT target, REGEXP_REPLACE(target, '-\\d+$', ''), REGEXP_REPLACE(target, '-\\d+$', ''),
  REGEXP_EXTRACT(target, '-\\d+$')
FROM decision
WHERE REGEXP_MATCHES(target, '-\\d+$')
  AND REGEXP_REPLACE(target, '-\\d+$', '') IN (SELECT thread_id FROM thread_now)
"""
# What can tell one moment from another: a cut of the thread that is told otherwise than the one before it, a
# floor, a decision on it or on a ticket of it.
_MOMENTS = """
CREATE OR REPLACE TEMP TABLE ticket_moment AS
WITH asked AS (SELECT * FROM thread_state WHERE opening_floor = 1 AND cut_at IS NOT NULL AND {which}),
cut AS (
  SELECT thread_id, cut_floor, cut_at, next_cut_at, ROW(
    opened_at, first_captured_at, state_since_at, asked_at, state, kind, units, urgency,
    first_response_floor, first_response_at, answer_floor, answer_at
  ) AS told
  FROM asked
),
beside AS (
  SELECT
    thread_id, cut_floor, cut_at, next_cut_at,
    LAG(next_cut_at) OVER earlier IS NOT DISTINCT FROM cut_at
      AND LAG(told) OVER earlier IS NOT DISTINCT FROM told AS is_as_before
  FROM cut
  WINDOW earlier AS (PARTITION BY thread_id ORDER BY cut_at, cut_floor)
),
said AS (
  SELECT DISTINCT thread_id, said_at FROM thread_floor
  WHERE kind IN ('response', 'answer', 'sent_back') AND said_at IS NOT NULL AND {which}
),
-- Each moment reads all floors before it: of a thread that has very many, the first and the last are asked.
apart AS (
  SELECT thread_id, said_at FROM said
  QUALIFY {few} >= LEAST(
    ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY said_at),
    ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY said_at DESC)
  )
),
happened AS (
  SELECT thread_id, cut_at AS moment FROM beside WHERE NOT is_as_before
  UNION
  SELECT thread_id, next_cut_at FROM beside
  QUALIFY NOT COALESCE(LEAD(is_as_before) OVER (PARTITION BY thread_id ORDER BY cut_at, cut_floor), FALSE)
  UNION
  SELECT thread_id, said_at FROM apart
  UNION
  SELECT t.thread_id, d.decided_at FROM decision AS d JOIN ticket_target AS t USING (target) WHERE {which}
)
SELECT
  -- Of no other thread: two may share an address, and a decision may name either by it.
  thread_id, CONCAT('@', ROW_NUMBER() OVER (ORDER BY thread_id, moment)) AS mark, moment AS since_at,
  LEAD(moment, 1, {far}) OVER own AS until_at
FROM happened
JOIN (SELECT thread_id, MIN(cut_at) AS first_at FROM asked GROUP BY thread_id) AS f USING (thread_id)
WHERE moment >= first_at
WINDOW own AS (PARTITION BY thread_id ORDER BY moment)
"""
# The tables of which ticket_row_at is made, each thread once a moment. A decision that came later gets a time
# beyond all that can be asked; it is not left out, since some of it (a corrected kind) goes for all days.
_OF_THREAD = """
SELECT s.* REPLACE (CONCAT(s.thread_id, m.mark) AS thread_id {more})
FROM {table} AS s JOIN ticket_moment AS m USING (thread_id)
WHERE {which}
"""
_DECIDED = """
SELECT d.* REPLACE (
  CONCAT(t.head, m.mark, t.tail) AS target,
  CASE WHEN d.decided_at > m.since_at THEN TIMESTAMP 'infinity' ELSE d.decided_at END AS decided_at
)
FROM {table} AS d JOIN ticket_target AS t USING (target) JOIN ticket_moment AS m USING (thread_id)
"""
_SHADOWS = {
    "thread_state": _OF_THREAD.format(
        table="thread_state",
        more=", CAST(NULL AS TIMESTAMP) AS next_cut_at, NULL AS why_json, NULL AS confidence_json",
        which="s.opening_floor = 1 AND s.cut_at <= m.since_at "
        "AND NOT COALESCE(s.next_cut_at <= m.since_at, FALSE)",
    ),
    "thread_floor": _OF_THREAD.format(
        table="thread_floor",
        more="",
        which="s.said_at <= m.since_at AND s.kind IN ('response', 'answer', 'sent_back')",
    ),
    "thread_call": _OF_THREAD.format(table="thread_call", more="", which="TRUE"),
    "thread_now": _OF_THREAD.format(table="thread_now", more="", which="TRUE"),
    "thread_page_version": _OF_THREAD.format(
        table="thread_page_version",
        more=", CONCAT(s.url, m.mark) AS url",
        which="s.thread_id IN (SELECT thread_id FROM ticket_target)",
    ),
    "decision": _DECIDED.format(table="decision"),
    "decision_value": _DECIDED.format(table="decision_value"),
}
_ROWS = f"""
SELECT
  m.thread_id, CAST(REGEXP_EXTRACT(t.ticket_id, '\\d+$') AS INTEGER) AS number,
  md5_number_lower(CONCAT(m.thread_id, '-', number)) AS "key", m.since_at, m.until_at,
  t.extensions IS NULL AND t.pauses IS NULL AND t.sent_back_at IS NULL AND t.round_count = 0
    AND t.opened_at IS NOT NULL AND COALESCE(LEN(t.undated_floors), 0) = 0 AS is_plain,
  ARRAY_TO_STRING(t.candidates, CHR(10)) AS candidates, own.decided_at,
  {", ".join(f"t.{name}" for name in _TICKET)}
FROM ticket_row_at({_FAR}, NULL) AS t
JOIN ticket_moment AS m ON CONCAT(m.thread_id, m.mark) = t.thread_id
LEFT JOIN decided_last AS own ON own.target = CONCAT(m.thread_id, '-', REGEXP_EXTRACT(t.ticket_id, '\\d+$'))
"""  # noqa: S608
# A span goes on while the next moment tells the same of the ticket.
_SPANS = f"""
WITH moment AS ({_ROWS}),
beside AS (
  SELECT
    *,
    COALESCE(LAG(until_at) OVER own = since_at, FALSE) AND LAG(told) OVER own IS NOT DISTINCT FROM told
      AS is_as_before
  FROM (SELECT *, ROW(is_plain, candidates, decided_at, {", ".join(_TICKET)}) AS told FROM moment)
  WINDOW own AS (PARTITION BY thread_id, number ORDER BY since_at)
),
span AS (
  SELECT *, COUNT(*) FILTER (NOT is_as_before) OVER own AS place
  FROM beside
  WINDOW own AS (PARTITION BY thread_id, number ORDER BY since_at)
),
whole AS (
  SELECT * REPLACE (MAX(until_at) OVER (PARTITION BY thread_id, number, place) AS until_at)
  FROM span
  QUALIFY NOT is_as_before
)
SELECT * EXCLUDE (told, is_as_before, place) FROM whole
ORDER BY until_at < {_FAR}, opened_at, thread_id, number, since_at
"""  # noqa: S608
_READ = ("thread_state", "thread_floor", "thread_call", "thread_now", "thread_page_version")


_CLASSES = """
SELECT DISTINCT kind, urgency, unit, state, forum FROM ticket_span ORDER BY ALL
"""
_CLASSED = """
UPDATE ticket_span AS t SET class = c.class FROM ticket_class AS c
WHERE {which} AND t.kind IS NOT DISTINCT FROM c.kind AND t.urgency IS NOT DISTINCT FROM c.urgency
  AND t.unit IS NOT DISTINCT FROM c.unit AND t.state IS NOT DISTINCT FROM c.state
  AND t.forum IS NOT DISTINCT FROM c.forum
"""


def hold_decisions(warehouse: Warehouse) -> None:
    """Remember which decisions the last edition knew, before those of now are loaded."""
    warehouse.rows("CREATE OR REPLACE TEMP TABLE decision_before AS SELECT id, kind, target FROM decision")


def decided_anew(warehouse: Warehouse) -> list[str]:
    """Targets of the decisions that came since (or are no longer used)."""
    found = warehouse.rows(
        "SELECT DISTINCT COALESCE(n.target, b.target) FROM decision AS n "
        "FULL JOIN decision_before AS b ON b.id = n.id WHERE b.id IS NULL OR n.id IS NULL ORDER BY 1"
    )
    return [target for (target,) in found]


def refresh_tickets(
    warehouse: Warehouse, threads: Collection[str] | None = None, targets: Collection[str] = ()
) -> None:
    """Bring the tables up to date. All other tables of the threads and of the record must be.

    Args:
        threads: ids of those that changed; None makes the table anew.
        targets: of decisions that came since.
    """
    for table in ("forum_checked", "thread_unread"):
        warehouse.rows(f"DELETE FROM {table}_now")  # noqa: S608
        warehouse.rows(f"INSERT INTO {table}_now BY NAME SELECT * FROM {table}_history(NULL) ORDER BY ALL")  # noqa: S608
    if threads is None:
        warehouse.rows("DELETE FROM ticket_span")
        _fill(warehouse)
        _number(warehouse)
        return
    warehouse.hold("todo", "ref", sorted(targets))
    decided = (
        warehouse.rows(
            "SELECT thread_id FROM thread_page_version JOIN todo ON ref = thread_id "
            "UNION SELECT thread_id FROM thread_page_version JOIN todo ON ref = url "
            "UNION SELECT REGEXP_REPLACE(ref, '-\\d+$', '') FROM todo"
        )
        if targets
        else []
    )
    changed = {*threads, *(thread for (thread,) in decided)}
    if changed:
        warehouse.hold("changed", "ref", sorted(changed))
        warehouse.rows("DELETE FROM ticket_span WHERE thread_id IN (SELECT ref FROM changed)")
        _fill(warehouse, changed)
        _number(warehouse)


def _number(warehouse: Warehouse) -> None:
    """Number the classes by their order, and tell each ticket's; of all, where there is a new one."""
    known = warehouse.rows("SELECT * EXCLUDE (class) FROM ticket_class ORDER BY class")
    if known != warehouse.rows(_CLASSES):
        warehouse.rows("DELETE FROM ticket_class")
        warehouse.rows(
            f"INSERT INTO ticket_class BY NAME SELECT *, ROW_NUMBER() OVER () - 1 AS class FROM ({_CLASSES})"  # noqa: S608
        )
        warehouse.rows(_CLASSED.format(which="TRUE"))
    else:
        warehouse.rows(_CLASSED.format(which="t.class IS NULL"))


def _fill(warehouse: Warehouse, threads: Collection[str] | None = None) -> None:
    """Append the tickets of these threads; None: of all."""
    with contextlib.ExitStack() as stack:
        seen, which = contextlib.ExitStack(), "TRUE"
        stack.enter_context(seen)
        if threads is not None:
            seen.enter_context(warehouse.narrowed("thread_id", sorted(threads), _READ))
            which = "thread_id IN (SELECT thread_id FROM narrowed)"
        warehouse.rows(_TARGETS)
        warehouse.rows(_MOMENTS.format(which=which, far=_FAR, few=MAX_CUTS // 2))
        warehouse.rows(
            "CREATE OR REPLACE TEMP TABLE decided_last AS "
            "SELECT target, MAX(decided_at) AS decided_at FROM decision GROUP BY target"
        )
        stack.enter_context(warehouse.shadowed(_SHADOWS, seen))
        warehouse.rows(f"INSERT INTO ticket_span BY NAME {_SPANS}")
