-- Which articles have one of the ids $ids or addresses $urls (lists), or were published on one of $days (dates)?
SELECT DISTINCT article_id, url, outlet, title, CAST(published_at AS DATE) AS published_day
FROM article_version
WHERE article_id IN (SELECT UNNEST($ids)) OR url IN (SELECT UNNEST($urls))
  OR CAST(published_at AS DATE) IN (SELECT UNNEST($days))
ORDER BY article_id;
