-- How many stories, and how many threads, were of which sentiment, week by week (its Monday) from $start to $as_of
-- (dates), given what was known by $known_by (NULL: now)? A reprint is no second story.
SELECT 'article' AS what, CAST(DATE_TRUNC('week', published_day) AS DATE) AS week, sentiment, COUNT(*) AS piece_count
FROM article_fact_at($known_by)
WHERE is_first AND published_day BETWEEN $start AND $as_of
GROUP BY ALL
UNION ALL
SELECT 'thread', CAST(DATE_TRUNC('week', o.opened_day) AS DATE), s.sentiment, COUNT(*)
FROM (
  SELECT thread_id, CAST(MIN(posted_at) AS DATE) AS opened_day
  FROM thread_post_version
  WHERE $known_by IS NULL OR captured_at <= $known_by
  GROUP BY thread_id
) AS o
JOIN (
  SELECT thread_id, ARG_MIN(sentiment, cut_floor) AS sentiment
  FROM thread_state_at($known_by)
  WHERE $known_by IS NULL OR known_at <= $known_by
  GROUP BY thread_id
) AS s USING (thread_id)
WHERE o.opened_day BETWEEN $start AND $as_of
GROUP BY ALL
ORDER BY what, week, sentiment;
