-- When was each of the pages $urls (list) looked at, and what was found, given what was known by $known_by?
-- state: present, moved (the address leads to another that shows it), gone, error_page (it answers, with something
-- else), down (no answer). A redirect is judged by the page that it led to in the same run; one that led off the
-- site was not followed and says neither.
WITH fetched AS (
  SELECT
    f.url, f.fetched_at, CAST(f.fetched_at AS DATE) AS day, f.outcome, f.detail, f.sha256, f.run,
    CASE WHEN f.outcome = 'redirected' THEN SUBSTR(f.detail, 3) END AS moved_to,
    CASE WHEN f.outcome = 'redirected' THEN t.outcome ELSE f.outcome END AS found
  FROM page_fetch AS f
  LEFT JOIN page_fetch AS t
    ON f.outcome = 'redirected' AND t.run = f.run AND t.site = f.site AND t.url = SUBSTR(f.detail, 3)
  WHERE f.url IN (SELECT UNNEST($urls)) AND ($known_by IS NULL OR f.fetched_at <= $known_by)
)
SELECT
  url, fetched_at, day, outcome, detail, sha256, moved_to,
  CASE
    WHEN found IN ('stored', 'captured', 'unchanged', 'duplicate', 'too_short', 'no_date', 'listed')
      THEN CASE WHEN outcome = 'redirected' THEN 'moved' ELSE 'present' END
    WHEN found = 'not_found' OR outcome = 'redirected' AND found = 'error_page' THEN 'gone'
    WHEN outcome = 'redirected' AND found IS NULL THEN 'moved_away'
    WHEN found IN ('timeout', 'server_error', 'redirect_loop', 'redirected', 'blocked_address') THEN 'down'
    ELSE 'error_page'
  END AS state,
  state IN ('present', 'moved') AS is_present,
  state = 'gone' AS is_gone
FROM fetched
ORDER BY url, fetched_at;
