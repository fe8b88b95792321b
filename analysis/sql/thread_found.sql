-- Which threads are those of the posts $refs, $floors (lists: thread, floor) with their $scores, lower is better,
-- as posted up to $as_of (timestamp) and known by $known_by (NULL: now)? Each with its post that fits best.
-- $only: of these threads; NULL: of all. $sort: rank, newest, oldest. One screen; total: of all.
WITH hit AS (
  SELECT
    UNNEST(CAST($refs AS VARCHAR[])) AS thread_id, UNNEST(CAST($floors AS INTEGER[])) AS floor,
    UNNEST(CAST($scores AS DOUBLE[])) AS score
),
post AS (
  SELECT p.thread_id, p.floor, p.posted_at, p.file, p.end_offset, h.score
  FROM thread_post_version AS p
  JOIN (SELECT thread_id, floor, MIN(score) AS score FROM hit GROUP BY thread_id, floor) AS h USING (thread_id, floor)
  WHERE ($known_by IS NULL OR p.captured_at <= $known_by) AND (p.posted_at IS NULL OR p.posted_at <= $as_of)
    AND ($only IS NULL OR p.thread_id IN (SELECT UNNEST(CAST($only AS VARCHAR[]))))
  QUALIFY ROW_NUMBER() OVER (PARTITION BY p.thread_id, p.floor ORDER BY p.captured_at DESC, p.file DESC, p.end_offset DESC) = 1
),
best AS (
  SELECT *, COUNT(*) OVER (PARTITION BY thread_id) AS hit_count
  FROM post
  QUALIFY ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY score, floor) = 1
),
opening AS (
  SELECT thread_id, ARG_MIN(posted_at, floor) AS opened_at
  FROM thread_post_version WHERE thread_id IN (SELECT thread_id FROM best) GROUP BY thread_id
),
screen AS (
  SELECT
    b.*, t.title, t.forum, t.board, t.url, o.opened_at, COUNT(*) OVER () AS total,
    ROW_NUMBER() OVER (
      ORDER BY
        CASE WHEN $sort = 'rank' THEN b.score END NULLS LAST,
        CASE WHEN $sort = 'oldest' THEN o.opened_at END NULLS LAST,
        o.opened_at DESC NULLS LAST, b.thread_id
    ) AS place
  FROM best AS b
  JOIN thread_at($known_by) AS t USING (thread_id)
  JOIN opening AS o USING (thread_id)
  QUALIFY place > $offset AND place <= $offset + $limit
)
-- Texts are read of the screen only: they are what is large.
SELECT
  s.thread_id, s.title, s.forum, s.board, s.url, s.opened_at, s.floor, s.posted_at, p.text, s.hit_count, s.total
FROM screen AS s
JOIN thread_post_version AS p USING (thread_id, floor, file, end_offset)
ORDER BY s.place;
