-- What are the articles with the ids $ids (list) called, as they stand now?
SELECT article_id, MAX_BY(title, captured_at) AS title
FROM article_version
WHERE article_id IN (SELECT UNNEST($ids))
GROUP BY article_id
ORDER BY article_id;
