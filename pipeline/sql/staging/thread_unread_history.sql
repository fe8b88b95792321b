-- Of which threads could a page not be read since it was read, known at a moment (NULL: now), and until when is the
-- thread known (checked_at)? Of a page that the server says is gone nothing more is to be known.
CREATE OR REPLACE MACRO thread_unread_history(known_by) AS TABLE
WITH failed AS (
  SELECT site, url, MAX(fetched_at) AS failed_at
  FROM page_fetch
  WHERE kind = 'thread' AND (known_by IS NULL OR fetched_at <= known_by)
    AND outcome NOT IN ('stored', 'listed', 'captured', 'unchanged', 'duplicate', 'redirected', 'not_found')
  GROUP BY site, url
),
answered AS (
  SELECT site, url, MAX(fetched_at) AS answered_at,
    MAX(fetched_at) FILTER (outcome IN ('stored', 'unchanged', 'duplicate')) AS read_at
  FROM page_fetch SEMI JOIN failed USING (site, url)
  WHERE (known_by IS NULL OR fetched_at <= known_by)
    AND outcome IN ('stored', 'unchanged', 'duplicate', 'redirected', 'not_found')
  GROUP BY site, url
)
SELECT thread_id, MIN(read_at) AS checked_at
FROM (SELECT DISTINCT site, url, thread_id FROM thread_page_version SEMI JOIN failed USING (site, url))
JOIN failed USING (site, url)
JOIN answered USING (site, url)
WHERE failed_at > answered_at
GROUP BY thread_id;
