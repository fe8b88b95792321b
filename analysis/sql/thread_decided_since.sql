-- From which moment on do decisions that the edition does not know bear on the tickets of the thread $thread_id? NULL:
-- there are none. Corrections go for all days; so does what is used no more.
WITH fresh AS (
  SELECT d.target, CASE WHEN d.kind = 'tag_correction' THEN TIMESTAMP '1900-01-01' ELSE d.decided_at END AS since_at
  FROM decision AS d ANTI JOIN edition.main.decision AS b ON b.id = d.id
  UNION ALL
  SELECT b.target, TIMESTAMP '1900-01-01' FROM edition.main.decision AS b ANTI JOIN decision AS d ON d.id = b.id
)
SELECT MIN(since_at) AS since_at FROM fresh
WHERE REGEXP_REPLACE(target, '-\d+$', '') = $thread_id
  OR target IN (SELECT ref FROM thread_ref WHERE thread_id = $thread_id);
