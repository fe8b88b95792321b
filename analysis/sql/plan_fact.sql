-- Which articles were published up to $end (a date), in short, as the build left them? By time of publication.
-- $without: not those of these stories (ids).
SELECT * FROM plan_fact
WHERE published_at < CAST($end AS TIMESTAMP) + INTERVAL 1 DAY
  AND COALESCE(story_id, article_id) NOT IN (SELECT UNNEST(CAST($without AS VARCHAR[])))
ORDER BY published_at, article_id;
