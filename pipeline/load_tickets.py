"""Owns the table that holds the tickets as they stand now: brought up to date by the threads that changed."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.warehouse import Warehouse

_READ = ("thread_state", "thread_floor", "thread_call", "thread_now", "thread_page_version")
_TICKET = (
    "kind", "urgency", "unit", "is_unit_decided", "is_shared_thread", "state", "opened_at",
    "first_captured_at", "first_response_floor", "first_response_at", "answer_floor", "answer_at",
    "round_count", "round_at", "past_rounds", "ended_at", "transferred_at", "transfer_count", "extensions",
    "pauses", "sent_back_at", "handed_at", "seen", "decided_at", "site", "forum",
)  # fmt: skip
# What can tell one moment from another: a cut of the thread, a floor, a decision on it or on a ticket of it.
_ROWS = f"""
WITH span AS (
  SELECT thread_id, MIN(cut_at) AS first_at, MAX(GREATEST(cut_at, next_cut_at)) AS quiet_at
  FROM thread_state WHERE opening_floor = 1 AND cut_at IS NOT NULL GROUP BY thread_id
),
said AS (SELECT thread_id, MAX(said_at) AS at FROM thread_floor GROUP BY thread_id),
decided AS (
  SELECT thread_id, MAX(decided_at) AS at FROM (
    SELECT r.thread_id, d.decided_at FROM decision AS d JOIN thread_ref AS r ON r.ref = d.target
    UNION ALL
    SELECT REGEXP_REPLACE(target, '-\\d+$', ''), decided_at FROM decision
  ) GROUP BY thread_id
)
SELECT
  s.thread_id, CAST(REGEXP_EXTRACT(t.ticket_id, '\\d+$') AS INTEGER) AS number,
  md5_number_lower(t.ticket_id) AS "key", s.first_at,
  GREATEST(s.quiet_at, f.at, d.at) AS quiet_at,
  t.extensions IS NULL AND t.pauses IS NULL AND t.sent_back_at IS NULL AND t.round_count = 0
    AND t.opened_at IS NOT NULL AS is_plain,
  ARRAY_TO_STRING(t.candidates, CHR(10)) AS candidates, {", ".join(f"t.{name}" for name in _TICKET)}
FROM span AS s
LEFT JOIN said AS f USING (thread_id)
LEFT JOIN decided AS d USING (thread_id)
LEFT JOIN ticket_row_at(TIMESTAMP '9999-12-31 23:59:59.999999', NULL) AS t USING (thread_id)
ORDER BY t.opened_at, s.thread_id, number
"""  # noqa: S608


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
    warehouse.rows("DELETE FROM forum_checked_now")
    warehouse.rows(
        "INSERT INTO forum_checked_now BY NAME SELECT * FROM forum_checked_history(NULL) ORDER BY site"
    )
    if threads is None:
        warehouse.rows("DELETE FROM ticket_now")
        warehouse.rows(f"INSERT INTO ticket_now BY NAME {_ROWS}")
        return
    warehouse.hold("todo", "ref", sorted(targets))
    decided = (
        warehouse.rows(
            "SELECT thread_id FROM thread_ref SEMI JOIN todo USING (ref) "
            "UNION SELECT REGEXP_REPLACE(ref, '-\\d+$', '') FROM todo"
        )
        if targets
        else []
    )
    changed = {*threads, *(thread for (thread,) in decided)}
    if changed:
        with warehouse.narrowed("thread_id", sorted(changed), _READ):
            warehouse.rows("DELETE FROM ticket_now WHERE thread_id IN (SELECT thread_id FROM narrowed)")
            warehouse.rows(f"INSERT INTO ticket_now BY NAME {_ROWS}")
