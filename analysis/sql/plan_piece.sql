-- The same as plan_count.sql, with the articles by which they count: day and id in one.
SELECT
  task, owner, item, CAST(SUM(number) AS BIGINT) AS total,
  COALESCE(LIST(CONCAT("day", article_id)) FILTER (WHERE article_id <> ''), []) AS keys
FROM plan_piece
WHERE "day" <= $end AND story_id NOT IN (SELECT UNNEST(CAST($without AS VARCHAR[])))
GROUP BY task, owner, item;
