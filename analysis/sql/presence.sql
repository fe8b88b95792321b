-- When was each of the pages $urls (list) looked at, and what was found, given what was known by $known_by?
SELECT
  url, fetched_at, CAST(fetched_at AS DATE) AS day, outcome,
  outcome IN ('stored', 'unchanged', 'duplicate', 'too_short', 'no_date') AS is_present,
  outcome = 'not_found' AS is_gone
FROM page_fetch
WHERE url IN (SELECT UNNEST($urls)) AND ($known_by IS NULL OR fetched_at <= $known_by)
ORDER BY url, fetched_at;
