-- What came from each site on each day from $start to $end (dates), given what was known by $known_by (NULL: now)?
-- Articles and, on forums, posts by the day on which they appeared; state and habit as in source_day_at.
WITH posted AS (
  SELECT t.site, CAST(p.posted_at AS DATE) AS day, COUNT(DISTINCT (p.thread_id, p.floor)) AS post_count
  FROM thread_post_version AS p
  JOIN thread_page_version AS t USING (thread_id, page, file, end_offset)
  WHERE CAST(p.posted_at AS DATE) BETWEEN $start AND $end AND ($known_by IS NULL OR p.captured_at <= $known_by)
  GROUP BY 1, 2
)
SELECT
  COALESCE(d.site, p.site) AS site, COALESCE(d.day, p.day) AS day, d.state,
  COALESCE(d.article_count, 0) AS article_count, COALESCE(p.post_count, 0) AS post_count,
  d.habit_count, d.is_low
FROM (SELECT * FROM source_day_at($known_by) WHERE day BETWEEN $start AND $end) AS d
FULL JOIN posted AS p ON p.site = d.site AND p.day = d.day
ORDER BY 1, 2;
