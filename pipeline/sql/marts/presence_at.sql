-- When was each of some pages (a list of addresses) looked at, and what was found, known at a moment (NULL: now)?
-- state: present, moved (the address leads to another that shows it), gone, error_page (it answers, with something
-- else), down (no answer). A redirect is judged by the page that it led to in the same run; one that led off the
-- site was not followed and says neither.
CREATE OR REPLACE MACRO presence_at(known_by, urls) AS TABLE
WITH looked AS (
  SELECT
    url, fetched_at, CAST(fetched_at AS DATE) AS day, outcome, detail, sha256, run, site,
    CASE WHEN outcome = 'redirected' THEN SUBSTR(detail, 3) END AS moved_to
  FROM page_fetch
  WHERE url IN (SELECT UNNEST(CAST(urls AS VARCHAR[]))) AND (known_by IS NULL OR fetched_at <= known_by)
),
fetched AS (
  SELECT f.*, CASE WHEN f.outcome = 'redirected' THEN t.outcome ELSE f.outcome END AS found
  FROM looked AS f
  LEFT JOIN page_fetch AS t ON t.url = f.moved_to AND t.run = f.run AND t.site = f.site
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
FROM fetched;
