-- Of which articles does a verdict say more than how many: those that are the announcement, those of the tasks $tasks
-- (ids)? As plan_fact.sql, of all days and stories.
SELECT * FROM plan_fact
WHERE url IS NOT NULL
  AND (form = '公告' AND title_words <> '' OR LIST_HAS_ANY(STRING_SPLIT(tasks, CHR(10)), CAST($tasks AS VARCHAR[])))
ORDER BY published_at, article_id;
