-- Which threads did people correct, known by $known_by (NULL: now)? One row a thread: its tags as they stand with the
-- corrections, all floors read.
SELECT
  t.thread_id AS id, t.title, t.forum, t.board,
  COALESCE(f.kind ->> '$', t.kind) AS kind,
  CASE WHEN f.needs_reply IS NULL THEN t.needs_reply ELSE f.needs_reply = 'true' END AS needs_reply,
  CASE WHEN f.units IS NULL THEN t.units ELSE from_json(f.units, '["VARCHAR"]') END AS units,
  t.is_unit_named AS unit_named,
  COALESCE(f.sentiment ->> '$', t.sentiment) AS sentiment,
  CASE
    WHEN f.needs_reply = 'false' THEN '无需回复'
    WHEN f.needs_reply = 'true' AND t.state = '无需回复' THEN '待研判'
    ELSE t.state
  END AS state,
  COALESCE(f.urgency ->> '$', t.urgency) AS urgency,
  t.first_response_floor, t.answer_floor
FROM thread AS t
JOIN (
  SELECT
    r.thread_id,
    MAX(value_json) FILTER (key = 'kind') AS kind,
    MAX(value_json) FILTER (key = 'urgency') AS urgency,
    MAX(value_json) FILTER (key = 'sentiment') AS sentiment,
    MAX(value_json) FILTER (key = 'needs_reply') AS needs_reply,
    MAX(value_json) FILTER (key = 'units') AS units
  FROM correction_at($known_by) AS c
  JOIN thread_ref AS r ON r.ref = c.target
  GROUP BY r.thread_id
) AS f USING (thread_id)
ORDER BY t.thread_id;
