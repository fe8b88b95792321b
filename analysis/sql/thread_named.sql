-- Which thread is meant by $ref (its id or the address of a page), given what was known by $known_by (NULL: now)?
SELECT t.*, s.kind, s.needs_reply, s.units, s.sentiment, s.urgency, s.why_json
FROM thread_at($known_by) AS t
LEFT JOIN (
  SELECT * FROM thread_state_at($known_by)
  WHERE $known_by IS NULL OR known_at <= $known_by
  QUALIFY ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY cut_floor DESC) = 1
) AS s USING (thread_id)
WHERE t.thread_id IN (SELECT thread_id FROM thread_ref WHERE ref = $ref);
