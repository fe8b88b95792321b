-- Which articles have one of the ids $ids or addresses $urls (lists), or were published on one of $days (dates)?
-- A row each title that one ever had; those of what people handed in (is_handed_in) come last.
SELECT DISTINCT
  article_id, url, outlet, title, CAST(published_at AS DATE) AS published_day,
  site IN ('import', 'appeal') AS is_handed_in
FROM article_version
WHERE article_id IN (SELECT UNNEST($ids)) OR url IN (SELECT UNNEST($urls))
  OR CAST(published_at AS DATE) IN (SELECT UNNEST(CAST($days AS DATE[])))
ORDER BY is_handed_in, article_id;
