-- Which threads were opened from $start up to $as_of (timestamps), given what was known by $known_by (NULL: now),
-- with what makes them hot? reply_count and person count only posts up to $as_of; opener: pseudonym or NULL.
WITH post AS (
  SELECT thread_id, floor, author, COALESCE(posted_at, first_captured_at) AS at
  FROM thread_floor_at($known_by)
  WHERE COALESCE(posted_at, first_captured_at) <= $as_of
),
said AS (
  SELECT
    thread_id,
    ARG_MAX(kind, cut_floor) AS kind,
    ARG_MAX(sentiment, cut_floor) AS sentiment,
    ARG_MAX(urgency, cut_floor) AS urgency
  FROM thread_state_at($known_by)
  WHERE cut_at <= $as_of AND ($known_by IS NULL OR known_at <= $known_by)
  GROUP BY thread_id
)
SELECT
  p.thread_id, t.title, t.url, t.forum, t.board,
  MIN(p.at) FILTER (p.floor = 1) AS opened_at,
  ANY_VALUE(p.author) FILTER (p.floor = 1) AS opener,
  COUNT(*) - 1 AS reply_count,
  s.kind, s.sentiment, s.urgency
FROM post AS p
JOIN thread_at($known_by) AS t USING (thread_id)
JOIN said AS s USING (thread_id)
GROUP BY ALL
HAVING MIN(p.at) FILTER (p.floor = 1) >= $start
ORDER BY opened_at, p.thread_id;
