-- Which threads up to the end of $as_of (a moment) wait for a person because the tags are not sure, given what was
-- known by $known_by (NULL: now)? One row a thread of which it is not sure enough ($reply_threshold) whether a unit must
-- answer, and one of which it is not sure enough ($unit_threshold) whose it is; none that a person has dealt with.
WITH latest AS (
  SELECT * FROM thread_state_at($known_by)
  WHERE opening_floor = 1 AND cut_at <= $as_of AND ($known_by IS NULL OR known_at <= $known_by)
    AND NOT COALESCE(next_cut_at <= $as_of AND ($known_by IS NULL OR next_known_at <= $known_by), FALSE)
    AND state IN ('无需回复', '待研判') AND kind <> '公告'
),
dealt AS (
  SELECT r.thread_id, x.key
  FROM correction_at($known_by) AS x JOIN thread_ref AS r ON r.ref = x.target
),
touched AS (
  SELECT DISTINCT REGEXP_REPLACE(ticket_id, '-\d+$', '') AS thread_id FROM ticket_move_at($as_of, $known_by)
),
doubt AS (
  SELECT
    'reply' AS what, thread_id, opened_at,
    CASE WHEN state = '无需回复' THEN '不需答复' ELSE '要答复' END AS said,
    CAST(confidence_json::JSON ->> '$.needs_reply' AS DOUBLE) AS confidence,
    why_json::JSON ->> '$.needs_reply.why' AS why
  FROM latest
  WHERE confidence < $reply_threshold
    AND thread_id NOT IN (SELECT thread_id FROM dealt WHERE key IN ('needs_reply', 'kind'))
  UNION ALL
  SELECT
    'unit', thread_id, opened_at, units[1], CAST(confidence_json::JSON ->> '$.units' AS DOUBLE) AS confidence,
    why_json::JSON ->> '$.units.why'
  FROM latest
  WHERE state = '待研判' AND confidence < $unit_threshold
    AND thread_id NOT IN (SELECT thread_id FROM dealt WHERE key IN ('units', 'needs_reply'))
)
SELECT
  d.what, d.thread_id, t.title, t.forum AS outlet, CAST(d.opened_at AS DATE) AS published_day, t.url, d.said,
  d.confidence, d.why
FROM doubt AS d
JOIN thread_at($known_by) AS t USING (thread_id)
WHERE d.thread_id NOT IN (SELECT thread_id FROM touched)
ORDER BY d.what, d.confidence, published_day DESC, d.thread_id;
