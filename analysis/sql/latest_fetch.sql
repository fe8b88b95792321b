-- When was a page last fetched (what people handed in is no fetch), up to $as_of (timestamp; NULL: ever)?
SELECT MAX(fetched_at) AS fetched_at FROM page_fetch WHERE site NOT IN ('import', 'appeal', 'presence')
  AND ($as_of IS NULL OR fetched_at <= $as_of);
