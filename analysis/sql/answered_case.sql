-- Which threads had been answered by $as_of (timestamp), given what was known by $known_by (NULL: now): the opening
-- post and each official answer, the newest first, at most $most? unit: of the account that answered.
WITH answer AS (
  SELECT thread_id, floor, said_at, unit
  FROM thread_said_at($known_by)
  WHERE kind = 'answer' AND said_at <= $as_of AND ($known_by IS NULL OR known_at <= $known_by)
  ORDER BY said_at DESC, thread_id, floor
  LIMIT $most
)
SELECT
  a.thread_id, t.title, t.url, o.text AS question, o.posted_at AS asked_at, p.text AS answer,
  a.said_at AS answered_at, a.floor, a.unit
FROM answer AS a
JOIN thread_at($known_by) AS t USING (thread_id)
JOIN (SELECT thread_id, text, posted_at FROM thread_post_at($known_by) WHERE floor = 1) AS o USING (thread_id)
JOIN (SELECT thread_id, floor, text FROM thread_post_at($known_by)) AS p USING (thread_id, floor)
ORDER BY a.said_at DESC, a.thread_id, a.floor;
