-- What do the tags say now of the thread that $target names (its id or the address of a page)? One row, or none.
SELECT
  t.thread_id, t.title,
  COALESCE(f.kind ->> '$', t.kind) AS kind,
  COALESCE(f.urgency ->> '$', t.urgency) AS urgency,
  COALESCE(f.sentiment ->> '$', t.sentiment) AS sentiment,
  CASE WHEN f.needs_reply IS NULL THEN t.needs_reply ELSE f.needs_reply = 'true' END AS needs_reply,
  CASE WHEN f.units IS NULL THEN t.units ELSE from_json(f.units, '["VARCHAR"]') END AS units
FROM thread AS t
LEFT JOIN thread_correction_at(NULL) AS f USING (thread_id)
WHERE t.thread_id IN (SELECT thread_id FROM thread_ref WHERE ref = $target);
