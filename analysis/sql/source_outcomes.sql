-- How did the pages of the site $site end, day by day from $start to $end (dates), given what was known by $known_by?
SELECT CAST(fetched_at AS DATE) AS day, outcome, COUNT(*) AS page_count
FROM page_fetch
WHERE site = $site AND CAST(fetched_at AS DATE) BETWEEN $start AND $end
  AND ($known_by IS NULL OR fetched_at <= $known_by)
GROUP BY 1, 2
ORDER BY 1, 2;
