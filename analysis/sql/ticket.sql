-- Which tickets were there at $as_of (timestamp), given what was known by $known_by (NULL: now)?
-- $threads: only of these (ids), NULL: of all.
-- checked_at: when the thread or a list of its forum was last fetched: later answers cannot be known.
-- extensions, pauses are decisions: extensions in working days from the start, spans in which the clocks stood still.
-- seen: ids of the newest decisions on the ticket and on its thread, with a / between: what an act must have
-- seen; decided_at: when the newest was taken.
-- sent_back_at: when the unit last sent the post back (退回改派); handed_at: when it had last been handed to one.
SELECT
  t.*,
  e.extensions,
  p.pauses,
  b.sent_back_at,
  h.handed_at,
  c.checked_at,
  CONCAT(own.id, '/', whole.id) AS seen,
  own.decided_at
FROM ticket_at($as_of, $known_by, threads := CAST($threads AS VARCHAR[])) AS t
LEFT JOIN (
  SELECT ticket_id, LIST({'days': days, 'at': decided_at, 'why': why} ORDER BY number_in_order) AS extensions
  FROM ticket_move_at($as_of, $known_by)
  WHERE kind = 'extension' AND days IS NOT NULL
  GROUP BY ticket_id
) AS e USING (ticket_id)
LEFT JOIN (
  SELECT target AS ticket_id, LIST({'kind': kind, 'at': decided_at} ORDER BY number_in_order) AS pauses
  FROM decision_at($known_by)
  WHERE kind IN ('pause', 'resume') AND decided_at <= $as_of
  GROUP BY target
) AS p USING (ticket_id)
LEFT JOIN (
  SELECT target AS ticket_id, MAX(decided_at) AS sent_back_at
  FROM decision_at($known_by)
  WHERE kind = 'state_change' AND decided_at <= $as_of AND (CAST(after_json AS JSON) ->> '$.state') = '退回改派'
  GROUP BY target
) AS b USING (ticket_id)
LEFT JOIN (
  SELECT ticket_id, MAX(decided_at) AS handed_at
  FROM (
    SELECT target AS ticket_id, decided_at
    FROM decision_at($known_by)
    WHERE decided_at <= $as_of
      AND (kind = 'transfer' OR kind = 'state_change' AND (CAST(after_json AS JSON) ->> '$.state') = '待签收')
  )
  GROUP BY ticket_id
) AS h USING (ticket_id)
LEFT JOIN (
  SELECT site, MAX(fetched_at) AS checked_at
  FROM page_fetch
  WHERE kind IN ('list', 'thread', 'feed') AND outcome IN ('stored', 'listed', 'unchanged', 'duplicate')
    AND ($known_by IS NULL OR fetched_at <= $known_by)
  GROUP BY site
) AS c USING (site)
LEFT JOIN (
  SELECT target AS ticket_id, ARG_MAX(id, number_in_order) AS id, MAX(decided_at) AS decided_at
  FROM decision
  GROUP BY target
) AS own USING (ticket_id)
LEFT JOIN (
  SELECT target AS thread_id, ARG_MAX(id, number_in_order) AS id
  FROM decision
  GROUP BY target
) AS whole USING (thread_id)
ORDER BY t.opened_at NULLS LAST, t.ticket_id;
