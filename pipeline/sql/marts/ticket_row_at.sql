-- Tickets as they stood at as_of, known at known_by (NULL: now), with all that their clocks are counted from.
-- threads: only of these (a list of ids), NULL: of all.
-- extensions, pauses are decisions: extensions in working days from the start, spans in which the clocks stood still
-- (also ended by what ends a round or the ticket, or gives it to another unit).
-- seen: ids of the newest decisions on the ticket and on its thread, with a / between: what an act must have
-- seen; decided_at: when the newest was taken.
-- sent_back_at: when the unit last sent the post back (退回改派); handed_at: when it had last been handed to one
-- and was not taken back.
CREATE OR REPLACE MACRO ticket_row_at(as_of, known_by, threads := NULL) AS TABLE
SELECT
  t.* EXCLUDE (why_json),
  e.extensions,
  p.pauses,
  b.sent_back_at,
  h.handed_at,
  CONCAT(own.id, '/', whole.id) AS seen,
  own.decided_at
FROM ticket_at(as_of, known_by, threads := threads) AS t
LEFT JOIN (
  SELECT ticket_id, LIST({'days': days, 'at': decided_at, 'why': why} ORDER BY number_in_order) AS extensions
  FROM ticket_move_at(as_of, known_by)
  WHERE kind = 'extension' AND days IS NOT NULL
  GROUP BY ticket_id
) AS e USING (ticket_id)
LEFT JOIN (
  SELECT
    ticket_id,
    LIST({
      'kind': CASE WHEN is_resumed THEN 'resume' ELSE kind END,
      'at': CASE WHEN is_resumed THEN resumed_at ELSE decided_at END
    } ORDER BY number_in_order) AS pauses
  FROM ticket_move_at(as_of, known_by)
  WHERE kind = 'pause' OR is_resumed
  GROUP BY ticket_id
  HAVING BOOL_OR(kind = 'pause')
) AS p USING (ticket_id)
LEFT JOIN (
  SELECT target AS ticket_id, MAX(decided_at) AS sent_back_at
  FROM decision_at(known_by)
  WHERE kind = 'state_change' AND decided_at <= as_of AND (CAST(after_json AS JSON) ->> '$.state') = '退回改派'
    AND COALESCE(CAST(after_json AS JSON) ->> '$.move', '') NOT IN ('answer_rejected', 'take_back')
  GROUP BY target
) AS b USING (ticket_id)
LEFT JOIN (
  SELECT ticket_id, MAX(decided_at) AS handed_at
  FROM (
    SELECT *, LEAD(move) OVER (PARTITION BY ticket_id ORDER BY number_in_order) AS next_move
    FROM ticket_move_at(as_of, known_by)
  )
  WHERE (kind = 'transfer' OR kind = 'state_change' AND state = '待签收')
    AND COALESCE(move, '') NOT IN ('take_back', 'answer_rejected') AND next_move IS DISTINCT FROM 'take_back'
  GROUP BY ticket_id
) AS h USING (ticket_id)
LEFT JOIN (
  SELECT target AS ticket_id, ARG_MAX(id, number_in_order) AS id, MAX(decided_at) AS decided_at
  FROM decision
  GROUP BY target
) AS own USING (ticket_id)
LEFT JOIN (
  SELECT target AS thread_id, ARG_MAX(id, number_in_order) AS id
  FROM decision
  GROUP BY target
) AS whole USING (thread_id);
