-- What happened to the ticket $ticket_id of the thread $thread_id up to $as_of (timestamp), known by $known_by
-- (NULL: now)? Floors that mean something and decisions on the ticket or its thread, in order of time.
SELECT * FROM (
  SELECT
    COALESCE(posted_at, first_captured_at) AS "at", first_captured_at AS known_at, 'open' AS what, floor,
    NULL AS who, NULL AS unit, NULL AS why, NULL AS after_json, 0 AS number_in_order
  FROM thread_post_at($known_by)
  WHERE thread_id = $thread_id AND floor = 1
  UNION ALL
  SELECT said_at, known_at, kind, floor, NULL, unit, words, NULL, floor
  FROM thread_said_at($known_by)
  WHERE thread_id = $thread_id AND ($known_by IS NULL OR known_at <= $known_by)
  UNION ALL
  SELECT
    decided_at, decided_at, kind, NULL, who, unit, why, after_json, 1000000 + number_in_order
  FROM decision_at($known_by)
  WHERE target = $ticket_id OR target IN (SELECT ref FROM thread_ref WHERE thread_id = $thread_id)
)
WHERE "at" <= $as_of
ORDER BY "at", number_in_order;
