-- Of which articles published up to $end (a date) does a verdict say more than how many: those that are the announcement,
-- those of the tasks $gates (ids)? As plan_fact.sql. $without: not those of these stories (ids).
SELECT * FROM plan_fact
WHERE url IS NOT NULL AND published_at < CAST($end AS TIMESTAMP) + INTERVAL 1 DAY
  AND (form = '公告' AND title_words <> '' OR LIST_HAS_ANY(STRING_SPLIT(tasks, CHR(10)), CAST($gates AS VARCHAR[])))
  AND COALESCE(story_id, article_id) NOT IN (SELECT UNNEST(CAST($without AS VARCHAR[])))
ORDER BY published_at, article_id;
