-- What do the tags say now of the thread that $target names (its id or the address of a page)? One row, or none.
SELECT
  t.thread_id, t.title,
  COALESCE(f.kind ->> '$', t.kind) AS kind,
  COALESCE(f.urgency ->> '$', t.urgency) AS urgency,
  COALESCE(f.sentiment ->> '$', t.sentiment) AS sentiment,
  CASE WHEN f.needs_reply IS NULL THEN t.needs_reply ELSE f.needs_reply = 'true' END AS needs_reply,
  CASE WHEN f.units IS NULL THEN t.units ELSE from_json(f.units, '["VARCHAR"]') END AS units
FROM thread AS t
LEFT JOIN (
  SELECT
    r.thread_id,
    MAX(value_json) FILTER (key = 'kind') AS kind,
    MAX(value_json) FILTER (key = 'urgency') AS urgency,
    MAX(value_json) FILTER (key = 'sentiment') AS sentiment,
    MAX(value_json) FILTER (key = 'needs_reply') AS needs_reply,
    MAX(value_json) FILTER (key = 'units') AS units
  FROM correction_at(NULL) AS c
  JOIN thread_ref AS r ON r.ref = c.target
  GROUP BY r.thread_id
) AS f USING (thread_id)
WHERE t.thread_id IN (SELECT thread_id FROM thread_ref WHERE ref = $target);
