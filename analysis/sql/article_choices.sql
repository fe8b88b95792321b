-- What can articles be cut by: their outlets and forms, given what was known by $known_by (NULL: now)?
SELECT outlet, COUNT(DISTINCT article_id) AS article_count
FROM article_version
WHERE $known_by IS NULL OR captured_at <= $known_by
GROUP BY outlet
ORDER BY article_count DESC, outlet;
