-- Which pages of the site $site failed, newest first, up to $as_of (timestamp), given what was known by $known_by?
-- Each address once, with its newest failure; is_mended: it succeeded later. At most $limit.
WITH fetched AS (
  SELECT *, outcome IN ('stored', 'listed', 'captured', 'unchanged', 'duplicate', 'redirected', 'too_short', 'no_date')
    AS is_ok
  FROM page_fetch
  WHERE site = $site AND fetched_at <= $as_of AND ($known_by IS NULL OR fetched_at <= $known_by)
)
SELECT
  url,
  ARG_MAX(kind, (run, end_offset)) FILTER (NOT is_ok) AS kind,
  ARG_MAX(outcome, (run, end_offset)) FILTER (NOT is_ok) AS outcome,
  ARG_MAX(detail, (run, end_offset)) FILTER (NOT is_ok) AS detail,
  ARG_MAX(status, (run, end_offset)) FILTER (NOT is_ok) AS status,
  MAX(fetched_at) FILTER (NOT is_ok) AS failed_at,
  COUNT(*) FILTER (NOT is_ok) AS failure_count,
  COALESCE(MAX((run, end_offset)) FILTER (is_ok) > MAX((run, end_offset)) FILTER (NOT is_ok), false) AS is_mended
FROM fetched
GROUP BY url
HAVING COUNT(*) FILTER (NOT is_ok) > 0
ORDER BY is_mended, failed_at DESC, url
LIMIT $limit;
