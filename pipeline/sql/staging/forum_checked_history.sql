-- When a thread or a list of each site was last fetched, known at a moment (NULL: now), read from all fetches.
CREATE OR REPLACE MACRO forum_checked_history(known_by) AS TABLE
SELECT site, MAX(fetched_at) AS checked_at
FROM page_fetch
WHERE kind IN ('list', 'thread', 'feed') AND outcome IN ('stored', 'listed', 'unchanged', 'duplicate')
  AND (known_by IS NULL OR fetched_at <= known_by)
GROUP BY site;
