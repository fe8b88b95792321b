-- How many threads were opened and how many posts written on each forum, week by week (its Monday) from $start to
-- $as_of (dates), given what was known by $known_by (NULL: now)?
WITH post AS (
  SELECT p.thread_id, p.floor, MIN(p.posted_at) AS posted_at, ANY_VALUE(t.forum) AS forum
  FROM thread_post_version AS p
  JOIN thread_page_version AS t USING (thread_id, page, file, end_offset)
  WHERE CAST(p.posted_at AS DATE) BETWEEN $start AND $as_of AND ($known_by IS NULL OR p.captured_at <= $known_by)
  GROUP BY p.thread_id, p.floor
)
SELECT
  forum, CAST(DATE_TRUNC('week', posted_at) AS DATE) AS week,
  COUNT(*) FILTER (floor <= 1) AS thread_count, COUNT(*) AS post_count
FROM post
GROUP BY ALL
ORDER BY forum, week;
