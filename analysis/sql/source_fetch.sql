-- How did each site answer, in all up to $as_of (timestamp) and in the span from $start (timestamp), given what was
-- known by $known_by (NULL: now)? outcomes: how many pages of the span ended how. later_fetched_at: its first page
-- after $as_of: what appeared by then was captured afterwards. lacking_count: pages that were never got since they
-- failed, of all time; one that the server says is not there is not lacking.
WITH fetched AS (
  SELECT
    site, url, outcome, run, end_offset, fetched_at, fetched_at >= $start AS is_recent,
    outcome IN ('stored', 'listed', 'captured', 'unchanged', 'duplicate', 'redirected', 'too_short', 'no_date') AS is_ok
  FROM page_fetch
  WHERE fetched_at <= $as_of AND ($known_by IS NULL OR fetched_at <= $known_by)
),
outcome AS (
  SELECT site, outcome, COUNT(*) AS page_count FROM fetched WHERE is_recent GROUP BY site, outcome
),
failed AS (
  SELECT site, url, MAX((run, end_offset)) AS place, ARG_MAX(outcome, (run, end_offset)) AS outcome
  FROM fetched WHERE NOT is_ok GROUP BY site, url
),
lacking AS (
  SELECT site, COUNT(*) AS lacking_count
  FROM failed AS f
  ANTI JOIN (SELECT site, url, (run, end_offset) AS place FROM fetched WHERE is_ok) AS g
    ON g.site = f.site AND g.url = f.url AND g.place > f.place
  WHERE outcome <> 'not_found'
  GROUP BY site
),
told AS (
  SELECT site, LIST({'outcome': outcome, 'page_count': page_count} ORDER BY page_count DESC, outcome) AS outcomes
  FROM outcome GROUP BY site
)
SELECT
  s.slug AS site, s.outlet, s.outlet_class, s.platform, s.level, s.unit, f.last_fetched_at, l.later_fetched_at,
  t.outcomes, COALESCE(k.lacking_count, 0) AS lacking_count
FROM site AS s
LEFT JOIN (SELECT site, MAX(fetched_at) AS last_fetched_at FROM fetched GROUP BY site) AS f ON f.site = s.slug
LEFT JOIN (
  SELECT site, MIN(fetched_at) AS later_fetched_at
  FROM page_fetch
  WHERE fetched_at > $as_of AND ($known_by IS NULL OR fetched_at <= $known_by)
  GROUP BY site
) AS l ON l.site = s.slug
LEFT JOIN told AS t ON t.site = s.slug
LEFT JOIN lacking AS k ON k.site = s.slug
ORDER BY s.slug;
